/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/shape.h"
#include "core/train/text.h"

/**
 * FaltungDataset: samples in memory as they were read, bytes or floats, with the constants that
 * normalize them on the way out. Immutable once made, so threads may share it; reference
 * counted. A split (training, validation, test) is a dataset over the same samples.
 */
typedef struct FaltungDataset FaltungDataset;

typedef enum {
    FALTUNG_TARGET_CLASS,  /* one class index a sample, or one at each position */
    FALTUNG_TARGET_VALUES, /* a vector a sample */
    FALTUNG_TARGET_NONE,   /* autoencoders: the input itself */
} FaltungTargetType;

typedef enum {
    FALTUNG_NORMALIZE_NONE,
    FALTUNG_NORMALIZE_UNIT,      /* bytes to [0, 1]; floats by the range to [0, 1] */
    FALTUNG_NORMALIZE_SYMMETRIC, /* the same to [-1, 1] */
    FALTUNG_NORMALIZE_STANDARD,  /* mean 0, variance 1: a channel of images, a feature of vectors */
} FaltungNormalize;

/**
 * faltung_dataset_new_bytes:
 * @n: number of samples
 * @shape: of one sample, [C, H, W], [F] or [T, F]; [T] of indices (of letters, of words)
 * @values: (transfer full): n x shape, the field's layout
 * @classes: (transfer full) (nullable): n class indices
 * @class_names: (transfer full) (nullable) (array zero-terminated=1)
 */
FaltungDataset *faltung_dataset_new_bytes(const char *name, guint32 n, FaltungShape shape,
                                          guint8 *values, gint32 *classes, char **class_names);
/** faltung_dataset_new_floats: the same with float samples; either @classes or @targets
 *  ((transfer full): n x @n_targets), or neither. */
FaltungDataset *faltung_dataset_new_floats(const char *name, guint32 n, FaltungShape shape,
                                           float *values, gint32 *classes, char **class_names,
                                           float *targets, int n_targets);
/**
 * faltung_dataset_new_positions: samples with a class at each of several positions: at the steps
 * of a sequence, at the pixels of an image (row by row).
 * @bytes, @floats: (transfer full) (nullable): n x shape; one of the two
 * @classes: (transfer full): n x @positions
 */
FaltungDataset *faltung_dataset_new_positions(const char *name, guint32 n, FaltungShape shape,
                                              guint8 *bytes, float *floats, gint32 *classes,
                                              int positions, char **class_names);

/* Values of samples that somebody owns. */
typedef struct {
    GBytes *owner;
    const guint8 *bytes; /* one of the two: n x shape, in what the owner has */
    const float *floats;
    gboolean in_file; /* they are mapped from a file, so looking at them may have to wait */
} FaltungDatasetBlock;

/** faltung_dataset_new_block: the same of samples that stay where they are, with @positions classes
 *  each.
 *  @values: its owner is (transfer full). */
FaltungDataset *faltung_dataset_new_block(const char *name, guint32 n, FaltungShape shape,
                                          const FaltungDatasetBlock *values, gint32 *classes,
                                          int positions, char **class_names, float *targets,
                                          int n_targets);
/** faltung_dataset_new_text: the windows of @text ((transfer full)), with indices as samples and
 *  a class, the next character, at each position. @in_file: as above. */
FaltungDataset *faltung_dataset_new_text(const char *name, FaltungText *text, char **class_names,
                                         gboolean in_file);
FaltungDataset *faltung_dataset_ref(FaltungDataset *dataset);
void faltung_dataset_unref(FaltungDataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungDataset, faltung_dataset_unref)

/* What else is to be predicted of each sample, beside the data set's own target, for layers with a
   loss of their own. */
typedef struct {
    const char *name;
    gint32 *classes;    /* n x @positions; NULL: values */
    float *values;      /* n x @n */
    int n;              /* classes, or values a sample */
    int positions;      /* that have a class each; 1 of values */
    char **class_names; /* (nullable) */
} FaltungTarget;

/** faltung_dataset_take_targets:
 * @targets: (element-type FaltungTarget): the first is what @dataset was made with, and gives its
 *   name; the others become further targets. What they point to is (transfer full), but for names,
 *   and the array's clear function is gone.
 */
void faltung_dataset_take_targets(FaltungDataset *dataset, GArray *targets);
/** faltung_dataset_target: Returns: (nullable) (transfer none): the target at @index, of which 0 is
 *  the data set's own, whatever the samples reconstruct; %NULL behind the last. */
const FaltungTarget *faltung_dataset_target(const FaltungDataset *dataset, int index);
/** faltung_dataset_find_target: Returns: the index of the target called @name, or -1. */
int faltung_dataset_find_target(const FaltungDataset *dataset, const char *name);
/** faltung_dataset_gather_target: the target at @index of the samples at @indices, as
 *  faltung_dataset_gather() does it. */
void faltung_dataset_gather_target(const FaltungDataset *dataset, int index, const guint32 *indices,
                                   guint32 n, float *targets, gint32 *classes);

/** faltung_dataset_subset: Returns: (transfer full): a view of the @n samples at @indices
 *  ((transfer full)), which share memory and normalization with @dataset. */
FaltungDataset *faltung_dataset_subset(FaltungDataset *dataset, guint32 *indices, guint32 n);

/**
 * faltung_dataset_normalize: measures the constants over @dataset (the training split) in
 * float64. faltung_dataset_set_scaling() gives another split the same constants.
 */
void faltung_dataset_normalize(FaltungDataset *dataset, FaltungNormalize how);

typedef struct {
    /* @part of the samples is done. Returns: %FALSE to stop. */
    gboolean (*progress)(double part, gpointer data);
    gpointer data;
} FaltungScanHooks;

/**
 * faltung_dataset_scan: faltung_dataset_normalize(), and the checksum too where it is wanted, in
 * one pass over the samples.
 * @hooks: (nullable)
 *
 * Errors: %G_IO_ERROR_CANCELLED where the hook said stop; those of faltung_dataset_check().
 */
gboolean faltung_dataset_scan(FaltungDataset *dataset, FaltungNormalize how, gboolean checksum,
                              const FaltungScanHooks *hooks, GError **error);
/* A sample comes out as (value - mean) * scale; @n constants: 1, one a channel or one a
   feature. */
void faltung_dataset_set_scaling(FaltungDataset *dataset, int n, const float *mean,
                                 const float *scale);
void faltung_dataset_get_scaling(const FaltungDataset *dataset, int *n, const float **mean,
                                 const float **scale);

const char *faltung_dataset_name(const FaltungDataset *dataset);
guint32 faltung_dataset_size(const FaltungDataset *dataset);
const FaltungShape *faltung_dataset_shape(const FaltungDataset *dataset);
FaltungTargetType faltung_dataset_target_type(const FaltungDataset *dataset);
/** faltung_dataset_reconstruct: makes the samples of @dataset, and of what is made of it from then
 *  on, their own targets: FALTUNG_TARGET_NONE. Their classes stay known, to be shown. */
void faltung_dataset_reconstruct(FaltungDataset *dataset);
/** faltung_dataset_is_bytes: whether the samples are bytes rather than floats. */
gboolean faltung_dataset_is_bytes(const FaltungDataset *dataset);
/** faltung_dataset_text: Returns: (nullable) (transfer none): the text that the samples are of. */
const FaltungText *faltung_dataset_text(const FaltungDataset *dataset);
/** faltung_dataset_n_targets: Returns: classes, or values a sample; 0 for NONE. */
int faltung_dataset_n_targets(const FaltungDataset *dataset);
/** faltung_dataset_positions: Returns: how many classes a sample has; 1 for values and NONE. */
int faltung_dataset_positions(const FaltungDataset *dataset);
/** faltung_dataset_is_classified: whether every sample belongs to one class, be it the target or
 *  not; faltung_dataset_n_classes(): to one of how many. */
gboolean faltung_dataset_is_classified(const FaltungDataset *dataset);
int faltung_dataset_n_classes(const FaltungDataset *dataset);
/** faltung_dataset_class_names: Returns: (nullable) (transfer none). */
const char *const *faltung_dataset_class_names(const FaltungDataset *dataset);
/* What one of several inputs takes of a sample, in the shape that it has by itself. */
typedef struct {
    const char *name;
    FaltungShape shape;
} FaltungDatasetPart;

/** faltung_dataset_set_parts: says that a sample, a vector, is made of @n parts, one after the
 *  other. @parts: copied; their sizes add up to a sample's */
void faltung_dataset_set_parts(FaltungDataset *dataset, const FaltungDatasetPart *parts, int n);
/** faltung_dataset_parts: Returns: (nullable) (transfer none) (array length=n): %NULL where a
 * sample is one whole. */
const FaltungDatasetPart *faltung_dataset_parts(const FaltungDataset *dataset, int *n);
/* Names of the columns of a table, NULL-terminated; (nullable). */
void faltung_dataset_set_feature_names(FaltungDataset *dataset, char **names);
const char *const *faltung_dataset_feature_names(const FaltungDataset *dataset);
/** faltung_dataset_set_weights: what each sample counts for in a loss: @weights: (transfer full)
 *  (nullable): a number from 0 on for each sample, of a data set that is no view; %NULL: all 1. */
void faltung_dataset_set_weights(FaltungDataset *dataset, float *weights);
gboolean faltung_dataset_is_weighted(const FaltungDataset *dataset);
float faltung_dataset_weight(const FaltungDataset *dataset, guint32 index);
/** faltung_dataset_class: Returns: the class of the sample at @index; -1 where
 *  faltung_dataset_is_classified() is %FALSE. */
int faltung_dataset_class(const FaltungDataset *dataset, guint32 index);

/**
 * faltung_dataset_gather:
 * @inputs: (out): n x shape, normalized, the field's layout
 * @targets: (out) (nullable): n x n_targets; of classes n x positions one-hot rows; nothing for
 *   NONE
 * @classes: (out) (nullable): n x positions; only for CLASS
 */
void faltung_dataset_gather(const FaltungDataset *dataset, const guint32 *indices, guint32 n,
                            float *inputs, float *targets, gint32 *classes);
/** faltung_dataset_prefetch: says that the samples at @indices will be looked at soon; those in a
 *  file are brought into memory meanwhile. */
void faltung_dataset_prefetch(const FaltungDataset *dataset, const guint32 *indices, guint32 n);
/** faltung_dataset_check: whether the samples that were looked at so far were what the file has:
 *  %FALSE where it was cut off or failed meanwhile (%FALTUNG_ERROR_DATA). Their values were zeros,
 *  so ask before anything is made of them that stays. */
gboolean faltung_dataset_check(const FaltungDataset *dataset, GError **error);
/** faltung_dataset_raw: the sample at @index as it was read, in 0 ... 255 for bytes. */
void faltung_dataset_raw(const FaltungDataset *dataset, guint32 index, float *values);
/** faltung_dataset_scale: what @raw would come out as, a sample that is not of @dataset. */
void faltung_dataset_scale(const FaltungDataset *dataset, const float *raw, float *values);
/** faltung_dataset_unscale: @values: (inout): a sample as it comes out, becomes what would be read.
 *  Of values that are all the same, whose scale is 0, that is the mean. */
void faltung_dataset_unscale(const FaltungDataset *dataset, float *values);
/** faltung_dataset_checksum: Returns: (transfer full): SHA-256 over samples and targets, hex. */
char *faltung_dataset_checksum(const FaltungDataset *dataset);
