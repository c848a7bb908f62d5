/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/filters.h"

#include "core/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- the spectrum ----------------------------------------------------------------------------- */

enum { SMALLEST_SIDE = 32 };

/* Sines and cosines of a whole turn in @side steps. */
typedef struct {
    int side;
    double *cosines, *sines;
} Turn;

static Turn make_turn(const FaltungShape *shape) {
    int side = SMALLEST_SIDE;
    while (side < MAX(shape->dims[1], shape->dims[2]))
        side *= 2;
    Turn turn = {side, g_new(double, side), g_new(double, side)};
    for (int i = 0; i < side; i++) {
        turn.cosines[i] = cos(2 * G_PI * i / side);
        turn.sines[i] = sin(2 * G_PI * i / side);
    }
    return turn;
}

/* The transforms of the rows. @real, @imaginary: (out): (height, side). */
static void transform_rows(const Turn *turn, const float *plane, int height, int width,
                           double *real, double *imaginary) {
    for (int i = 0; i < height; i++) {
        for (int v = 0; v < turn->side; v++) {
            double re = 0, im = 0;
            for (int j = 0; j < width; j++) {
                int at = v * j % turn->side;
                re += plane[i * width + j] * turn->cosines[at];
                im -= plane[i * width + j] * turn->sines[at];
            }
            real[i * turn->side + v] = re;
            imaginary[i * turn->side + v] = im;
        }
    }
}

/* The power at row frequency @u and column frequency @v. */
static double power_at(const Turn *turn, const double *real, const double *imaginary, int height,
                       int u, int v) {
    double re = 0, im = 0;
    for (int i = 0; i < height; i++) {
        double c = turn->cosines[u * i % turn->side], s = turn->sines[u * i % turn->side];
        double a = real[i * turn->side + v], b = imaginary[i * turn->side + v];
        re += a * c + b * s;
        im += b * c - a * s;
    }
    return re * re + im * im;
}

/* The frequency of index @i, in cycles a pixel. */
static double frequency(const Turn *turn, int i) {
    return (double)(i <= turn->side / 2 ? i : i - turn->side) / turn->side;
}

double faltung_centre_frequency(const float *image, const FaltungShape *shape) {
    int height = shape->dims[1], width = shape->dims[2];
    Turn turn = make_turn(shape);
    g_autofree double *real = g_new(double, (size_t)height *turn.side);
    g_autofree double *imaginary = g_new(double, (size_t)height *turn.side);
    double power = 0, moment = 0;
    for (int c = 0; c < shape->dims[0]; c++) {
        transform_rows(&turn, image + (size_t)c * height * width, height, width, real, imaginary);
        for (int u = 0; u < turn.side; u++) {
            for (int v = 0; v < turn.side; v++) {
                double here = power_at(&turn, real, imaginary, height, u, v);
                power += here;
                moment += here * hypot(frequency(&turn, u), frequency(&turn, v));
            }
        }
    }
    g_free(turn.cosines);
    g_free(turn.sines);
    return power > 0 ? moment / power : 0;
}

/* -- the filters ------------------------------------------------------------------------------ */

/* The parameter of @layer whose rows are images; -1: none. @shape: (out): of one. */
static int find_images(const FaltungLayer *layer, const FaltungShape *input, FaltungShape *shape) {
    for (int p = 0; input->rank == 3 && p < layer->n_parameters; p++) {
        const FaltungShape *whole = &layer->parameters[p].shape;
        if (strcmp(layer->parameters[p].name, "weight") != 0 || layer->parameters[p].unit_axis != 0)
            continue;
        if (whole->rank == 4 && whole->dims[1] == input->dims[0]) {
            *shape = FALTUNG_SHAPE(whole->dims[1], whole->dims[2], whole->dims[3]);
            return p;
        }
        if (whole->rank == 2 && (size_t)whole->dims[1] == faltung_shape_size(input)) {
            *shape = *input;
            return p;
        }
    }
    return -1;
}

int faltung_filters_layer(const FaltungGraph *graph) {
    for (guint i = 0; i < graph->layers->len; i++) {
        const FaltungLayer *layer = faltung_graph_layer(graph, i);
        FaltungShape shape;
        if (layer->n_parameters > 0)
            return find_images(layer, &graph->input, &shape) >= 0 ? (int)i : -1;
    }
    return -1;
}

static int compare(gconstpointer a, gconstpointer b, gpointer data) {
    const double *centre = data;
    double x = centre[*(const int *)a], y = centre[*(const int *)b];
    return (x > y) - (x < y);
}

FaltungFilters *faltung_filters_new(FaltungNetwork *network, GError **error) {
    const FaltungGraph *graph = faltung_network_graph(network);
    int index = faltung_filters_layer(graph);
    if (index < 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "the first layer with weights has no filters that are images; it has "
                     "where a convolution or a dense layer takes the image itself");
        return NULL;
    }
    const FaltungLayer *layer = faltung_graph_layer(graph, index);
    FaltungFilters *filters = g_new0(FaltungFilters, 1);
    int parameter = find_images(layer, &graph->input, &filters->shape);
    size_t size = faltung_shape_size(&filters->shape);
    filters->layer = index;
    filters->n = layer->parameters[parameter].shape.dims[0];
    filters->values = g_new(float, filters->n *size);
    filters->order = g_new(int, filters->n);
    filters->centre = g_new(double, filters->n);
    faltung_network_unpack(network, faltung_network_parameters(network), index, parameter,
                           filters->values);
    for (int i = 0; i < filters->n; i++) {
        filters->order[i] = i;
        filters->centre[i] = faltung_centre_frequency(filters->values + i * size, &filters->shape);
    }
    g_qsort_with_data(filters->order, filters->n, sizeof(int), compare, filters->centre);
    return filters;
}

void faltung_filters_free(FaltungFilters *filters) {
    if (!filters)
        return;
    g_free(filters->values);
    g_free(filters->order);
    g_free(filters->centre);
    g_free(filters);
}
