/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/equation.h"
#include "core/ops/recurrent.h"

/* The cell's rows, and what a stack of passes and the wish for the last state add to them. */
char *faltung_recurrent_equation(const FaltungLayer *layer, const char *cell) {
    const FaltungRecurrentOptions *options = layer->options;
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    GString *steps = g_string_new(cell);
    if (options->reverse)
        g_string_replace(steps, "{t-1}", "{t+1}", 0);
    g_ptr_array_add(rows, g_string_free(steps, FALSE));
    if (options->bidirectional)
        g_ptr_array_add(rows, g_strdup("\\mark{h}{h_t} &= \\left[ \\mark{h}{h_t^{\\rightarrow}}, "
                                       "\\, \\mark{h}{h_t^{\\leftarrow}} \\right]"));
    if (options->layers > 1)
        g_ptr_array_add(rows, g_strdup_printf("\\mark{x}{x_t^{(l + 1)}} &= \\mark{h}{h_t^{(l)}}, "
                                              "\\quad l = 1, \\ldots, %d",
                                              options->layers - 1));
    if (options->returns == FALTUNG_RETURN_LAST)
        g_ptr_array_add(
            rows, g_strdup_printf("\\mark{h}{y} &= \\mark{h}{h_%s}", options->reverse ? "1" : "T"));
    return faltung_tex_aligned(rows);
}
