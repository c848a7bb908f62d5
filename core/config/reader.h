/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"
#include "core/config/yaml.h"

/* The parts of the reader of experiment files; only core/config sees them. */

typedef struct {
    const char *text;
    const char *origin;
    GPtrArray *mistakes; /* (element-type FaltungMistake) */
    gboolean sketch;     /* a network with mistakes is read all the same */
} FaltungReader;

void faltung_reader_fail(FaltungReader *reader, size_t offset, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/**
 * faltung_reader_unknown_key:
 * @where: what the key is in: "train", "conv2d"
 * @hint: (nullable): what would mend it, where no known key is near
 *
 * Returns: (nullable) (transfer none): the known key that was meant.
 */
const char *faltung_reader_unknown_key(FaltungReader *reader, const FaltungYamlNode *key,
                                       const char *where, GPtrArray *known, const char *hint);

/** faltung_reader_is_map: whether @node, called @name, is a mapping or empty; else a mistake. */
gboolean faltung_reader_is_map(FaltungReader *reader, const FaltungYamlNode *node,
                               const char *name);

/** faltung_read_value: the value of one option into @options. */
gboolean faltung_read_value(FaltungReader *reader, const FaltungOptionSpec *spec, void *options,
                            const FaltungYamlNode *node);
/**
 * faltung_read_options: what the mapping @node says into @options.
 * @others: (nullable) (array zero-terminated=1): keys that the caller reads itself
 * @offset: where a missing key is reported
 */
gboolean faltung_read_options(FaltungReader *reader, const FaltungKind *kind, void *options,
                              const FaltungYamlNode *node, const char *const *others,
                              size_t offset);

/** faltung_read_graph: Returns: (nullable): the graph, inferred, or %NULL after a mistake. Of a
 *  sketch %NULL only where a layer's operation is not known or a block is not one; as
 * faltung_graph_sketch() leaves it.
 */
FaltungGraph *faltung_read_graph(FaltungReader *reader, const FaltungYamlNode *network,
                                 size_t offset);
/** faltung_read_sweep: reads `sweep:`; faltung_check_sweep() tries every change in it. */
FaltungSweep *faltung_read_sweep(FaltungReader *reader, const FaltungYamlNode *node);
void faltung_check_sweep(FaltungReader *reader, const FaltungYamlNode *node);
void faltung_sweep_free(FaltungSweep *sweep);

typedef enum {
    FALTUNG_READ_SWEEP = 1 << 0,  /* `sweep:` too */
    FALTUNG_READ_SKETCH = 1 << 1, /* whatever mistakes there are, as long as it can be drawn */
} FaltungReadFlags;

/** faltung_read_experiment: Returns: (nullable): the experiment, or %NULL where there were
 *  mistakes. */
FaltungExperiment *faltung_read_experiment(const char *text, const char *origin,
                                           FaltungReadFlags flags, GPtrArray *mistakes);
