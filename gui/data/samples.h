/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One sample of a data set, as the grid shows it. */
#define FALTUNG_TYPE_SAMPLE (faltung_sample_get_type())
G_DECLARE_FINAL_TYPE(FaltungSample, faltung_sample, FALTUNG, SAMPLE, GObject)

guint32 faltung_sample_index(FaltungSample *sample);
const char *faltung_sample_label(FaltungSample *sample);
/** faltung_sample_texture: Returns: (nullable) (transfer none): %NULL where there is a text. */
GdkTexture *faltung_sample_texture(FaltungSample *sample);
/** faltung_sample_text: Returns: (nullable) (transfer none): the characters of a window of a text,
 *  on one line. */
const char *faltung_sample_text(FaltungSample *sample);

/** faltung_sample_label_of: Returns: (transfer full): "7: Sneaker", or "7" without classes. */
char *faltung_sample_label_of(FaltungDataset *dataset, guint32 index);

#define FALTUNG_SAMPLES_AT_MOST 400

/**
 * faltung_samples_load: makes the pictures of the first samples of a class on another thread.
 * @class_: -1: all of them
 * @size: pixels of a picture
 */
void faltung_samples_load(FaltungDataset *dataset, int class_, int size, gboolean dark,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/** faltung_samples_load_these: the same of the samples at @indices (element-type guint32). */
void faltung_samples_load_these(FaltungDataset *dataset, GArray *indices, int size, gboolean dark,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data);
/** faltung_samples_load_finish: Returns: (transfer full) (element-type FaltungSample). */
GPtrArray *faltung_samples_load_finish(GAsyncResult *result, GError **error);

G_END_DECLS
