/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/indices.h"
#include "core/ops/parallel.h"
#include "core/ops/recurrent.h"

#include <string.h>

/* Samples of one share of the work: enough for all threads, few enough to stay in a cache. */
static int share_of(const FaltungRecurrence *r, int threads) {
    enum { MOST_ROWS = 96 };
    int shares = MAX(threads, (r->batch + MOST_ROWS - 1) / MOST_ROWS);
    return (r->batch + shares - 1) / shares;
}

void faltung_recurrence_share(const FaltungRecurrence *r, double work,
                              void (*rows_of)(const FaltungRecurrence *r, int first, int rows)) {
    int threads = faltung_threads_for(r->step->threads, work);
    int share = share_of(r, threads), shares = (r->batch + share - 1) / share;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < shares; i++)
        rows_of(r, i * share, MIN(share, r->batch - i * share));
}

/* The products W_ih x of steps @begin ... @end - 1, where the cell will look for them. */
static void input_products(const FaltungRecurrence *r, int begin, int end, int first, int rows) {
    for (int s = begin; s < end; s++) {
        const float *x =
            r->x + ((size_t)first * r->steps + faltung_recurrence_time(r, s)) * r->inputs;
        for (int n = 0; n < rows; n++)
            memcpy(faltung_recurrence_input(r, s, first + n), x + (size_t)n * r->steps * r->inputs,
                   r->inputs * sizeof(float));
    }
    int columns = r->kind->gates * r->width;
    for (int p = 0; p < r->n_panels; p++) {
        for (int s = begin; s < end; s++) {
            FaltungGemm gemm = {
                .rows = rows,
                .columns = columns,
                .depth = r->inputs,
                .reduce = 1,
                .a = faltung_recurrence_input(r, s, first),
                .a_row = r->input_row,
                .a_depth = 1,
                .b = r->parameters[FALTUNG_WEIGHT_IH] + faltung_recurrence_panel(r, p, r->inputs),
                .b_depth = columns,
                .c = faltung_recurrence_gates(r, s, p, first),
                .c_row = (ptrdiff_t)r->kind->kept * r->width,
            };
            r->kernels->gemm(&gemm);
        }
    }
}

void faltung_recurrence_product(const FaltungRecurrence *r, int s, int p, int first, int rows,
                                const float *state, int gate, int n) {
    const float *bias = r->parameters[FALTUNG_BIAS_HH];
    int columns = r->kind->gates * r->width;
    FaltungGemm gemm = {
        .rows = rows,
        .columns = n * r->width,
        .depth = s > 0 || r->carried ? r->units : 0,
        .reduce = 1,
        .a = state,
        .a_row = r->state_row,
        .a_depth = 1,
        .b = r->parameters[FALTUNG_WEIGHT_HH] + faltung_recurrence_panel(r, p, r->units) +
             gate * r->width,
        .b_depth = columns,
        .c = r->products + (size_t)first * columns,
        .c_row = n * r->width,
        .bias = bias ? bias + p * columns + gate * r->width : NULL,
        /* behind the last panel the first one again, for the next step */
        .next = r->parameters[FALTUNG_WEIGHT_HH] +
                faltung_recurrence_panel(r, (p + 1) % r->n_panels, r->units),
        .n_next = (size_t)columns * r->units,
    };
    r->kernels->gemm(&gemm);
}

FaltungCell faltung_recurrence_forward_cell(const FaltungRecurrence *r, int s, int p, int first,
                                            int rows) {
    int columns = r->kind->gates * r->width, time = faltung_recurrence_time(r, s);
    const float *bias = r->parameters[FALTUNG_BIAS_IH];
    FaltungCell cell = {
        .rows = rows,
        .width = r->width,
        .units = faltung_recurrence_units(r, p),
        .x = faltung_recurrence_gates(r, s, p, first),
        .x_row = (ptrdiff_t)r->kind->kept * r->width,
        .bias = bias ? bias + p * columns : r->no_bias,
        .h = r->products + (size_t)first * columns,
        .gates = r->keeps ? faltung_recurrence_gates(r, s, p, first) : NULL,
        .before = faltung_recurrence_state(r, s - 1, first) + p * r->width,
        .after = faltung_recurrence_state(r, s, first) + p * r->width,
        .state_row = r->state_row,
        .relu = r->kind->relu,
    };
    if (r->indices) {
        cell.x = r->parameters[FALTUNG_WEIGHT_IH] + faltung_recurrence_panel(r, p, r->inputs);
        cell.x_row = columns;
        cell.index = r->index + first;
    }
    if (r->kind->cell) {
        cell.cell_before = faltung_recurrence_cell(r, s - 1, p, first);
        cell.cell = faltung_recurrence_cell(r, s, p, first);
        cell.peepholes = faltung_recurrence_peepholes(r, p);
    }
    if (r->kind->reset) {
        cell.reset = faltung_recurrence_reset(r, s, first) + p * r->width;
        cell.gates = faltung_recurrence_gates(r, s, p, first); /* between its two halves */
    }
    if (!r->last) {
        cell.output = r->output + ((size_t)first * r->steps + time) * r->output_row + p * r->width;
        cell.output_row = (ptrdiff_t)r->steps * r->output_row;
    } else if (s == r->steps - 1) {
        cell.output = r->output + (size_t)first * r->output_row + p * r->width;
        cell.output_row = r->output_row;
    }
    return cell;
}

void faltung_recurrence_step(const FaltungRecurrence *r, int s, int first, int rows,
                             void (*cell)(const FaltungCell *cell)) {
    const float *before = faltung_recurrence_state(r, s - 1, first);
    for (int p = 0; p < r->n_panels; p++) {
        faltung_recurrence_product(r, s, p, first, rows, before, 0, r->kind->gates);
        FaltungCell call = faltung_recurrence_forward_cell(r, s, p, first, rows);
        cell(&call);
    }
}

static void look_up_indices(const FaltungRecurrence *r, int s, int first, int rows) {
    const float *index = r->indices + faltung_recurrence_time(r, s);
    for (int n = first; n < first + rows; n++)
        r->index[n] = MAX(faltung_index(index[(size_t)n * r->steps], r->inputs), 0);
}

/* The states before the first step. */
static void begin_rows(const FaltungRecurrence *r, int first, int rows) {
    memset(faltung_recurrence_state(r, -1, first), 0, (size_t)rows * r->state_row * sizeof(float));
    for (int p = 0; p < r->n_panels && r->kind->cell; p++)
        memset(faltung_recurrence_cell(r, -1, p, first), 0,
               (size_t)rows * r->width * sizeof(float));
    for (int n = first; r->carried && n < first + rows; n++) {
        const float *carried = r->carried + (size_t)n * r->carried_row;
        memcpy(faltung_recurrence_state(r, -1, n), carried, r->units * sizeof(float));
        for (int p = 0; p < r->n_panels && r->kind->cell; p++)
            memcpy(faltung_recurrence_cell(r, -1, p, n), carried + r->units + p * r->width,
                   faltung_recurrence_units(r, p) * sizeof(float));
    }
}

/* Those after the last one, handed on. */
static void end_rows(const FaltungRecurrence *r, int first, int rows) {
    for (int n = first; r->carried && n < first + rows; n++) {
        float *carried = r->carried + (size_t)n * r->carried_row;
        memcpy(carried, faltung_recurrence_state(r, r->steps - 1, n), r->units * sizeof(float));
        for (int p = 0; p < r->n_panels && r->kind->cell; p++)
            memcpy(carried + r->units + p * r->width,
                   faltung_recurrence_cell(r, r->steps - 1, p, n),
                   faltung_recurrence_units(r, p) * sizeof(float));
    }
}

static void forward_rows(const FaltungRecurrence *r, int first, int rows) {
    gboolean gathers = r->indices != NULL;
    begin_rows(r, first, rows);
    for (int s = 0; s < r->steps; s++) {
        if (gathers)
            look_up_indices(r, s, first, rows);
        else if (s % r->block == 0)
            input_products(r, s, MIN(s + r->block, r->steps), first, rows);
        r->kind->forward(r, s, first, rows);
        faltung_recurrence_pad(r, s, first, rows);
    }
    end_rows(r, first, rows);
}

void faltung_recurrence_forward(const FaltungRecurrence *r) {
    memset(r->no_bias, 0, (size_t)r->kind->gates * r->width * sizeof(float));
    faltung_recurrence_share(r, r->batch * faltung_recurrence_flops(r), forward_rows);
}
