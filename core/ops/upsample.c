/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/equation.h"
#include "core/ops/layout.h"
#include "core/ops/operations.h"
#include "core/ops/parallel.h"
#include "core/ops/reach.h"
#include "core/ops/sides.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* Larger sequences, images and volumes: steps, pixels or voxels repeated or interpolated. */

typedef enum { NEAREST, LINEAR } Mode;

/* Depth, height, width: an operation of fewer sides sets the last of them. */
typedef struct {
    int scale[3];
    int mode;
} Upsample;

static const char *const modes_1[] = {"nearest", "linear", NULL};
static const char *const modes_2[] = {"nearest", "bilinear", NULL};
static const char *const modes_3[] = {"nearest", "trilinear", NULL};

/* clang-format off */
#define OPTIONS(n, what, mode_help)                                                                \
    {                                                                                              \
        {"scale", what, FALTUNG_SIZES, offsetof(Upsample, scale[3 - n]), "2", 1, 64, .sides = n},  \
        {"mode", mode_help, FALTUNG_CHOICE, offsetof(Upsample, mode), "nearest",                   \
         .choices = modes_##n},                                                                    \
        {NULL},                                                                                    \
    }
/* clang-format on */

static const FaltungOptionSpec options_1[] =
    OPTIONS(1, "how many times as long the sequence becomes",
            "nearest: steps are repeated; linear: what lies between them is interpolated");
static const FaltungOptionSpec options_2[] =
    OPTIONS(2, "how many times as high and as wide the image becomes",
            "nearest: pixels are repeated; bilinear: what lies between them is interpolated");
static const FaltungOptionSpec options_3[] =
    OPTIONS(3, "how many times as deep, high and wide the volume becomes",
            "nearest: voxels are repeated; trilinear: what lies between them is interpolated");

static int scale_of(const Upsample *upsample, int side) {
    return MAX(upsample->scale[side], 1);
}

static gboolean infer_shape(FaltungLayer *layer, GError **error) {
    int n = faltung_option_sides(&layer->operation->kind.options[0]), sides[3];
    const FaltungShape *input = &layer->input_shapes[0];
    if (!faltung_sides_check(layer, n, error))
        return FALSE;
    faltung_layout_sides(input, sides);
    for (int side = 0; side < 3; side++)
        sides[side] *= scale_of(layer->options, side);
    layer->output_shape = faltung_layout_of_sides(n, faltung_layout_columns(input), sides);
    return TRUE;
}

static double flops(const FaltungLayer *layer) {
    const Upsample *upsample = layer->options;
    int n = faltung_option_sides(&layer->operation->kind.options[0]);
    double each = upsample->mode == LINEAR ? 4.0 * n - 1.0 : 0.0;
    return each * faltung_shape_size(&layer->output_shape);
}

/* Along one side: the two pixels that an output pixel lies between, and the weight of the second.
   As PyTorch has it: the centres of the corner pixels do not stay (align_corners=False). */
typedef struct {
    int first, second;
    double weight;
} Between;

static Between between(const Upsample *upsample, int side, int input, int output) {
    int scale = scale_of(upsample, side);
    if (upsample->mode == NEAREST)
        return (Between){output / scale, output / scale, 0};
    double at = fmax((output + 0.5) / scale - 0.5, 0);
    int first = (int)at;
    return (Between){first, MIN(first + 1, input - 1), at - first};
}

/* What the passes share. */
typedef struct {
    const Upsample *upsample;
    int channels;
    int from[3], to[3]; /* depth, height, width */
    size_t row;         /* values of one row of the input, */
    size_t image;       /* and of all of it */
    Between *columns;   /* (to[2]): where the output's columns lie between the input's */
} Pass;

/* In the workspace: the columns, and for every thread a row of the input's width. */
static size_t table_size(const FaltungLayer *layer) {
    int to[3];
    faltung_layout_sides(&layer->output_shape, to);
    return to[2] * sizeof(Between) / sizeof(float);
}

static size_t row_size(const FaltungLayer *layer) {
    const FaltungShape *input = &layer->input_shapes[0];
    int from[3];
    faltung_layout_sides(input, from);
    return (size_t)from[2] * faltung_layout_columns(input) + FALTUNG_SLACK;
}

static float *row_in(const FaltungStep *step) {
    return step->workspace + table_size(step->layer) + omp_get_thread_num() * row_size(step->layer);
}

static size_t workspace_size(const FaltungLayer *layer, int batch, int threads) {
    return table_size(layer) + threads * row_size(layer);
}

static Pass pass_of(const FaltungStep *step) {
    Pass pass = {
        .upsample = step->layer->options,
        .channels = faltung_layout_columns(&step->layer->output_shape),
        .columns = (Between *)step->workspace,
    };
    faltung_layout_sides(&step->layer->input_shapes[0], pass.from);
    faltung_layout_sides(&step->layer->output_shape, pass.to);
    pass.row = (size_t)pass.from[2] * pass.channels;
    pass.image = (size_t)pass.from[0] * pass.from[1] * pass.row;
    for (int w = 0; w < pass.to[2]; w++)
        pass.columns[w] = between(pass.upsample, 2, pass.from[2], w);
    return pass;
}

/* The rows of the input that row @line of the output (of all planes) lies between: up to two in
   each of up to two planes. */
typedef struct {
    int n;
    size_t begin[4]; /* in the input */
    float weight[4]; /* of each; together 1 */
} Rows;

static Rows rows_of(const Pass *pass, int line) {
    Between plane = between(pass->upsample, 0, pass->from[0], line / pass->to[1]);
    Between row = between(pass->upsample, 1, pass->from[1], line % pass->to[1]);
    Rows rows = {0};
    for (int i = 0; i < 4; i++) {
        double of_plane = i / 2 ? plane.weight : 1 - plane.weight;
        double of_row = i % 2 ? row.weight : 1 - row.weight;
        int d = i / 2 ? plane.second : plane.first, h = i % 2 ? row.second : row.first;
        if (of_plane * of_row == 0)
            continue;
        rows.begin[rows.n] = ((size_t)d * pass->from[1] + h) * pass->row;
        rows.weight[rows.n++] = of_plane * of_row;
    }
    return rows;
}

/* mean = first + weight (second - first) */
FALTUNG_CLONES
static void mix_rows(size_t n, float weight, const float *first, const float *second, float *mean) {
    for (size_t i = 0; i < n; i++)
        mean[i] = (1 - weight) * first[i] + weight * second[i];
}

FALTUNG_CLONES
static void add_times(size_t n, float weight, const float *dy, float *dx) {
    for (size_t i = 0; i < n; i++)
        dx[i] += weight * dy[i];
}

/* Returns: those rows of the image @x as one; @mean: (row): where they are mixed */
static const float *mix(const Pass *pass, const Rows *rows, const float *x, float *mean) {
    if (rows->n == 1)
        return x + rows->begin[0];
    if (rows->n == 2) {
        mix_rows(pass->row, rows->weight[1], x + rows->begin[0], x + rows->begin[1], mean);
        return mean;
    }
    memset(mean, 0, pass->row * sizeof(float));
    for (int i = 0; i < rows->n; i++)
        add_times(pass->row, rows->weight[i], x + rows->begin[i], mean);
    return mean;
}

/* One row of the output from one of the input's width, and the same backwards. Inlined, so that
   for one channel there is no loop over it. */
static inline __attribute__((always_inline)) void
spread(int width, int channels, const Between *columns, const float *x, float *restrict y) {
    for (int w = 0; w < width; w++, y += channels) {
        const float *first = x + (size_t)columns[w].first * channels;
        const float *second = x + (size_t)columns[w].second * channels;
        float weight = columns[w].weight;
        for (int c = 0; c < channels; c++)
            y[c] = (1 - weight) * first[c] + weight * second[c];
    }
}

static inline __attribute__((always_inline)) void
gather(int width, int channels, const Between *columns, const float *dy, float *dx) {
    for (int w = 0; w < width; w++, dy += channels) {
        float *first = dx + (size_t)columns[w].first * channels;
        float *second = dx + (size_t)columns[w].second * channels;
        float weight = columns[w].weight;
        for (int c = 0; c < channels; c++)
            first[c] += (1 - weight) * dy[c];
        for (int c = 0; c < channels && weight != 0; c++)
            second[c] += weight * dy[c];
    }
}

FALTUNG_CLONES
static void spread_row(int width, int channels, const Between *columns, const float *x, float *y) {
    if (channels == 1)
        spread(width, 1, columns, x, y);
    else
        spread(width, channels, columns, x, y);
}

FALTUNG_CLONES
static void gather_row(int width, int channels, const Between *columns, const float *dy,
                       float *dx) {
    if (channels == 1)
        gather(width, 1, columns, dy, dx);
    else
        gather(width, channels, columns, dy, dx);
}

static double work_of(const FaltungStep *step) {
    return 8.0 * step->batch * faltung_shape_size(&step->layer->output_shape);
}

/* First the rows that an output row lies between are mixed, then the columns of that. */
static void forward(const FaltungStep *step) {
    Pass pass = pass_of(step);
    int lines = pass.to[0] * pass.to[1], width = pass.to[2];
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++)
        for (int line = 0; line < lines; line++) {
            Rows rows = rows_of(&pass, line);
            const float *x = mix(&pass, &rows, step->inputs[0] + n * pass.image, row_in(step));
            spread_row(width, pass.channels, pass.columns, x,
                       step->output + ((size_t)n * lines + line) * width * pass.channels);
        }
}

static void backward(const FaltungStep *step) {
    if (!step->input_gradients[0])
        return;
    Pass pass = pass_of(step);
    int lines = pass.to[0] * pass.to[1], width = pass.to[2];
    int threads = faltung_threads_for(step->threads, work_of(step));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < step->batch; n++) {
        float *dx = step->input_gradients[0] + n * pass.image, *sum = row_in(step);
        if (step->overwrite[0])
            memset(dx, 0, pass.image * sizeof(float));
        for (int line = 0; line < lines; line++) {
            Rows rows = rows_of(&pass, line);
            memset(sum, 0, pass.row * sizeof(float));
            gather_row(width, pass.channels, pass.columns,
                       step->output_gradient + ((size_t)n * lines + line) * width * pass.channels,
                       sum);
            for (int i = 0; i < rows.n; i++)
                add_times(pass.row, rows.weight[i], sum, dx + rows.begin[i]);
        }
    }
}

/* The pixels (steps, voxels) that output pixel @p lies between, at the corners of a cube, and what
   each counts for; pixels are counted row by row. */
typedef struct {
    int pixel[8];
    double weight[8];
} Corners;

static Corners corners_reference(const FaltungLayer *layer, int p) {
    int from[3], to[3];
    faltung_layout_sides(&layer->input_shapes[0], from);
    faltung_layout_sides(&layer->output_shape, to);
    Between d = between(layer->options, 0, from[0], p / to[2] / to[1]);
    Between h = between(layer->options, 1, from[1], p / to[2] % to[1]);
    Between w = between(layer->options, 2, from[2], p % to[2]);
    Corners corners;

    for (int i = 0; i < 8; i++) {
        int plane = i & 4 ? d.second : d.first;
        int row = i & 2 ? h.second : h.first;
        int column = i & 1 ? w.second : w.first;
        corners.pixel[i] = (plane * from[1] + row) * from[2] + column;
        corners.weight[i] = (i & 4 ? d.weight : 1 - d.weight) * (i & 2 ? h.weight : 1 - h.weight) *
                            (i & 1 ? w.weight : 1 - w.weight);
    }
    return corners;
}

static void upsample_forward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    const double(*x)[faltung_shape_size(in)] = (const void *)r->inputs[0];
    double(*y)[faltung_shape_size(out)] = (void *)r->output;

    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < faltung_layout_rows(out); p++) {
            Corners corners = corners_reference(r->layer, p);
            for (int c = 0; c < faltung_layout_columns(out); c++) {
                double sum = 0;
                for (int i = 0; i < 8; i++)
                    sum += corners.weight[i] * x[n][faltung_layout_field(in, corners.pixel[i], c)];
                y[n][faltung_layout_field(out, p, c)] = sum;
            }
        }
}

static void upsample_backward_reference(const FaltungReference *r) {
    const FaltungShape *in = &r->layer->input_shapes[0], *out = &r->layer->output_shape;
    const double(*dy)[faltung_shape_size(out)] = (const void *)r->output_gradient;
    double(*dx)[faltung_shape_size(in)] = (void *)r->input_gradients[0];

    for (int n = 0; n < r->batch; n++)
        for (int p = 0; p < faltung_layout_rows(out); p++) {
            Corners corners = corners_reference(r->layer, p);
            for (int c = 0; c < faltung_layout_columns(out); c++)
                for (int i = 0; i < 8; i++)
                    dx[n][faltung_layout_field(in, corners.pixel[i], c)] +=
                        corners.weight[i] * dy[n][faltung_layout_field(out, p, c)];
        }
}

/* Which side axis @axis of a sample is; -1: its channels. */
static int side_of(const FaltungLayer *layer, int axis) {
    int rank = layer->input_shapes[0].rank, channels = rank == 2 ? 1 : 0;
    return axis == channels ? -1 : 3 - (rank - 1) + axis - (channels == 0 ? 1 : 0);
}

static int reach(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last) {
    int side = side_of(layer, axis);
    *first = *last = at;
    if (side >= 0) {
        Between pixels = between(layer->options, side, layer->input_shapes[0].dims[axis], at);
        *first = pixels.first;
        *last = pixels.weight > 0 ? pixels.second : pixels.first;
    }
    return axis;
}

/* Along a side the output's place is repeated, or lies at u between two of the input's. */
static char *equation_of(const FaltungLayer *layer) {
    static const char *const taps[3] = {"a", "i", "j"};
    const Upsample *upsample = layer->options;
    int rank = layer->input_shapes[0].rank;
    const char *const *letters = faltung_tex_letters(rank);
    g_autofree char *y = faltung_tex_places(letters);
    g_autoptr(GString) x = g_string_new(NULL), over = g_string_new(NULL),
                       weights = g_string_new(NULL);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (int axis = 0; axis < rank; axis++) {
        int side = side_of(layer, axis);
        const char *at = letters[axis];
        g_string_append(x, axis > 0 ? ",\\, " : "");
        if (side < 0) {
            g_string_append(x, at);
        } else if (upsample->mode == NEAREST) {
            g_string_append_printf(x, "\\lfloor %s/%d \\rfloor", at, scale_of(upsample, side));
        } else {
            g_string_append_printf(x, "\\lfloor u_%s \\rfloor + %s", at, taps[side]);
            g_string_append_printf(over, "%s%s", over->len > 0 ? "," : "", taps[side]);
            g_string_append_printf(weights, "|1 - %s - v_%s| \\, ", taps[side], at);
            g_ptr_array_add(rows, g_strdup_printf("u_%s &= \\max ( \\tfrac{%s + 1/2}{%d} - "
                                                  "\\tfrac{1}{2}, 0 ), \\quad v_%s = u_%s - "
                                                  "\\lfloor u_%s \\rfloor",
                                                  at, at, scale_of(upsample, side), at, at, at));
        }
    }
    g_autofree char *sum =
        over->len > 0 ? g_strdup_printf("\\sum_{%s \\leq 1} ", over->str) : g_strdup("");
    g_ptr_array_insert(rows, 0,
                       g_strdup_printf("\\mark{y}{y_{%s}} &= %s%s\\mark{x}{x_{%s}}", y, sum,
                                       weights->str, x->str));
    return faltung_tex_aligned(rows);
}

/* clang-format off */
#define UPSAMPLE(n, title_, summary_, equation_)                                                   \
    const FaltungOperation faltung_operation_upsample##n##d = {                                    \
        .kind = {.name = "upsample" #n "d", .title = title_, .summary = summary_,                  \
                 .options = options_##n, .options_size = sizeof(Upsample)},                        \
        .group = FALTUNG_GROUP_POOLING,                                                            \
        .equation = equation_,                                                                     \
        .equation_of = equation_of,                                                                \
        .reach = reach,                                                                            \
        .max_inputs = 1,                                                                           \
        .infer_shape = infer_shape,                                                                \
        .flops = flops,                                                                            \
        .workspace_size = workspace_size,                                                          \
        .forward = forward,                                                                        \
        .backward = backward,                                                                      \
        .forward_reference = upsample_forward_reference,                                           \
        .backward_reference = upsample_backward_reference,                                         \
        .file = "upsample.c",                                                                      \
    }
/* clang-format on */

UPSAMPLE(1, "Upsampling of sequences", "a longer sequence, its steps repeated or interpolated",
         "\\mark{y}{y_{tc}} = \\mark{x}{x_{\\lfloor t/s \\rfloor,\\, c}}");
UPSAMPLE(2, "Upsampling", "a larger image, its pixels repeated or interpolated",
         "\\mark{y}{y_{chw}} = "
         "\\mark{x}{x_{c,\\, \\lfloor h/s \\rfloor,\\, \\lfloor w/s \\rfloor}}");
UPSAMPLE(3, "Upsampling of volumes", "a larger volume, its voxels repeated or interpolated",
         "\\mark{y}{y_{cdhw}} = \\mark{x}{x_{c,\\, \\lfloor d/s \\rfloor,\\, "
         "\\lfloor h/s \\rfloor,\\, \\lfloor w/s \\rfloor}}");
