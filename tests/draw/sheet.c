/* SPDX-License-Identifier: Apache-2.0 */
/* Contact sheets of everything that can be drawn, light and dark, at one and two pixels a unit:
   draw-sheet DIR. For eyes; draw-files checks that they are whole. */
#include "draw/chart.h"
#include "draw/diagram.h"
#include "draw/equation.h"
#include "draw/output.h"
#include "draw/shapes.h"
#include "draw/tensor.h"
#include "draw/text.h"

#include <math.h>
#include <stdio.h>

static const FaltungTheme *theme;

static void heading(cairo_t *cr, const char *text, double x, double y) {
    faltung_text_draw(cr, theme, text, FALTUNG_TEXT_BOLD, theme->foreground, x, y, 0, 1, 0);
}

static double noise(guint32 *state) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / (double)(1 << 24) - 0.5;
}

static FaltungChart *loss_chart(void) {
    FaltungChart *chart = faltung_chart_new();
    faltung_chart_set_labels(chart, "Loss", "step", "cross-entropy");
    guint32 seed = 1;
    static const char *const names[] = {"train", "validation", "lr 0.05", "lr 0.2"};
    for (int s = 0; s < 4; s++) {
        int n = 4000;
        g_autofree double *y = g_new(double, n);
        for (int i = 0; i < n; i++)
            y[i] = 2.2 * exp(-i / (300.0 + 200 * s)) + 0.08 + 0.05 * s +
                   0.25 * noise(&seed) * exp(-i / 2500.0);
        if (s == 3)
            for (int i = 1500; i < 1900; i++)
                y[i] = NAN;
        faltung_chart_add_series(chart, names[s], NULL, y, n);
    }
    return chart;
}

static FaltungChart *accuracy_chart(void) {
    FaltungChart *chart = faltung_chart_new();
    faltung_chart_set_labels(chart, NULL, "epoch", "validation accuracy");
    static const char *const names[] = {"momentum", "dropout", "Glorot"};
    for (int s = 0; s < 3; s++) {
        double x[20], y[20], low[20], high[20];
        for (int i = 0; i < 20; i++) {
            x[i] = i + 1;
            y[i] = 0.97 - 0.01 * s - 0.2 * exp(-i / (3.0 + s));
            low[i] = y[i] - 0.012 - 0.03 * exp(-i / 4.0);
            high[i] = y[i] + 0.01 + 0.02 * exp(-i / 4.0);
        }
        int series = faltung_chart_add_series(chart, names[s], x, y, 20);
        faltung_chart_set_band(chart, series, low, high);
        faltung_chart_set_look(chart, series, s, s == 2 ? FALTUNG_LINE_DASHED : FALTUNG_LINE_SOLID);
    }
    faltung_chart_mark_x(chart, 14);
    return chart;
}

static void at(cairo_t *cr, double x, double y) {
    cairo_save(cr);
    cairo_translate(cr, x, y);
}

static void draw_charts(cairo_t *cr, double width, double height, gpointer data) {
    g_autoptr(FaltungChart) loss = loss_chart();
    at(cr, 0, 0);
    faltung_chart_draw(loss, cr, theme, 480, 300);
    faltung_chart_draw_hover(loss, cr, theme, 150, 150);
    cairo_restore(cr);
    faltung_chart_set_log(loss, FALSE, TRUE);
    faltung_chart_set_smoothing(loss, 0.95);
    faltung_chart_set_labels(loss, "Loss, smoothed, logarithmic", "step", NULL);
    at(cr, 480, 0);
    faltung_chart_draw(loss, cr, theme, 480, 300);
    cairo_restore(cr);
    g_autoptr(FaltungChart) accuracy = accuracy_chart();
    at(cr, 0, 300);
    faltung_chart_draw(accuracy, cr, theme, 480, 300);
    faltung_chart_draw_hover(accuracy, cr, theme, 300, 200);
    cairo_restore(cr);
    g_autoptr(FaltungChart) empty = faltung_chart_new();
    faltung_chart_set_labels(empty, NULL, "step", "learning rate");
    double rates[] = {1e-5, 3e-4, 1e-2, 0.3};
    faltung_chart_add_series(empty, "lr", NULL, rates, 4);
    faltung_chart_set_log(empty, FALSE, TRUE);
    at(cr, 480, 300);
    faltung_chart_draw(empty, cr, theme, 240, 180);
    cairo_restore(cr);
    g_autoptr(FaltungChart) nothing = faltung_chart_new();
    at(cr, 720, 300);
    faltung_chart_draw(nothing, cr, theme, 240, 180);
    cairo_restore(cr);
    static const char *const labels[] = {"conv1.weight", "conv1.bias", "out.weight", "out.bias"};
    double norms[] = {0.83, 0.12, 1.94, 0.31};
    faltung_bars_draw(cr, theme, labels, norms, 4, (FaltungRect){500, 490, 440, 110});
    guint64 counts[100];
    guint32 seed = 7;
    for (int i = 0; i < 100; i++)
        counts[i] = i % 11 == 0 ? 880 + 100 * noise(&seed) : MAX(0, (int)(60 * sin(i * i) - 20));
    counts[26] = 141;
    static const char *const names[] = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                        "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot"};
    faltung_confusion_draw(cr, theme, names, counts, 10, (FaltungRect){20, 610, 460, 420});
    faltung_confusion_draw(cr, theme, NULL, counts, 10, (FaltungRect){520, 620, 300, 300});
}

static void draw_tensors(cairo_t *cr, double width, double height, gpointer data) {
    guint32 seed = 3;
    float filters[16 * 25], maps[16 * 28 * 28], sequence[25 * 64], units[89];
    for (int i = 0; i < 16 * 25; i++)
        filters[i] = noise(&seed) + 0.4 * sin(i * 0.26 + i / 25);
    for (int m = 0; m < 16; m++)
        for (int y = 0; y < 28; y++)
            for (int x = 0; x < 28; x++)
                maps[(y * 28 + x) * 16 + m] =
                    tanh(2 * sin(0.2 * (m + 1) * (x - 14) / 4.0) * cos(0.2 * (y - 10)) - 0.3) +
                    0.1 * noise(&seed);
    for (int i = 0; i < 25 * 64; i++)
        sequence[i] = tanh(2 * sin(i / 64 * 0.3 + i % 64)) + 0.2 * noise(&seed);
    for (int i = 0; i < 89; i++)
        units[i] = sin(i * 0.3) * exp(-i / 60.0) + 0.3 * noise(&seed);
    maps[5] = NAN;
    FaltungColormap diverging = faltung_colormap_diverging(theme);
    heading(cr, "filters, one scale", 20, 36);
    FaltungMaps f = faltung_maps(filters, 16, 5, 5);
    FaltungAtlasStyle style = {.colormap = diverging, .scale = 8, .gap = 4};
    faltung_atlas_draw(cr, theme, &f, &style, 20, 44, 5);
    faltung_scale_bar_draw(cr, theme, diverging, faltung_maps_range(&f, diverging, -1),
                           (FaltungRect){20, 226, 172, 30});
    heading(cr, "feature maps (channels last)", 240, 36);
    FaltungMaps m = faltung_maps_channels_last(maps, 16, 28, 28);
    style = (FaltungAtlasStyle){
        .colormap = FALTUNG_COLORMAP_VIRIDIS, .scale = 2, .gap = 4, .columns = 8};
    faltung_atlas_draw(cr, theme, &m, &style, 240, 44, 3);
    faltung_scale_bar_draw(cr, theme, FALTUNG_COLORMAP_VIRIDIS,
                           faltung_maps_range(&m, FALTUNG_COLORMAP_VIRIDIS, -1),
                           (FaltungRect){730, 44, 60, 116});
    heading(cr, "time x unit", 240, 196);
    faltung_heat_map_draw(cr, sequence, 25, 64, diverging, (FaltungRange){-1, 1},
                          (FaltungRect){240, 204, 476, 150});
    heading(cr, "units", 20, 286);
    faltung_units_draw(cr, theme, units, 89, (FaltungRange){0, 0}, (FaltungRect){20, 294, 200, 60},
                       -1);
    heading(cr, "histogram", 20, 386);
    g_autoptr(FaltungHistogram) histogram = faltung_histogram_new(filters, 16 * 25, 0);
    faltung_histogram_draw(cr, theme, histogram, theme->series[0],
                           (FaltungRect){20, 394, 200, 110});
    heading(cr, "image", 240, 386);
    FaltungMaps image = faltung_maps_channels_last(maps, 16, 28, 28);
    image.n = 1;
    faltung_image_draw(cr, &image, (FaltungRange){-1, 1}, (FaltungRect){240, 394, 112, 112});
    image.n = 3;
    faltung_image_draw(cr, &image, (FaltungRange){-1, 1}, (FaltungRect){362, 394, 112, 112});
    for (int map = 0; map < FALTUNG_N_COLORMAPS; map++)
        faltung_scale_bar_draw(cr, theme, map, (FaltungRange){-1, 1},
                               (FaltungRect){500, 394 + 30 * map, 216, 26});
    for (int group = 0; group < FALTUNG_N_GROUPS; group++) {
        faltung_set_color(cr, theme->groups[group]);
        cairo_rectangle(cr, 730 + group % 2 * 34, 200 + group / 2 * 34, 28, 28);
        cairo_fill(cr);
    }
    for (int i = 0; i < FALTUNG_N_SERIES_COLORS; i++) {
        faltung_set_color(cr, theme->series[i]);
        cairo_arc(cr, 745 + i % 2 * 34, 395 + i / 2 * 30, 11, 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

static void draw_equations(cairo_t *cr, double width, double height, gpointer data) {
    static const char *const equations[] = {
        "y_o = b_o + \\sum_{i=1}^{n} w_{oi} x_i",
        "y_{o,i,j} = b_o + \\sum_{c=1}^{C} \\sum_{u=0}^{k_h-1} \\sum_{v=0}^{k_w-1} w_{o,c,u,v}\\, "
        "x_{c,\\, i s + u - p,\\, j s + v - p}",
        "\\operatorname{softmax}(x)_i = \\frac{e^{x_i - \\max_j x_j}}{\\sum_{j} e^{x_j - "
        "\\max_k x_k}}",
        "\\sigma(x) = \\frac{1}{1 + e^{-x}}, \\qquad \\tanh x = \\frac{e^x - e^{-x}}{e^x + e^{-x}}",
        "\\operatorname{leaky}(x) = \\begin{cases} x & \\text{if } x \\geq 0 \\\\ \\alpha x & "
        "\\text{otherwise} \\end{cases}",
        "\\begin{aligned} i_t &= \\sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) \\\\ c_t "
        "&= "
        "f_t \\odot c_{t-1} + i_t \\odot g_t \\\\ h_t &= o_t \\odot \\tanh(c_t) \\end{aligned}",
        "\\hat m_t = \\frac{m_t}{1 - \\beta_1^t}, \\quad \\theta_t = \\theta_{t-1} - \\eta\\, "
        "\\frac{\\hat m_t}{\\sqrt{\\hat v_t} + \\epsilon}",
        "y_{c,i,j} = \\max_{0 \\leq u, v < k} x_{c, si+u, sj+v}, \\qquad "
        "\\left\\lfloor \\frac{H + 2p - k}{s} \\right\\rfloor + 1",
        "L = -\\frac{1}{N} \\sum_{n=1}^N \\log \\frac{\\exp(x_{n,t_n})}{\\sum_j \\exp(x_{n,j})}, "
        "\\qquad \\frac{\\partial L}{\\partial x_{nj}} = p_{nj} - [j = t_n]",
        "\\hat x = \\frac{x - \\mathbb{E}[x]}{\\sqrt{\\operatorname{Var}[x] + \\epsilon}} \\cdot "
        "\\gamma + \\beta, \\quad w \\sim \\mathcal{N}\\Bigl(0, \\sqrt{\\tfrac{2}{n_{in} + "
        "n_{out}}}\\,\\Bigr)",
        "\\int_{-\\infty}^{\\infty} f(x)\\,g'(t-x)\\,dx = \\left( \\frac{a}{\\frac{b}{c}} "
        "\\right)^2 "
        "+ \\binom{n}{k} + \\sqrt[3]{1+\\sqrt{x^2+\\sqrt{y}}}",
        "\\underbrace{\\mathbf{W}^\\top \\mathbf{x}}_{\\text{dense}} \\overset{?}{=} "
        "\\begin{bmatrix} a "
        "& b \\\\ c & d \\end{bmatrix} \\vec x \\bar{y} \\tilde{z} \\widehat{abc} f_i^2 "
        "\\overline{x+y}",
    };
    double y = 30;
    for (guint i = 0; i < G_N_ELEMENTS(equations); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungEquation) equation = faltung_equation_new(equations[i], 20, &error);
        if (!equation)
            g_error("%s: %s", equations[i], error->message);
        y += faltung_equation_ascent(equation);
        faltung_equation_draw(equation, cr, 30, y, theme->foreground);
        y += faltung_equation_descent(equation) + 24;
    }
}

static FaltungLayer *add(FaltungGraph *graph, const char *operation, const char *name,
                         const char *option, const char *value) {
    FaltungLayer *layer = faltung_graph_add(graph, faltung_operation_find(operation, NULL), name);
    g_autoptr(GError) error = NULL;
    if (option && !faltung_option_parse(faltung_kind_option(&layer->operation->kind, option, NULL),
                                        layer->options, value, &error))
        g_error("%s", error->message);
    return layer;
}

static FaltungGraph *book_graph(void) {
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(1, 28, 28));
    FaltungLayer *conv = add(graph, "conv2d", "conv1", "filters", "16");
    faltung_option_parse(faltung_kind_option(&conv->operation->kind, "kernel", NULL), conv->options,
                         "5", NULL);
    faltung_variant_init(&conv->activation, &faltung_operation_find("tanh", NULL)->kind);
    add(graph, "max_pool2d", NULL, NULL, NULL);
    add(graph, "dropout", NULL, "rate", "0.2");
    add(graph, "flatten", NULL, NULL, NULL);
    add(graph, "dense", "out", "units", "10");
    g_autoptr(GError) error = NULL;
    if (!faltung_graph_infer(graph, NULL, &error))
        g_error("%s", error->message);
    return graph;
}

/* Not a network that computes, but one that branches and joins. */
static FaltungGraph *branching_graph(void) {
    FaltungGraph *graph = faltung_graph_new(FALTUNG_SHAPE(3, 32, 32));
    static const int inputs[][3] = {{-1, -2}, {0, -2},   {0, -2}, {2, -2},
                                    {0, -2},  {1, 3, 4}, {5, 0}};
    static const char *const operations[] = {"conv2d", "max_pool2d", "conv2d", "relu",
                                             "conv2d", "flatten",    "dense"};
    for (guint i = 0; i < G_N_ELEMENTS(operations); i++) {
        gboolean conv = i == 0 || i == 2 || i == 4;
        FaltungLayer *layer = add(graph, operations[i], NULL, conv ? "filters" : NULL, "8");
        layer->n_inputs = 0;
        for (int k = 0; k < 3 && inputs[i][k] != -2 && (k == 0 || inputs[i][k] != 0 || i == 6); k++)
            layer->inputs[layer->n_inputs++] = inputs[i][k];
    }
    faltung_graph_infer(graph, NULL, NULL);
    return graph;
}

static void draw_diagrams(cairo_t *cr, double width, double height, gpointer data) {
    faltung_set_color(cr, theme->canvas);
    cairo_paint(cr);
    g_autoptr(FaltungGraph) book = book_graph();
    g_autoptr(FaltungGraph) branching = branching_graph();
    g_autoptr(FaltungDiagram) row = faltung_diagram_new(book, theme, NULL);
    faltung_diagram_draw(cr, theme, row, FALTUNG_LEVEL_NORMAL);
    cairo_translate(cr, 0, row->height);
    faltung_diagram_draw(cr, theme, row, FALTUNG_LEVEL_FAR);
    cairo_translate(cr, 0, row->height);
    FaltungDiagramOptions pictures = {.picture_height = 60};
    g_autoptr(FaltungDiagram) branches = faltung_diagram_new(branching, theme, &pictures);
    faltung_diagram_draw(cr, theme, branches, FALTUNG_LEVEL_NORMAL);
    for (int i = 1; i < 5; i++)
        faltung_diagram_draw_node(cr, theme, branches, &branches->nodes[i], FALTUNG_LEVEL_NORMAL,
                                  1 << (i - 1));
    cairo_translate(cr, 0, branches->height);
    FaltungDiagramOptions down = {.direction = FALTUNG_TOP_TO_BOTTOM};
    g_autoptr(FaltungDiagram) column = faltung_diagram_new(branching, theme, &down);
    faltung_diagram_draw(cr, theme, column, FALTUNG_LEVEL_NORMAL);
    FaltungDiagramOptions compact = {.compact = TRUE};
    g_autoptr(FaltungDiagram) card = faltung_diagram_new(book, theme, &compact);
    g_autoptr(FaltungDiagram) card2 = faltung_diagram_new(branching, theme, &compact);
    faltung_diagram_draw_fit(cr, theme, card, (FaltungRect){700, 20, 260, 120});
    faltung_diagram_draw_fit(cr, theme, card2, (FaltungRect){700, 160, 260, 120});
    faltung_diagram_draw_fit(cr, theme, branches, (FaltungRect){980, 20, 160, 120});
    for (int group = 0; group <= FALTUNG_N_GROUPS; group++)
        faltung_group_icon_draw(cr, group, 720 + group * 44, 330, 32,
                                faltung_group_color(theme, group));
}

static const struct {
    const char *name;
    double width, height;
    FaltungDrawFunc draw;
} sheets[] = {
    {"charts", 960, 1040, draw_charts},
    {"diagrams", 1240, 1230, draw_diagrams},
    {"equations", 720, 1060, draw_equations},
    {"tensors", 820, 530, draw_tensors},
};

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: draw-sheet DIR\n");
        return 2;
    }
    for (guint i = 0; i < G_N_ELEMENTS(sheets); i++) {
        for (int variant = 0; variant < 6; variant++) {
            int scale = variant / 2 % 2 + 1;
            gboolean svg = variant >= 4;
            theme = faltung_theme(variant % 2);
            g_autofree char *path = g_strdup_printf("%s/%s-%s%s.%s", argv[1], sheets[i].name,
                                                    theme->dark ? "dark" : "light",
                                                    scale == 2 ? "@2x" : "", svg ? "svg" : "png");
            g_autoptr(GError) error = NULL;
            if (!faltung_output_write(path, sheets[i].width, sheets[i].height, scale,
                                      &theme->background, sheets[i].draw, NULL, &error)) {
                fprintf(stderr, "draw-sheet: %s\n", error->message);
                return 1;
            }
        }
    }
    return 0;
}
