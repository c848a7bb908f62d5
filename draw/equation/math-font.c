/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/math-font.h"

#include "core/base/error.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <math.h>

/* In order of preference: the face of TeX first, then others made for mathematics. */
static const char *const families[] = {
    "Latin Modern Math",     "TeX Gyre Termes Math", "STIX Two Math",
    "TeX Gyre Pagella Math", "Libertinus Math",      "XITS Math",
    "Cambria Math",          "TeX Gyre DejaVu Math", "DejaVu Math TeX Gyre",
};

static MathFont *font_open(const char *family) {
    FcPattern *wanted = FcPatternCreate();
    FcPatternAddString(wanted, FC_FAMILY, (const FcChar8 *)family);
    FcConfigSubstitute(NULL, wanted, FcMatchPattern);
    FcDefaultSubstitute(wanted);
    FcResult result;
    FcPattern *match = FcFontMatch(NULL, wanted, &result);
    FcPatternDestroy(wanted);
    if (!match)
        return NULL;
    FcChar8 *found = NULL, *file = NULL;
    int index = 0;
    MathFont *font = NULL;
    FcPatternGetString(match, FC_FAMILY, 0, &found);
    FcPatternGetInteger(match, FC_INDEX, 0, &index);
    if (FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch && found &&
        g_ascii_strcasecmp((const char *)found, family) == 0) {
        hb_blob_t *blob = hb_blob_create_from_file((const char *)file);
        hb_face_t *face = hb_face_create(blob, index);
        hb_blob_destroy(blob);
        if (hb_ot_math_has_data(face)) {
            font = g_new0(MathFont, 1);
            font->family = g_strdup(family);
            font->units = hb_face_get_upem(face);
            font->hb = hb_font_create(face); /* its scale is the face's units */
            hb_font_make_immutable(font->hb);
            font->face = cairo_ft_font_face_create_for_pattern(match);
        }
        hb_face_destroy(face);
    }
    FcPatternDestroy(match);
    return font;
}

const MathFont *math_font(GError **error) {
    static MathFont *font;
    static gsize looked;
    if (g_once_init_enter(&looked)) {
        for (guint i = 0; i < G_N_ELEMENTS(families) && !font; i++)
            font = font_open(families[i]);
        g_once_init_leave(&looked, 1);
    }
    if (!font)
        faltung_fail(error, FALTUNG_ERROR_WORK,
                     "no font for mathematics is installed; expected one with an OpenType MATH "
                     "table, such as Latin Modern Math (package fonts-lmodern)");
    return font;
}

double math_font_constant(const MathFont *font, hb_ot_math_constant_t constant) {
    return hb_ot_math_get_constant(font->hb, constant) / font->units;
}

double math_font_percent(const MathFont *font, hb_ot_math_constant_t constant) {
    return hb_ot_math_get_constant(font->hb, constant) / 100.0;
}

hb_codepoint_t math_font_glyph(const MathFont *font, gunichar code, int level) {
    hb_codepoint_t glyph = 0;
    if (!hb_font_get_nominal_glyph(font->hb, code, &glyph) || level == 0)
        return glyph;
    hb_buffer_t *buffer = hb_buffer_create();
    hb_buffer_add_codepoints(buffer, &code, 1, 0, 1);
    hb_buffer_set_direction(buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(buffer, HB_SCRIPT_MATH);
    hb_buffer_set_language(buffer, hb_language_from_string("en", -1));
    hb_feature_t feature = {HB_TAG('s', 's', 't', 'y'), level, HB_FEATURE_GLOBAL_START,
                            HB_FEATURE_GLOBAL_END};
    hb_shape(font->hb, buffer, &feature, 1);
    unsigned length;
    hb_glyph_info_t *info = hb_buffer_get_glyph_infos(buffer, &length);
    if (length == 1)
        glyph = info[0].codepoint;
    hb_buffer_destroy(buffer);
    return glyph;
}

MathGlyph math_font_metrics(const MathFont *font, hb_codepoint_t glyph) {
    hb_glyph_extents_t extents = {0};
    hb_font_get_glyph_extents(font->hb, glyph, &extents);
    return (MathGlyph){
        .advance = hb_font_get_glyph_h_advance(font->hb, glyph) / font->units,
        .ascent = extents.y_bearing / font->units,
        .descent = -(extents.y_bearing + extents.height) / font->units,
        .italic = hb_ot_math_get_glyph_italics_correction(font->hb, glyph) / font->units,
        .accent = hb_ot_math_get_glyph_top_accent_attachment(font->hb, glyph) / font->units,
    };
}

/* Builds an assembly of at least @size (in font units). Returns: its size, 0: there is none. */
static double assemble(const MathFont *font, hb_codepoint_t glyph, hb_direction_t direction,
                       double size, GArray *parts) {
    hb_ot_math_glyph_part_t pieces[16];
    unsigned n = G_N_ELEMENTS(pieces);
    hb_position_t italic;
    hb_ot_math_get_glyph_assembly(font->hb, glyph, direction, 0, &n, pieces, &italic);
    if (n == 0)
        return 0;
    double least = hb_ot_math_get_min_connector_overlap(font->hb, direction);
    int repeats = 0, count;
    double length, slack; /* @slack: by how much more the joints may overlap */
    for (;; repeats++) {
        double previous = 0;
        gboolean extensible = FALSE;
        length = slack = 0;
        count = 0;
        for (unsigned i = 0; i < n; i++) {
            gboolean extender = pieces[i].flags & HB_OT_MATH_GLYPH_PART_FLAG_EXTENDER;
            extensible |= extender;
            for (int j = extender ? repeats : 1; j > 0; j--, count++) {
                length += pieces[i].full_advance;
                if (count > 0) {
                    double most = MIN(previous, pieces[i].start_connector_length);
                    length -= least;
                    slack += MAX(most - least, 0);
                }
                previous = pieces[i].end_connector_length;
            }
        }
        if (length >= size || !extensible || repeats > 1000)
            break;
    }
    /* share what is too much among the joints */
    double part = slack > 0 ? CLAMP((length - size) / slack, 0, 1) : 0;
    double at = 0, previous = 0;
    gboolean first = TRUE;
    g_array_set_size(parts, 0);
    for (unsigned i = 0; i < n; i++) {
        gboolean extender = pieces[i].flags & HB_OT_MATH_GLYPH_PART_FLAG_EXTENDER;
        for (int j = extender ? repeats : 1; j > 0; j--) {
            if (!first) {
                double most = MIN(previous, pieces[i].start_connector_length);
                at -= least + part * MAX(most - least, 0);
            }
            first = FALSE;
            MathPart piece = {pieces[i].glyph, at / font->units};
            g_array_append_val(parts, piece);
            at += pieces[i].full_advance;
            previous = pieces[i].end_connector_length;
        }
    }
    return at;
}

double math_font_stretch(const MathFont *font, hb_codepoint_t glyph, gboolean vertical, double size,
                         GArray *parts) {
    hb_direction_t direction = vertical ? HB_DIRECTION_BTT : HB_DIRECTION_LTR;
    hb_ot_math_glyph_variant_t variants[24];
    unsigned n = G_N_ELEMENTS(variants);
    hb_ot_math_get_glyph_variants(font->hb, glyph, direction, 0, &n, variants);
    double wanted = size * font->units;
    /* the glyph itself is not always among its variants */
    hb_glyph_extents_t extents = {0};
    hb_font_get_glyph_extents(font->hb, glyph, &extents);
    double own = vertical ? -extents.height : extents.width;
    MathPart part = {glyph, 0};
    for (unsigned i = 0; i < n && own < wanted; i++) {
        part.glyph = variants[i].glyph;
        own = variants[i].advance;
    }
    if (own < wanted) {
        double length = assemble(font, glyph, direction, wanted, parts);
        if (length > 0)
            return length / font->units;
    }
    g_array_set_size(parts, 0);
    g_array_append_val(parts, part);
    return own / font->units;
}
