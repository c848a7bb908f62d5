/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"

#include <glib.h>
#include <stddef.h>

/*
 * Options: how operations, losses, optimizers, schedules, initializers, data sets and the
 * training itself say what can be set on them. A *kind* is a name with a table of option specs;
 * its values lie in a plain C struct of its own, so code that uses them reads `options->units`,
 * while YAML, the command line, the inspector and the run file walk the specs.
 */

typedef struct FaltungTable FaltungTable;
typedef struct FaltungKind FaltungKind;

typedef enum {
    FALTUNG_INTEGER,    /* int */
    FALTUNG_NUMBER,     /* double */
    FALTUNG_SWITCH,     /* gboolean: true, false */
    FALTUNG_CHOICE,     /* int: index into choices */
    FALTUNG_TEXT,       /* char *, owned; "" when not given */
    FALTUNG_SIZES,      /* int[sides]: height, width, written 3 or [3, 5]; a word of choices is
                           stored as -1 - index in all */
    FALTUNG_DIMENSIONS, /* FaltungShape: written [7, 28, 28], or 7 x 28 x 28 as people say it */
    FALTUNG_NUMBERS,    /* FaltungNumbers, owned: written [30, 60], or a number alone */
    FALTUNG_VARIANT,    /* FaltungVariant: one kind of a table, with its own options */
    FALTUNG_GROUP,      /* the options struct of `group`, in place */
} FaltungOptionType;

/* What a TEXT names. */
typedef enum {
    FALTUNG_NAMES_NOTHING,
    FALTUNG_NAMES_LAYER,   /* it is a layer's name */
    FALTUNG_NAMES_IN_ACTS, /* it is acts (core/train/act.h), which name some */
} FaltungNames;

#define FALTUNG_MAX_SIDES 3

typedef struct {
    const char *name;    /* the YAML key */
    const char *summary; /* one line of help; names the unit where there is one */
    FaltungOptionType type;
    size_t offset;                      /* of the value in the options struct */
    const char *fallback;               /* the default as YAML text; NULL: must be given */
    double minimum, maximum;            /* inclusive, for numbers, each of several; both 0:
                                           no limit */
    const char *const *choices;         /* NULL-terminated words of CHOICE (and SIZES) */
    const FaltungTable *(*table)(void); /* of VARIANT */
    gboolean nullable;                  /* VARIANT: `none` is allowed, kind is NULL then */
    const FaltungKind *group;           /* of GROUP: a word `none` is its defaults */
    int sides;           /* of SIZES: 1 (length), 2, or 3 (depth, height, width); 0: 2 */
    gboolean named;      /* of TEXT: may be several by names, see core/config/named.h */
    FaltungNames names;  /* of TEXT: edits of the network keep up with them */
    const char *example; /* where there is no default: a value for forms to begin with */
} FaltungOptionSpec;

struct FaltungKind {
    const char *name;                 /* YAML key: conv2d */
    const char *title;                /* for people: 2-D convolution */
    const char *summary;              /* one line */
    const FaltungOptionSpec *options; /* ends with a NULL name; NULL: none */
    size_t options_size;              /* sizeof the options struct */
};

/* A table lists the kinds of one sort. Descriptors start with their FaltungKind. */
struct FaltungTable {
    const char *noun;                /* "operation" */
    const FaltungKind *const *kinds; /* NULL-terminated */
};

/* A list of numbers, which may be empty. */
typedef struct {
    int n;
    double *values; /* (n); NULL where n is 0 */
} FaltungNumbers;

typedef struct {
    const FaltungKind *kind; /* NULL: none */
    void *options;           /* owned; of kind->options_size bytes */
} FaltungVariant;

/**
 * faltung_table_find:
 * Returns: (nullable): the kind called @name; on %NULL the error names the nearest known one.
 */
const FaltungKind *faltung_table_find(const FaltungTable *table, const char *name, GError **error);

/** faltung_kind_option: Returns: (nullable): the spec called @name; the error as above. */
const FaltungOptionSpec *faltung_kind_option(const FaltungKind *kind, const char *name,
                                             GError **error);

/** faltung_options_new: Returns: (transfer full): options of @kind, every one at its default
 *  (0 where one must be given). Freed with faltung_options_free(). */
void *faltung_options_new(const FaltungKind *kind);
void *faltung_options_copy(const FaltungKind *kind, const void *options);
void faltung_options_free(const FaltungKind *kind, void *options);
gboolean faltung_options_equal(const FaltungKind *kind, const void *a, const void *b);

void faltung_variant_init(FaltungVariant *variant, const FaltungKind *kind);
void faltung_variant_copy(FaltungVariant *variant, const FaltungVariant *from);
void faltung_variant_clear(FaltungVariant *variant);

/**
 * faltung_option_parse:
 * @options: the options struct
 * @text: a YAML scalar, or `[h, w]` for SIZES, `[c, h, w]` for DIMENSIONS, `[a, b, ...]` for
 *   NUMBERS; for VARIANT the name of a kind, which then has its default options; for GROUP `none`:
 *   every option at its default
 *
 * Checks type, range and choices. Returns: %FALSE with an error that says what was expected.
 */
gboolean faltung_option_parse(const FaltungOptionSpec *spec, void *options, const char *text,
                              GError **error);

/**
 * faltung_option_format:
 * Returns: (transfer full): the value as YAML flow text that faltung_option_parse() (for a
 *   variant with options and a group: the YAML reader) takes back: `0.1`, `[3, 5]`,
 *   `{sgd: {lr: 0.1}}`, `{shift: 2}`.
 *   Numbers have the fewest digits that read back the same.
 */
char *faltung_option_format(const FaltungOptionSpec *spec, const void *options);

/** faltung_option_sides: Returns: how many sizes an option of the type SIZES has. */
static inline int faltung_option_sides(const FaltungOptionSpec *spec) {
    return spec->sides ? spec->sides : 2;
}

/** faltung_option_sizes_form: Returns: how an option of the type SIZES is written, beside a number
 *  for all: "[height, width]"; NULL where there is one size. */
const char *faltung_option_sizes_form(const FaltungOptionSpec *spec);

/** faltung_option_is_default: Returns: whether the value is the spec's default. */
gboolean faltung_option_is_default(const FaltungOptionSpec *spec, const void *options);
