/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/** faltung_draw_view_delay: @pad: of the page. Returns: milliseconds from the last stroke to what
 *  the network says of it; -1: it has not answered yet. */
double faltung_draw_view_delay(GtkWidget *pad);
