/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/convolution.h"

/* A network is planned for its largest batch: no smaller one may need more room. */
static void test_workspace(void) {
    static const int sizes[][2] = {{16, 16}, {3, 640}, {100, 300}, {130, 210}, {256, 256}};
    enum { MOST = 40, THREADS = 3 };
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (int kernel = 1; kernel <= 5; kernel++) {
            FaltungSlide side = faltung_slide(8, kernel, 1, 1, FALTUNG_PADDING_SAME);
            FaltungSlide sides[3] = {faltung_slide(1, 1, 1, 1, 0), side, side};
            FaltungConvolution c =
                faltung_convolution(sizes[i][0], sizes[i][1], 1, sides, FALTUNG_EDGE_CONSTANT);
            size_t most = faltung_convolution_weights_workspace(&c, MOST, THREADS);
            for (int batch = 1; batch < MOST; batch++)
                g_assert_cmpuint(faltung_convolution_weights_workspace(&c, batch, THREADS), <=,
                                 most);
        }
    }
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convolution/workspace-of-smaller-batches", test_workspace);
    return g_test_run();
}
