/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

/* What an edit of a text made, @made (taken) or @error, is @head, @layers and @tail. */
static inline void check_edited(char *made, const GError *error, const char *head,
                                const char *layers, const char *tail) {
    g_autofree char *text = made;
    g_autofree char *expected = g_strconcat(head, layers, tail, NULL);
    g_assert_no_error(error);
    g_assert_cmpstr(text, ==, expected);
}

/* An edit was not done; its error, which is cleared, says @why. */
static inline void check_refused(char *made, GError **error, const char *why) {
    g_assert_null(made);
    g_assert_nonnull(*error);
    g_assert_nonnull(strstr((*error)->message, why));
    g_clear_error(error);
}
