/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/options.h"

#include "core/base/error.h"
#include "core/base/quote.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* -- tables ------------------------------------------------------------------------------- */

/* Reports @name as unknown, with the nearest of @names and, where they are few, all of them. */
static void set_unknown_error(GError **error, const char *noun, const char *name,
                              const char *const *names) {
    const char *nearest = faltung_nearest(name, names);
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    if (nearest)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "unknown %s '%s'; did you mean '%s'?", noun, name,
                     nearest);
    else if (!*names)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "unknown %s '%s'; there is nothing to set here",
                     noun, name);
    else
        faltung_fail(error, FALTUNG_ERROR_INPUT, "unknown %s '%s'; known are %s", noun, name, all);
}

const FaltungKind *faltung_table_find(const FaltungTable *table, const char *name, GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const FaltungKind *const *kind = table->kinds; *kind; kind++) {
        if (g_str_equal((*kind)->name, name))
            return *kind;
        g_ptr_array_add(names, (char *)(*kind)->name);
    }
    g_ptr_array_add(names, NULL);
    set_unknown_error(error, _(table->noun), name, (const char *const *)names->pdata);
    return NULL;
}

const FaltungOptionSpec *faltung_kind_option(const FaltungKind *kind, const char *name,
                                             GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (g_str_equal(spec->name, name))
            return spec;
        g_ptr_array_add(names, (char *)spec->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *noun = g_strdup_printf(_("option of %s"), kind->name);
    set_unknown_error(error, noun, name, (const char *const *)names->pdata);
    return NULL;
}

/* -- values ------------------------------------------------------------------------------- */

static void *value_of(const FaltungOptionSpec *spec, const void *options) {
    return (char *)options + spec->offset;
}

static void numbers_copy(FaltungNumbers *numbers, const FaltungNumbers *from) {
    numbers->n = from->n;
    numbers->values = g_memdup2(from->values, from->n * sizeof(double));
}

/* Gives every option of @options, which are zero, its default. */
static void set_defaults(const FaltungKind *kind, void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (spec->type == FALTUNG_GROUP)
            set_defaults(spec->group, value_of(spec, options));
        else if (spec->fallback)
            faltung_option_parse(spec, options, spec->fallback, NULL);
        else if (spec->type == FALTUNG_TEXT)
            *(char **)value_of(spec, options) = g_strdup("");
    }
}

void *faltung_options_new(const FaltungKind *kind) {
    void *options = g_malloc0(MAX(kind->options_size, 1));
    set_defaults(kind, options);
    return options;
}

/* Makes what @copy, the bytes of @options, points to its own. */
static void copy_owned(const FaltungKind *kind, void *copy, const void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (spec->type == FALTUNG_TEXT)
            *(char **)value_of(spec, copy) = g_strdup(*(char **)value_of(spec, options));
        else if (spec->type == FALTUNG_NUMBERS)
            numbers_copy(value_of(spec, copy), value_of(spec, options));
        else if (spec->type == FALTUNG_VARIANT)
            faltung_variant_copy(value_of(spec, copy), value_of(spec, options));
        else if (spec->type == FALTUNG_GROUP)
            copy_owned(spec->group, value_of(spec, copy), value_of(spec, options));
    }
}

void *faltung_options_copy(const FaltungKind *kind, const void *options) {
    void *copy = g_memdup2(options, MAX(kind->options_size, 1));
    copy_owned(kind, copy, options);
    return copy;
}

static void clear_options(const FaltungKind *kind, void *options);

/* Frees what a value owns. */
static void value_clear(const FaltungOptionSpec *spec, void *value) {
    if (spec->type == FALTUNG_TEXT)
        g_free(*(char **)value);
    else if (spec->type == FALTUNG_NUMBERS)
        g_free(((FaltungNumbers *)value)->values);
    else if (spec->type == FALTUNG_VARIANT)
        faltung_variant_clear(value);
    else if (spec->type == FALTUNG_GROUP)
        clear_options(spec->group, value);
}

/* Frees what @options point to, and makes them zero. */
static void clear_options(const FaltungKind *kind, void *options) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++)
        value_clear(spec, value_of(spec, options));
    memset(options, 0, kind->options_size);
}

void faltung_options_free(const FaltungKind *kind, void *options) {
    if (!options)
        return;
    clear_options(kind, options);
    g_free(options);
}

static gboolean values_equal(const FaltungOptionSpec *spec, const void *a, const void *b) {
    switch (spec->type) {
    case FALTUNG_GROUP:
        return faltung_options_equal(spec->group, a, b);
    case FALTUNG_INTEGER:
    case FALTUNG_SWITCH:
    case FALTUNG_CHOICE:
        return *(const int *)a == *(const int *)b;
    case FALTUNG_NUMBER:
        return *(const double *)a == *(const double *)b;
    case FALTUNG_SIZES:
        return memcmp(a, b, faltung_option_sides(spec) * sizeof(int)) == 0;
    case FALTUNG_DIMENSIONS:
        return faltung_shape_equal(a, b);
    case FALTUNG_TEXT:
        return g_strcmp0(*(char *const *)a, *(char *const *)b) == 0;
    case FALTUNG_NUMBERS: {
        const FaltungNumbers *left = a, *right = b;
        for (int i = 0; i < left->n && i < right->n; i++) {
            if (left->values[i] != right->values[i])
                return FALSE;
        }
        return left->n == right->n;
    }
    case FALTUNG_VARIANT: {
        const FaltungVariant *left = a, *right = b;
        return left->kind == right->kind &&
               (!left->kind || faltung_options_equal(left->kind, left->options, right->options));
    }
    }
    g_return_val_if_reached(FALSE);
}

gboolean faltung_options_equal(const FaltungKind *kind, const void *a, const void *b) {
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (!values_equal(spec, value_of(spec, a), value_of(spec, b)))
            return FALSE;
    }
    return TRUE;
}

void faltung_variant_init(FaltungVariant *variant, const FaltungKind *kind) {
    variant->kind = kind;
    variant->options = kind ? faltung_options_new(kind) : NULL;
}

void faltung_variant_copy(FaltungVariant *variant, const FaltungVariant *from) {
    variant->kind = from->kind;
    variant->options = from->kind ? faltung_options_copy(from->kind, from->options) : NULL;
}

void faltung_variant_clear(FaltungVariant *variant) {
    if (variant->kind)
        faltung_options_free(variant->kind, variant->options);
    variant->kind = NULL;
    variant->options = NULL;
}

/* -- text to value ------------------------------------------------------------------------ */

static gboolean parse_number(const char *text, double *value) {
    char *end;
    *value = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static gboolean parse_integer(const char *text, int *value) {
    char *end;
    gint64 wide = g_ascii_strtoll(text, &end, 10);
    *value = wide;
    return end != text && *end == '\0' && wide >= G_MININT && wide <= G_MAXINT;
}

const char *faltung_option_sizes_form(const FaltungOptionSpec *spec) {
    static const char *const forms[FALTUNG_MAX_SIDES] = {NULL, "[height, width]",
                                                         "[depth, height, width]"};
    return forms[faltung_option_sides(spec) - 1];
}

/* What the spec accepts, for messages: "an integer from 1 to 100". */
static char *describe_expected(const FaltungOptionSpec *spec) {
    static const char *const nouns[] = {
        [FALTUNG_INTEGER] = N_("an integer"),
        [FALTUNG_NUMBER] = N_("a number"),
        [FALTUNG_SWITCH] = N_("true or false"),
        [FALTUNG_CHOICE] = N_("one of"),
        [FALTUNG_TEXT] = N_("text"),
        [FALTUNG_SIZES] = N_("an integer"),
        [FALTUNG_DIMENSIONS] = N_("a list of sizes, as in [7, 28, 28],"),
        [FALTUNG_NUMBERS] = N_("numbers, as in [1, 2.5],"),
        [FALTUNG_VARIANT] = N_("a name"),
        [FALTUNG_GROUP] = N_("its options, {key: value}, or none"),
    };
    GString *text = g_string_new(_(nouns[spec->type]));
    if (spec->type == FALTUNG_SIZES && faltung_option_sizes_form(spec))
        g_string_append_printf(text, _(" or %s"), faltung_option_sizes_form(spec));
    if (spec->minimum != 0 || spec->maximum != 0) {
        char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(low, sizeof low, "%.15g", spec->minimum);
        g_ascii_formatd(high, sizeof high, "%.15g", spec->maximum);
        if (isinf(spec->maximum) || spec->maximum >= G_MAXINT)
            g_string_append_printf(text, _(" of at least %s"), low);
        else
            g_string_append_printf(text, _(" from %s to %s"), low, high);
    }
    if (spec->choices) {
        g_autofree char *words = g_strjoinv(", ", (char **)spec->choices);
        g_string_append_printf(text, spec->type == FALTUNG_CHOICE ? " %s" : _(", or one of %s"),
                               words);
    }
    return g_string_free(text, FALSE);
}

/* Returns: (transfer full) (nullable): the number that @text is with a decimal comma. */
static char *with_point(const char *text) {
    g_autofree char *pointed = g_strdup(text);
    char *comma = strchr(pointed, ','), *end;
    if (!comma || comma == pointed || !g_ascii_isdigit(comma[1]))
        return NULL;
    *comma = '.';
    g_ascii_strtod(pointed, &end);
    return *end ? NULL : g_steal_pointer(&pointed);
}

static gboolean fail_value(const FaltungOptionSpec *spec, const char *text, GError **error) {
    g_autofree char *expected = describe_expected(spec);
    const char *nearest = spec->choices ? faltung_nearest(text, spec->choices) : NULL;
    if (*text == '\0')
        return faltung_fail(error, FALTUNG_ERROR_INPUT, "%s has no value; expected %s", spec->name,
                            expected);
    if (nearest)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "%s cannot be '%s'; expected %s; did you mean '%s'?", spec->name, text,
                            expected, nearest);
    g_autofree char *pointed = spec->type == FALTUNG_NUMBER ? with_point(text) : NULL;
    if (pointed)
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "%s cannot be '%s'; expected %s; with a decimal point it is %s",
                            spec->name, text, expected, pointed);
    return faltung_fail(error, FALTUNG_ERROR_INPUT, "%s cannot be '%s'; expected %s", spec->name,
                        text, expected);
}

static gboolean in_range(const FaltungOptionSpec *spec, double value) {
    if (spec->minimum == 0 && spec->maximum == 0)
        return TRUE;
    return value >= spec->minimum && value <= spec->maximum;
}

static int choice_index(const FaltungOptionSpec *spec, const char *text) {
    for (int i = 0; spec->choices && spec->choices[i]; i++) {
        if (g_str_equal(spec->choices[i], text))
            return i;
    }
    return -1;
}

/* `[7, 28, 28]`, `7 x 28 x 28`, `784` */
static gboolean parse_dimensions(const FaltungOptionSpec *spec, const char *text,
                                 FaltungShape *shape) {
    size_t length = strlen(text);
    gboolean list = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    g_autofree char *inner = list ? g_strndup(text + 1, length - 2) : g_strdup(text);
    g_auto(GStrv) parts = g_strsplit(inner, list ? "," : "x", FALTUNG_MAX_RANK + 1);
    int rank = g_strv_length(parts);
    if (rank == 0 || rank > FALTUNG_MAX_RANK)
        return FALSE;
    *shape = (FaltungShape){.rank = rank};
    for (int i = 0; i < rank; i++) {
        if (!parse_integer(g_strstrip(parts[i]), &shape->dims[i]) ||
            !in_range(spec, shape->dims[i]))
            return FALSE;
    }
    return TRUE;
}

/* A word, one size for all sides, or a list of all. */
static gboolean parse_sizes(const FaltungOptionSpec *spec, const char *text,
                            int sizes[FALTUNG_MAX_SIDES]) {
    int sides = faltung_option_sides(spec), choice = choice_index(spec, text);
    FaltungShape list = {.rank = 1, .dims = {-1 - choice}};
    if (choice < 0 && !parse_dimensions(spec, text, &list))
        return FALSE;
    if (list.rank != sides && (list.rank != 1 || text[0] == '['))
        return FALSE;
    for (int side = 0; side < sides; side++)
        sizes[side] = list.dims[list.rank == 1 ? 0 : side];
    return TRUE;
}

/* @numbers is overwritten where @text is good. */
static gboolean parse_numbers(const FaltungOptionSpec *spec, const char *text,
                              FaltungNumbers *numbers) {
    g_autofree char *inner = g_strdup(text[0] == '[' ? text + 1 : text);
    size_t length = strlen(inner);
    if (text[0] == '[') {
        if (length == 0 || inner[length - 1] != ']')
            return FALSE;
        inner[length - 1] = '\0';
    }
    g_strstrip(inner);
    g_auto(GStrv) parts = g_strsplit(inner, ",", -1); /* of "": none */
    FaltungNumbers read = {.n = g_strv_length(parts)};
    if (read.n == 0 && text[0] != '[')
        return FALSE;
    read.values = g_new(double, read.n);
    for (int i = 0; i < read.n; i++) {
        if (!parse_number(g_strstrip(parts[i]), &read.values[i]) ||
            !in_range(spec, read.values[i])) {
            g_free(read.values);
            return FALSE;
        }
    }
    *numbers = read;
    return TRUE;
}

gboolean faltung_option_parse(const FaltungOptionSpec *spec, void *options, const char *text,
                              GError **error) {
    void *value = value_of(spec, options);
    switch (spec->type) {
    case FALTUNG_INTEGER: {
        int integer;
        if (!parse_integer(text, &integer) || !in_range(spec, integer))
            return fail_value(spec, text, error);
        *(int *)value = integer;
        return TRUE;
    }
    case FALTUNG_NUMBER: {
        double number;
        if (!parse_number(text, &number) || !in_range(spec, number))
            return fail_value(spec, text, error);
        *(double *)value = number;
        return TRUE;
    }
    case FALTUNG_SWITCH:
        if (!g_str_equal(text, "true") && !g_str_equal(text, "false"))
            return fail_value(spec, text, error);
        *(gboolean *)value = g_str_equal(text, "true");
        return TRUE;
    case FALTUNG_CHOICE: {
        int choice = choice_index(spec, text);
        if (choice < 0)
            return fail_value(spec, text, error);
        *(int *)value = choice;
        return TRUE;
    }
    case FALTUNG_TEXT:
        g_free(*(char **)value);
        *(char **)value = g_strdup(text);
        return TRUE;
    case FALTUNG_SIZES: {
        int sizes[FALTUNG_MAX_SIDES];
        if (!parse_sizes(spec, text, sizes))
            return fail_value(spec, text, error);
        memcpy(value, sizes, faltung_option_sides(spec) * sizeof *sizes);
        return TRUE;
    }
    case FALTUNG_DIMENSIONS: {
        FaltungShape shape;
        if (!parse_dimensions(spec, text, &shape))
            return fail_value(spec, text, error);
        *(FaltungShape *)value = shape;
        return TRUE;
    }
    case FALTUNG_NUMBERS: {
        FaltungNumbers numbers;
        if (!parse_numbers(spec, text, &numbers))
            return fail_value(spec, text, error);
        value_clear(spec, value);
        *(FaltungNumbers *)value = numbers;
        return TRUE;
    }
    case FALTUNG_VARIANT: {
        const FaltungKind *kind = NULL;
        if (!spec->nullable || !g_str_equal(text, "none")) {
            kind = faltung_table_find(spec->table(), text, error);
            if (!kind)
                return FALSE;
        }
        faltung_variant_clear(value);
        faltung_variant_init(value, kind);
        return TRUE;
    }
    case FALTUNG_GROUP:
        if (!g_str_equal(text, "none"))
            return fail_value(spec, text, error);
        clear_options(spec->group, value);
        set_defaults(spec->group, value);
        return TRUE;
    }
    g_return_val_if_reached(FALSE);
}

/* -- value to text ------------------------------------------------------------------------ */

static char *format_number(double number) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (int digits = 1; digits <= 17; digits++) {
        g_autofree char *format = g_strdup_printf("%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, number);
        if (g_ascii_strtod(text, NULL) == number)
            break;
    }
    return g_strdup(text);
}

/* What differs from the defaults, as `key: value, key: value`. */
static char *format_changed(const FaltungKind *kind, const void *options) {
    GString *inner = g_string_new(NULL);
    for (const FaltungOptionSpec *spec = kind->options; spec && spec->name; spec++) {
        if (faltung_option_is_default(spec, options))
            continue;
        g_autofree char *text = faltung_option_format(spec, options);
        g_string_append_printf(inner, "%s%s: %s", inner->len ? ", " : "", spec->name, text);
    }
    return g_string_free(inner, FALSE);
}

static char *format_variant(const FaltungVariant *variant) {
    if (!variant->kind)
        return g_strdup("none");
    g_autofree char *options = format_changed(variant->kind, variant->options);
    if (!*options)
        return g_strdup(variant->kind->name);
    return g_strdup_printf("{%s: {%s}}", variant->kind->name, options);
}

char *faltung_option_format(const FaltungOptionSpec *spec, const void *options) {
    const void *value = value_of(spec, options);
    switch (spec->type) {
    case FALTUNG_INTEGER:
        return g_strdup_printf("%d", *(const int *)value);
    case FALTUNG_NUMBER:
        return format_number(*(const double *)value);
    case FALTUNG_SWITCH:
        return g_strdup(*(const gboolean *)value ? "true" : "false");
    case FALTUNG_CHOICE:
        return g_strdup(spec->choices[*(const int *)value]);
    case FALTUNG_TEXT:
        return faltung_yaml_quote(*(char *const *)value);
    case FALTUNG_SIZES: {
        FaltungShape sizes = {.rank = faltung_option_sides(spec)};
        memcpy(sizes.dims, value, sizes.rank * sizeof *sizes.dims);
        gboolean equal = TRUE;
        for (int side = 1; side < sizes.rank; side++)
            equal = equal && sizes.dims[side] == sizes.dims[0];
        if (sizes.dims[0] < 0 && spec->choices)
            return g_strdup(spec->choices[-1 - sizes.dims[0]]);
        return equal ? g_strdup_printf("%d", sizes.dims[0]) : faltung_shape_to_yaml(&sizes);
    }
    case FALTUNG_DIMENSIONS:
        return faltung_shape_to_yaml(value);
    case FALTUNG_NUMBERS: {
        const FaltungNumbers *numbers = value;
        GString *list = g_string_new("[");
        for (int i = 0; i < numbers->n; i++) {
            g_autofree char *number = format_number(numbers->values[i]);
            g_string_append_printf(list, "%s%s", i ? ", " : "", number);
        }
        g_string_append_c(list, ']');
        return g_string_free(list, FALSE);
    }
    case FALTUNG_VARIANT:
        return format_variant(value);
    case FALTUNG_GROUP: {
        g_autofree char *inner = format_changed(spec->group, value);
        return *inner ? g_strdup_printf("{%s}", inner) : g_strdup("none");
    }
    }
    g_return_val_if_reached(NULL);
}

/* Bytes that no option's value needs more of. */
enum { LARGEST_VALUE = sizeof(FaltungVariant) + sizeof(FaltungShape) };

gboolean faltung_option_is_default(const FaltungOptionSpec *spec, const void *options) {
    if (spec->type == FALTUNG_GROUP) {
        void *defaults = faltung_options_new(spec->group);
        gboolean equal = values_equal(spec, defaults, value_of(spec, options));
        faltung_options_free(spec->group, defaults);
        return equal;
    }
    if (!spec->fallback)
        return FALSE;
    g_autofree char *fallback = g_malloc0(spec->offset + LARGEST_VALUE);
    faltung_option_parse(spec, fallback, spec->fallback, NULL);
    gboolean equal = values_equal(spec, value_of(spec, fallback), value_of(spec, options));
    value_clear(spec, value_of(spec, fallback));
    return equal;
}
