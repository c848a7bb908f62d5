/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** faltung_option_title: Returns: (transfer full): `final_lr` as people read it, in English:
 *  "Final learning rate". po/descriptors.c gives it to the translators. */
char *faltung_option_title(const char *name);

G_END_DECLS
