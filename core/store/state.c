/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/state.h"

#include "core/base/error.h"
#include "core/store/layout.h"

#include <string.h>

#define STATE "/checkpoints/state"
#define POSITION STATE "/position"
#define HAS_BEST "has_best"
#define SUM_TERMS POSITION "/sum_terms"
#define SUM_CORRECTS POSITION "/sum_corrects"
#define CARRIED STATE "/carried" /* what recurrent layers hand on to the next batch */

static const FaltungHdfShape number = {.rank = 0};
static const FaltungHdfShape terms = {.rank = 1, .dims = {FALTUNG_MOST_TERMS}};
static const FaltungHdfGrowth growth = {.chunk = 1};
static const FaltungHdfGrowth column_growth = {.chunk = FALTUNG_STATE_ROWS};

/* A block's parameters are written in the field's layout, one array each. */
typedef struct {
    const FaltungNetwork *network;
    int layer, parameter;
    const FaltungParameter *is;
    char *path;
    float *values;
    size_t n;
} Walk;

static gboolean walk_next(Walk *walk, const char *group) {
    const FaltungGraph *graph = faltung_network_graph(walk->network);
    g_clear_pointer(&walk->path, g_free);
    g_clear_pointer(&walk->values, g_free);
    if (walk->is)
        walk->parameter++;
    for (; walk->layer < (int)graph->layers->len; walk->layer++, walk->parameter = 0) {
        const FaltungLayer *layer = faltung_graph_layer(graph, walk->layer);
        while (walk->parameter < layer->n_parameters && layer->parameters[walk->parameter].tied)
            walk->parameter++; /* it is saved with the layer that has it */
        if (walk->parameter >= layer->n_parameters)
            continue;
        walk->is = &layer->parameters[walk->parameter];
        walk->path = faltung_layout_path(group, layer->name, walk->is->name);
        walk->n = faltung_shape_size(&walk->is->shape);
        walk->values = g_new(float, walk->n);
        return TRUE;
    }
    return FALSE;
}

static void walk_clear(Walk *walk) {
    g_free(walk->path);
    g_free(walk->values);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

gboolean faltung_state_write_weights(FaltungHdf file, const FaltungNetwork *network,
                                     const float *block, GError **error) {
    g_auto(Walk) walk = {.network = network};
    while (walk_next(&walk, "/model/weights")) {
        FaltungHdfShape shape = faltung_layout_shape(&walk.is->shape, 0);
        faltung_network_unpack(network, block, walk.layer, walk.parameter, walk.values);
        if (!faltung_hdf_write(file, walk.path, H5T_NATIVE_FLOAT, &shape, walk.values, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_block(FaltungHdf file, const char *name, const FaltungNetwork *network,
                            const float *block, hsize_t row, GError **error) {
    g_autofree char *group = faltung_layout_path(STATE, name, NULL);
    g_auto(Walk) walk = {.network = network};
    while (walk_next(&walk, group)) {
        FaltungHdfShape shape = faltung_layout_shape(&walk.is->shape, 0);
        faltung_network_unpack(network, block, walk.layer, walk.parameter, walk.values);
        if (!faltung_hdf_write_rows(file, walk.path, H5T_NATIVE_FLOAT, &shape, growth, row, 1,
                                    walk.values, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_number(FaltungHdf file, const FaltungColumn *field, double value, hsize_t row,
                             GError **error) {
    g_autofree char *path = faltung_layout_path(POSITION, field->name, NULL);
    gint64 integer = field->integer ? (gint64)value : 0;
    return field->integer ? faltung_hdf_write_rows(file, path, H5T_NATIVE_INT64, &number,
                                                   column_growth, row, 1, &integer, error)
                          : faltung_hdf_write_rows(file, path, H5T_NATIVE_DOUBLE, &number,
                                                   column_growth, row, 1, &value, error);
}

static gboolean write_carried(FaltungHdf file, FaltungNetwork *network, hsize_t row,
                              GError **error) {
    size_t size;
    const float *carried = faltung_network_carried(network, TRUE, &size);
    FaltungHdfShape shape = {.rank = 1, .dims = {size}};
    return size == 0 || faltung_hdf_write_rows(file, CARRIED, H5T_NATIVE_FLOAT, &shape, growth, row,
                                               1, carried, error);
}

static gboolean read_carried(FaltungHdf file, FaltungNetwork *network, hsize_t row,
                             GError **error) {
    size_t size;
    float *carried = faltung_network_carried(network, TRUE, &size);
    if (size == 0)
        return TRUE;
    FaltungHdfShape shape;
    g_autofree float *values =
        faltung_hdf_read_at(file, CARRIED, H5T_NATIVE_FLOAT, 1, &row, &shape, error);
    if (!values)
        return FALSE;
    if (shape.rank != 1 || shape.dims[0] != size)
        return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                            "%s has not as many values as the network's layers hand on", CARRIED);
    memcpy(carried, values, size * sizeof(float));
    return TRUE;
}

static const FaltungColumn has_best = {HAS_BEST, TRUE};

gboolean faltung_state_write(FaltungHdf file, FaltungTrainer *trainer, hsize_t row,
                             GError **error) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    if (!write_block(file, "weights", network, faltung_network_parameters(network), row, error))
        return FALSE;
    for (int i = 0; i < faltung_trainer_n_slots(trainer); i++)
        if (!write_block(file, faltung_trainer_slot_name(trainer, i), network,
                         faltung_trainer_slot(trainer, i), row, error))
            return FALSE;
    if (!write_carried(file, network, row, error))
        return FALSE;
    const float *best = faltung_trainer_best(trainer);
    if (best && !write_block(file, "best", network, best, row, error))
        return FALSE;
    FaltungTrainerPosition position;
    double numbers[FALTUNG_N_POSITION];
    faltung_trainer_get_position(trainer, &position);
    faltung_position_to_numbers(&position, numbers);
    for (int i = 0; i < FALTUNG_N_POSITION; i++)
        if (!write_number(file, &faltung_position_fields[i], numbers[i], row, error))
            return FALSE;
    return faltung_hdf_write_rows(file, SUM_TERMS, H5T_NATIVE_DOUBLE, &terms, growth, row, 1,
                                  position.sum_terms, error) &&
           faltung_hdf_write_rows(file, SUM_CORRECTS, H5T_NATIVE_DOUBLE, &terms, growth, row, 1,
                                  position.sum_correct, error) &&
           write_number(file, &has_best, best != NULL, row, error);
}

/* Returns: (transfer full): the K numbers of a field. */
static double *read_field(FaltungHdf file, const char *name, hsize_t *n, GError **error) {
    g_autofree char *path = faltung_layout_path(POSITION, name, NULL);
    FaltungHdfShape shape;
    g_autofree double *numbers = faltung_hdf_read(file, path, H5T_NATIVE_DOUBLE, &shape, error);
    if (!numbers)
        return NULL;
    if (shape.rank != 1 || shape.dims[0] < 1) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "there is nothing in %s", path);
        return NULL;
    }
    *n = shape.dims[0];
    return g_steal_pointer(&numbers);
}

/* @sums: stay as they are where a file is from before these came. */
static gboolean read_sums(FaltungHdf file, const char *path, hsize_t row,
                          double sums[FALTUNG_MOST_TERMS], GError **error) {
    if (!faltung_hdf_exists(file, path))
        return TRUE;
    FaltungHdfShape shape;
    g_autofree double *read =
        faltung_hdf_read_at(file, path, H5T_NATIVE_DOUBLE, 1, &row, &shape, error);
    if (read && shape.rank == 1 && shape.dims[0] == FALTUNG_MOST_TERMS)
        memcpy(sums, read, FALTUNG_MOST_TERMS * sizeof *sums);
    return read != NULL;
}

static gboolean read_position(FaltungHdf file, hsize_t row, FaltungTrainerPosition *position,
                              GError **error) {
    double numbers[FALTUNG_N_POSITION];
    *position = faltung_trainer_position_new();
    faltung_position_to_numbers(position, numbers);
    for (int i = 0; i < FALTUNG_N_POSITION; i++) {
        g_autofree char *path =
            faltung_layout_path(POSITION, faltung_position_fields[i].name, NULL);
        if (i >= FALTUNG_OLD_POSITION && !faltung_hdf_exists(file, path))
            continue;
        hsize_t n;
        g_autofree double *field = read_field(file, faltung_position_fields[i].name, &n, error);
        if (!field)
            return FALSE;
        numbers[i] = row < n ? field[row] : 0;
    }
    faltung_position_from_numbers(numbers, position);
    return read_sums(file, SUM_TERMS, row, position->sum_terms, error) &&
           read_sums(file, SUM_CORRECTS, row, position->sum_correct, error);
}

gboolean faltung_state_find(FaltungHdf file, hsize_t *row, FaltungTrainerPosition *position,
                            GError **error) {
    if (!faltung_hdf_exists(file, POSITION "/step"))
        return faltung_fail(error, FALTUNG_ERROR_DATA, "it has no checkpoint to go on from");
    hsize_t n_steps;
    g_autofree double *steps = read_field(file, "step", &n_steps, error);
    if (!steps)
        return FALSE;
    *row = 0;
    for (hsize_t i = 1; i < n_steps; i++)
        if (steps[i] > steps[*row])
            *row = i;
    return read_position(file, *row, position, error);
}

static gboolean read_block(FaltungHdf file, const char *name, const FaltungNetwork *network,
                           float *block, hsize_t row, GError **error) {
    g_autofree char *group = faltung_layout_path(STATE, name, NULL);
    g_auto(Walk) walk = {.network = network};
    while (walk_next(&walk, group)) {
        FaltungHdfShape shape;
        g_autofree float *values =
            faltung_hdf_read_at(file, walk.path, H5T_NATIVE_FLOAT, 1, &row, &shape, error);
        if (!values)
            return FALSE;
        if (!faltung_layout_fits(&shape, &walk.is->shape))
            return faltung_fail(error, FALTUNG_ERROR_SHAPE,
                                "%s does not have the shape that the network's %s has", walk.path,
                                walk.is->name);
        faltung_network_pack(network, block, walk.layer, walk.parameter, values);
    }
    return TRUE;
}

gboolean faltung_state_restore(FaltungHdf file, hsize_t row, FaltungTrainer *trainer,
                               GError **error) {
    FaltungNetwork *network = faltung_trainer_network(trainer);
    if (!read_block(file, "weights", network, faltung_network_parameters(network), row, error))
        return FALSE;
    for (int i = 0; i < faltung_trainer_n_slots(trainer); i++)
        if (!read_block(file, faltung_trainer_slot_name(trainer, i), network,
                        faltung_trainer_slot(trainer, i), row, error))
            return FALSE;
    if (!read_carried(file, network, row, error))
        return FALSE;
    hsize_t n;
    g_autofree double *best = read_field(file, HAS_BEST, &n, error);
    if (!best)
        return FALSE;
    if (row < n && best[row] != 0) {
        g_autofree float *block = g_new0(float, faltung_network_block_size(network));
        if (!read_block(file, "best", network, block, row, error))
            return FALSE;
        faltung_trainer_set_best(trainer, block);
    }
    hsize_t newest;
    FaltungTrainerPosition position;
    if (!faltung_state_find(file, &newest, &position, error))
        return FALSE;
    faltung_trainer_set_position(trainer, &position);
    return TRUE;
}

/* -- of a reader that does not go on -------------------------------------------------------- */

/* The row of the state after @step steps whose weights are those of @network; -1: there is none. */
static gint64 find_row_of(FaltungHdf file, guint64 step, FaltungNetwork *network) {
    hsize_t n = 0;
    size_t size = faltung_network_block_size(network);
    g_autofree double *steps =
        faltung_hdf_exists(file, POSITION "/step") ? read_field(file, "step", &n, NULL) : NULL;
    for (hsize_t row = 0; row < n; row++) {
        g_autofree float *weights =
            g_memdup2(faltung_network_parameters(network), size * sizeof(float));
        if (steps[row] == step && read_block(file, "weights", network, weights, row, NULL) &&
            memcmp(weights, faltung_network_parameters(network), size * sizeof(float)) == 0)
            return row;
    }
    return -1;
}

gboolean faltung_state_read_standing(FaltungHdf file, const FaltungVariant *optimizer,
                                     FaltungNetwork *network, FaltungStanding *standing,
                                     FaltungTrainerPosition *position, GError **error) {
    const FaltungOptimizer *is = (const FaltungOptimizer *)optimizer->kind;
    gint64 row = find_row_of(file, standing->step, network);
    if (row < 0)
        return TRUE;
    for (int slot = 0; slot < is->n_slots; slot++) {
        if (!faltung_optimizer_uses(is, optimizer->options, slot))
            continue;
        standing->slots[slot] = g_new0(float, faltung_network_block_size(network));
        if (!read_block(file, is->slot_names[slot], network, standing->slots[slot], row, error))
            return FALSE;
    }
    standing->remembers = TRUE;
    return read_position(file, row, position, error);
}
