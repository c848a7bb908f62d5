/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the tables say of operations, losses, optimizers, options and data sets, as a C file for
 * xgettext: core knows nothing of languages, and its texts are not all literals.
 */
#include "core/config/block.h"
#include "core/config/experiment.h"
#include "core/ops/operations.h"
#include "core/train/scores.h"
#include "data/catalogue.h"
#include "gui/inspector/option-title.h"

#include <stdio.h>
#include <string.h>

static void say(const char *where, const char *text) {
    g_return_if_fail(text != NULL && *text != '\0'); /* "" is the header of every catalogue */
    printf("/* %s */\n_(\"", where);
    for (const char *c = text; *c != '\0'; c++) {
        printf(strchr("\\\"", *c) != NULL ? "\\%c" : "%c", *c);
    }
    printf("\")\n");
}

static void say_options(const FaltungOptionSpec *options, const char *where, const char *group);

static void say_kind(const FaltungKind *kind) {
    say(kind->name, kind->title);
    say(kind->name, kind->summary);
    say_options(kind->options, kind->name, NULL);
}

/* @group: the option that these are part of; NULL: none */
static void say_options(const FaltungOptionSpec *options, const char *where, const char *group) {
    for (const FaltungOptionSpec *spec = options; spec != NULL && spec->name != NULL; spec++) {
        g_autofree char *here = g_strdup_printf("%s: %s", where, spec->name);
        g_autofree char *name =
            g_strjoin(group != NULL ? "_" : "", group != NULL ? group : "", spec->name, NULL);
        g_autofree char *title = faltung_option_title(name);
        if (spec->type == FALTUNG_GROUP) {
            say_options(spec->group->options, here, spec->name);
            continue;
        }
        say(here, title);
        say(here, spec->summary);
        if (spec->type == FALTUNG_VARIANT)
            say(here, spec->table()->noun);
        /* operations are said anyway; of one, an option may be another */
        if (spec->type == FALTUNG_VARIANT && strcmp(spec->table()->noun, "operation") != 0 &&
            strcmp(spec->table()->noun, "activation") != 0) {
            for (const FaltungKind *const *kind = spec->table()->kinds; *kind != NULL; kind++) {
                say_kind(*kind);
            }
        }
    }
}

static void say_inner(const FaltungInner *inner) {
    for (; inner != NULL && inner->name != NULL; inner++) {
        say(inner->name, inner->help);
    }
}

int main(void) {
    say_kind(&faltung_block_kind);
    for (FaltungGroup group = 0; group < FALTUNG_N_GROUPS; group++) {
        say("group of operations", faltung_group_title(group));
    }
    for (const FaltungKind *const *kind = faltung_operations()->kinds; *kind != NULL; kind++) {
        say_kind(*kind);
        say_inner(((const FaltungOperation *)*kind)->inner);
    }
    for (FaltungInnerAxis axis = FALTUNG_AXIS_NONE + 1; axis < FALTUNG_N_AXES; axis++) {
        say("axis of what lies inside a layer", faltung_inner_axis_name(axis));
    }
    say_options(faltung_layer_settings, "layer", NULL);
    say_options((FaltungOptionSpec[]){faltung_activation_option, {NULL}}, "layer", NULL);
    say_options(faltung_train_kind.options, "train", NULL);
    say_options(faltung_data_kind.options, "data", NULL);
    for (const FaltungScoreKind *kind = faltung_score_kinds; kind->name != NULL; kind++) {
        say("score", kind->title);
    }
    for (const FaltungDatasetEntry *const *entry = faltung_catalogue(); *entry != NULL; entry++) {
        say((*entry)->name, (*entry)->title);
        say((*entry)->name, (*entry)->summary);
    }
    return 0;
}
