/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/winograd.h"

#include "core/ops/parallel.h"

#include <omp.h>

enum { PLANES = 16, KERNEL = 9, LINE = 16 /* floats */ };

FaltungWinograd faltung_winograd(int channels, int filters, const FaltungSlide *rows,
                                 const FaltungSlide *columns) {
    return (FaltungWinograd){
        .channels = channels,
        .filters = filters,
        .in_height = rows->input,
        .in_width = columns->input,
        .top = rows->before,
        .left = columns->before,
        .height = rows->output,
        .width = columns->output,
        .panels = faltung_panels(filters, channels),
        .tile_rows = (rows->output + 1) / 2,
        .tile_columns = (columns->output + 1) / 2,
    };
}

gboolean faltung_winograd_pays(int channels, int filters, const FaltungSlide *rows,
                               const FaltungSlide *columns) {
    if (rows->kernel != 3 || columns->kernel != 3 || rows->stride != 1 || columns->stride != 1)
        return FALSE;
    /* the transforms take their time, which few channels do not bring in again */
    if (MIN(channels, filters) < 16)
        return FALSE;
    double tiles = (double)((rows->output + 1) / 2) * ((columns->output + 1) / 2);
    return 1.3 * PLANES * tiles < (double)KERNEL * rows->output * columns->output;
}

/* -- weights ---------------------------------------------------------------------------------- */

size_t faltung_winograd_weights_size(const FaltungWinograd *w) {
    return PLANES * faltung_panels_size(&w->panels);
}

/* Floats that are transformed at a time; the planes lie a panel's weights apart. */
static size_t panel_size(const FaltungWinograd *w) {
    return (size_t)w->channels * w->panels.width;
}

static int weight_threads(const FaltungWinograd *w, int threads) {
    return faltung_threads_for(threads, 2.0 * faltung_winograd_weights_size(w));
}

void faltung_winograd_weights(const FaltungWinograd *w, int threads, const float *weights,
                              float *to) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t plane = faltung_panels_size(&w->panels), panel = panel_size(w);
#pragma omp parallel for num_threads(weight_threads(w, threads)) schedule(static)
    for (int p = 0; p < w->panels.n_panels; p++)
        kernels->winograd_weights(panel, weights + p * KERNEL * panel, to + p * panel, plane);
}

void faltung_winograd_fold(const FaltungWinograd *w, int threads, const float *sum,
                           float *gradient) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t plane = faltung_panels_size(&w->panels), panel = panel_size(w);
#pragma omp parallel for num_threads(weight_threads(w, threads)) schedule(static)
    for (int p = 0; p < w->panels.n_panels; p++)
        kernels->winograd_weight_gradient(panel, sum + p * panel, plane,
                                          gradient + p * KERNEL * panel);
}

/* -- blocks of tiles -------------------------------------------------------------------------- */

/* Floats that the planes of a block may take in the second cache, and the tiles that a block of the
   gradient has at least, since it reads and writes all the sums. */
enum { BUDGET = 160 << 10, GRADIENT_TILES = 128 };

/* Rows of tiles in a block: these may belong to several samples. The shape alone decides. */
static int block_rows(const FaltungWinograd *w, size_t channels, int least_tiles) {
    int tiles = BUDGET / (PLANES * channels);
    return MAX(1, MAX(tiles, least_tiles) / w->tile_columns);
}

static int padded(int channels) {
    return (channels + LINE - 1) / LINE * LINE;
}

/* Planes of (tiles, channels), one line further apart than they are large: at a power of two they
   would all fall into the same place of the first cache. */
typedef struct {
    float *at;
    ptrdiff_t plane, tile;
} Planes;

static Planes planes_of(float *at, int tiles, int channels) {
    return (Planes){at, (ptrdiff_t)tiles * padded(channels) + LINE, padded(channels)};
}

static size_t planes_size(int tiles, int channels) {
    return PLANES * ((size_t)tiles * padded(channels) + LINE);
}

/* Calls @transform for rows @first to @first + @n - 1 of the tiles of all samples. */
typedef void (*Transform)(const FaltungPatches *patches, const FaltungFinish *finish);

static void transform_rows(const FaltungWinograd *w, FaltungPatches patches, int top, size_t first,
                           int n, Transform transform, const FaltungFinish *finish) {
    float *maps = patches.map;
    size_t map = (size_t)patches.height * patches.width * patches.pixel;
    patches.patches = w->tile_columns;
    for (int i = 0; i < n; i++, patches.planes += w->tile_columns * patches.patch) {
        patches.map = maps + (first + i) / w->tile_rows * map;
        patches.row = 2 * (int)((first + i) % w->tile_rows) - top;
        transform(&patches, finish);
    }
}

static void input_transform(const FaltungPatches *patches, const FaltungFinish *finish) {
    faltung_kernels()->winograd_input(patches);
}

static void output_gradient_transform(const FaltungPatches *patches, const FaltungFinish *finish) {
    faltung_kernels()->winograd_output_gradient(patches);
}

/* The patches of the maps slid over, and those of the maps made, from filter @from on. */
static FaltungPatches in_patches(const FaltungWinograd *w, const float *in, Planes to) {
    return (FaltungPatches){
        .channels = w->channels,
        .height = w->in_height,
        .width = w->in_width,
        .pixel = w->channels,
        .map = (float *)in,
        .column = -w->left,
        .planes = to.at,
        .plane = to.plane,
        .patch = to.tile,
    };
}

static FaltungPatches out_patches(const FaltungWinograd *w, float *out, int from, int filters,
                                  Planes planes) {
    return (FaltungPatches){
        .channels = filters,
        .height = w->height,
        .width = w->width,
        .pixel = w->filters,
        .map = out + from,
        .planes = planes.at,
        .plane = planes.plane,
        .patch = planes.tile,
    };
}

static void transform_input(const FaltungWinograd *w, const float *in, size_t first, int n,
                            Planes to) {
    transform_rows(w, in_patches(w, in, to), w->top, first, n, input_transform, NULL);
}

/* -- forward ---------------------------------------------------------------------------------- */

static int slide_rows(const FaltungWinograd *w) {
    return block_rows(w, padded(w->channels) + w->panels.width, 1);
}

size_t faltung_winograd_slide_scratch(const FaltungWinograd *w) {
    int tiles = slide_rows(w) * w->tile_columns;
    return planes_size(tiles, w->channels) + planes_size(tiles, w->panels.width) + FALTUNG_SLACK;
}

/* Channels that are added up at once: longer sums are made of such, so that their rounding error
   stays that of short ones. */
enum { RUN = 64 };

/* One panel of filters of the block in @in. */
static void multiply_panel(const FaltungWinograd *w, int p, int tiles, const float *weights,
                           Planes in, Planes out) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t plane = faltung_panels_size(&w->panels);
    FaltungGemm gemm = {
        .rows = tiles,
        .columns = faltung_panels_columns(&w->panels, p),
        .reduce = 1,
        .a_row = in.tile,
        .a_depth = 1,
        .b_depth = w->panels.width,
        .c_row = out.tile,
    };
    for (int i = 0; i < PLANES; i++) {
        gemm.c = out.at + i * out.plane;
        for (int c = 0; c < w->channels; c += RUN) {
            gemm.a = in.at + i * in.plane + c;
            gemm.b = weights + i * plane + p * panel_size(w) + (size_t)c * w->panels.width;
            gemm.depth = MIN(RUN, w->channels - c);
            gemm.accumulate = c > 0;
            kernels->gemm(&gemm);
        }
    }
}

void faltung_winograd_slide(const FaltungWinograd *w, int batch, int threads, const float *weights,
                            const FaltungFinish *finish, const float *in, float *out,
                            float *scratch) {
    int most = slide_rows(w), most_tiles = most * w->tile_columns;
    size_t rows = (size_t)batch * w->tile_rows, own = faltung_winograd_slide_scratch(w);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t first = 0; first < rows; first += most) {
        int n = MIN((size_t)most, rows - first);
        float *mine = scratch + omp_get_thread_num() * own;
        Planes inputs = planes_of(mine, most_tiles, w->channels);
        Planes sums =
            planes_of(mine + planes_size(most_tiles, w->channels), most_tiles, w->panels.width);
        transform_input(w, in, first, n, inputs);
        for (int p = 0; p < w->panels.n_panels; p++) {
            int from = p * w->panels.width;
            FaltungFinish own_finish = *finish;
            if (finish->bias)
                own_finish.bias += from;
            multiply_panel(w, p, n * w->tile_columns, weights, inputs, sums);
            transform_rows(w,
                           out_patches(w, out, from, faltung_panels_columns(&w->panels, p), sums),
                           0, first, n, faltung_kernels()->winograd_output, &own_finish);
        }
    }
}

/* -- the gradient of the weights -------------------------------------------------------------- */

static int gradient_rows(const FaltungWinograd *w) {
    return block_rows(w, padded(w->channels) + padded(w->filters), GRADIENT_TILES);
}

size_t faltung_winograd_gradient_scratch(const FaltungWinograd *w) {
    int tiles = gradient_rows(w) * w->tile_columns;
    return planes_size(tiles, w->channels) + planes_size(tiles, w->filters) + FALTUNG_SLACK;
}

/* @sum += inputs^T gradients, plane by plane. */
static void add_products(const FaltungWinograd *w, int tiles, Planes inputs, Planes gradients,
                         float *sum) {
    const FaltungKernels *kernels = faltung_kernels();
    size_t plane = faltung_panels_size(&w->panels);
    FaltungGemm gemm = {
        .rows = w->channels,
        .depth = tiles,
        .reduce = 1,
        .a_row = 1,
        .a_depth = inputs.tile,
        .b_depth = gradients.tile,
        .c_row = w->panels.width,
        .accumulate = 1,
    };
    for (int i = 0; i < PLANES; i++) {
        for (int p = 0; p < w->panels.n_panels; p++) {
            gemm.columns = faltung_panels_columns(&w->panels, p);
            gemm.a = inputs.at + i * inputs.plane;
            gemm.b = gradients.at + i * gradients.plane + p * w->panels.width;
            gemm.c = sum + i * plane + p * panel_size(w);
            kernels->gemm(&gemm);
        }
    }
}

void faltung_winograd_gradient(const FaltungWinograd *w, int from, int to, const float *in,
                               const float *out_gradient, float *sum, float *scratch) {
    int most = gradient_rows(w), most_tiles = most * w->tile_columns;
    size_t end = (size_t)to * w->tile_rows;
    Planes inputs = planes_of(scratch, most_tiles, w->channels);
    Planes gradients =
        planes_of(scratch + planes_size(most_tiles, w->channels), most_tiles, w->filters);
    FaltungPatches patches = out_patches(w, (float *)out_gradient, 0, w->filters, gradients);
    for (size_t first = (size_t)from * w->tile_rows; first < end; first += most) {
        int n = MIN((size_t)most, end - first);
        transform_input(w, in, first, n, inputs);
        transform_rows(w, patches, 0, first, n, output_gradient_transform, NULL);
        add_products(w, n * w->tile_columns, inputs, gradients, sum);
    }
}
