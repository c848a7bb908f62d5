/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/symbols.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/options-text.h"
#include "experiments/table.h"

#include <stdio.h>

static const FaltungOperation *operation_of(const FaltungKind *kind) {
    return (const FaltungOperation *)kind; /* descriptors start with their kind */
}

static void write_json(FaltungJson *json, const FaltungOperation *operation, gboolean whole) {
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "name", operation->kind.name);
    faltung_json_string(json, "title", operation->kind.title);
    faltung_json_string(json, "summary", operation->kind.summary);
    faltung_json_string(json, "group", faltung_group_title(operation->group));
    faltung_json_boolean(json, "is_activation", operation->flags & FALTUNG_IS_ACTIVATION);
    faltung_json_boolean(json, "takes_activation", operation->flags & FALTUNG_TAKES_ACTIVATION);
    g_autofree char *equation = faltung_equation_plain(operation->equation);
    faltung_json_string(json, "equation", equation);
    faltung_options_write(operation->kind.options, json);
    if (whole) {
        faltung_json_string(json, "file", operation->file);
        faltung_json_integer(json, "line", faltung_operation_source_line(operation));
        faltung_json_string(json, "code", faltung_operation_source(operation));
    }
    faltung_json_close(json);
}

static void list_operations(void) {
    const char *const header[] = {"name", "group", "what it does", NULL};
    g_autoptr(FaltungTextTable) table = faltung_text_table_new(header);
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++) {
        faltung_text_table_row(table);
        faltung_text_table_cell(table, (*kind)->name);
        faltung_text_table_cell(table, faltung_group_title(operation_of(*kind)->group));
        faltung_text_table_cell(table, (*kind)->summary);
    }
    g_autofree char *text = faltung_text_table_format(table);
    fputs(text, stdout);
}

/* What `faltung inspect --what inside` shows of it. */
static void print_inner(const FaltungInner *inner) {
    printf("\nInside\n\n");
    for (; inner->name; inner++) {
        printf("    %s (", inner->name);
        for (int i = 0; i < FALTUNG_MAX_RANK && inner->axes[i]; i++)
            printf(i ? " x %s" : "%s", faltung_inner_axis_name(inner->axes[i]));
        printf("): %s\n", inner->help);
    }
}

static void print_operation(const FaltungOperation *operation) {
    printf("%s: %s (group: %s)\n\n%c%s.\n", operation->kind.name, operation->kind.title,
           faltung_group_title(operation->group), g_ascii_toupper(*operation->kind.summary),
           operation->kind.summary + 1);
    if (operation->flags & FALTUNG_IS_ACTIVATION)
        printf("May be another layer's activation: `activation: %s`.\n", operation->kind.name);
    if (operation->flags & FALTUNG_TAKES_ACTIVATION)
        printf("May have an activation of its own: `activation: tanh`.\n");
    g_autofree char *equation = faltung_equation_plain(operation->equation);
    printf("\nEquation (TeX)\n\n    %s\n", equation);
    if (operation->kind.options && operation->kind.options->name)
        faltung_options_print(operation->kind.options);
    if (operation->inner)
        print_inner(operation->inner);
    printf("\nReference code (core/ops/%s, line %d)\n\n%s", operation->file,
           faltung_operation_source_line(operation), faltung_operation_source(operation));
}

static int ops_run(const FaltungCall *call, GError **error) {
    const FaltungOperation *operation = NULL;
    if (call->n_arguments) {
        operation = faltung_operation_find(call->arguments[0], error);
        if (!operation)
            return FALTUNG_EXIT_USAGE;
    }
    if (!call->json) {
        if (operation)
            print_operation(operation);
        else
            list_operations();
        return FALTUNG_EXIT_DONE;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    if (operation) {
        write_json(json, operation, TRUE);
    } else {
        faltung_json_open_array(json, NULL);
        for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind; kind++)
            write_json(json, operation_of(*kind), FALSE);
        faltung_json_close(json);
    }
    faltung_json_print(json);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_ops = {
    .name = "ops",
    .arguments = "[NAME]",
    .max_arguments = 1,
    .summary = "Lists the operations, or explains one",
    .description = "Without NAME: the operations that a network can be built of. With NAME: its "
                   "parameters with their defaults, its equation, and the reference code that "
                   "defines it.",
    .flags = FALTUNG_COMMAND_JSON,
    .run = ops_run,
};
