/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/dataset-private.h"

#include <float.h>
#include <gio/gio.h>
#include <math.h>

/* One pass over all samples: the constants that normalize them, and the checksum. */

enum {
    AHEAD = 256,          /* samples that are asked for before they are needed */
    NEWS_BYTES = 16 << 20 /* between two calls of the progress hook */
};

/* What normalization needs to know of the values that share a constant. */
typedef struct {
    double low, high, mean, variance;
} Statistics;

/* Of bytes the sums are whole numbers, so the result is exact whatever the order. */
typedef struct {
    guint64 n, sum, squares;
} ByteSums;

/* Of floats means and squared differences from them are put together part by part (Chan, Golub
   and LeVeque, 1979), so that a small variance around a large mean keeps its digits. */
typedef struct {
    double n, mean, squares;
    float low, high;
} FloatSums;

static void add_bytes(ByteSums *sums, const guint8 *values, size_t n) {
    guint64 sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum, squares)
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        squares += (guint32)values[i] * values[i];
    }
    sums->n += n;
    sums->sum += sum;
    sums->squares += squares;
}

static void add_floats(FloatSums *sums, const float *values, size_t n) {
    double sum = 0.0, squares = 0.0;
    float low = values[0], high = values[0];
#pragma omp simd reduction(+ : sum) reduction(min : low) reduction(max : high)
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    double mean = sum / n;
    if (n > 1) {
#pragma omp simd reduction(+ : squares)
        for (size_t i = 0; i < n; i++)
            squares += (values[i] - mean) * (values[i] - mean);
    }
    double before = sums->n, difference = mean - sums->mean;
    sums->n += n;
    sums->mean += difference * n / sums->n;
    sums->squares += squares + difference * difference * before * n / sums->n;
    sums->low = MIN(sums->low, low);
    sums->high = MAX(sums->high, high);
}

static Statistics of_bytes(const ByteSums *sums) {
    unsigned __int128 n = sums->n;
    /* n^2 times the variance */
    unsigned __int128 spread = n * sums->squares - (unsigned __int128)sums->sum * sums->sum;
    double count = sums->n;
    return (Statistics){
        .high = 255.0,
        .mean = sums->sum / count,
        .variance = (double)spread / count / count,
    };
}

static Statistics of_floats(const FloatSums *sums) {
    return (Statistics){
        .low = sums->low,
        .high = sums->high,
        .mean = sums->mean,
        .variance = sums->low == sums->high ? 0.0 : sums->squares / sums->n,
    };
}

/* The pass: what is collected, each part NULL where nobody asks for it. */
typedef struct {
    FaltungDataset *dataset;
    size_t size;       /* values of a sample */
    int n;             /* constants */
    size_t *begins;    /* (n + 1): the values of a sample that share constant i are those from
                          begins[i] to before begins[i + 1] */
    ByteSums *bytes;   /* (n) */
    FloatSums *floats; /* (n) */
    GChecksum *checksum;
    guint32 *ahead; /* (AHEAD) */
} Scan;

static void scan_clear(Scan *scan) {
    g_free(scan->begins);
    g_free(scan->bytes);
    g_free(scan->floats);
    g_free(scan->ahead);
    g_clear_pointer(&scan->checksum, g_checksum_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scan, scan_clear)

static void visit(Scan *scan, guint32 index) {
    const guint8 *bytes;
    const float *floats;
    faltung_dataset_values(scan->dataset, index, &bytes, &floats);
    const size_t *begins = scan->begins;
    for (int i = 0; scan->bytes && i < scan->n; i++)
        add_bytes(&scan->bytes[i], bytes + begins[i], begins[i + 1] - begins[i]);
    for (int i = 0; scan->floats && i < scan->n; i++)
        add_floats(&scan->floats[i], floats + begins[i], begins[i + 1] - begins[i]);
    if (scan->checksum)
        faltung_dataset_add_to_checksum(scan->dataset, index, scan->checksum);
}

static gboolean visit_all(Scan *scan, const FaltungScanHooks *hooks, GError **error) {
    guint32 samples = faltung_dataset_size(scan->dataset);
    guint64 news = 0;
    for (guint32 i = 0; i < samples; i++) {
        if (i % AHEAD == 0) {
            guint32 n = MIN(AHEAD, samples - i);
            for (guint32 k = 0; k < n; k++)
                scan->ahead[k] = i + k;
            faltung_dataset_prefetch(scan->dataset, scan->ahead, n);
            if (!faltung_dataset_check(scan->dataset, error))
                return FALSE;
        }
        visit(scan, i);
        news += scan->size;
        if (!hooks || !hooks->progress || (news < NEWS_BYTES && i + 1 < samples))
            continue;
        news = 0;
        if (!hooks->progress((i + 1.0) / samples, hooks->data)) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                        "interrupted while the samples of '%s' were measured",
                        faltung_dataset_name(scan->dataset));
            return FALSE;
        }
    }
    return faltung_dataset_check(scan->dataset, error);
}

/* The samples times @scale after @mean was taken off are what @how wants. */
static void set_constant(FaltungNormalize how, const Statistics *s, float *mean, float *scale) {
    double middle = 0.0, deviation = 1.0;
    switch (how) {
    case FALTUNG_NORMALIZE_NONE:
        break;
    case FALTUNG_NORMALIZE_UNIT:
        middle = s->low;
        deviation = s->high - s->low;
        break;
    case FALTUNG_NORMALIZE_SYMMETRIC:
        middle = (s->low + s->high) / 2;
        deviation = (s->high - s->low) / 2;
        break;
    case FALTUNG_NORMALIZE_STANDARD:
        middle = s->mean;
        deviation = sqrt(s->variance);
        break;
    }
    *mean = middle;
    /* what never varies is only moved to 0 */
    *scale = deviation > 0.0 && isfinite(deviation) ? 1.0 / deviation : 1.0;
}

/* Constants of values of @shape from @begin on: one, or one for each channel of images, for each
   feature of vectors. */
static void add_constants(Scan *scan, const FaltungShape *shape, gboolean each, size_t begin) {
    int n = each ? shape->dims[0] : 1;
    size_t group = faltung_shape_size(shape) / n;
    scan->begins = g_renew(size_t, scan->begins, scan->n + n + 1);
    for (int i = 0; i <= n; i++)
        scan->begins[scan->n + i] = begin + i * group;
    scan->n += n;
}

static void find_constants(Scan *scan, gboolean standard, gboolean measured) {
    int n_parts;
    const FaltungDatasetPart *parts = faltung_dataset_parts(scan->dataset, &n_parts);
    const FaltungDatasetPart whole = {NULL, *faltung_dataset_shape(scan->dataset)};
    if (!parts)
        parts = &whole;
    size_t begin = 0;
    for (int i = 0; i < MAX(n_parts, 1); i++) {
        const FaltungShape *shape = &parts[i].shape;
        add_constants(scan, shape, standard || (measured && shape->rank == 1), begin);
        begin += faltung_shape_size(shape);
    }
}

/* Parts have groups of several sizes, so that every value gets constants of its own. */
static void set_scaling(const Scan *scan, const float *mean, const float *scale) {
    int n_parts;
    if (!faltung_dataset_parts(scan->dataset, &n_parts)) {
        faltung_dataset_set_scaling(scan->dataset, scan->n, mean, scale);
        return;
    }
    g_autofree float *means = g_new(float, scan->size), *scales = g_new(float, scan->size);
    for (int i = 0; i < scan->n; i++) {
        for (size_t k = scan->begins[i]; k < scan->begins[i + 1]; k++) {
            means[k] = mean[i];
            scales[k] = scale[i];
        }
    }
    faltung_dataset_set_scaling(scan->dataset, scan->size, means, scales);
}

gboolean faltung_dataset_scan(FaltungDataset *dataset, FaltungNormalize how, gboolean checksum,
                              const FaltungScanHooks *hooks, GError **error) {
    gboolean bytes = faltung_dataset_is_bytes(dataset);
    if (faltung_dataset_text(dataset))
        how = FALTUNG_NORMALIZE_NONE; /* indices stay what they are */
    gboolean standard = how == FALTUNG_NORMALIZE_STANDARD;
    gboolean measured = standard || (!bytes && how != FALTUNG_NORMALIZE_NONE);
    g_auto(Scan) scan = {
        .dataset = dataset,
        .size = faltung_shape_size(faltung_dataset_shape(dataset)),
        .ahead = g_new(guint32, AHEAD),
        .checksum = checksum ? g_checksum_new(G_CHECKSUM_SHA256) : NULL,
    };
    find_constants(&scan, standard, measured);
    if (measured && bytes)
        scan.bytes = g_new0(ByteSums, scan.n);
    else if (measured)
        scan.floats = g_new0(FloatSums, scan.n);
    for (int i = 0; scan.floats && i < scan.n; i++)
        scan.floats[i] = (FloatSums){.low = FLT_MAX, .high = -FLT_MAX};
    if ((measured || checksum) && !visit_all(&scan, hooks, error))
        return FALSE;

    g_autofree float *mean = g_new(float, scan.n), *scale = g_new(float, scan.n);
    for (int i = 0; i < scan.n; i++) {
        Statistics statistics = {.high = 255.0}; /* of bytes */
        if (scan.bytes)
            statistics = of_bytes(&scan.bytes[i]);
        else if (scan.floats)
            statistics = of_floats(&scan.floats[i]);
        set_constant(how, &statistics, &mean[i], &scale[i]);
    }
    set_scaling(&scan, mean, scale);
    if (checksum)
        faltung_dataset_set_checksum(dataset, g_checksum_get_string(scan.checksum));
    return TRUE;
}

void faltung_dataset_normalize(FaltungDataset *dataset, FaltungNormalize how) {
    faltung_dataset_scan(dataset, how, FALSE, NULL, NULL);
}
