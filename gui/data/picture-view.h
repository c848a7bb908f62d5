/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/training/snapshot.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** FaltungPictureView: a tensor's picture with its scale bar; the pointer reads values. */
#define FALTUNG_TYPE_PICTURE_VIEW (faltung_picture_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungPictureView, faltung_picture_view, FALTUNG, PICTURE_VIEW, GtkWidget)

GtkWidget *faltung_picture_view_new(void);
/** faltung_picture_view_show: @snapshot holds @tensor (nullable). */
void faltung_picture_view_show(FaltungPictureView *view, FaltungSnapshot *snapshot,
                               const FaltungTensor *tensor);

/** FaltungHistogramView: the distribution of a tensor's values. */
#define FALTUNG_TYPE_HISTOGRAM_VIEW (faltung_histogram_view_get_type())
G_DECLARE_FINAL_TYPE(FaltungHistogramView, faltung_histogram_view, FALTUNG, HISTOGRAM_VIEW,
                     GtkWidget)

GtkWidget *faltung_histogram_view_new(void);
void faltung_histogram_view_show(FaltungHistogramView *view, FaltungSnapshot *snapshot,
                                 const FaltungTensor *tensor);

G_END_DECLS
