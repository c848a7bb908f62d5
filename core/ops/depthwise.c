/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/depthwise.h"

FaltungDepthwiseSide faltung_depthwise_forward(const FaltungSlide *slide) {
    return (FaltungDepthwiseSide){
        .count = slide->output,
        .taps = slide->kernel,
        .begin = -slide->before,
        .move = slide->stride,
        .reach = slide->dilation,
        .input = slide->input,
        .weight_step = 1,
        .output_step = 1,
        .window = slide->kernel,
        .all = slide->output,
    };
}

FaltungDepthwiseSide faltung_depthwise_turned(const FaltungSlide *slide, int phase) {
    FaltungPhase p = faltung_phase(slide, phase);
    return (FaltungDepthwiseSide){
        .count = p.count,
        .taps = p.taps,
        .begin = p.map,
        .move = 1,
        .reach = -p.map_step,
        .input = slide->output,
        .weight = p.tap,
        .weight_step = p.tap_step,
        .output = p.first,
        .output_step = slide->stride,
        .window = slide->kernel,
        .all = slide->input,
    };
}

/* The taps of output @i that lie inside: from *first, so many. */
static int taps_inside(const FaltungDepthwiseSide *s, int i, int *first) {
    int at = s->begin + i * s->move, n = 0;
    *first = 0;
    for (int k = 0; k < s->taps; k++, at += s->reach) {
        if (at < 0 || at >= s->input)
            continue;
        if (n++ == 0)
            *first = k;
    }
    return n;
}

/* The outputs of which all taps are inside: from *begin to *end. */
static void whole_outputs(const FaltungDepthwiseSide *s, int *begin, int *end) {
    int first;
    *begin = 0;
    while (*begin < s->count && taps_inside(s, *begin, &first) < s->taps)
        ++*begin;
    *end = s->count;
    while (*end > *begin && taps_inside(s, *end - 1, &first) < s->taps)
        --*end;
}

/* Where the kernels find what they need for some pixels of one row. */
typedef struct {
    FaltungDepthwise row;
    ptrdiff_t from, weights, to; /* floats; from may be before the image where there are no taps */
} Place;

/* Floats from a pixel to the next along a side: of the image, of the window and of the output. */
typedef struct {
    ptrdiff_t from, weights, to;
} Strides;

/* Adds to @place where output @i along @side is. */
static void move_along(const FaltungDepthwiseSide *s, int side, const Strides *strides, int i,
                       Place *place) {
    int first;
    place->row.taps[side] = taps_inside(s, i, &first);
    place->row.x_tap[side] = s->reach * strides->from;
    place->row.w_tap[side] = s->weight_step * strides->weights;
    place->from += (s->begin + i * s->move + first * s->reach) * strides->from;
    place->weights += (s->weight + first * s->weight_step) * strides->weights;
    place->to += (s->output + i * s->output_step) * strides->to;
}

/* Calls @visit for all pixels, those of a row at once whose taps are all inside. */
typedef void (*Visit)(const Place *place, void *data);

static void visit_rows(const FaltungDepthwiseSide sides[3], int channels, Strides pixel,
                       Visit visit, void *data) {
    Strides strides[3];
    strides[2] = pixel;
    for (int side = 1; side >= 0; side--) {
        const FaltungDepthwiseSide *inner = &sides[side + 1];
        strides[side] =
            (Strides){strides[side + 1].from * inner->input,
                      strides[side + 1].weights * inner->window, strides[side + 1].to * inner->all};
    }
    int begin, end;
    whole_outputs(&sides[2], &begin, &end);
    Place all = {.row = {.channels = channels,
                         .x_pixel = sides[2].move * strides[2].from,
                         .y_pixel = sides[2].output_step * strides[2].to}};
    for (int d = 0; d < sides[0].count; d++) {
        Place plane = all;
        move_along(&sides[0], 0, &strides[0], d, &plane);
        for (int h = 0; h < sides[1].count; h++) {
            Place row = plane;
            move_along(&sides[1], 1, &strides[1], h, &row);
            for (int i = 0; i < sides[2].count;) {
                Place pixels = row;
                move_along(&sides[2], 2, &strides[2], i, &pixels);
                pixels.row.pixels = i == begin && end > begin ? end - begin : 1;
                visit(&pixels, data);
                i += pixels.row.pixels;
            }
        }
    }
}

typedef struct {
    const FaltungFinish *finish;
    const float *from, *weights;
    float *to;
} Slide;

static void slide_row(const Place *place, void *data) {
    const Slide *s = data;
    faltung_kernels()->depthwise(&place->row, s->from + place->from, s->weights + place->weights,
                                 s->finish, s->to + place->to);
}

void faltung_depthwise_slide(const FaltungDepthwiseSide sides[3], int channels,
                             const FaltungFinish *finish, const float *from, const float *weights,
                             float *to) {
    Slide slide = {finish, from, weights, to};
    visit_rows(sides, channels, (Strides){channels, channels, channels}, slide_row, &slide);
}

static void sum_row(const Place *place, void *data) {
    const Slide *s = data;
    faltung_kernels()->depthwise_sum(&place->row, s->from + place->from,
                                     s->weights + place->weights, s->finish, s->to + place->to);
}

void faltung_depthwise_sum(const FaltungDepthwiseSide sides[3], int channels, int weights_row,
                           const FaltungFinish *finish, const float *from, const float *weights,
                           float *to) {
    Slide slide = {finish, from, weights, to};
    visit_rows(sides, channels, (Strides){channels, weights_row, 1}, sum_row, &slide);
}

typedef struct {
    const float *image, *map;
    float *gradient;
} Gradient;

static void add_row(const Place *place, void *data) {
    const Gradient *g = data;
    faltung_kernels()->depthwise_gradient(&place->row, g->image + place->from, g->map + place->to,
                                          g->gradient + place->weights);
}

void faltung_depthwise_weights(const FaltungDepthwiseSide sides[3], int channels,
                               const float *image, const float *map, float *gradient) {
    Gradient g = {image, map, gradient};
    visit_rows(sides, channels, (Strides){channels, channels, channels}, add_row, &g);
}
