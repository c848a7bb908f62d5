/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** FaltungApplication: the program `faltung-gui`. */
#define FALTUNG_TYPE_APPLICATION (faltung_application_get_type())
G_DECLARE_FINAL_TYPE(FaltungApplication, faltung_application, FALTUNG, APPLICATION, AdwApplication)

FaltungApplication *faltung_application_new(void);

G_END_DECLS
