/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/hdf.h"
#include "core/train/trainer.h"

/*
 * Where things are in a run file: the one place that knows, for the writer and the reader.
 * Private to core/store.
 *
 *   /                          attributes: faltung_version format_version created seed host
 *                              threads git_commit cpu isa, and attempt (see journal.h); and
 *                              touched, the acts by hand, where there are some
 *   /status                    running finished failed interrupted; attribute reason
 *   /config/written            the experiment file, and /config/resolved with every default
 *   /metrics/TABLE/COLUMN      epoch and step: one 1-D data set a column; where the loss is a sum
 *                              also train_TERM and val_TERM of each of its terms (terms.h), and
 *                              of a layer with a loss of its own val_accuracy_LAYER and the like
 *   /model/graph               the network as YAML
 *   /model/weights/LAYER/PARAM the final (or best) weights; the newest of a run under way
 *   /checkpoints/step, epoch   (T): the moments of the time axis
 *   /checkpoints/weights/LAYER/PARAM           (T x shape)
 *   /checkpoints/state/BLOCK/LAYER/PARAM       (K x shape): weights, the optimizer's slots, and
 *                              best: what early stopping keeps
 *   /checkpoints/state/position/FIELD          (K): where the trainer was; the newest row, the
 *                              one with the largest step, is where a resume goes on; sum_terms and
 *                              sum_corrects are (K x 16)
 *   /observations/step, epoch  (T): the same as those of /checkpoints
 *   /observations/probes/...   input (S x shape), raw (S x shape), index (S), class (S)
 *   /observations/maps/LAYER   (T x S x shape): outputs for the probe samples
 *   /observations/histograms/weights/LAYER/PARAM    range (T x 2), counts (T x 64);
 *                 .../gradients/LAYER/PARAM         the same, of what is learned
 *   /observations/weight_norm, gradient_norm, update_ratio/LAYER   (T)
 *   /acts/act, by_hand         (A): what was done to the network while it learned (act.h), and
 *                              whether by hand or as the experiment file says
 *   /data                      attributes: name checksum target n_targets positions (classes of
 *                              a sample); class_names, feature_names, mean, scale, shape; of a
 *                              text vocabulary
 */

#define FALTUNG_RUN_FORMAT 1
#define FALTUNG_STATE_ROWS 2 /* states kept: the newest, and the one before */

typedef struct {
    const char *name;
    gboolean integer; /* int64 in the file; others are float64 */
} FaltungColumn;

/* A table of metrics. The first column counts: its values grow from row to row. */
typedef enum { FALTUNG_TABLE_EPOCH, FALTUNG_TABLE_STEP, FALTUNG_N_TABLES } FaltungTableId;
#define FALTUNG_MAX_COLUMNS 16
typedef struct {
    const char *name;
    int n;
    FaltungColumn columns[FALTUNG_MAX_COLUMNS];
} FaltungTableLayout;
extern const FaltungTableLayout faltung_table_layouts[FALTUNG_N_TABLES];

/* A row as the doubles of its columns. What does not apply is NaN. */
typedef struct {
    double values[FALTUNG_MAX_COLUMNS];
    FaltungReadings extras; /* columns that only some runs have: the same in all rows of one */
} FaltungTableRow;
/** faltung_row_keep: Returns: (transfer full): @row as small as it can be: what of it is not used
 * is not there. */
FaltungTableRow *faltung_row_keep(const FaltungTableRow *row);
FaltungTableRow faltung_row_of_step(const FaltungStepRow *row);
FaltungTableRow faltung_row_of_epoch(const FaltungEpochRow *row, const FaltungReadings *others);

/* The journal's form of a row: the table's name, the values, and NAME=VALUE for each extra. */
char *faltung_row_format(FaltungTableId table, const FaltungTableRow *row);
gboolean faltung_row_parse(const char *text, FaltungTableId *table, FaltungTableRow *row);

/* The trainer's position as named numbers. Of those after the first FALTUNG_OLD_POSITION a file
   from before they came may have none; they are as at the start then. */
#define FALTUNG_N_POSITION 14
#define FALTUNG_OLD_POSITION 9
extern const FaltungColumn faltung_position_fields[FALTUNG_N_POSITION];
void faltung_position_to_numbers(const FaltungTrainerPosition *position,
                                 double numbers[FALTUNG_N_POSITION]);
void faltung_position_from_numbers(const double numbers[FALTUNG_N_POSITION],
                                   FaltungTrainerPosition *position);

/** faltung_layout_path: Returns: (transfer full): `GROUP/NAME` or `GROUP/NAME/PART`, with what
 *  HDF5 does not take in a name (`/`, a lone `.`) written as %2F and %2E. */
char *faltung_layout_path(const char *group, const char *name, const char *part);

/** faltung_layout_shape: Returns: @shape as HDF5 has it, with @before in front where not 0. */
FaltungHdfShape faltung_layout_shape(const FaltungShape *shape, hsize_t before);
gboolean faltung_layout_fits(const FaltungHdfShape *read, const FaltungShape *expected);

/** faltung_layout_passes_on: whether @layer only hands on what it gets (dropout outside training,
 *  flatten): its outputs are its input's, and are not written twice. */
gboolean faltung_layout_passes_on(const FaltungLayer *layer);
