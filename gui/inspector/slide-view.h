/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"
#include "draw/slide.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_slide_view_new: Returns: (transfer floating): the picture, which moves from window to
 *  window; at rest where motion is reduced. */
GtkWidget *faltung_slide_view_new(const FaltungSlidePicture *slide);

/** faltung_slide_of_operation: Returns: whether the operation slides a window over its input;
 *  @slide is then it, with the sizes of @options (nullable: its defaults). */
gboolean faltung_slide_of_operation(const FaltungOperation *operation, const void *options,
                                    FaltungSlidePicture *slide);

/** faltung_slide_of_option: Returns: whether a picture says what the option is; @slide is then it,
 *  with the option's value, as in a file. */
gboolean faltung_slide_of_option(const FaltungOptionSpec *spec, const char *value,
                                 FaltungSlidePicture *slide);

G_END_DECLS
