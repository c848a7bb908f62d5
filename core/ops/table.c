/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/operations.h"

static const FaltungKind *const operations[] = {
#define FALTUNG_OPERATION(name) &faltung_operation_##name.kind,
#include "core/ops/operations.h"
#undef FALTUNG_OPERATION
    NULL,
};

const FaltungTable *faltung_operations(void) {
    static const FaltungTable table = {.noun = "operation", .kinds = operations};
    return &table;
}

const FaltungTable *faltung_activations(void) {
    static const FaltungKind *activations[G_N_ELEMENTS(operations)];
    static const FaltungTable table = {.noun = "activation", .kinds = activations};
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        int n = 0;
        for (int i = 0; operations[i]; i++) {
            if (((const FaltungOperation *)operations[i])->flags & FALTUNG_IS_ACTIVATION)
                activations[n++] = operations[i];
        }
        g_once_init_leave(&ready, 1);
    }
    return &table;
}

const FaltungOperation *faltung_operation_find(const char *name, GError **error) {
    return (const FaltungOperation *)faltung_table_find(faltung_operations(), name, error);
}

const char *faltung_group_title(FaltungGroup group) {
    static const char *const titles[FALTUNG_N_GROUPS] = {
        [FALTUNG_GROUP_DENSE] = "Dense",
        [FALTUNG_GROUP_CONVOLUTION] = "Convolution",
        [FALTUNG_GROUP_POOLING] = "Pooling",
        [FALTUNG_GROUP_RECURRENT] = "Recurrent",
        [FALTUNG_GROUP_ACTIVATION] = "Activation",
        [FALTUNG_GROUP_NORMALIZATION] = "Normalization",
        [FALTUNG_GROUP_REGULARIZATION] = "Regularization",
        [FALTUNG_GROUP_SHAPE] = "Shape",
        [FALTUNG_GROUP_JOIN] = "Join",
    };
    return titles[group];
}

FaltungParameter *faltung_layer_add_parameter(FaltungLayer *layer, const char *name,
                                              FaltungShape shape, int fan_in, int fan_out,
                                              const FaltungVariant *initializer) {
    g_return_val_if_fail(layer->n_parameters < FALTUNG_MAX_PARAMETERS, NULL);
    FaltungParameter *parameter = &layer->parameters[layer->n_parameters++];
    *parameter = (FaltungParameter){
        .name = name,
        .shape = shape,
        .fan_in = fan_in,
        .fan_out = fan_out,
        .initializer = *initializer,
        .packed_size = faltung_shape_size(&shape),
    };
    return parameter;
}
