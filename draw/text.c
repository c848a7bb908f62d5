/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/text.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

static PangoLayout *layout_new(cairo_t *cr, const FaltungTheme *theme, const char *text,
                               FaltungTextFlags flags) {
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_new();
    double size = theme->font_size;
    if (flags & FALTUNG_TEXT_SMALL)
        size *= 5.0 / 6;
    if (flags & FALTUNG_TEXT_LARGE)
        size *= 5.0 / 4;
    pango_font_description_set_family(font, flags & FALTUNG_TEXT_MONOSPACE ? theme->monospace
                                                                           : theme->font);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    if (flags & FALTUNG_TEXT_BOLD)
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    if (flags & FALTUNG_TEXT_TABULAR) {
        PangoAttrList *attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
        pango_layout_set_attributes(layout, attributes);
        pango_attr_list_unref(attributes);
    }
    /* widths that do not change with the zoom */
    PangoContext *context = pango_layout_get_context(layout);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_layout_context_changed(layout);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static void layout_size(PangoLayout *layout, double *width, double *height) {
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    if (width)
        *width = (double)logical.width / PANGO_SCALE;
    if (height)
        *height = (double)logical.height / PANGO_SCALE;
}

void faltung_text_size(cairo_t *cr, const FaltungTheme *theme, const char *text,
                       FaltungTextFlags flags, double *width, double *height) {
    g_autoptr(PangoLayout) layout = layout_new(cr, theme, text, flags);
    layout_size(layout, width, height);
}

void faltung_text_draw(cairo_t *cr, const FaltungTheme *theme, const char *text,
                       FaltungTextFlags flags, FaltungColor color, double x, double y,
                       double align_x, double align_y, double max_width) {
    g_autoptr(PangoLayout) layout = layout_new(cr, theme, text, flags);
    double width, height;
    layout_size(layout, &width, &height);
    if (max_width > 0 && width > max_width) {
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_width(layout, (int)(max_width * PANGO_SCALE));
        layout_size(layout, &width, NULL);
    }
    cairo_save(cr);
    faltung_set_color(cr, color);
    cairo_move_to(cr, x - align_x * width, y - align_y * height);
    pango_cairo_show_layout(cr, layout);
    cairo_restore(cr);
}

char *faltung_format_short(double value) {
    double size = fabs(value);
    if (size < 0.005)
        return g_strdup("0"); /* and not -0.00 */
    return g_strdup_printf(size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
}

char *faltung_shape_text(const FaltungShape *shape) {
    g_autofree char *plain = faltung_shape_format(shape);
    g_auto(GStrv) parts = g_strsplit(plain, " x ", -1);
    return g_strjoinv("\u00a0×\u00a0", parts);
}
