/* SPDX-License-Identifier: Apache-2.0 */
/* Equations: every one of the tables can be set; positions follow the font's MATH constants and
   TeX's spacing; mistakes are named with their column. */
#include "core/base/error.h"
#include "core/ops/equation.h"
#include "core/train/clipping.h"
#include "core/train/initializer.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "draw/equation.h"
#include "draw/equation/box.h"
#include "tests/core/equations.h"

#include <math.h>

#define SIZE 100.0
#define MU (SIZE / 18)
#define assert_near(a, b) g_assert_cmpfloat_with_epsilon(a, b, 1e-6 * SIZE)

static Box set(const char *tex) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = equation_parse(tex, math_font(NULL), NULL, &error);
    g_assert_no_error(error);
    return equation_layout(list, math_font(NULL), SIZE);
}

/* The @index-th glyph or rule of @box. */
static Item item(const Box *box, ItemType type, int index) {
    for (guint i = 0; i < box->items->len; i++) {
        Item found = g_array_index(box->items, Item, i);
        if (found.type == type && index-- == 0)
            return found;
    }
    g_assert_not_reached();
}

static double constant(hb_ot_math_constant_t constant) {
    return math_font_constant(math_font(NULL), constant) * SIZE;
}
#define CONSTANT(name) constant(HB_OT_MATH_CONSTANT_##name)

static double width(const char *tex) {
    Box box = set(tex);
    box_clear(&box);
    return box.width;
}

static void check_equation(const char *noun, const char *name, const char *tex) {
    if (!tex || !*tex)
        g_error("the %s %s has no equation", noun, name);
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungEquation) equation = faltung_equation_new(tex, 16, &error);
    if (!equation)
        g_error("the equation of the %s %s: %s: %s", noun, name, tex, error->message);
    g_assert_cmpfloat(faltung_equation_width(equation), >, 16);
    g_assert_cmpfloat(faltung_equation_ascent(equation), >, 0);
    g_assert_cmpfloat(faltung_equation_width(equation), <, 1200);
}

static void check_table(const FaltungTable *table, gsize equation_offset) {
    for (const FaltungKind *const *kind = table->kinds; *kind; kind++) {
        const char *tex =
            *(const char *const *)(const void *)((const char *)*kind + equation_offset);
        check_equation(table->noun, (*kind)->name, tex);
    }
}

static void test_tables(void) {
    check_table(faltung_operations(), G_STRUCT_OFFSET(FaltungOperation, equation));
    check_table(faltung_losses(), G_STRUCT_OFFSET(FaltungLoss, equation));
    check_table(faltung_optimizers(), G_STRUCT_OFFSET(FaltungOptimizer, equation));
    check_table(faltung_schedules(), G_STRUCT_OFFSET(FaltungSchedule, equation));
    check_equation("clipping", "value", faltung_clipping_value_equation);
    check_equation("clipping", "norm", faltung_clipping_norm_equation);
    check_table(faltung_initializers(), G_STRUCT_OFFSET(FaltungInitializer, equation));
    for (guint i = 0; i < G_N_ELEMENTS(equations); i++) {
        g_autoptr(FaltungExperiment) experiment = equation_experiment(i);
        g_autofree char *tex = faltung_layer_equation(faltung_graph_layer(experiment->graph, 0));
        check_equation("layer", equations[i].layer, tex);
    }
}

/* @whole is wider than its @parts together by @mu. */
static void check_space(const char *whole, double mu, const char *const *parts) {
    double sum = 0;
    for (; *parts; parts++)
        sum += width(*parts);
    if (fabs(width(whole) - sum - mu * MU) > 1e-6 * SIZE)
        g_error("%s: %g mu of space, expected %g", whole, (width(whole) - sum) / MU, mu);
}
#define SPACE(whole, mu, ...) check_space(whole, mu, (const char *const[]){__VA_ARGS__, NULL})

static void test_spacing(void) {
    SPACE("xy", 0, "x", "y");
    SPACE("x+y", 8, "x", "+", "y");  /* binary: medium on both sides */
    SPACE("x=y", 10, "x", "=", "y"); /* relation: thick */
    SPACE("-x", 0, "-", "x");        /* a sign is no operation */
    SPACE("x=-y", 10, "x", "=", "-", "y");
    SPACE("(-x)", 0, "(", "-", "x", ")");
    SPACE("x,y", 3, "x", ",", "y"); /* punctuation: thin behind */
    SPACE("f(x)", 0, "f", "(", "x", ")");
    SPACE("\\log x", 3, "\\log", "x");
    SPACE("2\\log x", 6, "2", "\\log", "x");
    SPACE("\\log(x)", 0, "\\log", "(", "x", ")");
    SPACE("x\\leq y\\cdot z", 18, "x", "\\leq", "y", "\\cdot", "z");
    SPACE("x\\,y", 3, "x", "y");
    SPACE("x\\quad y", 18, "x", "y");
    SPACE("x\\!y", -3, "x", "y");
    SPACE("{+}x", 0, "+", "x");
    SPACE("x{=}y", 0, "x", "=", "y");            /* in braces it is ordinary */
    SPACE("x\\mark{op}{=}y", 10, "x", "=", "y"); /* but a mark changes nothing */
    SPACE("\\frac{a}{b}x", 3, "\\frac{a}{b}", "x");
    SPACE("x  y", 0, "x", "y");
    /* no space around operators in scripts */
    Box box = set("a_{x+y=z}");
    Item x = item(&box, ITEM_GLYPH, 1), plus = item(&box, ITEM_GLYPH, 2);
    double advance = math_font_metrics(math_font(NULL), x.glyph).advance * x.size;
    double italic = math_font_metrics(math_font(NULL), x.glyph).italic * x.size;
    assert_near(plus.x, x.x + advance + italic);
    box_clear(&box);
}

static void test_scripts(void) {
    double script =
        math_font_percent(math_font(NULL), HB_OT_MATH_CONSTANT_SCRIPT_PERCENT_SCALE_DOWN);
    double scriptscript =
        math_font_percent(math_font(NULL), HB_OT_MATH_CONSTANT_SCRIPT_SCRIPT_PERCENT_SCALE_DOWN);
    g_assert_cmpfloat(script, >, 0.5);
    g_assert_cmpfloat(script, <, 0.95);

    Box box = set("f^2");
    MathGlyph f = math_font_metrics(math_font(NULL), math_font_glyph(math_font(NULL), 0x1d453, 0));
    Item two = item(&box, ITEM_GLYPH, 1);
    assert_near(two.y, -CONSTANT(SUPERSCRIPT_SHIFT_UP));
    assert_near(two.size, script * SIZE);
    g_assert_cmpfloat(f.italic, >, 0); /* the superscript clears the slanted letter */
    assert_near(two.x, (f.advance + f.italic) * SIZE);
    box_clear(&box);

    box = set("f_2"); /* the subscript does not */
    Item low = item(&box, ITEM_GLYPH, 1);
    assert_near(low.x, f.advance * SIZE);
    assert_near(low.y, CONSTANT(SUBSCRIPT_SHIFT_DOWN));
    box_clear(&box);

    box = set("x^{y^z}");
    assert_near(item(&box, ITEM_GLYPH, 2).size, scriptscript * SIZE);
    box_clear(&box);

    box = set("\\frac{1}{x^2}"); /* denominators are cramped */
    Item one = item(&box, ITEM_GLYPH, 0), x = item(&box, ITEM_GLYPH, 1);
    two = item(&box, ITEM_GLYPH, 2);
    g_assert_cmpfloat(one.y, <, 0);
    assert_near(x.y - two.y, CONSTANT(SUPERSCRIPT_SHIFT_UP_CRAMPED));
    box_clear(&box);

    box = set("x_{i}^{2}"); /* apart from each other */
    Item sup = item(&box, ITEM_GLYPH, 1), sub = item(&box, ITEM_GLYPH, 2);
    g_assert_cmpfloat(sup.y, <, 0);
    g_assert_cmpfloat(sub.y, >, 0);
    MathGlyph sup_ink = math_font_metrics(math_font(NULL), sup.glyph);
    MathGlyph sub_ink = math_font_metrics(math_font(NULL), sub.glyph);
    g_assert_cmpfloat(sub.y - sub_ink.ascent * sub.size - (sup.y + sup_ink.descent * sup.size), >=,
                      CONSTANT(SUB_SUPERSCRIPT_GAP_MIN) - 1e-6);
    box_clear(&box);
}

static void test_fraction(void) {
    Box box = set("\\frac{1}{2}");
    Item top = item(&box, ITEM_GLYPH, 0), bottom = item(&box, ITEM_GLYPH, 1);
    Item rule = item(&box, ITEM_RULE, 0);
    assert_near(rule.height, CONSTANT(FRACTION_RULE_THICKNESS));
    assert_near(rule.y + rule.height / 2, -CONSTANT(AXIS_HEIGHT));
    g_assert_cmpfloat(-top.y, >=, CONSTANT(FRACTION_NUMERATOR_DISPLAY_STYLE_SHIFT_UP) - 1e-6);
    g_assert_cmpfloat(bottom.y, >=, CONSTANT(FRACTION_DENOMINATOR_DISPLAY_STYLE_SHIFT_DOWN) - 1e-6);
    assert_near(top.size, SIZE);
    box_clear(&box);
    box = set("\\frac{a+b}{2}"); /* the narrower is centred */
    bottom = item(&box, ITEM_GLYPH, 3);
    rule = item(&box, ITEM_RULE, 0);
    double advance = math_font_metrics(math_font(NULL), bottom.glyph).advance * SIZE;
    assert_near(bottom.x + advance / 2, rule.x + rule.width / 2);
    box_clear(&box);
    box = set("\\tfrac{1}{2}");
    g_assert_cmpfloat(item(&box, ITEM_GLYPH, 0).size, <, SIZE);
    box_clear(&box);
}

static void test_radical(void) {
    static const char *const radicals[] = {"\\sqrt{x}", "\\sqrt{\\frac{a}{b}}",
                                           "\\sqrt{\\frac{a}{\\frac{\\frac{b}{c}}{d}}}"};
    double height = 0;
    for (guint i = 0; i < G_N_ELEMENTS(radicals); i++) {
        Box box = set(radicals[i]);
        double sign_top = INFINITY, sign_right = 0;
        Item rule = {0}; /* the radical's is the first that joins something */
        for (guint k = 0; k < box.items->len; k++) {
            Item found = g_array_index(box.items, Item, k);
            if (found.type == ITEM_RULE && !found.alone)
                rule = found;
        }
        for (guint k = 0; k < box.items->len; k++) {
            Item found = g_array_index(box.items, Item, k);
            MathGlyph ink = math_font_metrics(math_font(NULL), found.glyph);
            if (found.type == ITEM_GLYPH && found.x < rule.x) {
                sign_top = MIN(sign_top, found.y - ink.ascent * found.size);
                sign_right = MAX(sign_right, found.x + ink.advance * found.size);
            }
        }
        assert_near(rule.height, CONSTANT(RADICAL_RULE_THICKNESS));
        g_assert_cmpfloat_with_epsilon(rule.x, sign_right, 0.002 * SIZE);
        g_assert_cmpfloat_with_epsilon(rule.y, sign_top, 0.01 * SIZE);
        g_assert_cmpfloat(box.ascent + box.descent, >, height);
        height = box.ascent + box.descent;
        box_clear(&box);
    }
}

static void test_operators(void) {
    Box box = set("\\sum_{i=1}^{n} x");
    Item sum = {0};
    for (guint i = 0; i < box.items->len; i++) { /* the largest glyph */
        Item found = g_array_index(box.items, Item, i);
        MathGlyph ink = math_font_metrics(math_font(NULL), found.glyph);
        if (found.size == SIZE &&
            (ink.ascent + ink.descent) * SIZE >= CONSTANT(DISPLAY_OPERATOR_MIN_HEIGHT))
            sum = found;
    }
    g_assert_cmpfloat(sum.size, ==, SIZE);
    MathGlyph ink = math_font_metrics(math_font(NULL), sum.glyph);
    double middle = sum.y - (ink.ascent - ink.descent) / 2 * SIZE;
    assert_near(middle, -CONSTANT(AXIS_HEIGHT));
    Item n = item(&box, ITEM_GLYPH, 0); /* the upper limit is set first */
    MathGlyph n_ink = math_font_metrics(math_font(NULL), n.glyph);
    double gap = sum.y - ink.ascent * SIZE - (n.y + n_ink.descent * n.size);
    g_assert_cmpfloat(gap, >=, CONSTANT(UPPER_LIMIT_GAP_MIN) - 1e-6);
    box_clear(&box);

    /* in a line of text the limits are scripts */
    g_assert_cmpfloat(width("\\textstyle\\sum_{i=1}^{n}"), >, width("\\sum_{i=1}^{n}"));
    g_assert_cmpfloat(width("\\sum\\nolimits_{i=1}^{n}"), >, width("\\sum_{i=1}^{n}"));
    /* \log never has limits, \max has */
    g_assert_cmpfloat(width("\\log_{ij}"), >, width("\\log"));
    assert_near(width("\\max_{ij}"), width("\\max"));
}

static void test_delimiters(void) {
    static const char *const insides[] = {"x", "\\frac{a}{b}", "\\frac{\\frac{a}{b}}{\\frac{c}{d}}",
                                          "\\begin{matrix}a\\\\b\\\\c\\\\d\\\\e\\\\f\\end{matrix}"};
    for (guint i = 0; i < G_N_ELEMENTS(insides); i++) {
        g_autofree char *fenced = g_strdup_printf("\\left( %s \\right)", insides[i]);
        Box box = set(fenced), inside = set(insides[i]);
        double top = INFINITY, bottom = -INFINITY; /* of the left parenthesis */
        Item first = item(&box, ITEM_GLYPH, 0);
        for (guint k = 0; k < box.items->len; k++) {
            Item found = g_array_index(box.items, Item, k);
            if (found.type != ITEM_GLYPH || found.x > first.x + 1e-6)
                break;
            MathGlyph ink = math_font_metrics(math_font(NULL), found.glyph);
            top = MIN(top, found.y - ink.ascent * SIZE);
            bottom = MAX(bottom, found.y + ink.descent * SIZE);
        }
        double axis = CONSTANT(AXIS_HEIGHT);
        g_assert_cmpfloat_with_epsilon((top + bottom) / 2, -axis, 0.002 * SIZE);
        double half = MAX(inside.ascent - axis, inside.descent + axis);
        g_assert_cmpfloat(bottom - top, >=, MAX(2 * half * 0.901, 2 * half - SIZE / 2) - 1e-3);
        box_clear(&box);
        box_clear(&inside);
    }
    g_assert_cmpfloat(width("\\left. x \\right|"), >, width("x"));
    Box small = set("\\bigl("), big = set("\\Bigg(");
    g_assert_cmpfloat(big.ascent, >, 1.5 * small.ascent);
    box_clear(&small);
    box_clear(&big);
}

static void test_errors(void) {
    static const struct {
        const char *tex, *expected;
    } mistakes[] = {
        {"x + \\foobarbaz", "column 5: unknown command \\foobarbaz"},
        {"\\alpa", "column 1: unknown command \\alpa; did you mean \\alpha?"},
        {"x^2^3", "column 4: a second superscript"},
        {"x_a_b", "column 4: a second subscript"},
        {"{x", "column 1: this `{` is never closed"},
        {"x}", "column 2: a `}` without"},
        {"\\frac{1}", "column 9: the fraction's denominator has nothing to apply to"},
        {"\\left( x", "column 1: this \\left has no \\right"},
        {"x \\right)", "column 3: \\right without a \\left"},
        {"\\left x \\right)", "column 7: expected a delimiter"},
        {"\\begin{cases} x", "column 1: this \\begin{cases} has no \\end{cases}"},
        {"\\begin{cases} x \\end{matrix}", "\\end{matrix} where \\end{cases} was expected"},
        {"\\begin{foo} x \\end{foo}", "column 1: unknown environment foo; known are"},
        {"\\end{cases}", "column 1: \\end without a \\begin"},
        {"50%", "column 3: a `%` must be written \\%"},
        {"x^", "column 3: ^ has nothing to apply to"},
        {"α + \\beeta", "column 5: unknown command \\beeta; did you mean \\beta?"},
        {"x\\", "column 2: a lone backslash"},
        {"\\text{a", "column 6: this `{` is never closed"},
        {"\\sqrt[3{x}", "column 6: this `[` is never closed"},
        {"\\operatorname x", "column 15: expected `{` and a name"},
        {"☃", "has no character U+2603"},
        {"\xff", "not valid UTF-8"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        FaltungEquation *equation = faltung_equation_new(mistakes[i].tex, 12, &error);
        if (equation || !error || !strstr(error->message, mistakes[i].expected))
            g_error("%s: %s, expected %s", mistakes[i].tex, equation ? "was set" : error->message,
                    mistakes[i].expected);
    }
}

static void test_marks(void) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungEquation) equation = faltung_equation_new(
        "y = \\mark{term}{\\mark{w}{w} \\cdot \\mark{x}{x}} + \\mark{b}{b}", 20, &error);
    g_assert_no_error(error);
    FaltungRect term, w, x;
    g_assert_true(faltung_equation_mark_rect(equation, "term", &term));
    g_assert_true(faltung_equation_mark_rect(equation, "w", &w));
    g_assert_true(faltung_equation_mark_rect(equation, "x", &x));
    g_assert_false(faltung_equation_mark_rect(equation, "nothing", &x));
    g_assert_cmpfloat(w.x, >=, term.x);
    g_assert_cmpfloat(w.x + w.width, <, x.x);
    g_assert_cmpfloat(x.x + x.width, <=, term.x + term.width + 1e-9);
    g_assert_cmpstr(faltung_equation_hit(equation, w.x + w.width / 2, w.y + w.height / 2), ==, "w");
    g_assert_cmpstr(faltung_equation_hit(equation, w.x + w.width + 2, w.y + w.height / 2), ==,
                    "term");
    g_assert_null(faltung_equation_hit(equation, 1, -2));

    double before = faltung_equation_width(equation);
    g_assert_true(faltung_equation_set_mark(equation, "w", "0.318", &error));
    g_assert_no_error(error);
    double wide = faltung_equation_width(equation);
    g_assert_cmpfloat(wide, >, before);
    g_assert_cmpfloat_with_epsilon(wide - before, 20.0 / SIZE * (width("0.318") - width("w")),
                                   1e-6);

    g_assert_false(faltung_equation_set_mark(equation, "w", "\\nonsense", &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_cmpfloat(faltung_equation_width(equation), ==, wide);
    g_assert_false(faltung_equation_set_mark(equation, "nothing", "1", &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_clear_error(&error);

    /* the outer one may replace the inner ones */
    g_assert_true(
        faltung_equation_set_mark(equation, "term", "\\mark{w}{1} + \\mark{term}{2}", &error));
    g_assert_true(faltung_equation_set_mark(equation, "w", "3", &error));
    g_assert_false(faltung_equation_mark_rect(equation, "x", &x));
}

/* How many pixels of @surface are nearly of this colour. */
static int count(cairo_surface_t *surface, guint32 rgb) {
    cairo_surface_flush(surface);
    const guint32 *pixels = (const guint32 *)(const void *)cairo_image_surface_get_data(surface);
    int n = 0,
        total = cairo_image_surface_get_width(surface) * cairo_image_surface_get_height(surface);
    for (int i = 0; i < total; i++)
        n += (pixels[i] & 0xffffff) == rgb;
    return n;
}

static void test_drawing(void) {
    g_autoptr(FaltungEquation) equation =
        faltung_equation_new("\\frac{\\mark{a}{H}}{\\mark{b}{M}}", 60, NULL);
    FaltungColor red = {1, 0, 0, 1}, blue = {0, 0, 1, 1};
    faltung_equation_set_mark_color(equation, "a", &red);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 100, 200);
    cairo_t *cr = cairo_create(surface);
    faltung_equation_draw(equation, cr, 10, 100, blue);
    g_assert_cmpint(count(surface, 0xff0000), >, 100);
    g_assert_cmpint(count(surface, 0x0000ff), >, 200); /* rule and M */
    faltung_equation_set_mark_color(equation, "a", NULL);
    faltung_equation_draw(equation, cr, 10, 100, blue);
    g_assert_cmpint(count(surface, 0xff0000), <, 30); /* edges only */
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

/* Whatever is written: an equation or an error. */
static void test_anything(void) {
    static const char *const pieces[] = {
        "x",
        "{",
        "}",
        "^",
        "_",
        "'",
        "\\frac",
        "\\sqrt",
        "[",
        "]",
        "\\left(",
        "\\right)",
        "&",
        "\\\\",
        "\\begin{cases}",
        "\\end{cases}",
        "\\mark{a}",
        "\\text{b c}",
        "\\hat",
        "+",
        "\\sum",
        "1",
        ",",
        "\\mathbf",
        "\\underbrace",
        "\\overset",
        "\\quad",
        "\\limits",
        "\\bigl",
        "\\substack",
        "\\middle|",
        "\\overline",
        "\\widehat",
        "\\textstyle",
        "\\operatorname*{m}",
        "\\left\\{",
        "\\right.",
        " ",
    };
    guint32 state = 5;
    int n_set = 0;
    for (int i = 0; i < 20000; i++) {
        GString *tex = g_string_new(NULL);
        for (int n = 1 + i % 9; n > 0; n--) {
            state = state * 1664525u + 1013904223u;
            g_string_append(tex, pieces[(state >> 8) % G_N_ELEMENTS(pieces)]);
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(FaltungEquation) equation = faltung_equation_new(tex->str, 10, &error);
        if ((equation == NULL) != (error != NULL) ||
            (equation && !isfinite(faltung_equation_width(equation))))
            g_error("%s", tex->str);
        n_set += equation != NULL;
        g_string_free(tex, TRUE);
    }
    g_assert_cmpint(n_set, >, 1000);
    /* depth is limited */
    GString *deep = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "{");
    g_assert_null(faltung_equation_new(deep->str, 10, NULL));
    g_string_free(deep, TRUE);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    if (!faltung_equation_font()) {
        g_print("1..0 # SKIP no mathematics font is installed (fonts-lmodern)\n");
        return 0;
    }
    g_test_add_func("/equation/tables", test_tables);
    g_test_add_func("/equation/spacing", test_spacing);
    g_test_add_func("/equation/scripts", test_scripts);
    g_test_add_func("/equation/fraction", test_fraction);
    g_test_add_func("/equation/radical", test_radical);
    g_test_add_func("/equation/operators", test_operators);
    g_test_add_func("/equation/delimiters", test_delimiters);
    g_test_add_func("/equation/errors", test_errors);
    g_test_add_func("/equation/marks", test_marks);
    g_test_add_func("/equation/drawing", test_drawing);
    g_test_add_func("/equation/anything", test_anything);
    return g_test_run();
}
