/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/layout.h"

#include <math.h>
#include <string.h>

const FaltungTableLayout faltung_table_layouts[FALTUNG_N_TABLES] = {
    [FALTUNG_TABLE_EPOCH] =
        {
            .name = "epoch",
            .n = 14,
            .columns =
                {
                    {"epoch", TRUE},
                    {"seconds"},
                    {"lr"},
                    {"train_loss"},
                    {"train_accuracy"},
                    {"train_mae"},
                    {"train_rmse"},
                    {"val_loss"},
                    {"val_accuracy"},
                    {"val_mae"},
                    {"val_rmse"},
                    {"val_top5"},
                    {"val_perplexity"},
                    {"val_r2"},
                },
        },
    [FALTUNG_TABLE_STEP] =
        {
            .name = "step",
            .n = 6,
            .columns =
                {
                    {"step", TRUE},
                    {"epoch"},
                    {"loss"},
                    {"lr"},
                    {"grad_norm"},
                    {"samples_per_second"},
                },
        },
};

FaltungTableRow *faltung_row_keep(const FaltungTableRow *row) {
    return g_memdup2(row, offsetof(FaltungTableRow, extras.all) +
                              row->extras.n * sizeof(row->extras.all[0]));
}

FaltungTableRow faltung_row_of_step(const FaltungStepRow *row) {
    return (FaltungTableRow){{
        row->step,
        row->epoch,
        row->loss,
        row->learning_rate,
        row->grad_norm,
        row->samples_per_second,
    }};
}

FaltungTableRow faltung_row_of_epoch(const FaltungEpochRow *row, const FaltungReadings *others) {
    const FaltungMetrics *train = &row->train, *validation = &row->validation;
    FaltungTableRow out = {{
        row->epoch,
        row->seconds,
        row->learning_rate,
        train->loss,
        train->accuracy,
        train->mae,
        train->rmse,
        validation->loss,
        validation->accuracy,
        validation->mae,
        validation->rmse,
        row->top5,
        row->perplexity,
        row->r2,
    }};
    out.extras = *others;
    return out;
}

char *faltung_row_format(FaltungTableId table, const FaltungTableRow *row) {
    const FaltungTableLayout *layout = &faltung_table_layouts[table];
    GString *text = g_string_new(layout->name);
    for (int i = 0; i < layout->n; i++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE]; /* whatever the locale's decimal point */
        g_string_append_printf(text, " %s", g_ascii_dtostr(number, sizeof number, row->values[i]));
    }
    for (int i = 0; i < row->extras.n; i++) {
        const FaltungReading *extra = &row->extras.all[i];
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(text, " %s=%s", extra->name,
                               g_ascii_dtostr(number, sizeof number, extra->value));
    }
    return g_string_free(text, FALSE);
}

/* The @words from @begin on. */
static gboolean read_extras(char **words, int begin, FaltungTableRow *row) {
    int n = (int)g_strv_length(words) - begin;
    row->extras.n = 0;
    if (n < 0 || n > FALTUNG_MOST_READINGS)
        return FALSE;
    for (char **word = words + begin; *word; word++) {
        char *equals = strchr(*word, '=');
        if (!equals)
            return FALSE;
        *equals = '\0';
        row->extras.all[row->extras.n++] =
            (FaltungReading){g_intern_string(*word), g_ascii_strtod(equals + 1, NULL)};
    }
    return TRUE;
}

gboolean faltung_row_parse(const char *text, FaltungTableId *table, FaltungTableRow *row) {
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    for (int i = 0; i < FALTUNG_N_TABLES; i++) {
        const FaltungTableLayout *layout = &faltung_table_layouts[i];
        if (!words[0] || strcmp(words[0], layout->name) != 0 ||
            !read_extras(words, 1 + layout->n, row))
            continue;
        for (int j = 0; j < layout->n; j++)
            row->values[j] = g_ascii_strtod(words[1 + j], NULL);
        *table = i;
        return TRUE;
    }
    return FALSE;
}

const FaltungColumn faltung_position_fields[FALTUNG_N_POSITION] = {
    {"step", TRUE},
    {"epoch", TRUE},
    {"seconds"},
    {"stopping_best"},
    {"stopping_best_epoch", TRUE},
    {"stopping_waited", TRUE},
    {"sum_loss"},
    {"sum_correct"},
    {"n_samples", TRUE},
    {"schedule_best"},
    {"schedule_factor"},
    {"schedule_waited", TRUE},
    {"schedule_resting", TRUE},
    {"acts", TRUE},
};

void faltung_position_to_numbers(const FaltungTrainerPosition *position,
                                 double numbers[FALTUNG_N_POSITION]) {
    double values[FALTUNG_N_POSITION] = {
        position->step,
        position->epoch,
        position->seconds,
        position->stopping.best,
        position->stopping.best_epoch,
        position->stopping.waited,
        position->sum_loss,
        position->sum_correct[0],
        position->n_samples,
        position->schedule.best,
        position->schedule.factor,
        position->schedule.waited,
        position->schedule.resting,
        position->acts,
    };
    memcpy(numbers, values, sizeof values);
}

void faltung_position_from_numbers(const double numbers[FALTUNG_N_POSITION],
                                   FaltungTrainerPosition *position) {
    *position = (FaltungTrainerPosition){
        .step = numbers[0],
        .epoch = numbers[1],
        .seconds = numbers[2],
        .stopping = {.best = numbers[3], .best_epoch = numbers[4], .waited = numbers[5]},
        .sum_loss = numbers[6],
        .sum_correct = {numbers[7]},
        .n_samples = numbers[8],
        .schedule = {.best = numbers[9],
                     .factor = numbers[10],
                     .waited = numbers[11],
                     .resting = numbers[12]},
        .acts = numbers[13],
    };
}

static void append_name(GString *path, const char *name) {
    gboolean dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    g_string_append_c(path, '/');
    for (; *name; name++) {
        if (*name == '/' || *name == '%' || (*name == '.' && dots))
            g_string_append_printf(path, "%%%02X", *name);
        else
            g_string_append_c(path, *name);
    }
}

char *faltung_layout_path(const char *group, const char *name, const char *part) {
    GString *path = g_string_new(group);
    append_name(path, name);
    if (part)
        append_name(path, part);
    return g_string_free(path, FALSE);
}

FaltungHdfShape faltung_layout_shape(const FaltungShape *shape, hsize_t before) {
    FaltungHdfShape out = {.rank = 0};
    if (before)
        out.dims[out.rank++] = before;
    for (int i = 0; i < shape->rank; i++)
        out.dims[out.rank++] = shape->dims[i];
    return out;
}

gboolean faltung_layout_fits(const FaltungHdfShape *read, const FaltungShape *expected) {
    gboolean fits = read->rank == expected->rank;
    for (int i = 0; fits && i < read->rank; i++)
        fits = read->dims[i] == (hsize_t)expected->dims[i];
    return fits;
}

gboolean faltung_layout_passes_on(const FaltungLayer *layer) {
    return (layer->operation->flags & FALTUNG_TRAINING_ONLY ||
            layer->operation->group == FALTUNG_GROUP_SHAPE) &&
           layer->n_inputs == 1 && !layer->activation.kind &&
           faltung_shape_size(&layer->input_shapes[0]) == faltung_shape_size(&layer->output_shape);
}
