/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/diagram-private.h"

#include "draw/shapes.h"

#include <math.h>
#include <string.h>

/*
 * A figure as TikZ: what a person would write who has the places, and can go on writing. The text
 * is the paper's own, so it is set in sizes that are sure to fit the cards.
 */

#define POINTS 0.75 /* bp a unit: what x and y are below */

/* A text of ours as LaTeX: `conv_1`, `16 × 28 × 28`. */
static void add_text(GString *out, const char *text) {
    static const struct {
        gunichar character;
        const char *latex;
    } others[] = {
        {'\\', "\\textbackslash{}"},
        {'~', "\\textasciitilde{}"},
        {'^', "\\textasciicircum{}"},
        {'<', "$<$"},
        {'>', "$>$"},
        {'|', "$|$"},
        {0xd7, "$\\times$"},
        {0xb7, "$\\cdot$"},
        {0x2212, "$-$"},
        {0x221e, "$\\infty$"},
    };
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        guint i = 0;
        while (i < G_N_ELEMENTS(others) && others[i].character != character)
            i++;
        if (i < G_N_ELEMENTS(others)) {
            g_string_append(out, others[i].latex);
            continue;
        }
        if (strchr("{}$&#_%", *c))
            g_string_append_c(out, '\\');
        g_string_append_unichar(out, character);
    }
}

/* In no language but TeX's, whatever the desktop's. */
static void add_number(GString *out, double number) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_dtostr(text, sizeof text, round(100 * number) / 100));
}

static void add_point(GString *out, FaltungPoint point) {
    g_string_append_c(out, '(');
    add_number(out, point.x);
    g_string_append_c(out, ',');
    add_number(out, point.y);
    g_string_append_c(out, ')');
}

static void add_color(GString *out, const char *name, FaltungColor color) {
    g_string_append_printf(out, "\\definecolor{faltung-%s}{RGB}{%d,%d,%d}\n", name,
                           (int)(255 * color.red + 0.5), (int)(255 * color.green + 0.5),
                           (int)(255 * color.blue + 0.5));
}

static const char *color_name(FaltungGroup group) {
    static const char *const names[] = {
        [FALTUNG_GROUP_DENSE] = "dense",
        [FALTUNG_GROUP_CONVOLUTION] = "convolution",
        [FALTUNG_GROUP_POOLING] = "pooling",
        [FALTUNG_GROUP_RECURRENT] = "recurrent",
        [FALTUNG_GROUP_ACTIVATION] = "activation",
        [FALTUNG_GROUP_NORMALIZATION] = "normalization",
        [FALTUNG_GROUP_REGULARIZATION] = "regularization",
        [FALTUNG_GROUP_SHAPE] = "shape",
        [FALTUNG_GROUP_JOIN] = "join",
        [FALTUNG_N_GROUPS] = "input",
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(names) == FALTUNG_N_GROUPS + 1);
    return names[group];
}

/* The colours of the groups that the figure has. */
static void add_colors(GString *out, const FaltungDiagram *figure) {
    const FaltungTheme *theme = faltung_figure_theme();
    gboolean used[FALTUNG_N_GROUPS + 1] = {FALSE};
    for (int i = 0; i < figure->n_nodes; i++)
        used[figure->nodes[i].group] = TRUE;
    for (int group = 0; group <= FALTUNG_N_GROUPS; group++) {
        if (used[group])
            add_color(out, color_name(group), faltung_group_color(theme, group));
    }
    add_color(out, "wire", theme->wire);
}

static void add_node(GString *out, const FaltungDiagramNode *node, int index) {
    FaltungRect rect = node->rect;
    g_string_append_printf(out,
                           "  \\node[card=faltung-%s, minimum width=", color_name(node->group));
    add_number(out, POINTS * rect.width);
    g_string_append(out, "bp, minimum height=");
    add_number(out, POINTS * rect.height);
    g_string_append_printf(out, "bp] (n%d) at ", index);
    add_point(out, (FaltungPoint){rect.x + rect.width / 2, rect.y + rect.height / 2});
    g_string_append(out, " {\\textbf{");
    add_text(out, node->title);
    g_string_append_c(out, '}');
    if (node->details[0]) {
        g_string_append(out, "\\\\\\scriptsize ");
        add_text(out, node->details);
    }
    g_string_append(out, "};\n");
}

static void add_edge(GString *out, const FaltungDiagramEdge *edge) {
    const FaltungPoint *p = edge->points;
    g_string_append(out, "  \\draw[wire] ");
    add_point(out, p[0]);
    for (int i = 1; i + 2 < edge->n_points; i += 3) {
        g_string_append(out, " .. controls ");
        add_point(out, p[i]);
        g_string_append(out, " and ");
        add_point(out, p[i + 1]);
        g_string_append(out, " .. ");
        add_point(out, p[i + 2]);
    }
    g_string_append(out, ";\n");
    if (edge->label[0]) {
        g_string_append(out, "  \\node[size] at ");
        add_point(out, edge->label_at);
        g_string_append(out, " {");
        add_text(out, edge->label);
        g_string_append(out, "};\n");
    }
}

static void add_frame(GString *out, const FaltungDiagramFrame *frame) {
    FaltungRect rect = frame->rect;
    g_string_append(out, "  \\draw[frame] ");
    add_point(out, (FaltungPoint){rect.x, rect.y});
    g_string_append(out, " rectangle ");
    add_point(out, (FaltungPoint){rect.x + rect.width, rect.y + rect.height});
    g_string_append(out, ";\n  \\node[anchor=west, inner sep=0pt] at ");
    add_point(out, (FaltungPoint){rect.x + FALTUNG_FRAME_PAD,
                                  rect.y + (FALTUNG_FRAME_PAD + FALTUNG_FRAME_TITLE) / 2});
    g_string_append(out, " {");
    add_text(out, frame->title);
    g_string_append(out, "};\n");
}

char *faltung_diagram_tikz(const FaltungDiagram *figure) {
    GString *out = g_string_new("% \\usepackage{tikz}, then \\input this where the figure is\n");
    add_colors(out, figure);
    g_string_append(
        out,
        "\\begin{tikzpicture}[\n"
        "    x=0.75bp, y=-0.75bp, font=\\sffamily\\small,\n"
        "    card/.style={draw=#1, fill=#1!12, rounded corners=4pt, inner sep=0pt, align=center},\n"
        "    frame/.style={draw=faltung-wire, rounded corners=4pt, line width=0.4pt},\n"
        "    wire/.style={draw=faltung-wire, line width=0.9pt, -stealth},\n"
        "    size/.style={font=\\sffamily\\scriptsize, fill=white, inner sep=1pt}]\n");
    for (int i = 0; i < figure->n_frames; i++)
        add_frame(out, &figure->frames[i]);
    for (int i = 0; i < figure->n_edges; i++) {
        if (figure->edges[i].n_points >= 4)
            add_edge(out, &figure->edges[i]);
    }
    for (int i = 0; i < figure->n_nodes; i++) {
        if (faltung_diagram_has_card(figure, i))
            add_node(out, &figure->nodes[i], i);
    }
    g_string_append(out, "\\end{tikzpicture}\n");
    return g_string_free(out, FALSE);
}
