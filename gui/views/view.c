/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/views/view.h"

#define FALTUNG_VIEW(name) extern const FaltungView faltung_view_##name;
#include "gui/views/views.h"
#undef FALTUNG_VIEW

const FaltungView *const *faltung_views(void) {
    static const FaltungView *const views[] = {
#define FALTUNG_VIEW(name) &faltung_view_##name,
#include "gui/views/views.h"
#undef FALTUNG_VIEW
        NULL,
    };
    return views;
}
