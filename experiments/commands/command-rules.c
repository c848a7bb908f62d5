/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/train/initializer.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "core/train/stopping.h"
#include "experiments/command.h"
#include "experiments/json.h"
#include "experiments/options-text.h"
#include "experiments/table.h"

#include <stdio.h>

/* The tables of what `train:` chooses from, and where their equations are. */
static const struct {
    const FaltungTable *(*table)(void);
    const char *key; /* in the experiment file */
    int equation;    /* offset; -1: they have none */
} tables[] = {
    {faltung_losses, "train.loss", offsetof(FaltungLoss, equation)},
    {faltung_optimizers, "train.optimizer", offsetof(FaltungOptimizer, equation)},
    {faltung_schedules, "train.schedule", offsetof(FaltungSchedule, equation)},
    {faltung_stoppings, "train.early_stopping", -1},
    {faltung_initializers, "init and bias_init of a layer", offsetof(FaltungInitializer, equation)},
};

/* Returns: (nullable) */
static const char *equation_of(size_t table, const FaltungKind *kind) {
    int offset = tables[table].equation;
    return offset < 0 ? NULL : *(const char *const *)(const void *)((const char *)kind + offset);
}

static void list_rules(void) {
    const char *const header[] = {"name", "for", "what it does", NULL};
    g_autoptr(FaltungTextTable) text = faltung_text_table_new(header);
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        const FaltungTable *table = tables[i].table();
        for (const FaltungKind *const *kind = table->kinds; *kind; kind++) {
            faltung_text_table_row(text);
            faltung_text_table_cell(text, (*kind)->name);
            faltung_text_table_cell(text, table->noun);
            faltung_text_table_cell(text, (*kind)->summary);
        }
    }
    g_autofree char *lines = faltung_text_table_format(text);
    fputs(lines, stdout);
}

static void print_rule(size_t table, const FaltungKind *kind) {
    const char *equation = equation_of(table, kind);
    printf("%s: %s (%s: %s)\n\n%c%s.\n", kind->name, kind->title, tables[table].table()->noun,
           tables[table].key, g_ascii_toupper(*kind->summary), kind->summary + 1);
    if (equation)
        printf("\nEquation (TeX)\n\n    %s\n", equation);
    if (kind->options && kind->options->name)
        faltung_options_print(kind->options);
}

static void write_rule(FaltungJson *json, size_t table, const FaltungKind *kind) {
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "name", kind->name);
    faltung_json_string(json, "for", tables[table].table()->noun);
    faltung_json_string(json, "key", tables[table].key);
    faltung_json_string(json, "title", kind->title);
    faltung_json_string(json, "summary", kind->summary);
    faltung_json_string(json, "equation", equation_of(table, kind));
    faltung_options_write(kind->options, json);
    faltung_json_close(json);
}

static gboolean find_any(const char *name, GError **error) {
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        for (const FaltungKind *const *kind = tables[i].table()->kinds; *kind; kind++) {
            if (g_str_equal((*kind)->name, name))
                return TRUE;
            g_ptr_array_add(names, (char *)(*kind)->name);
        }
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = faltung_nearest(name, (const char *const *)names->pdata);
    return faltung_fail(error, FALTUNG_ERROR_INPUT, "there is no rule '%s'; %s%s%s", name,
                        nearest ? "did you mean '" : "`faltung rules` lists those there are",
                        nearest ? nearest : "", nearest ? "'?" : "");
}

/* A name may be that of several rules, of which each is explained. */
static int rules_run(const FaltungCall *call, GError **error) {
    const char *name = call->n_arguments ? call->arguments[0] : NULL;
    if (name && !find_any(name, error))
        return FALTUNG_EXIT_USAGE;
    if (!name && !call->json) {
        list_rules();
        return FALTUNG_EXIT_DONE;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_array(json, NULL);
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        for (const FaltungKind *const *kind = tables[i].table()->kinds; *kind; kind++) {
            if (name && !g_str_equal((*kind)->name, name))
                continue;
            write_rule(json, i, *kind);
            if (!call->json && n++ > 0)
                printf("\n");
            if (!call->json)
                print_rule(i, *kind);
        }
    }
    faltung_json_close(json);
    if (call->json)
        faltung_json_print(json);
    return FALTUNG_EXIT_DONE;
}

const FaltungCommand faltung_command_rules = {
    .name = "rules",
    .arguments = "[NAME]",
    .max_arguments = 1,
    .summary = "Lists the rules of training, or explains one",
    .description = "Without NAME: the losses, optimizers, schedules of the learning rate, rules of "
                   "early stopping and initializers that an experiment can choose from. With NAME: "
                   "its parameters with their defaults and its equation.",
    .flags = FALTUNG_COMMAND_JSON,
    .run = rules_run,
};
