/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void test_zeros(void) {
    static const gsize sizes[] = {0, 1, 17, (1 << 19) - 1, 1 << 19, (1 << 20) + 5};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        float *floats = faltung_floats_new(sizes[i]);
        g_assert_cmpuint((gsize)floats % 64, ==, 0);
        for (gsize k = 0; k < sizes[i]; k++) {
            g_assert_cmpfloat(floats[k], ==, 0);
            floats[k] = k;
        }
        faltung_floats_free(floats);
    }
    faltung_floats_free(NULL);
}

/* Whether Linux has been asked for large pages where @address is: VmFlags has "hg". -1: it does not
   say so of any memory. */
static int wants_large_pages(const void *address) {
    g_autofree char *maps = NULL;
    if (!g_file_get_contents("/proc/self/smaps", &maps, NULL, NULL) ||
        !g_file_test("/sys/kernel/mm/transparent_hugepage/enabled", G_FILE_TEST_EXISTS))
        return -1;
    g_auto(GStrv) lines = g_strsplit(maps, "\n", -1);
    gboolean here = FALSE;
    for (char **line = lines; *line; line++) {
        uintptr_t begin, end;
        if (sscanf(*line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2)
            here = begin <= (uintptr_t)address && (uintptr_t)address < end;
        else if (here && g_str_has_prefix(*line, "VmFlags:"))
            return strstr(*line, " hg") != NULL;
    }
    return -1;
}

static void test_large_pages(void) {
    enum { MANY = 3 << 20 };
    float *few = faltung_floats_new(1000), *many = faltung_floats_new(MANY);
    int at_the_beginning = wants_large_pages(many);
    if (at_the_beginning < 0) {
        g_test_skip("the system does not tell of its pages");
    } else {
        g_assert_cmpint(at_the_beginning, ==, 1);
        g_assert_cmpint(wants_large_pages(many + MANY - 1), ==, 1);
        g_assert_cmpint(wants_large_pages(few), ==, 0);
    }
    faltung_floats_free(few);
    faltung_floats_free(many);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/memory/zeros", test_zeros);
    g_test_add_func("/memory/large-pages", test_large_pages);
    return g_test_run();
}
