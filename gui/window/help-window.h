/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/operation.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_help_window_new: Returns: a page on the operation, made from its descriptor: what it
 *  does, its equation, its options, its reference code. @options: (nullable): of a layer, whose
 *  sizes the picture has; the defaults. */
GtkWindow *faltung_help_window_new(GtkWindow *parent, const FaltungOperation *operation,
                                   const void *options);

G_END_DECLS
