/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** faltung_runs_from_build_folder: Returns: whether this program was built and not installed, so
 *  that what belongs to it is in the source and in the build folder. */
gboolean faltung_runs_from_build_folder(void);

G_END_DECLS
