/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "core/base/random.h"

#include <math.h>

/* What the tests of the tables share: every test walks its whole table with many settings of
   each kind, so that what is added is tested. */

/* Sets the option @name of @options from text; fails the test where it cannot be. */
static inline void set_option(const FaltungKind *kind, void *options, const char *name,
                              const char *text) {
    g_autoptr(GError) error = NULL;
    const FaltungOptionSpec *spec = faltung_kind_option(kind, name, &error);
    g_assert_no_error(error);
    faltung_option_parse(spec, options, text, &error);
    g_assert_no_error(error);
}

/* Calls @check with the defaults of @kind, then with every option at several values one after
   the other, all options before it kept at their last ones, so that they meet each other. */
static inline void walk_options(const FaltungKind *kind,
                                void (*check)(const FaltungKind *kind, const void *options)) {
    static const char *const numbers[] = {"0", "0.1", "0.25", "0.9", NULL};
    static const char *const integers[] = {"1", "2", "3", NULL};
    static const char *const switches[] = {"false", "true", NULL};
    static const char *const lists[] = {"[]", "0.5", "[1, 2.5, 3]", NULL};
    void *options = faltung_options_new(kind);
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (!spec->fallback)
            set_option(kind, options, spec->name, "0.1");
    }
    g_test_message("%s with its defaults", kind->name);
    check(kind, options);
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        const char *const *texts = spec->type == FALTUNG_NUMBER    ? numbers
                                   : spec->type == FALTUNG_INTEGER ? integers
                                   : spec->type == FALTUNG_SWITCH  ? switches
                                   : spec->type == FALTUNG_NUMBERS ? lists
                                                                   : spec->choices;
        g_assert_nonnull(texts);
        for (; *texts; texts++) {
            if (!faltung_option_parse(spec, options, *texts, NULL))
                continue; /* out of its range */
            g_test_message("%s with %s: %s", kind->name, spec->name, *texts);
            check(kind, options);
        }
    }
    faltung_options_free(kind, options);
}

/* Names, titles and summaries are there and names are not taken twice. */
static inline void check_table(const FaltungTable *table) {
    g_assert_nonnull(table->noun);
    int n = 0;
    for (const FaltungKind *const *kind = table->kinds; *kind; kind++, n++) {
        g_assert_nonnull((*kind)->name);
        g_assert_nonnull((*kind)->title);
        g_assert_nonnull((*kind)->summary);
        g_assert_true(faltung_table_find(table, (*kind)->name, NULL) == *kind);
        void *options = faltung_options_new(*kind);
        for (const FaltungOptionSpec *spec = (*kind)->options; spec && spec->name; spec++) {
            g_assert_nonnull(spec->summary);
            g_assert_cmpuint(spec->offset, <, (*kind)->options_size);
            set_option(*kind, options, spec->name, spec->fallback ? spec->fallback : spec->example);
        }
        faltung_options_free(*kind, options);
    }
    g_assert_cmpint(n, >, 0);
}

/* Reproducible test values, standard normal. */
static inline void fill_random(guint64 seed, size_t n, float *values) {
    FaltungRandom random = {.seed = seed, .purpose = FALTUNG_RANDOM_SAMPLE};
    for (size_t i = 0; i < n; i++)
        values[i] = faltung_random_normal(&random, i);
}

/* |a - b| relative to their size, with @floor for values near 0. */
static inline double relative_error(double a, double b, double floor) {
    return fabs(a - b) / MAX(MAX(fabs(a), fabs(b)), floor);
}

#define assert_close(a, b, tolerance, floor)                                                       \
    do {                                                                                           \
        double a_ = (a), b_ = (b);                                                                 \
        if (!(relative_error(a_, b_, floor) <= (tolerance)))                                       \
            g_error("%s:%d: %s = %.9g, but %s = %.9g", __FILE__, __LINE__, #a, a_, #b, b_);        \
    } while (0)
