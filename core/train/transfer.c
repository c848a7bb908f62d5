/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/transfer.h"

#include "core/base/error.h"
#include "core/store/run.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What was found, for people. */
typedef struct {
    GString *taken, *left; /* names of layers, and why they were not taken */
} Account;

static void account_clear(Account *account) {
    g_string_free(account->taken, TRUE);
    g_string_free(account->left, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Account, account_clear)

/* @path as the experiment file means it: relative to its folder. */
static char *resolve(const FaltungExperiment *experiment, const char *path) {
    g_autofree char *folder = g_path_get_dirname(experiment->origin);
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

static const FaltungParameter *find_parameter(const FaltungLayer *layer, const char *name) {
    for (int p = 0; layer && p < layer->n_parameters; p++)
        if (g_str_equal(layer->parameters[p].name, name))
            return &layer->parameters[p];
    return NULL;
}

/* Why a parameter of @layer cannot be that of @there. Returns: (transfer full) (nullable): NULL
   where it can. */
static char *obstacle(const FaltungLayer *there, const FaltungParameter *parameter) {
    const FaltungParameter *other = find_parameter(there, parameter->name);
    if (!there)
        return g_strdup(_("is not in it"));
    if (!other)
        return g_strdup_printf(_("has no %s in it"), parameter->name);
    if (faltung_shape_equal(&other->shape, &parameter->shape))
        return NULL;
    g_autofree char *is = faltung_shape_format(&other->shape);
    g_autofree char *wanted = faltung_shape_format(&parameter->shape);
    return g_strdup_printf(_("has a %s of %s in it, here of %s"), parameter->name, is, wanted);
}

/* The whole layer, or nothing of it. */
static gboolean take_layer(FaltungNetwork *network, int index, const FaltungRun *run,
                           const FaltungGraph *from, Account *account, GError **error) {
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), index);
    int found = faltung_graph_find(from, layer->name);
    const FaltungLayer *there = found < 0 ? NULL : faltung_graph_layer(from, found);
    for (int p = 0; p < layer->n_parameters; p++) {
        g_autofree char *why = obstacle(there, &layer->parameters[p]);
        if (!why)
            continue;
        g_string_append_printf(account->left, "%s'%s' %s", account->left->len ? ", " : "",
                               layer->name, why);
        return TRUE;
    }
    for (int p = 0; p < layer->n_parameters; p++) {
        if (layer->parameters[p].tied)
            continue;
        g_autofree float *values =
            faltung_run_read_weights(run, -1, layer->name, layer->parameters[p].name, NULL, error);
        if (!values)
            return FALSE;
        faltung_network_pack(network, faltung_network_parameters(network), index, p, values);
    }
    if (layer->n_parameters > 0)
        g_string_append_printf(account->taken, "%s'%s'", account->taken->len ? ", " : "",
                               layer->name);
    return TRUE;
}

/* The running mean of the weights begins where they do. */
static void restart_average(FaltungTrainer *trainer) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    for (int slot = 0; slot < faltung_trainer_n_slots(trainer); slot++)
        if (g_str_equal(faltung_trainer_slot_name(trainer, slot), "average"))
            memcpy(faltung_trainer_slot(trainer, slot), faltung_network_parameters(network),
                   faltung_network_block_size(network) * sizeof(float));
}

static gboolean take_all(FaltungTrainer *trainer, const char *path, char **told, GError **error) {
    g_autoptr(FaltungRun) run = faltung_run_open(path, error);
    const FaltungExperiment *other = run ? faltung_run_experiment(run, error) : NULL;
    if (!other)
        return FALSE;
    g_auto(Account) account = {g_string_new(NULL), g_string_new(NULL)};
    FaltungNetwork *network = faltung_trainer_network(trainer);
    for (guint i = 0; i < faltung_network_graph(network)->layers->len; i++)
        if (!take_layer(network, i, run, other->graph, &account, error))
            return FALSE;
    if (account.taken->len == 0)
        return faltung_fail(
            error, FALTUNG_ERROR_SHAPE,
            "no layer can begin with the weights of %s: %s; give layers the names and "
            "sizes that they have there",
            path, account.left->str);
    faltung_network_share(network);
    restart_average(trainer);
    *told = account.left->len > 0
                ? g_strdup_printf(_("begins with the weights of %s: %s; not with others: %s"), path,
                                  account.taken->str, account.left->str)
                : g_strdup_printf(_("begins with the weights of %s: %s"), path, account.taken->str);
    return TRUE;
}

gboolean faltung_trainer_initialize(FaltungTrainer *trainer, const FaltungExperiment *experiment,
                                    char **told, GError **error) {
    *told = NULL;
    const char *from = experiment->train->initialize_from;
    if (!from || !*from)
        return TRUE;
    g_autofree char *path = resolve(experiment, from);
    if (take_all(trainer, path, told, error))
        return TRUE;
    g_autofree char *place = faltung_experiment_place(experiment, "train.initialize_from");
    g_prefix_error(error, "%s: ", place);
    return FALSE;
}
