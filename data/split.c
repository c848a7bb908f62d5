/* SPDX-License-Identifier: Apache-2.0 */
#include "data/split.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

/* A group of samples that is split by itself: a class. */
typedef struct {
    guint32 size;
    guint32 quota;   /* samples to hold back */
    double fraction; /* of a sample that rounding down took away */
} Group;

/* Gives each group its share of @total, by largest remainders: as many as were asked for, and no
   group off by more than one. */
static void share_out(Group *groups, int n_groups, double part, guint32 total) {
    guint32 given = 0;
    for (int i = 0; i < n_groups; i++) {
        double exact = part * groups[i].size;
        groups[i].quota = floor(exact);
        groups[i].fraction = exact - groups[i].quota;
        given += groups[i].quota;
    }
    for (; given < total; given++) {
        Group *next = NULL;
        for (int i = 0; i < n_groups; i++)
            if (groups[i].quota < groups[i].size && (!next || groups[i].fraction > next->fraction))
                next = &groups[i];
        next->quota++;
        next->fraction -= 1.0;
    }
}

gboolean faltung_data_split(FaltungDataset *dataset, double part, guint64 seed,
                            FaltungDataset **training, FaltungDataset **validation,
                            GError **error) {
    guint32 n = faltung_dataset_size(dataset);
    if (n < 2)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "'%s' has %u %s; expected at least 2, for training and validation",
                            faltung_dataset_name(dataset), n, n == 1 ? _("sample") : _("samples"));
    guint32 held_back = CLAMP(lround(part * n), 1, n - 1);
    gboolean classes = faltung_dataset_is_classified(dataset);
    int n_groups = classes ? faltung_dataset_n_classes(dataset) : 1;
    g_autofree Group *groups = g_new0(Group, n_groups);
    for (guint32 i = 0; i < n; i++)
        groups[classes ? faltung_dataset_class(dataset, i) : 0].size++;
    share_out(groups, n_groups, part, held_back);

    g_autofree guint32 *order = g_new(guint32, n);
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SPLIT};
    faltung_random_permutation(&random, n, order);
    guint32 *kept = g_new(guint32, n - held_back), *held = g_new(guint32, held_back);
    guint32 n_kept = 0, n_held = 0;
    for (guint32 i = 0; i < n; i++) {
        Group *group = &groups[classes ? faltung_dataset_class(dataset, order[i]) : 0];
        if (group->quota > 0) {
            group->quota--;
            held[n_held++] = order[i];
        } else {
            kept[n_kept++] = order[i];
        }
    }
    *training = faltung_dataset_subset(dataset, kept, n_kept);
    *validation = faltung_dataset_subset(dataset, held, n_held);
    return TRUE;
}

gboolean faltung_data_fold(FaltungDataset *dataset, int folds, int fold, guint64 seed,
                           FaltungDataset **training, FaltungDataset **validation, GError **error) {
    guint32 n = faltung_dataset_size(dataset);
    if (n < (guint32)folds)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "'%s' has %u samples, too few for %d folds; make data.folds smaller",
                            faltung_dataset_name(dataset), n, folds);
    gboolean classes = faltung_dataset_is_classified(dataset);
    int n_groups = classes ? faltung_dataset_n_classes(dataset) : 1;
    /* the classes are dealt one behind the other, as if they were one row */
    g_autofree guint32 *next = g_new0(guint32, n_groups + 1);
    for (guint32 i = 0; i < n; i++)
        next[1 + (classes ? faltung_dataset_class(dataset, i) : 0)]++;
    for (int k = 1; k < n_groups; k++)
        next[k] += next[k - 1];

    g_autofree guint32 *order = g_new(guint32, n);
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SPLIT};
    faltung_random_permutation(&random, n, order);
    guint32 *kept = g_new(guint32, n), *held = g_new(guint32, n);
    guint32 n_kept = 0, n_held = 0;
    for (guint32 i = 0; i < n; i++) {
        guint32 place = next[classes ? faltung_dataset_class(dataset, order[i]) : 0]++;
        if (place % folds == (guint32)fold - 1)
            held[n_held++] = order[i];
        else
            kept[n_kept++] = order[i];
    }
    *training = faltung_dataset_subset(dataset, kept, n_kept);
    *validation = faltung_dataset_subset(dataset, held, n_held);
    return TRUE;
}

/* The @n samples from @first on. */
static FaltungDataset *range(FaltungDataset *dataset, guint32 first, guint32 n) {
    guint32 *indices = g_new(guint32, n);
    for (guint32 i = 0; i < n; i++)
        indices[i] = first + i;
    return faltung_dataset_subset(dataset, indices, n);
}

gboolean faltung_data_split_text(FaltungDataset *dataset, double part, FaltungDataset **training,
                                 FaltungDataset **validation, GError **error) {
    const FaltungText *text = faltung_dataset_text(dataset);
    guint64 n = faltung_dataset_size(dataset), characters = faltung_text_n_characters(text);
    guint64 length = faltung_text_length(text), stride = faltung_text_stride(text);
    guint64 cut = llround((1 - part) * characters);
    /* a window has its last target length characters behind its beginning */
    guint64 kept = cut > length ? MIN((cut - length - 1) / stride + 1, n) : 0;
    guint64 first = (cut + stride - 1) / stride;
    if (kept == 0 || first >= n)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "'%s' has %" PRIu64 " characters, too few for windows of %" PRIu64
                            " to train with and to validate with, %g of it; make length "
                            "smaller, or take a longer text",
                            faltung_dataset_name(dataset), characters, length, part);
    *training = range(dataset, 0, kept);
    *validation = range(dataset, first, n - first);
    return TRUE;
}
