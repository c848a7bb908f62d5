/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/run.h"
#include "core/train/training.h"
#include "core/train/transfer.h"
#include "data/catalogue.h"
#include "experiments/batches/figures.h"
#include "experiments/command.h"
#include "experiments/interrupt.h"
#include "experiments/json.h"
#include "experiments/place.h"
#include "experiments/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char *out, *seed, *epochs, *resume, *origin;
static char **settings;
static int threads;
static gboolean overwrite;

static const GOptionEntry options[] = {
    {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out,
     "The run file to write; without it the name of FILE, in the current folder", "RUN.h5"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &threads,
     "Use at most N threads (all cores); the results do not depend on it", "N"},
    {"seed", 's', 0, G_OPTION_ARG_STRING, &seed, "In place of train.seed", "S"},
    {"epochs", 'e', 0, G_OPTION_ARG_STRING, &epochs, "In place of train.epochs", "E"},
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &settings,
     "Put a value in place of the file's, such as data.name=mnist or network.conv1.kernel=3; may "
     "be repeated",
     "PATH=VALUE"},
    {"resume", 'r', 0, G_OPTION_ARG_FILENAME, &resume,
     "Go on with an interrupted run, or with more epochs; FILE is not needed then", "RUN.h5"},
    {"overwrite", 0, 0, G_OPTION_ARG_NONE, &overwrite, "Replace a run file that exists", NULL},
    {"origin", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &origin,
     "The path that the experiment file is a copy of", "FILE"},
    {0},
};

/* What the hooks of the training loop know. */
typedef struct {
    FaltungTerminal *terminal;
    int epochs;
    gint64 started;        /* monotonic, microseconds */
    gint64 shown, told;    /* when the bar and the last plain line were written */
    double fraction_first; /* of the whole, when this call began: a resume has less to do */
    char *figures;         /* of the last validation, for the bar */
} Session;

static char *format_left(const Session *session, double fraction) {
    double seconds = (g_get_monotonic_time() - session->started) * 1e-6;
    double done = fraction - session->fraction_first;
    return faltung_duration(done > 0 ? seconds * (1 - fraction) / done : NAN);
}

static void show_bar(Session *session, const FaltungStepRow *row, double fraction) {
    int width, height;
    faltung_terminal_size(session->terminal, &width, &height);
    g_autofree char *bar = faltung_bar(fraction, width < 100 ? 10 : 20);
    g_autofree char *left = format_left(session, fraction);
    int epoch = MIN((int)row->epoch + 1, session->epochs);
    /* what matters first: a narrow terminal cuts the rest off */
    g_autofree char *line =
        g_strdup_printf("epoch %d/%d ▕%s▏ %.0f %%  %s left  loss %.4g  %s  %.0f samples/s", epoch,
                        session->epochs, bar, 100 * fraction, left, row->loss,
                        session->figures ? session->figures : "", row->samples_per_second);
    faltung_terminal_show(session->terminal, line);
}

static FaltungTrainingAnswer on_step(FaltungTrainer *trainer, const FaltungStepRow *row,
                                     gpointer data) {
    Session *session = data;
    gint64 now = g_get_monotonic_time();
    double total = (double)faltung_trainer_steps_an_epoch(trainer) * session->epochs;
    double fraction = row->step / total;
    if (faltung_terminal_is_live(session->terminal)) {
        if (now - session->shown > G_USEC_PER_SEC / 10) {
            show_bar(session, row, fraction);
            session->shown = now;
        }
    } else if (now - session->told > 10 * G_USEC_PER_SEC) {
        g_autofree char *left = format_left(session, fraction);
        faltung_terminal_say(session->terminal,
                             "epoch %.2f/%d: loss=%.6g (%.0f samples/s, %s left)", row->epoch,
                             session->epochs, row->loss, row->samples_per_second, left);
        session->told = now;
    }
    return faltung_interrupted() ? FALTUNG_TRAINING_STOP : FALTUNG_TRAINING_GO_ON;
}

static void on_epoch(FaltungTrainer *trainer, const FaltungEpochRow *row, gpointer data) {
    Session *session = data;
    g_free(session->figures);
    FaltungMetrics brief = row->validation;
    if (!isnan(brief.accuracy) || !isnan(brief.mae))
        brief.loss = brief.rmse = NAN;
    session->figures = faltung_figures_format(&brief, "val_", "  ", " ");
    /* many short epochs would push the bar about */
    gint64 now = g_get_monotonic_time();
    if (faltung_terminal_is_live(session->terminal) && row->epoch < session->epochs &&
        now - session->told < G_USEC_PER_SEC / 2)
        return;
    session->told = now;
    g_autofree char *figures = faltung_figures_format(&row->validation, "val_", " ", "=");
    g_autofree char *loss =
        isfinite(row->train.loss) ? g_strdup_printf("loss=%.6g ", row->train.loss) : g_strdup("");
    g_autofree char *time = faltung_duration(row->seconds);
    faltung_terminal_say(session->terminal, "epoch %d/%d: %s%s (%s)", row->epoch, session->epochs,
                         loss, figures, time);
}

static void on_warning(const char *message, gpointer data) {
    Session *session = data;
    faltung_terminal_say(session->terminal, "warning: %s", message);
}

static char **collect_overrides(void) {
    GPtrArray *all = g_ptr_array_new();
    for (char **setting = settings; setting && *setting; setting++)
        g_ptr_array_add(all, g_strdup(*setting));
    if (seed)
        g_ptr_array_add(all, g_strdup_printf("train.seed=%s", seed));
    if (epochs)
        g_ptr_array_add(all, g_strdup_printf("train.epochs=%s", epochs));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

/* The experiment of a resumed run is what the run file says, unless a file is given. */
static FaltungExperiment *load_experiment(const FaltungCall *call, GError **error) {
    g_auto(GStrv) overrides = collect_overrides();
    const char *const *words = (const char *const *)overrides;
    if (call->n_arguments && !origin)
        return faltung_experiment_load(call->arguments[0], words, error);
    if (call->n_arguments) {
        g_autofree char *text = NULL;
        if (!g_file_get_contents(call->arguments[0], &text, NULL, error))
            return NULL;
        /* one run of a sweep is none itself, and need not try its points */
        g_autofree char *single = faltung_yaml_unset(text, "sweep", NULL);
        return faltung_experiment_parse(single ? single : text, origin, words, error);
    }
    g_autoptr(FaltungRun) run = faltung_run_open(resume, error);
    if (!run)
        return NULL;
    const FaltungExperiment *recorded = faltung_run_experiment(run, error);
    if (!recorded)
        return NULL;
    return faltung_experiment_parse(faltung_run_config(run), recorded->origin, words, error);
}

static gboolean is_taken(const char *path) {
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(part, G_FILE_TEST_EXISTS);
}

/* Whether a run file can be made there. */
static gboolean check_out(GError **error) {
    g_autofree char *folder = g_path_get_dirname(out);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "%s: there is no folder %s; make it, or choose another name with --out",
                            out, folder);
    if (g_file_test(out, G_FILE_TEST_IS_DIR))
        return faltung_fail(error, FALTUNG_ERROR_INPUT,
                            "--out: %s is a folder; expected the name of the run file in it", out);
    if (overwrite || !g_file_test(out, G_FILE_TEST_EXISTS))
        return TRUE;
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "%s exists already; go on with it by --resume %s, choose another name, or "
                        "replace it by --overwrite",
                        out, out);
}

/* Where the run goes: --out, or the file's name with the first free number. */
static char *choose_path(const FaltungCall *call, GError **error) {
    if (out)
        return check_out(error) ? g_strdup(out) : NULL;
    g_autofree char *stem = g_path_get_basename(call->arguments[0]);
    char *ending = strrchr(stem, '.');
    if (ending && ending != stem)
        *ending = '\0';
    char *path = g_strconcat(stem, ".h5", NULL);
    for (int i = 2; !overwrite && is_taken(path); i++) {
        g_free(path);
        path = g_strdup_printf("%s-%d.h5", stem, i);
    }
    return path;
}

static void print_result(const FaltungCall *call, const char *path, const FaltungEpochRow *row,
                         const FaltungReadings *others) {
    if (!call->json) {
        g_autofree char *figures = faltung_figures_format(&row->validation, "val_", " ", "=");
        g_autofree char *more = faltung_readings_format(others, "val_");
        printf("result: %s%s%s%sepochs=%d seconds=%.3f\n", figures, *figures ? " " : "", more,
               *more ? " " : "", row->epoch, row->seconds);
        return;
    }
    g_autoptr(FaltungJson) json = faltung_json_new();
    faltung_json_open_object(json, NULL);
    faltung_json_string(json, "run", path);
    faltung_figures_write(&row->validation, "val_", json);
    faltung_readings_write(others, "val_", json);
    faltung_json_integer(json, "epochs", row->epoch);
    faltung_json_number(json, "seconds", row->seconds);
    faltung_json_close(json);
    faltung_json_print(json);
}

/* The command that goes on with the run, as it can be pasted into a shell. */
static char *resume_command(const char *path) {
    g_autofree char *quoted = faltung_shell_word(path);
    if (threads > 0)
        return g_strdup_printf("faltung train --resume %s --threads %d", quoted, threads);
    return g_strdup_printf("faltung train --resume %s", quoted);
}

static gboolean check_options(const FaltungCall *call, GError **error) {
    const char *problem = NULL;
    if (!resume && call->n_arguments == 0)
        problem = "an experiment file is missing; usage: faltung train [OPTION...] FILE.yaml";
    else if (resume && out)
        problem = "--resume goes on in the run's own file; leave out --out";
    else if (threads < 0)
        problem = "--threads must be 1 or more; 0 or nothing means all cores";
    if (problem)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s", problem);
    return problem == NULL;
}

static void say_where(Session *session, const char *path) {
    g_autofree char *quoted = faltung_shell_word(path);
    faltung_terminal_say(session->terminal,
                         "saved in %s\n"
                         "  look at it:    faltung-gui %s\n"
                         "  or without a window: faltung inspect %s",
                         path, quoted, quoted);
}

/* What was lost are the samples, not the steps until then. */
static void add_way_on(GError *error, const FaltungTrainer *trainer, const char *path) {
    g_autofree char *message = g_steal_pointer(&error->message);
    g_autofree char *command = resume_command(path);
    error->message = g_strdup_printf("%s; the %" G_GUINT64_FORMAT
                                     " steps before that are saved in %s; go on then with:\n  %s",
                                     message, faltung_trainer_step_count(trainer), path, command);
}

/* Trains from where @trainer is to the end. */
static int train(const FaltungCall *call, Session *session, FaltungTrainer *trainer,
                 FaltungRunWriter *writer, const char *path, GError **error) {
    FaltungTrainingHooks hooks = {
        .step = on_step,
        .epoch = on_epoch,
        .warning = on_warning,
        .data = session,
    };
    session->started = session->told = g_get_monotonic_time();
    session->fraction_first = (double)faltung_trainer_step_count(trainer) /
                              ((double)faltung_trainer_steps_an_epoch(trainer) * session->epochs);
    if (faltung_trainer_finished(trainer))
        faltung_terminal_say(session->terminal,
                             "the run is finished already; --epochs with more than %d trains on",
                             session->epochs);
    FaltungEpochRow last = {0};
    FaltungTrainingEnd end = faltung_training_run(trainer, writer, &hooks, &last, error);
    faltung_terminal_show(session->terminal, NULL);
    switch (end) {
    case FALTUNG_TRAINING_FAILED:
        if (error && g_error_matches(*error, FALTUNG_ERROR, FALTUNG_ERROR_DATA))
            add_way_on(*error, trainer, path);
        return FALTUNG_EXIT_FAILED;
    case FALTUNG_TRAINING_INTERRUPTED: {
        g_autofree char *command = resume_command(path);
        faltung_fail(error, FALTUNG_ERROR_WORK,
                     "interrupted after step %" G_GUINT64_FORMAT " (epoch %d of %d), saved in %s; "
                     "go on with:\n  %s",
                     faltung_trainer_step_count(trainer),
                     MIN(faltung_trainer_epoch(trainer) + 1, session->epochs), session->epochs,
                     path, command);
        return FALTUNG_EXIT_FAILED;
    }
    case FALTUNG_TRAINING_FINISHED:
        break;
    }
    const char *stopped = faltung_trainer_stopped_early(trainer);
    if (stopped)
        faltung_terminal_say(session->terminal, "stopped early: %s", stopped);
    /* the run file has the weights that early stopping keeps: the figures are theirs */
    if (faltung_trainer_best(trainer))
        last.validation = faltung_trainer_validate(trainer);
    if (!faltung_trainer_check_data(trainer, error))
        return FALTUNG_EXIT_FAILED;
    FaltungTrainerPosition position;
    faltung_trainer_get_position(trainer, &position);
    last.seconds = position.seconds;
    say_where(session, path);
    print_result(call, path, &last, faltung_trainer_readings(trainer));
    return FALTUNG_EXIT_DONE;
}

/* Samples that are measured before the training: of large data sets that takes its time. */
typedef struct {
    FaltungTerminal *terminal;
    gint64 started, told; /* monotonic, microseconds */
} Measuring;

static gboolean on_measured(double part, gpointer data) {
    Measuring *measuring = data;
    gint64 now = g_get_monotonic_time();
    gboolean live = faltung_terminal_is_live(measuring->terminal);
    gint64 pause = live ? G_USEC_PER_SEC / 10 : 10 * G_USEC_PER_SEC;
    if (now - measuring->started > G_USEC_PER_SEC && now - measuring->told > pause) {
        g_autofree char *bar = faltung_bar(part, 20);
        g_autofree char *line =
            g_strdup_printf("measuring the samples %s %.0f %%", bar, part * 100);
        if (live)
            faltung_terminal_show(measuring->terminal, line);
        else
            faltung_terminal_say(measuring->terminal, "measuring the samples: %.0f %%", part * 100);
        measuring->told = now;
    }
    return !faltung_interrupted();
}

static gboolean load_data(const FaltungExperiment *experiment, FaltungTerminal *terminal,
                          FaltungDataset **training, FaltungDataset **validation, GError **error) {
    Measuring measuring = {.terminal = terminal, .started = g_get_monotonic_time()};
    FaltungScanHooks hooks = {on_measured, &measuring};
    gboolean loaded = faltung_data_load_watched(experiment->data, experiment->origin, &hooks,
                                                training, validation, error);
    faltung_terminal_show(terminal, NULL);
    if (!loaded && *experiment->data->name && !faltung_interrupted())
        faltung_prefix_place(error, experiment, "data", "name");
    return loaded;
}

static int train_run(const FaltungCall *call, GError **error) {
    if (!check_options(call, error))
        return FALTUNG_EXIT_USAGE;
    g_autofree char *path = resume ? g_strdup(resume) : choose_path(call, error);
    g_autoptr(FaltungExperiment) experiment = path ? load_experiment(call, error) : NULL;
    if (!experiment)
        return FALTUNG_EXIT_USAGE;
    faltung_interrupt_watch();
    g_autoptr(FaltungTerminal) terminal = faltung_terminal_new(call->quiet);
    g_autoptr(FaltungDataset) training = NULL;
    g_autoptr(FaltungDataset) validation = NULL;
    if (!load_data(experiment, terminal, &training, &validation, error))
        return faltung_interrupted() ? FALTUNG_EXIT_FAILED : FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungTrainer) trainer =
        faltung_trainer_new(experiment, training, validation, threads, error);
    if (!trainer) {
        faltung_prefix_place(error, experiment, "network", "input");
        return FALTUNG_EXIT_USAGE;
    }
    g_autofree char *initialized = NULL;
    if (!resume && !faltung_trainer_initialize(trainer, experiment, &initialized, error))
        return FALTUNG_EXIT_USAGE;
    g_autoptr(FaltungRunWriter) writer =
        resume ? faltung_run_writer_resume(path, experiment, trainer, training, error)
               : faltung_run_writer_create(path, experiment, trainer, training, validation, error);
    if (!writer)
        return FALTUNG_EXIT_USAGE;
    Session session = {.terminal = terminal, .epochs = experiment->train->epochs};
    faltung_terminal_say(terminal, "%s: %u training samples of %s, %zu parameters, %d thread%s",
                         experiment->name, faltung_dataset_size(training),
                         faltung_dataset_name(training),
                         faltung_graph_n_parameters(experiment->graph),
                         faltung_network_threads(faltung_trainer_network(trainer)),
                         faltung_network_threads(faltung_trainer_network(trainer)) == 1 ? "" : "s");
    if (initialized)
        faltung_terminal_say(terminal, "%s", initialized);
    int status = train(call, &session, trainer, writer, path, error);
    g_free(session.figures);
    return status;
}

const FaltungCommand faltung_command_train = {
    .name = "train",
    .arguments = "FILE.yaml",
    .max_arguments = 1,
    .summary = "Trains the network of an experiment file",
    .description =
        "Trains, shows how far it is, and writes a run file (HDF5) with the weights, the figures "
        "of every epoch and what the application shows. The last line on the standard output is "
        "`result: ` with the figures on the validation samples.\n\n"
        "Ctrl-C stops after the step under way, saves, and says how to go on; a second Ctrl-C ends "
        "at once, and the run file keeps what was last saved. A resumed run has the same bits as "
        "one that was never interrupted.\n\n"
        "  faltung train experiments/gallery/digits-cnn.yaml --set train.batch=16 --epochs 3\n"
        "  faltung train --resume digits-cnn.h5",
    .options = options,
    .flags = FALTUNG_COMMAND_JSON | FALTUNG_COMMAND_THREADS,
    .run = train_run,
};
