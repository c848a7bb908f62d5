/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/options-text.h"

#include "experiments/command.h"

#include <stdio.h>
#include <string.h>

/* What may be written for an option: "whole number, 1 or more". */
static char *describe_values(const FaltungOptionSpec *spec) {
    GString *out = g_string_new(NULL);
    g_autofree char *words = spec->choices ? g_strjoinv(", ", (char **)spec->choices) : NULL;
    switch (spec->type) {
    case FALTUNG_INTEGER:
        g_string_append(out, "whole number");
        break;
    case FALTUNG_NUMBER:
        g_string_append(out, "number");
        break;
    case FALTUNG_SWITCH:
        g_string_append(out, "true or false");
        break;
    case FALTUNG_CHOICE:
        g_string_append(out, words);
        break;
    case FALTUNG_TEXT:
        g_string_append(out, "text");
        break;
    case FALTUNG_SIZES:
        g_string_append(out, "n");
        if (faltung_option_sizes_form(spec))
            g_string_append_printf(out, " or %s", faltung_option_sizes_form(spec));
        if (words)
            g_string_append_printf(out, ", %s", words);
        break;
    case FALTUNG_DIMENSIONS:
        g_string_append(out, "[channels, height, width], [steps, features] or [n]");
        break;
    case FALTUNG_NUMBERS:
        g_string_append(out, "[a, b, ...]");
        break;
    case FALTUNG_VARIANT: {
        const FaltungTable *table = spec->table();
        for (const FaltungKind *const *kind = table->kinds; *kind; kind++)
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", (*kind)->name);
        if (spec->nullable)
            g_string_append(out, ", none");
        break;
    }
    case FALTUNG_GROUP:
        g_string_append(out, "options of its own");
        break;
    }
    if (spec->minimum == 0 && spec->maximum == 0)
        return g_string_free(out, FALSE);
    /* a limit at the end of int says nothing to people */
    if (spec->maximum >= G_MAXINT)
        g_string_append_printf(out, ", %.10g or more", spec->minimum);
    else
        g_string_append_printf(out, ", %.10g to %.10g", spec->minimum, spec->maximum);
    return g_string_free(out, FALSE);
}

void faltung_options_print(const FaltungOptionSpec *spec) {
    int column = 14;
    for (const FaltungOptionSpec *each = spec; each && each->name; each++)
        column = MAX(column, (int)strlen(each->name) + 4);
    printf("\nParameters\n\n");
    for (; spec && spec->name; spec++) {
        g_autofree char *values = describe_values(spec);
        g_autofree char *fallback = spec->fallback
                                        ? g_strdup_printf("%s by default", spec->fallback)
                                        : g_strdup("must be given");
        g_autofree char *line = g_strdup_printf("%s; %s", values, fallback);
        g_autofree char *summary = faltung_wrap(spec->summary, column, column);
        g_autofree char *wrapped = faltung_wrap(line, column, column);
        printf("  %-*s%s%*s%s", column - 2, spec->name, summary, column, "", wrapped);
    }
}

void faltung_options_write(const FaltungOptionSpec *spec, FaltungJson *json) {
    faltung_json_open_array(json, "parameters");
    for (; spec && spec->name; spec++) {
        g_autofree char *values = describe_values(spec);
        faltung_json_open_object(json, NULL);
        faltung_json_string(json, "name", spec->name);
        faltung_json_string(json, "summary", spec->summary);
        faltung_json_string(json, "values", values);
        faltung_json_string(json, "default", spec->fallback);
        faltung_json_close(json);
    }
    faltung_json_close(json);
}
