/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The list of operations, and the only one: a new operation is its file and a line here (and its
 * file's name in meson.build). The order is that of the palette.
 */
#ifdef FALTUNG_OPERATION
FALTUNG_OPERATION(dense)
FALTUNG_OPERATION(embedding)
FALTUNG_OPERATION(positional_encoding)
FALTUNG_OPERATION(conv1d)
FALTUNG_OPERATION(conv2d)
FALTUNG_OPERATION(conv3d)
FALTUNG_OPERATION(conv_transpose1d)
FALTUNG_OPERATION(conv_transpose2d)
FALTUNG_OPERATION(conv_transpose3d)
FALTUNG_OPERATION(max_pool2d)
FALTUNG_OPERATION(avg_pool2d)
FALTUNG_OPERATION(global_avg_pool)
FALTUNG_OPERATION(global_max_pool)
FALTUNG_OPERATION(upsample2d)
FALTUNG_OPERATION(rnn)
FALTUNG_OPERATION(gru)
FALTUNG_OPERATION(lstm)
FALTUNG_OPERATION(time_distributed)
FALTUNG_OPERATION(multi_head_attention)
FALTUNG_OPERATION(batch_norm)
FALTUNG_OPERATION(layer_norm)
FALTUNG_OPERATION(group_norm)
FALTUNG_OPERATION(instance_norm)
FALTUNG_OPERATION(linear)
FALTUNG_OPERATION(relu)
FALTUNG_OPERATION(leaky_relu)
FALTUNG_OPERATION(prelu)
FALTUNG_OPERATION(elu)
FALTUNG_OPERATION(selu)
FALTUNG_OPERATION(gelu)
FALTUNG_OPERATION(silu)
FALTUNG_OPERATION(softplus)
FALTUNG_OPERATION(sigmoid)
FALTUNG_OPERATION(tanh)
FALTUNG_OPERATION(hard_sigmoid)
FALTUNG_OPERATION(hard_tanh)
FALTUNG_OPERATION(hard_swish)
FALTUNG_OPERATION(softmax)
FALTUNG_OPERATION(log_softmax)
FALTUNG_OPERATION(dropout)
FALTUNG_OPERATION(spatial_dropout)
FALTUNG_OPERATION(gaussian_noise)
FALTUNG_OPERATION(activity_penalty)
FALTUNG_OPERATION(sparsity)
FALTUNG_OPERATION(variational)
FALTUNG_OPERATION(flatten)
FALTUNG_OPERATION(one_hot)
FALTUNG_OPERATION(reshape)
FALTUNG_OPERATION(permute)
FALTUNG_OPERATION(slice)
FALTUNG_OPERATION(crop)
FALTUNG_OPERATION(pad)
FALTUNG_OPERATION(add)
FALTUNG_OPERATION(multiply)
FALTUNG_OPERATION(concat)
FALTUNG_OPERATION(dot)
#else
#include "core/ops/operation.h"
#define FALTUNG_OPERATION(name) extern const FaltungOperation faltung_operation_##name;
#include "core/ops/operations.h"
#undef FALTUNG_OPERATION
#endif
