/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/convolution-private.h"
#include "core/ops/depthwise.h"
#include "core/ops/parallel.h"
#include "core/ops/phases.h"
#include "core/ops/window.h"

#include <omp.h>
#include <string.h>

/* From the maps to the images, phase by phase. */

/* The frame of a map: with zeros around it, so that every phase's window stays inside. */
static FaltungFrame map_frame(const FaltungConvolution *c) {
    FaltungFrame f = {.pixel = c->filters};
    for (int side = 0; side < 3; side++) {
        f.size[side] = c->sides[side].output;
        faltung_phase_margins(&c->sides[side], &f.before[side], &f.after[side]);
    }
    return f;
}

static int n_phases(const FaltungConvolution *c) {
    return c->sides[0].stride * c->sides[1].stride * c->sides[2].stride;
}

/* The phases of the three sides that are number @q of all. */
static void split_phase(const FaltungConvolution *c, int q, int phases[3]) {
    for (int side = 2; side >= 0; side--) {
        phases[side] = q % c->sides[side].stride;
        q /= c->sides[side].stride;
    }
}

/* A phase, with the window that makes its pixels. */
typedef struct {
    FaltungPhase sides[3];
    int taps;
    FaltungWindow window;
    FaltungPanels turned;   /* of a group's weights */
    ptrdiff_t begin, image; /* floats: where it begins in the framed map, and in the image */
} Phase;

static Phase phase_of(const FaltungConvolution *c, const FaltungFrame *f, int q) {
    int phases[3];
    split_phase(c, q, phases);
    Phase p = {.taps = 1};
    p.window = (FaltungWindow){
        .groups = c->groups,
        .channels = c->filters / c->groups,
        .filters = c->channels / c->groups,
    };
    ptrdiff_t image = c->channels;
    for (int side = 2; side >= 0; side--) {
        const FaltungSlide *s = &c->sides[side];
        FaltungPhase own = p.sides[side] = faltung_phase(s, phases[side]);
        ptrdiff_t stride = faltung_frame_stride(f, side);
        p.taps *= own.taps;
        p.begin += (f->before[side] + faltung_phase_begin(&own)) * stride;
        p.image += own.first * image;
        p.window.kernel[side] = own.taps;
        p.window.tap[side] = own.map_step * stride;
        p.window.move[side] = stride;
        p.window.size[side] = own.count;
        p.window.output[side] = s->stride * image;
        image *= s->input;
    }
    if (p.taps == 0) {
        memset(p.window.kernel, 0, sizeof p.window.kernel);
        p.begin = 0;
    }
    faltung_window_plan(&p.window);
    p.turned = faltung_panels(c->channels / c->groups, c->filters / c->groups * p.taps);
    return p;
}

/* -- the weights of a phase as its window wants them: (panel of channels, taps, filter), turned -
 */

/* Pixel @t of the whole window, channels x filters of it, becomes place @place of the phase's. */
static void turn_tap(const FaltungConvolution *c, const FaltungPanels *turned, int t, int place,
                     const float *weights, float *to) {
    const FaltungKernels *kernels = faltung_kernels();
    int channels = c->channels / c->groups, filters = c->filters / c->groups;
    for (int p = 0; p < turned->n_panels; p++)
        for (int q = 0; q < c->panels.n_panels; q++) {
            int channel = p * turned->width, filter = q * c->panels.width;
            kernels->transpose(
                faltung_panels_columns(turned, p), faltung_panels_columns(&c->panels, q),
                weights + faltung_panels_index(&c->panels, filter, t * channels + channel),
                c->panels.width,
                to + faltung_panels_index(turned, channel, place * filters + filter),
                turned->width);
        }
}

/* Which pixel of the whole window the phase's pixel @tap is. */
static int tap_of(const FaltungConvolution *c, const Phase *phase, int tap) {
    int t = 0, stride = 1;
    for (int side = 2; side >= 0; side--) {
        const FaltungPhase *own = &phase->sides[side];
        t += (own->tap + tap % own->taps * own->tap_step) * stride;
        tap /= own->taps;
        stride *= c->sides[side].kernel;
    }
    return t;
}

static size_t turned_size(const FaltungConvolution *c, const Phase *p) {
    return c->groups * faltung_panels_size(&p->turned);
}

static void turn_weights(const FaltungConvolution *c, const Phase *p, int threads,
                         const float *weights, float *to) {
    size_t from_group = faltung_panels_size(&c->panels), group = faltung_panels_size(&p->turned);
    if (p->turned.columns % p->turned.width != 0)
        memset(to, 0, turned_size(c, p) * sizeof(float));
    threads = faltung_threads_for(threads, 4.0 * turned_size(c, p));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < p->taps * c->groups; i++) {
        int tap = i % p->taps, g = i / p->taps;
        turn_tap(c, &p->turned, tap_of(c, p, tap), p->taps - 1 - tap, weights + g * from_group,
                 to + g * group);
    }
}

/* Neither frame nor turned weights are needed where the window goes over the map as it lies. */
static gboolean goes_depthwise(const FaltungConvolution *c) {
    return c->depthwise || c->summed;
}

/* -- workspace -------------------------------------------------------------------------------- */

/* All phases together have the weights once; wider ones has only who has one phase. */
static size_t turned_weights_size(const FaltungConvolution *c) {
    if (goes_depthwise(c))
        return 0;
    FaltungFrame f = map_frame(c);
    size_t size = 0;
    for (int q = 0; q < n_phases(c); q++) {
        Phase p = phase_of(c, &f, q);
        size += turned_size(c, &p);
    }
    if (c->winograd) {
        FaltungWinograd w = faltung_convolution_turned_winograd(c);
        return size + faltung_winograd_weights_size(&w);
    }
    Phase first = phase_of(c, &f, 0);
    return size + faltung_window_weights_size(&first.window);
}

/* Of a thread: a map in its frame, and an image in its own before that is folded. */
static size_t map_scratch(const FaltungConvolution *c) {
    FaltungFrame f = map_frame(c);
    gboolean framed = !goes_depthwise(c) && faltung_frame_needed(&f);
    return framed ? faltung_frame_floats(&f) + FALTUNG_SLACK : 0;
}

static size_t image_scratch(const FaltungConvolution *c) {
    return c->folded ? faltung_frame_floats(&c->frame) + FALTUNG_SLACK : 0;
}

static size_t turned_scratch(const FaltungConvolution *c) {
    if (c->winograd) {
        FaltungWinograd w = faltung_convolution_turned_winograd(c);
        return faltung_winograd_slide_scratch(&w);
    }
    return map_scratch(c) + image_scratch(c);
}

size_t faltung_convolution_turned_workspace(const FaltungConvolution *c, int threads) {
    return turned_weights_size(c) + threads * turned_scratch(c) + FALTUNG_SLACK;
}

/* -- the products ----------------------------------------------------------------------------- */

static void turned_winograd(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                            const float *maps, const float *weights, float *images,
                            gboolean accumulate, float *workspace) {
    FaltungFrame f = map_frame(c);
    Phase whole = phase_of(c, &f, 0);
    FaltungWinograd w = faltung_convolution_turned_winograd(c);
    turn_weights(c, &whole, call->threads, weights, workspace);
    faltung_convolution_winograd(c, &w, call, maps, workspace, images, accumulate,
                                 workspace + turned_size(c, &whole));
}

/* All phases of one image, one behind the other. @first: the weights of the first, which are wider
   ones where it is the only one and makes pixels together. */
static void slide_phases(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                         const FaltungFrame *f, const float *frame,
                         const FaltungWindowWeights *first, const float *weights, float *image,
                         gboolean accumulate) {
    FaltungWindowWeights own = *first;
    for (int q = 0; q < n_phases(c); q++) {
        Phase p = phase_of(c, f, q);
        /* without taps there is nothing to add */
        if (p.taps > 0 || !accumulate)
            faltung_window_slide(&p.window, &own, call->epilogue, call->parameter, accumulate,
                                 frame + p.begin, image + p.image);
        weights += turned_size(c, &p);
        own.weights = weights;
    }
}

static void slide_depthwise_phases(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                   const float *map, const float *weights, float *image,
                                   gboolean accumulate) {
    FaltungFinish finish = faltung_convolution_finish(call, accumulate);
    if (c->summed) /* one number at a time: the activation takes the whole image's at once */
        finish.epilogue = FALTUNG_EPILOGUE_NONE;
    for (int q = 0; q < n_phases(c); q++) {
        int phases[3];
        split_phase(c, q, phases);
        FaltungDepthwiseSide sides[3];
        for (int side = 0; side < 3; side++)
            sides[side] = faltung_depthwise_turned(&c->sides[side], phases[side]);
        if (c->summed)
            faltung_depthwise_sum(sides, c->filters, c->panels.width, &finish, map, weights, image);
        else
            faltung_depthwise_slide(sides, c->channels, &finish, map, weights, image);
    }
    if (c->summed && call->epilogue != FALTUNG_EPILOGUE_NONE)
        faltung_kernels()->activate(call->epilogue, call->parameter, c->image, image, image);
}

void faltung_convolution_turned(const FaltungConvolution *c, const FaltungConvolutionCall *call,
                                const float *maps, const float *weights, float *images,
                                gboolean accumulate, float *workspace) {
    if (c->winograd) {
        turned_winograd(c, call, maps, weights, images, accumulate, workspace);
        return;
    }
    FaltungFrame f = map_frame(c);
    float *scratch = workspace + turned_weights_size(c), *to = workspace;
    FaltungWindowWeights first = {0};
    if (!goes_depthwise(c)) {
        for (int q = 0; q < n_phases(c); q++) {
            Phase p = phase_of(c, &f, q);
            turn_weights(c, &p, call->threads, weights, to);
            to += turned_size(c, &p);
        }
        Phase p = phase_of(c, &f, 0);
        first = faltung_window_weights(&p.window, &p.turned, workspace, call->bias, to);
    }
    int threads = faltung_threads_for(call->threads, faltung_convolution_work(c, call->batch));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int n = 0; n < call->batch; n++) {
        float *frame = scratch + omp_get_thread_num() * turned_scratch(c);
        const float *map = maps + n * c->map;
        float *own = images + n * c->image;
        float *image = c->folded ? frame + map_scratch(c) : own;
        gboolean adds = accumulate && !c->folded;
        if (goes_depthwise(c))
            slide_depthwise_phases(c, call, map, weights, image, adds);
        else
            slide_phases(c, call, &f, faltung_frame_fill(&f, map, frame), &first, workspace, image,
                         adds);
        if (c->folded)
            faltung_frame_fold(&c->frame, image, own, accumulate);
    }
}
