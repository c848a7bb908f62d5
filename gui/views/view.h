/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/views/scene.h"

G_BEGIN_DECLS

/* A page of the bottom panel; views.h lists them. */
typedef struct {
    const char *title;
    GtkWidget *(*create)(FaltungScene *scene); /* watches the scene */
} FaltungView;

/** faltung_views: Returns: (transfer none) (array zero-terminated=1): all of them. */
const FaltungView *const *faltung_views(void);

G_END_DECLS
