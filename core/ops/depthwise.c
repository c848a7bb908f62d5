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

/* @at: plane, row and pixel of the output. */
static Place place_of(const FaltungDepthwiseSide sides[3], int channels, const int at[3],
                      int pixels) {
    Place p = {.row = {.channels = channels, .pixels = pixels}};
    ptrdiff_t x = channels, w = channels, y = channels;
    for (int side = 2; side >= 0; side--) {
        const FaltungDepthwiseSide *s = &sides[side];
        int first;
        p.row.taps[side] = taps_inside(s, at[side], &first);
        p.row.x_tap[side] = s->reach * x;
        p.row.w_tap[side] = s->weight_step * w;
        p.from += (s->begin + at[side] * s->move + first * s->reach) * x;
        p.weights += (s->weight + first * s->weight_step) * w;
        p.to += (s->output + at[side] * s->output_step) * y;
        if (side == 2) {
            p.row.x_pixel = s->move * x;
            p.row.y_pixel = s->output_step * y;
        }
        x *= s->input;
        w *= s->window;
        y *= s->all;
    }
    return p;
}

/* Calls @visit for all pixels, those of a row at once whose taps are all inside. */
typedef void (*Visit)(const Place *place, void *data);

static void visit_rows(const FaltungDepthwiseSide sides[3], int channels, Visit visit, void *data) {
    int begin, end;
    whole_outputs(&sides[2], &begin, &end);
    int at[3];
    for (at[0] = 0; at[0] < sides[0].count; at[0]++)
        for (at[1] = 0; at[1] < sides[1].count; at[1]++)
            for (int i = 0, n; i < sides[2].count; i += n) {
                at[2] = i;
                n = i == begin && end > begin ? end - begin : 1;
                Place place = place_of(sides, channels, at, n);
                visit(&place, data);
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
    visit_rows(sides, channels, slide_row, &slide);
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
    visit_rows(sides, channels, add_row, &g);
}
