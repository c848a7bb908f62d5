/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungJson: writes a JSON text value by value, indented for people. The key of a member is
 * given with its value; in arrays and at the root it is %NULL.
 */
typedef struct FaltungJson FaltungJson;

FaltungJson *faltung_json_new(void);
void faltung_json_free(FaltungJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungJson, faltung_json_free)

void faltung_json_open_object(FaltungJson *json, const char *key);
void faltung_json_open_array(FaltungJson *json, const char *key);
/** faltung_json_close: ends the innermost object or array. */
void faltung_json_close(FaltungJson *json);
/** faltung_json_string: @value: (nullable): %NULL is written as null. */
void faltung_json_string(FaltungJson *json, const char *key, const char *value);
/** faltung_json_number: with the fewest digits that read back the same; JSON has no NaN and no
 *  infinity, they become null. */
void faltung_json_number(FaltungJson *json, const char *key, double value);
void faltung_json_integer(FaltungJson *json, const char *key, gint64 value);
void faltung_json_boolean(FaltungJson *json, const char *key, gboolean value);
/** faltung_json_integers: a short array on one line: a shape. */
void faltung_json_integers(FaltungJson *json, const char *key, int n, const int *values);

/** faltung_json_text: Returns: (transfer none): what was written so far. */
const char *faltung_json_text(const FaltungJson *json);
/** faltung_json_print: the finished text and a line's end to stdout. */
void faltung_json_print(const FaltungJson *json);
