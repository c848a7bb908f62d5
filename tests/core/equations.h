/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/config/experiment.h"

/* The equation of a layer with its options in it. */
static const struct {
    const char *input, *layer, *expected;
} equations[] = {
    {"[9]", "dense: {units: 5}", "y_o = b_o + \\sum_{i} w_{oi} \\, x_i"},
    {"[4, 9]", "dense: {units: 5, bias: false}", "y_{to} = \\sum_{i} w_{oi} \\, x_{ti}"},
    {"[2, 9, 8]", "conv2d: {filters: 3, kernel: 3}",
     "y_{ohw} = b_o + \\sum_{c,i,j} w_{ocij} \\, x_{c,\\, h + i,\\, w + j}"},
    {"[2, 9, 8]", "conv2d: {filters: 3, kernel: 1, bias: false}",
     "y_{ohw} = \\sum_{c} w_{oc} \\, x_{chw}"},
    {"[2, 9, 8]", "conv2d: {filters: 3, kernel: [1, 3], stride: 2, dilation: 2, padding: [0, 1]}",
     "\\begin{aligned} y_{ohw} &= b_o + \\sum_{c,j} w_{ocj} \\, x_{c,\\, 2h,\\, 2w + 2j - 1} \\\\ "
     "x_{chw} &= 0 \\quad \\text{outside} \\end{aligned}"},
    {"[2, 9, 8]", "conv2d: {filters: 3, kernel: 3, padding: same, padding_mode: reflect}",
     "\\begin{aligned} y_{ohw} &= b_o + \\sum_{c,i,j} w_{ocij} \\, "
     "x_{c,\\, \\rho_h(h + i - 1),\\, \\rho_w(w + j - 1)} \\\\ \\rho_h(k) &= | 8 - | 8 - k | | "
     "\\\\ "
     "\\rho_w(k) &= | 7 - | 7 - k | | \\end{aligned}"},
    {"[4, 9, 8]", "conv2d: {filters: 6, kernel: 3, groups: 2}",
     "y_{ohw} = b_o + \\sum_{c,i,j} w_{ocij} \\, x_{2 \\lfloor o/3 \\rfloor + c,\\, h + i,\\, w + "
     "j}"},
    {"[4, 9, 8]", "conv2d: {filters: 4, kernel: 3, groups: 4, bias: false}",
     "y_{ohw} = \\sum_{i,j} w_{oij} \\, x_{o,\\, h + i,\\, w + j}"},
    {"[7, 3]", "conv1d: {filters: 4, kernel: 3, padding: same, padding_mode: circular}",
     "\\begin{aligned} y_{to} &= b_o + \\sum_{c,j} w_{ocj} \\, x_{\\rho_t(t + j - 1),\\, c} \\\\ "
     "\\rho_t(k) &= k \\; \\mathrm{mod} \\; 7 \\end{aligned}"},
    {"[2, 4, 4]", "conv_transpose2d: {filters: 3, kernel: 3, stride: 2, padding: 1}",
     "y_{o,\\, 2h + i - 1,\\, 2w + j - 1} = b_{o} + \\sum_{c,h,w,i,j} w_{coij} \\, x_{chw}"},
    {"[2, 6, 6]", "max_pool2d: {kernel: 2}",
     "y_{chw} = \\max_{i, j < 2} x_{c,\\, 2h + i,\\, 2w + j}"},
    {"[2, 6, 6]", "avg_pool2d: {kernel: [2, 3], stride: 1}",
     "y_{chw} = \\frac{1}{6} \\sum_{i < 2, j < 3} x_{c,\\, h + i,\\, w + j}"},
    {"[8, 3]", "max_pool1d: {kernel: 2}", "y_{ti} = \\max_{j < 2} x_{2t + j,\\, i}"},
    {"[7, 3]", "rnn: {units: 2, nonlinearity: relu, bias: false, return: last}",
     "\\begin{aligned} h_t &= \\mathrm{relu} ( W_{ih} \\, x_t + W_{hh} \\, h_{t-1} ) \\\\ "
     "y &= h_T \\end{aligned}"},
    {"[7, 3]", "rnn: {units: 2, bias: false, reverse: true}",
     "h_t = \\tanh ( W_{ih} \\, x_t + W_{hh} \\, h_{t+1} )"},
    {"[7, 3]", "gru: {units: 2, reset: before, bias: false}",
     "\\begin{aligned} r_t &= \\sigma ( W_{ir} \\, x_t + W_{hr} \\, h_{t-1} ) \\\\ "
     "z_t &= \\sigma ( W_{iz} \\, x_t + W_{hz} \\, h_{t-1} ) \\\\ "
     "n_t &= \\tanh ( W_{in} \\, x_t + W_{hn} ( r_t \\odot h_{t-1} ) ) \\\\ "
     "h_t &= ( 1 - z_t ) \\odot n_t + z_t \\odot h_{t-1} \\end{aligned}"},
    {"[7, 3]", "lstm: {units: 2, bias: false, peepholes: true, layers: 2, bidirectional: true}",
     "\\begin{aligned} "
     "i_t &= \\sigma ( W_{ii} \\, x_t + W_{hi} \\, h_{t-1} + w_{ci} \\odot c_{t-1} ) \\\\ "
     "f_t &= \\sigma ( W_{if} \\, x_t + W_{hf} \\, h_{t-1} + w_{cf} \\odot c_{t-1} ) \\\\ "
     "g_t &= \\tanh ( W_{ig} \\, x_t + W_{hg} \\, h_{t-1} ) \\\\ "
     "o_t &= \\sigma ( W_{io} \\, x_t + W_{ho} \\, h_{t-1} + w_{co} \\odot c_{t} ) \\\\ "
     "c_t &= f_t \\odot c_{t-1} + i_t \\odot g_t \\\\ h_t &= o_t \\odot \\tanh ( c_t ) \\\\ "
     "h_t &= \\left[ h_t^{\\rightarrow}, \\, h_t^{\\leftarrow} \\right] \\\\ "
     "x_t^{(l + 1)} &= h_t^{(l)}, \\quad l = 1, \\ldots, 1 \\end{aligned}"},
    {"[5, 8]", "multi_head_attention: {heads: 1, causal: true, bias: false}",
     "\\begin{aligned} q_t &= W_q x_t, \\quad k_t = W_k x_t, \\quad v_t = W_v x_t \\\\ "
     "p_{ts} &= \\frac{e^{q_t \\cdot k_s / \\sqrt{8}}}{\\sum_{r \\leq t} e^{q_t \\cdot k_r / "
     "\\sqrt{8}}} \\\\ y_t &= W_o \\sum_{s \\leq t} p_{ts} \\, v_s \\end{aligned}"},
    {"[5, 8]", "multi_head_attention: {heads: 2, bias: false}",
     "\\begin{aligned} q_t^n &= W_q^n x_t, \\quad k_t^n = W_k^n x_t, \\quad v_t^n = W_v^n x_t \\\\ "
     "p_{ts}^n &= \\frac{e^{q_t^n \\cdot k_s^n / \\sqrt{4}}}{\\sum_{r} e^{q_t^n \\cdot k_r^n / "
     "\\sqrt{4}}} \\\\ y_t &= W_o \\left[ \\sum_{s} p_{ts}^n \\, v_s^n \\right]_{n = 1, \\ldots, "
     "2} "
     "\\end{aligned}"},
    {"[2, 6, 6]", "prelu: {slopes: channel}",
     "y_i = \\begin{cases} x_i & x_i > 0 \\\\ a_c x_i & x_i \\leq 0 \\end{cases}"},
    {"[2, 6, 6]", "batch_norm: ",
     "y_{chw} = \\gamma_c \\, \\frac{x_{chw} - \\mu_c}{\\sqrt{\\sigma_c^2 + \\epsilon}} + "
     "\\beta_c"},
    {"[2, 6, 6]", "slice: {axis: 3, begin: -3, step: 2}", "y_{chw} = x_{c,\\, h,\\, 2w + 3}"},
    {"[2, 6, 6]", "crop: {before: [1, 2]}", "y_{chw} = x_{c,\\, h + 1,\\, w + 2}"},
    {"[2, 6, 6]", "pad: {before: [1, 0], mode: replicate}",
     "\\begin{aligned} y_{chw} &= x_{c,\\, \\rho_h(h - 1),\\, w} \\\\ "
     "\\rho_h(k) &= \\min ( \\max ( k, 0 ), 5 ) \\end{aligned}"},
    {"[2, 6, 6]", "pad: {before: 1}",
     "y_{chw} = \\begin{cases} x_{c,\\, h - 1,\\, w - 1} & \\text{inside} \\\\ v & \\text{outside} "
     "\\end{cases}"},
    {"[2, 6, 6]", "permute: {axes: [2, 3, 1]}", "y_{chw} = x_{wch}"},
    {"[3, 4, 5]", "flatten: ", "y_{5(4c + h) + w} = x_{chw}"},
    {"[4, 3]", "upsample1d: {mode: linear}",
     "\\begin{aligned} y_{ti} &= \\sum_{j \\leq 1} |1 - j - v_t| \\, x_{\\lfloor u_t \\rfloor + "
     "j,\\, "
     "i} \\\\ u_t &= \\max ( \\tfrac{t + 1/2}{2} - \\tfrac{1}{2}, 0 ), \\quad v_t = u_t - \\lfloor "
     "u_t \\rfloor \\end{aligned}"},
    {"[3, 4, 5]", "upsample2d: {scale: [2, 3]}",
     "y_{chw} = x_{c,\\, \\lfloor h/2 \\rfloor,\\, \\lfloor w/3 \\rfloor}"},
};

static inline FaltungExperiment *equation_experiment(guint i) {
    g_autofree char *yaml =
        g_strdup_printf("data: {name: digits}\nnetwork: {input: %s, layers: [%s]}\n"
                        "train: {loss: mse}\n",
                        equations[i].input, equations[i].layer);
    g_autoptr(GError) error = NULL;
    FaltungExperiment *experiment = faltung_experiment_parse(yaml, "test.yaml", NULL, &error);
    g_assert_no_error(error);
    return experiment;
}
