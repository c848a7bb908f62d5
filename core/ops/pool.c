/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/pool.h"

#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/ops/layout.h"
#include "core/ops/sides.h"

static const char *const stride_words[] = {"kernel", NULL};

/* clang-format off */
/* A window is at most 256 pixels large: which of them was the largest is a byte. */
#define POOL_OPTIONS(n, extent, unit, most)                                                        \
    {                                                                                              \
        {"kernel", extent " of the window, in " unit, FALTUNG_SIZES,                               \
         offsetof(FaltungPool, kernel[3 - n]), "2", 1, most, .sides = n},                          \
        {"stride", unit " that the window moves each time; kernel: as many as it is large",        \
         FALTUNG_SIZES, offsetof(FaltungPool, stride[3 - n]), "kernel", 1, 1024,                   \
         .choices = stride_words, .sides = n},                                                     \
        {NULL},                                                                                    \
    }
#define ADAPTIVE_OPTIONS(n, extent, unit)                                                          \
    {                                                                                              \
        {"output_size", extent " of the output, in " unit, FALTUNG_SIZES,                          \
         offsetof(FaltungPool, output_size[3 - n]), NULL, 1, 1024, .example = "1", .sides = n},    \
        {NULL},                                                                                    \
    }
/* clang-format on */

const FaltungOptionSpec faltung_pool_options_1[] = POOL_OPTIONS(1, "length", "steps", 255);
const FaltungOptionSpec faltung_pool_options_2[] =
    POOL_OPTIONS(2, "height and width", "pixels", 15);
const FaltungOptionSpec faltung_pool_options_3[] =
    POOL_OPTIONS(3, "depth, height and width", "voxels", 6);
const FaltungOptionSpec faltung_adaptive_pool_options_1[] = ADAPTIVE_OPTIONS(1, "length", "steps");
const FaltungOptionSpec faltung_adaptive_pool_options_2[] =
    ADAPTIVE_OPTIONS(2, "height and width", "pixels");
const FaltungOptionSpec faltung_adaptive_pool_options_3[] =
    ADAPTIVE_OPTIONS(3, "depth, height and width", "voxels");

void faltung_pool_sides(const FaltungLayer *layer, FaltungPoolSide sides[3]) {
    faltung_pool_sides_of(layer->options, &layer->input_shapes[0], sides);
}

FaltungPooling faltung_pooling_of(const FaltungPoolSide sides[3], int channels) {
    ptrdiff_t row = (ptrdiff_t)sides[2].input * channels;
    return (FaltungPooling){
        .pixels = sides[2].output,
        .channels = channels,
        .planes = sides[0].kernel,
        .rows = sides[1].kernel,
        .columns = sides[2].kernel,
        .plane = sides[1].input * row,
        .row = row,
        .step = (ptrdiff_t)sides[2].stride * channels,
    };
}

void faltung_pool_sides_of(const FaltungPool *pool, const FaltungShape *input,
                           FaltungPoolSide sides[3]) {
    int pixels[3];
    faltung_layout_sides(input, pixels);
    for (int side = 0; side < 3; side++) {
        FaltungPoolSide *s = &sides[side];
        *s = (FaltungPoolSide){.input = pixels[side], .output = pool->output_size[side]};
        if (s->output > 0)
            continue;
        s->kernel = MAX(1, pool->kernel[side]);
        s->stride = pool->stride[side] > 0 ? pool->stride[side] : s->kernel;
        s->output = s->input < s->kernel ? 0 : (s->input - s->kernel) / s->stride + 1;
    }
}

FaltungPoolWindow faltung_pool_window(const FaltungPoolSide sides[3], int p) {
    FaltungPoolWindow w = {.n = 1};
    int stride = 1;
    for (int side = 2; side >= 0; side--) {
        const FaltungPoolSide *s = &sides[side];
        w.first += faltung_pool_begin(s, p % s->output) * stride;
        w.size[side] = faltung_pool_size(s, p % s->output);
        w.n *= w.size[side];
        stride *= s->input;
        p /= s->output;
    }
    return w;
}

void faltung_pool_reach(const FaltungLayer *layer, int side, int at, int *first, int *last) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(layer, sides);
    *first = faltung_pool_begin(&sides[side], at);
    *last = *first + faltung_pool_size(&sides[side], at) - 1;
}

int faltung_pool_axis_reach(const FaltungLayer *layer, int input, int axis, int at, int *first,
                            int *last) {
    int rank = layer->input_shapes[0].rank, channels = rank == 2 ? 1 : 0;
    *first = *last = at;
    if (axis != channels)
        faltung_pool_reach(layer, 3 - (rank - 1) + axis - (channels == 0 ? 1 : 0), at, first, last);
    return axis;
}

gboolean faltung_pool_infer_shape(FaltungLayer *layer, GError **error) {
    int n = faltung_option_sides(&layer->operation->kind.options[0]), outputs[3];
    if (!faltung_sides_check(layer, n, error))
        return FALSE;
    FaltungPoolSide sides[3];
    faltung_pool_sides(layer, sides);
    FaltungShape window = {.rank = n};
    gboolean fits = TRUE;
    for (int side = 0; side < 3; side++) {
        outputs[side] = sides[side].output;
        fits = fits && outputs[side] >= 1;
        if (side >= 3 - n)
            window.dims[side - (3 - n)] = sides[side].kernel;
    }
    if (!fits) {
        g_autofree char *came = faltung_shape_format(&layer->input_shapes[0]);
        g_autofree char *size = faltung_shape_format(&window);
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "the %s window of %s does not fit into its input, %s; "
                            "take a smaller kernel",
                            size, layer->operation->kind.name, came);
    }
    int channels = faltung_layout_columns(&layer->input_shapes[0]);
    layer->output_shape = faltung_layout_of_sides(n, channels, outputs);
    return TRUE;
}

double faltung_pool_flops(const FaltungLayer *layer) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(layer, sides);
    return (double)faltung_shape_size(&layer->output_shape) * faltung_pool_window(sides, 0).n;
}

static const char *const taps[3] = {"a", "i", "j"};

/* What the window goes over: `i < 2, j < 3`; `i, j < 2` where both are the same. */
static char *window_tex(const FaltungPoolSide sides[3]) {
    GString *tex = g_string_new(NULL);
    for (int side = 0; side < 3; side++) {
        if (sides[side].kernel == 1)
            continue;
        g_string_append_printf(tex, "%s%s", tex->len > 0 ? ", " : "", taps[side]);
        if (side == 2 || sides[side + 1].kernel != sides[side].kernel)
            g_string_append_printf(tex, " < %d", sides[side].kernel);
    }
    return g_string_free(tex, FALSE);
}

char *faltung_pool_equation(const FaltungLayer *layer, const char *operator_tex) {
    FaltungPoolSide sides[3];
    faltung_pool_sides(layer, sides);
    if (sides[2].kernel == 0) /* adaptive: its windows differ, the equation is of all of them */
        return g_strdup(layer->operation->equation);
    int rank = layer->output_shape.rank, first = rank == 2 ? 0 : 1;
    const char *const *y = faltung_tex_letters(rank);
    char *x[FALTUNG_MAX_RANK + 1] = {NULL};
    for (int axis = 0; axis < rank; axis++) {
        int side = 3 - (rank - 1) + axis - first;
        gboolean channel = axis == (rank == 2 ? 1 : 0);
        FaltungSlide slide = {.kernel = channel ? 1 : sides[side].kernel,
                              .stride = channel ? 1 : sides[side].stride,
                              .dilation = 1};
        x[axis] = faltung_tex_slide(&slide, y[axis], channel ? "" : taps[side]);
    }
    g_autofree char *of = faltung_tex_places((const char *const *)x);
    g_autofree char *own = faltung_tex_places(y), *window = window_tex(sides);
    for (int axis = 0; axis < rank; axis++)
        g_free(x[axis]);
    if (!*window)
        return g_strdup_printf("\\mark{y}{y_{%s}} = \\mark{x}{x_{%s}}", own, of);
    return g_strdup_printf("\\mark{y}{y_{%s}} = %s_{%s} \\mark{x}{x_{%s}}", own, operator_tex,
                           window, of);
}
