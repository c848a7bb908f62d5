/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * faltung_yaml_quote:
 * @text: UTF-8
 *
 * Returns: (transfer full): a YAML scalar on one line, good in block and in flow style, that
 *   reads back as this very text: plain where it can be, else in quotes.
 */
char *faltung_yaml_quote(const char *text);
