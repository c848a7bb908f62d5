/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/base/mapping.h"
#include "core/train/dataset-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The values of all samples, shared by every view of them. */
typedef struct {
    gatomicrefcount references;
    guint32 n;
    FaltungShape shape;
    size_t size;         /* of one sample */
    const guint8 *bytes; /* (n, size) or NULL */
    const float *floats; /* (n, size) or NULL */
    GBytes *block;       /* owns them; NULL: they are freed */
    FaltungText *text;   /* in place of values and classes, or NULL */
    gboolean in_file;
    FaltungTarget target; /* the samples' own */
    GArray *others;       /* (nullable) (element-type FaltungTarget) */
    float *weights;       /* (n) or NULL */
    char *name;
    char **feature_names;
    FaltungDatasetPart *parts; /* (n_parts) or NULL */
    int n_parts;
} Samples;

struct FaltungDataset {
    gatomicrefcount references;
    Samples *samples;
    guint32 n;
    guint32 *indices;      /* (n) into the samples; NULL: all of them in their order */
    int n_scaling;         /* 1, one a channel or one a feature */
    float *mean;           /* (n_scaling) */
    float *scale;          /* (n_scaling) */
    char *checksum;        /* NULL: not known yet */
    gboolean reconstructs; /* the samples are their own targets */
};

static void target_clear(gpointer data) {
    FaltungTarget *target = data;
    g_free((char *)target->name);
    g_free(target->classes);
    g_free(target->values);
    g_strfreev(target->class_names);
}

static void samples_unref(Samples *samples) {
    if (!g_atomic_ref_count_dec(&samples->references))
        return;
    if (samples->block) {
        g_bytes_unref(samples->block);
    } else {
        g_free((gpointer)samples->bytes);
        g_free((gpointer)samples->floats);
    }
    faltung_text_free(samples->text);
    target_clear(&samples->target);
    g_clear_pointer(&samples->others, g_array_unref);
    g_free(samples->weights);
    g_free(samples->name);
    g_strfreev(samples->feature_names);
    for (int i = 0; i < samples->n_parts; i++)
        g_free((char *)samples->parts[i].name);
    g_free(samples->parts);
    g_free(samples);
}

/* Returns: a view of @samples (transfer full), not scaled. */
static FaltungDataset *dataset_new(Samples *samples, guint32 n, guint32 *indices) {
    static const float zero = 0.0f, one = 1.0f;
    FaltungDataset *dataset = g_new0(FaltungDataset, 1);
    g_atomic_ref_count_init(&dataset->references);
    dataset->samples = samples;
    dataset->n = n;
    dataset->indices = indices;
    faltung_dataset_set_scaling(dataset, 1, &zero, &one);
    return dataset;
}

static Samples *samples_new(const char *name, guint32 n, FaltungShape shape, gint32 *classes,
                            int positions, char **class_names) {
    Samples *samples = g_new0(Samples, 1);
    g_atomic_ref_count_init(&samples->references);
    samples->name = g_strdup(name);
    samples->n = n;
    samples->shape = shape;
    samples->size = faltung_shape_size(&shape);
    samples->target.classes = classes;
    samples->target.positions = positions;
    samples->target.class_names = class_names;
    if (!classes)
        return samples;
    int named = class_names ? g_strv_length(class_names) : 0;
    samples->target.n = named;
    for (size_t i = 0; i < (size_t)n * positions; i++) {
        g_assert(classes[i] >= 0 && (named == 0 || classes[i] < named));
        samples->target.n = MAX(samples->target.n, classes[i] + 1);
    }
    return samples;
}

FaltungDataset *faltung_dataset_new_bytes(const char *name, guint32 n, FaltungShape shape,
                                          guint8 *values, gint32 *classes, char **class_names) {
    Samples *samples = samples_new(name, n, shape, classes, 1, class_names);
    samples->bytes = values;
    return dataset_new(samples, n, NULL);
}

FaltungDataset *faltung_dataset_new_floats(const char *name, guint32 n, FaltungShape shape,
                                           float *values, gint32 *classes, char **class_names,
                                           float *targets, int n_targets) {
    g_assert(!classes || !targets);
    Samples *samples = samples_new(name, n, shape, classes, 1, class_names);
    samples->floats = values;
    if (targets) {
        samples->target.values = targets;
        samples->target.n = n_targets;
    }
    return dataset_new(samples, n, NULL);
}

FaltungDataset *faltung_dataset_new_positions(const char *name, guint32 n, FaltungShape shape,
                                              guint8 *bytes, float *floats, gint32 *classes,
                                              int positions, char **class_names) {
    g_assert(classes && positions >= 1 && (bytes != NULL) != (floats != NULL));
    Samples *samples = samples_new(name, n, shape, classes, positions, class_names);
    samples->bytes = bytes;
    samples->floats = floats;
    return dataset_new(samples, n, NULL);
}

FaltungDataset *faltung_dataset_new_block(const char *name, guint32 n, FaltungShape shape,
                                          const FaltungDatasetBlock *values, gint32 *classes,
                                          int positions, char **class_names, float *targets,
                                          int n_targets) {
    FaltungDataset *dataset =
        positions > 1
            ? dataset_new(samples_new(name, n, shape, classes, positions, class_names), n, NULL)
            : faltung_dataset_new_floats(name, n, shape, NULL, classes, class_names, targets,
                                         n_targets);
    dataset->samples->bytes = values->bytes;
    dataset->samples->floats = values->floats;
    dataset->samples->block = values->owner;
    dataset->samples->in_file = values->in_file;
    return dataset;
}

FaltungDataset *faltung_dataset_new_text(const char *name, FaltungText *text, char **class_names,
                                         gboolean in_file) {
    guint32 n = faltung_text_n_samples(text);
    int length = faltung_text_length(text);
    Samples *samples = samples_new(name, n, FALTUNG_SHAPE(length), NULL, length, class_names);
    samples->text = text;
    samples->in_file = in_file;
    faltung_text_vocabulary(text, &samples->target.n);
    return dataset_new(samples, n, NULL);
}

FaltungDataset *faltung_dataset_ref(FaltungDataset *dataset) {
    g_atomic_ref_count_inc(&dataset->references);
    return dataset;
}

void faltung_dataset_unref(FaltungDataset *dataset) {
    if (!g_atomic_ref_count_dec(&dataset->references))
        return;
    samples_unref(dataset->samples);
    g_free(dataset->indices);
    g_free(dataset->mean);
    g_free(dataset->scale);
    g_free(dataset->checksum);
    g_free(dataset);
}

/* The index among all samples of the view's sample @index. */
static guint32 resolve(const FaltungDataset *dataset, guint32 index) {
    g_assert(index < dataset->n);
    return dataset->indices ? dataset->indices[index] : index;
}

FaltungDataset *faltung_dataset_subset(FaltungDataset *dataset, guint32 *indices, guint32 n) {
    for (guint32 i = 0; i < n; i++)
        indices[i] = resolve(dataset, indices[i]);
    g_atomic_ref_count_inc(&dataset->samples->references);
    FaltungDataset *subset = dataset_new(dataset->samples, n, indices);
    faltung_dataset_set_scaling(subset, dataset->n_scaling, dataset->mean, dataset->scale);
    subset->reconstructs = dataset->reconstructs;
    return subset;
}

void faltung_dataset_set_scaling(FaltungDataset *dataset, int n, const float *mean,
                                 const float *scale) {
    g_assert(n > 0 && dataset->samples->size % n == 0);
    float *means = g_memdup2(mean, n * sizeof(float)),
          *scales = g_memdup2(scale, n * sizeof(float));
    g_free(dataset->mean);
    g_free(dataset->scale);
    dataset->n_scaling = n;
    dataset->mean = means;
    dataset->scale = scales;
}

void faltung_dataset_get_scaling(const FaltungDataset *dataset, int *n, const float **mean,
                                 const float **scale) {
    *n = dataset->n_scaling;
    *mean = dataset->mean;
    *scale = dataset->scale;
}

const char *faltung_dataset_name(const FaltungDataset *dataset) {
    return dataset->samples->name;
}

guint32 faltung_dataset_size(const FaltungDataset *dataset) {
    return dataset->n;
}

const FaltungShape *faltung_dataset_shape(const FaltungDataset *dataset) {
    return &dataset->samples->shape;
}

void faltung_dataset_reconstruct(FaltungDataset *dataset) {
    g_assert(!dataset->samples->text); /* its samples are indices */
    dataset->reconstructs = TRUE;
}

FaltungTargetType faltung_dataset_target_type(const FaltungDataset *dataset) {
    if (dataset->reconstructs)
        return FALTUNG_TARGET_NONE;
    if (dataset->samples->target.classes || dataset->samples->text)
        return FALTUNG_TARGET_CLASS;
    return dataset->samples->target.values ? FALTUNG_TARGET_VALUES : FALTUNG_TARGET_NONE;
}

int faltung_dataset_n_targets(const FaltungDataset *dataset) {
    return dataset->reconstructs ? 0 : dataset->samples->target.n;
}

int faltung_dataset_positions(const FaltungDataset *dataset) {
    return dataset->reconstructs ? 1 : dataset->samples->target.positions;
}

gboolean faltung_dataset_is_classified(const FaltungDataset *dataset) {
    return dataset->samples->target.classes && dataset->samples->target.positions == 1;
}

int faltung_dataset_n_classes(const FaltungDataset *dataset) {
    return faltung_dataset_is_classified(dataset) ? dataset->samples->target.n : 0;
}

const FaltungText *faltung_dataset_text(const FaltungDataset *dataset) {
    return dataset->samples->text;
}

gboolean faltung_dataset_is_bytes(const FaltungDataset *dataset) {
    return dataset->samples->bytes != NULL;
}

const char *const *faltung_dataset_class_names(const FaltungDataset *dataset) {
    return (const char *const *)dataset->samples->target.class_names;
}

void faltung_dataset_set_feature_names(FaltungDataset *dataset, char **names) {
    g_strfreev(dataset->samples->feature_names);
    dataset->samples->feature_names = names;
}

const char *const *faltung_dataset_feature_names(const FaltungDataset *dataset) {
    return (const char *const *)dataset->samples->feature_names;
}

void faltung_dataset_set_parts(FaltungDataset *dataset, const FaltungDatasetPart *parts, int n) {
    Samples *samples = dataset->samples;
    g_assert(!samples->parts && samples->shape.rank == 1);
    samples->parts = g_memdup2(parts, n * sizeof *parts);
    samples->n_parts = n;
    for (int i = 0; i < n; i++)
        samples->parts[i].name = g_strdup(parts[i].name);
}

const FaltungDatasetPart *faltung_dataset_parts(const FaltungDataset *dataset, int *n) {
    *n = dataset->samples->n_parts;
    return dataset->samples->parts;
}

void faltung_dataset_set_weights(FaltungDataset *dataset, float *weights) {
    g_free(dataset->samples->weights);
    dataset->samples->weights = weights;
}

gboolean faltung_dataset_is_weighted(const FaltungDataset *dataset) {
    return dataset->samples->weights != NULL;
}

float faltung_dataset_weight(const FaltungDataset *dataset, guint32 index) {
    const float *weights = dataset->samples->weights;
    return weights ? weights[resolve(dataset, index)] : 1.0f;
}

int faltung_dataset_class(const FaltungDataset *dataset, guint32 index) {
    gboolean classified = faltung_dataset_is_classified(dataset);
    return classified ? dataset->samples->target.classes[resolve(dataset, index)] : -1;
}

FALTUNG_CLONES static void scale_bytes(const guint8 *restrict from, size_t n, float mean,
                                       float scale, float *restrict to) {
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] = ((float)from[i] - mean) * scale;
}

FALTUNG_CLONES static void scale_floats(const float *restrict from, size_t n, float mean,
                                        float scale, float *restrict to) {
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        to[i] = (from[i] - mean) * scale;
}

FALTUNG_CLONES static void scale_features(size_t n, const float *restrict mean,
                                          const float *restrict scale, float *restrict values) {
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        values[i] = (values[i] - mean[i]) * scale[i];
}

/* Part of the values of the sample at @index of the samples, scaled with one constant. */
static void scale_part(const Samples *samples, guint32 index, size_t begin, size_t n, float mean,
                       float scale, float *to) {
    size_t at = index * samples->size + begin;
    if (samples->bytes)
        scale_bytes(samples->bytes + at, n, mean, scale, to);
    else
        scale_floats(samples->floats + at, n, mean, scale, to);
}

static void scale_sample(const FaltungDataset *dataset, guint32 index, float *to) {
    const Samples *samples = dataset->samples;
    size_t size = samples->size, n = dataset->n_scaling, group = size / n;
    if (group == 1) {
        scale_part(samples, index, 0, size, 0.0f, 1.0f, to);
        scale_features(size, dataset->mean, dataset->scale, to);
        return;
    }
    for (size_t i = 0; i < n; i++)
        scale_part(samples, index, i * group, group, dataset->mean[i], dataset->scale[i],
                   to + i * group);
}

/* Asks for the sample at @index of the samples ahead of its use: a shuffled one is in no cache,
   and waiting for it takes as long as scaling it. Inlined, because gcc takes a function that only
   prefetches for one without effect. */
static G_ALWAYS_INLINE inline void prefetch_sample(const Samples *samples, guint32 index) {
    size_t bytes = samples->size * (samples->bytes ? 1 : sizeof(float));
    const char *values =
        samples->bytes ? (const char *)samples->bytes : (const char *)samples->floats;
    for (size_t at = 0; at < MIN(bytes, 4096); at += 64)
        __builtin_prefetch(values + index * bytes + at);
}

/* The same of windows of a text. */
static void gather_text(const FaltungDataset *dataset, const guint32 *indices, guint32 n,
                        float *inputs, float *targets, gint32 *classes) {
    const FaltungText *text = dataset->samples->text;
    size_t width = dataset->samples->target.n, length = faltung_text_length(text);
    g_autofree gint32 *next = targets && !classes ? g_new(gint32, length) : NULL;
    for (guint32 i = 0; i < n; i++) {
        gint32 *own = classes ? classes + i * length : next;
        faltung_text_read(text, resolve(dataset, indices[i]), inputs + i * length, own);
        if (!targets)
            continue;
        float *rows = targets + i * length * width; /* (length, width) */
        memset(rows, 0, length * width * sizeof(float));
        for (size_t p = 0; p < length; p++)
            rows[p * width + own[p]] = 1.0f;
    }
}

/* The target of the sample at @from of the samples as that of sample @to. */
static void gather_one(const FaltungTarget *target, size_t from, size_t to, float *targets,
                       gint32 *classes) {
    size_t width = target->n, positions = target->positions;
    if (targets && target->values)
        memcpy(targets + to * width, target->values + from * width, width * sizeof(float));
    const gint32 *own = target->classes ? target->classes + from * positions : NULL;
    if (targets && own)
        memset(targets + to * positions * width, 0, positions * width * sizeof(float));
    for (size_t p = 0; targets && own && p < positions; p++)
        targets[(to * positions + p) * width + own[p]] = 1.0f;
    if (classes && own)
        memcpy(classes + to * positions, own, positions * sizeof(gint32));
}

void faltung_dataset_gather(const FaltungDataset *dataset, const guint32 *indices, guint32 n,
                            float *inputs, float *targets, gint32 *classes) {
    const Samples *samples = dataset->samples;
    if (samples->text) {
        gather_text(dataset, indices, n, inputs, targets, classes);
        return;
    }
    if (dataset->reconstructs) {
        targets = NULL;
        classes = NULL;
    }
    for (guint32 i = 0; i < n; i++) {
        size_t from = resolve(dataset, indices[i]);
        if (i + 2 < n)
            prefetch_sample(samples, resolve(dataset, indices[i + 2]));
        scale_sample(dataset, from, inputs + i * samples->size);
        gather_one(&samples->target, from, i, targets, classes);
    }
}

void faltung_dataset_take_targets(FaltungDataset *dataset, GArray *targets) {
    Samples *samples = dataset->samples;
    g_assert(!samples->others);
    g_array_set_clear_func(targets, NULL);
    samples->others = g_array_new(FALSE, FALSE, sizeof(FaltungTarget));
    g_array_set_clear_func(samples->others, target_clear);
    for (guint i = 0; i < targets->len; i++) {
        FaltungTarget target = g_array_index(targets, FaltungTarget, i);
        target.name = g_strdup(target.name);
        if (i == 0)
            samples->target.name = target.name;
        else
            g_array_append_val(samples->others, target);
    }
}

const FaltungTarget *faltung_dataset_target(const FaltungDataset *dataset, int index) {
    const Samples *samples = dataset->samples;
    guint n_others = samples->others ? samples->others->len : 0;
    if (index == 0)
        return &samples->target;
    return (guint)index <= n_others ? &g_array_index(samples->others, FaltungTarget, index - 1)
                                    : NULL;
}

int faltung_dataset_find_target(const FaltungDataset *dataset, const char *name) {
    const FaltungTarget *target;
    for (int i = 0; (target = faltung_dataset_target(dataset, i)); i++)
        if (g_strcmp0(target->name, name) == 0)
            return i;
    return -1;
}

void faltung_dataset_gather_target(const FaltungDataset *dataset, int index, const guint32 *indices,
                                   guint32 n, float *targets, gint32 *classes) {
    const FaltungTarget *target = faltung_dataset_target(dataset, index);
    for (guint32 i = 0; i < n; i++)
        gather_one(target, resolve(dataset, indices[i]), i, targets, classes);
}

void faltung_dataset_raw(const FaltungDataset *dataset, guint32 index, float *values) {
    const Samples *samples = dataset->samples;
    if (samples->text)
        faltung_text_read(samples->text, resolve(dataset, index), values, NULL);
    else
        scale_part(samples, resolve(dataset, index), 0, samples->size, 0.0f, 1.0f, values);
}

void faltung_dataset_scale(const FaltungDataset *dataset, const float *raw, float *values) {
    size_t size = dataset->samples->size, n = dataset->n_scaling, group = size / n;
    for (size_t i = 0; i < n; i++)
        scale_floats(raw + i * group, group, dataset->mean[i], dataset->scale[i],
                     values + i * group);
}

void faltung_dataset_unscale(const FaltungDataset *dataset, float *values) {
    size_t size = dataset->samples->size, n = dataset->n_scaling, group = size / n;
    for (size_t i = 0; i < size; i++) {
        float scale = dataset->scale[i / group];
        values[i] = dataset->mean[i / group] + (scale != 0.0f ? values[i] / scale : 0.0f);
    }
}

static void add_target_to_checksum(const FaltungTarget *target, size_t at, GChecksum *sum) {
    size_t width = target->n, positions = target->positions;
    if (target->classes)
        g_checksum_update(sum, (const guchar *)(target->classes + at * positions),
                          positions * sizeof(gint32));
    if (target->values && width > 0)
        g_checksum_update(sum, (const guchar *)(target->values + at * width),
                          width * sizeof(float));
}

void faltung_dataset_add_to_checksum(const FaltungDataset *dataset, guint32 index, GChecksum *sum) {
    const Samples *samples = dataset->samples;
    const FaltungTarget *target;
    size_t at = resolve(dataset, index), size = samples->size;
    if (samples->text) {
        const guint8 *bytes = faltung_text_sample_bytes(samples->text, at, &size);
        g_checksum_update(sum, bytes, size);
        return;
    }
    if (samples->bytes)
        g_checksum_update(sum, samples->bytes + at * size, size);
    else
        g_checksum_update(sum, (const guchar *)(samples->floats + at * size), size * sizeof(float));
    for (int i = 0; (target = faltung_dataset_target(dataset, i)); i++)
        add_target_to_checksum(target, at, sum);
    if (samples->weights)
        g_checksum_update(sum, (const guchar *)(samples->weights + at), sizeof(float));
}

void faltung_dataset_set_checksum(FaltungDataset *dataset, const char *checksum) {
    g_free(dataset->checksum);
    dataset->checksum = g_strdup(checksum);
}

char *faltung_dataset_checksum(const FaltungDataset *dataset) {
    if (dataset->checksum)
        return g_strdup(dataset->checksum);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint32 i = 0; i < dataset->n; i++)
        faltung_dataset_add_to_checksum(dataset, i, sum);
    return g_strdup(g_checksum_get_string(sum));
}

void faltung_dataset_values(const FaltungDataset *dataset, guint32 index, const guint8 **bytes,
                            const float **floats) {
    const Samples *samples = dataset->samples;
    size_t at = resolve(dataset, index) * samples->size;
    *bytes = samples->bytes ? samples->bytes + at : NULL;
    *floats = samples->floats ? samples->floats + at : NULL;
}

/* Where the sample at @index of the samples is. */
static const void *place_of(const Samples *samples, guint32 index, size_t *size) {
    if (samples->text)
        return faltung_text_sample_bytes(samples->text, index, size);
    *size = samples->size * (samples->bytes ? 1 : sizeof(float));
    if (samples->bytes)
        return samples->bytes + index * samples->size;
    return samples->floats + index * samples->size;
}

void faltung_dataset_prefetch(const FaltungDataset *dataset, const guint32 *indices, guint32 n) {
    const Samples *samples = dataset->samples;
    if (!samples->in_file)
        return;
    size_t page = sysconf(_SC_PAGESIZE);
    for (guint32 i = 0; i < n; i++) {
        size_t size;
        const char *start = place_of(samples, resolve(dataset, indices[i]), &size);
        size_t before = (size_t)start % page;
        /* advice, which the system may not take */
        madvise((char *)start - before, size + before, MADV_WILLNEED);
    }
}

gboolean faltung_dataset_check(const FaltungDataset *dataset, GError **error) {
    size_t size;
    const Samples *samples = dataset->samples;
    return !samples->in_file || faltung_mapping_check(place_of(samples, 0, &size), error);
}
