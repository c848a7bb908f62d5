/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/clones.h"
#include "core/ops/indices.h"
#include "core/ops/parallel.h"
#include "core/ops/recurrent.h"
#include "core/ops/sums.h"

#include <string.h>

/* Columns of a row of gates, and of a row of packed weights. */
static int kept_columns(const FaltungRecurrence *r) {
    return r->kind->kept * r->width;
}

static int packed_columns(const FaltungRecurrence *r) {
    return r->kind->gates * r->width;
}

/* Makes r->transposed of packed weights with @inputs rows, in panels of @width of these. */
static void transpose(const FaltungRecurrence *r, const float *weights, int inputs, int width) {
    int columns = packed_columns(r), n = (inputs + width - 1) / width;
    int threads = faltung_threads_for(r->step->threads, 4.0 * inputs * columns * r->n_panels);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int q = 0; q < n; q++)
        for (int p = 0; p < r->n_panels; p++)
            r->kernels->transpose(
                MIN(width, inputs - q * width), columns,
                weights + faltung_recurrence_panel(r, p, inputs) + (size_t)q * width * columns,
                columns, r->transposed + ((size_t)q * r->n_panels + p) * columns * width, width);
}

/* -- through time ---------------------------------------------------------------------------- */

void faltung_recurrence_product_back(const FaltungRecurrence *r, int s, int q, int first, int rows,
                                     int kept, int gate, int n, float *to, int to_row,
                                     gboolean accumulate) {
    int columns = packed_columns(r), width = r->back_width;
    FaltungGemm gemm = {
        .rows = rows,
        .columns = MIN(width, r->units - q * width),
        .depth = n * r->width,
        .reduce = r->n_panels,
        .a = faltung_recurrence_gates(r, s, 0, first) + kept * r->width,
        .a_row = kept_columns(r),
        .a_depth = 1,
        .a_reduce = (ptrdiff_t)r->batch * kept_columns(r),
        .b = r->transposed + ((size_t)q * r->n_panels * columns + gate * r->width) * width,
        .b_depth = width,
        .b_reduce = (ptrdiff_t)columns * width,
        .c = to,
        .c_row = to_row,
        .accumulate = accumulate,
        .next = r->transposed + (size_t)((q + 1) % r->n_back) * r->n_panels * columns * width,
        .n_next = (size_t)r->n_panels * columns * width,
    };
    r->kernels->gemm(&gemm);
}

FaltungCell faltung_recurrence_backward_cell(const FaltungRecurrence *r, int s, int p, int first,
                                             int rows) {
    FaltungCell cell = {
        .rows = rows,
        .width = r->width,
        .units = faltung_recurrence_units(r, p),
        .gates = faltung_recurrence_gates(r, s, p, first),
        .before = faltung_recurrence_state(r, s - 1, first) + p * r->width,
        .after = faltung_recurrence_state(r, s, first) + p * r->width,
        .state_row = r->state_row,
        .relu = r->kind->relu,
        .gradient = r->gradient + (size_t)first * r->state_row + p * r->width,
    };
    if (r->kind->cell) {
        cell.cell_before = faltung_recurrence_cell(r, s - 1, p, first);
        cell.cell = faltung_recurrence_cell(r, s, p, first);
        cell.peepholes = faltung_recurrence_peepholes(r, p);
        cell.cell_gradient = r->cell_gradient + ((size_t)p * r->batch + first) * r->width;
    }
    if (!r->last) {
        int time = faltung_recurrence_time(r, s);
        cell.output_gradient =
            r->output_gradient + ((size_t)first * r->steps + time) * r->output_row + p * r->width;
        cell.output_row = (ptrdiff_t)r->steps * r->output_row;
    } else if (s == r->steps - 1) {
        cell.output_gradient = r->output_gradient + (size_t)first * r->output_row + p * r->width;
        cell.output_row = r->output_row;
    }
    return cell;
}

void faltung_recurrence_step_back(const FaltungRecurrence *r, int s, int first, int rows,
                                  void (*cell)(const FaltungCell *cell)) {
    int panels = r->back_width / r->width; /* of a panel of W_hh^T */
    for (int q = 0; q < r->n_back; q++) {
        float *gradient = r->gradient + (size_t)first * r->state_row + q * r->back_width;
        if (s < r->steps - 1)
            faltung_recurrence_product_back(r, s + 1, q, first, rows, r->kind->hidden_kept, 0,
                                            r->kind->gates, gradient, r->state_row,
                                            r->kind->carries || r->lengths);
        for (int p = q * panels; p < MIN((q + 1) * panels, r->n_panels); p++) {
            FaltungCell call = faltung_recurrence_backward_cell(r, s, p, first, rows);
            cell(&call);
        }
    }
}

/* The products leave out what is padding, and that has to be 0. */
static void backward_rows(const FaltungRecurrence *r, int first, int rows) {
    if (r->kind->reset)
        memset(r->reset_gradient + (size_t)first * r->back_width, 0,
               (size_t)rows * r->back_width * sizeof(float));
    memset(r->gradient + (size_t)first * r->state_row, 0,
           (size_t)rows * r->state_row * sizeof(float));
    for (int p = 0; p < r->n_panels && r->kind->cell; p++)
        memset(r->cell_gradient + ((size_t)p * r->batch + first) * r->width, 0,
               (size_t)rows * r->width * sizeof(float));
    for (int s = r->steps - 1; s >= 0; s--) {
        r->kind->backward(r, s, first, rows);
        faltung_recurrence_pad_back(r, s, first, rows);
    }
}

/* -- the weights ----------------------------------------------------------------------------- */

/* Steps whose products are made before those of the next ones: their gradients of a panel stay in
   the second cache, and so does what they are multiplied with, from panel to panel. */
typedef struct {
    int begin, end;
} Run;

/*
 * The products of the steps of a run: @a of the first, (rows, a_row), a row a sample and step,
 * times the gradients from kept gate @kept on, into the gates @gate ... @gate + @n - 1 of panel
 * @p of a packed gradient. @accumulate: +=.
 */
static void multiply_run(const FaltungRecurrence *r, Run run, int p, const float *a, int a_row,
                         int inputs, int kept, int gate, int n, gboolean accumulate,
                         float *gradient) {
    int columns = packed_columns(r);
    FaltungGemm gemm = {
        .rows = inputs,
        .columns = n * r->width,
        .depth = r->batch,
        .reduce = run.end - run.begin,
        .a = a,
        .a_row = 1,
        .a_depth = a_row,
        .a_reduce = (ptrdiff_t)r->batch * a_row,
        .b = faltung_recurrence_gates(r, run.begin, p, 0) + kept * r->width,
        .b_depth = kept_columns(r),
        .b_reduce = (ptrdiff_t)r->n_panels * r->batch * kept_columns(r),
        .c = gradient + faltung_recurrence_panel(r, p, inputs) + gate * r->width,
        .c_row = columns,
        .accumulate = accumulate,
    };
    r->kernels->gemm(&gemm);
}

/* A one_hot's products are rows of the gradients, added where the index says. */
FALTUNG_CLONES
static void gather_run(const FaltungRecurrence *r, Run run, int p, float *gradient) {
    int columns = packed_columns(r);
    gradient += faltung_recurrence_panel(r, p, r->inputs);
    if (run.begin == 0)
        memset(gradient, 0, faltung_recurrence_panel(r, 1, r->inputs) * sizeof(float));
    for (int s = run.begin; s < run.end; s++) {
        const float *index = r->indices + faltung_recurrence_time(r, s);
        const float *gates = faltung_recurrence_gates(r, s, p, 0);
        for (int n = 0; n < r->batch; n++, gates += kept_columns(r)) {
            int row = MAX(faltung_index(index[(size_t)n * r->steps], r->inputs), 0);
            float *to = gradient + (size_t)row * columns;
            for (int c = 0; c < columns; c++)
                to[c] += gates[c];
        }
    }
}

/* Where the state before the first step is 0 that step has no part in W_hh's gradient. */
static void hidden_run(const FaltungRecurrence *r, Run run, int p) {
    int kept = r->kind->hidden_kept, gates = r->kind->gates - (r->kind->reset ? 1 : 0);
    float *gradient = r->gradients[FALTUNG_WEIGHT_HH];
    gboolean accumulate = run.begin > 0;
    run.begin = MAX(run.begin, r->carried ? 0 : 1);
    multiply_run(r, run, p, faltung_recurrence_state(r, run.begin - 1, 0), r->state_row, r->units,
                 kept, 0, gates, accumulate, gradient);
    if (r->kind->reset)
        multiply_run(r, run, p, faltung_recurrence_reset(r, run.begin, 0), r->state_row, r->units,
                     kept + gates, gates, 1, accumulate, gradient);
}

static void bias_run(const FaltungRecurrence *r, Run run, int p) {
    enum { MOST_COLUMNS = 64 };
    int columns = packed_columns(r);
    float *input = r->gradients[FALTUNG_BIAS_IH];
    float *hidden = r->gradients[FALTUNG_BIAS_HH];
    if (!input)
        return;
    float sums[MOST_COLUMNS] = {0};
    for (int s = run.begin; s < run.end; s++)
        faltung_add_rows(r->batch, kept_columns(r), faltung_recurrence_gates(r, s, p, 0), sums);
    for (int c = 0; c < columns; c++) {
        float *i = &input[p * columns + c], *h = &hidden[p * columns + c];
        *i = (run.begin > 0 ? *i : 0) + sums[c];
        *h = (run.begin > 0 ? *h : 0) + sums[r->kind->hidden_kept * r->width + c];
    }
}

/* Peepholes are of the gates i f o; the first two see the cell's state before the step. */
FALTUNG_CLONES
static void peephole_run(const FaltungRecurrence *r, Run run, int p) {
    static const struct { int gate, before; } peepholes[] = {{0, 1}, {1, 1}, {3, 0}};
    float *gradient = r->gradients[FALTUNG_WEIGHT_CH] + p * 3 * r->width;
    for (guint i = 0; i < G_N_ELEMENTS(peepholes); i++, gradient += r->width) {
        if (run.begin == 0)
            memset(gradient, 0, r->width * sizeof(float));
        for (int s = run.begin; s < run.end; s++) {
            const float *cell = faltung_recurrence_cell(r, s - peepholes[i].before, p, 0);
            const float *gates =
                faltung_recurrence_gates(r, s, p, 0) + peepholes[i].gate * r->width;
            for (int n = 0; n < r->batch; n++, cell += r->width, gates += kept_columns(r))
                for (int u = 0; u < r->width; u++)
                    gradient[u] += cell[u] * gates[u];
        }
    }
}

/* In every run the same thread has the same panels, so that none has to wait. */
static void backward_weights(const FaltungRecurrence *r) {
    enum { RUN_ROWS = 256 };
    double work = 2.0 * r->batch * r->steps * r->n_panels * packed_columns(r) * r->units;
    int length = MAX(1, RUN_ROWS / r->batch);
#pragma omp parallel num_threads(faltung_threads_for(r->step->threads, work))
    for (int begin = 0; begin < r->steps; begin += length) {
        Run run = {begin, MIN(begin + length, r->steps)};
#pragma omp for schedule(static) nowait
        for (int p = 0; p < r->n_panels; p++) {
            float *gradient = r->gradients[FALTUNG_WEIGHT_IH];
            if (r->indices)
                gather_run(r, run, p, gradient);
            else
                multiply_run(r, run, p, faltung_recurrence_input(r, begin, 0), r->input_row,
                             r->inputs, 0, 0, r->kind->gates, begin > 0, gradient);
            hidden_run(r, run, p);
            bias_run(r, run, p);
            if (r->gradients[FALTUNG_WEIGHT_CH])
                peephole_run(r, run, p);
        }
    }
}

/* -- the input ------------------------------------------------------------------------------- */

static void backward_input(const FaltungRecurrence *r) {
    int columns = packed_columns(r), width = r->dx_width;
    transpose(r, r->parameters[FALTUNG_WEIGHT_IH], r->inputs, width);
    double work = 2.0 * r->batch * r->steps * r->n_panels * columns * r->inputs;
#pragma omp parallel for collapse(2) num_threads(faltung_threads_for(r->step->threads, work))      \
    schedule(static)
    for (int s = 0; s < r->steps; s++) {
        for (int q = 0; q < r->n_dx; q++) {
            FaltungGemm gemm = {
                .rows = r->batch,
                .columns = MIN(width, r->inputs - q * width),
                .depth = columns,
                .reduce = r->n_panels,
                .a = faltung_recurrence_gates(r, s, 0, 0),
                .a_row = kept_columns(r),
                .a_depth = 1,
                .a_reduce = (ptrdiff_t)r->batch * kept_columns(r),
                .b = r->transposed + (size_t)q * r->n_panels * columns * width,
                .b_depth = width,
                .b_reduce = (ptrdiff_t)columns * width,
                .c = r->input_gradient + (size_t)faltung_recurrence_time(r, s) * r->inputs +
                     q * width,
                .c_row = (ptrdiff_t)r->steps * r->inputs,
                .accumulate = !r->overwrite,
            };
            r->kernels->gemm(&gemm);
        }
    }
}

void faltung_recurrence_backward(const FaltungRecurrence *r) {
    const FaltungStep *step = r->step;
    transpose(r, r->parameters[FALTUNG_WEIGHT_HH], r->units, r->back_width);
    faltung_recurrence_share(r, r->batch * faltung_recurrence_flops(r), backward_rows);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_INPUT_GRADIENT); /* through time */
    if (r->gradients[FALTUNG_WEIGHT_IH])
        backward_weights(r);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_WEIGHT_GRADIENT);
    if (r->input_gradient)
        backward_input(r);
    faltung_lap(step->stopwatch, step->layer, FALTUNG_PART_INPUT_GRADIENT);
}
