/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/train/loss.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"
#include "core/train/stopping.h"

/* What can be set under `data:` and `train:`, as the tables that everything else walks. */

static const char *const header_words[] = {"auto", "yes", "no", NULL};
static const char *const task_words[] = {"auto", "classification", "regression", NULL};
static const char *const normalize_words[] = {"none", "unit", "symmetric", "standard", NULL};

#define DATA(member) .name = #member, .offset = offsetof(FaltungDataOptions, member)

static const FaltungOptionSpec data_options[] = {
    {DATA(name), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a data set of the catalogue (see `faltung data list`)"},
    {DATA(csv), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a table: its path, relative to the experiment file"},
    {DATA(idx), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a folder with the four IDX files of an image set, or one file of images"},
    {DATA(hdf5), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "an HDF5 file with an array of samples, N x shape, and one of what is predicted"},
    {DATA(npy), .type = FALTUNG_TEXT, .fallback = "", .named = TRUE,
     .summary = "an array of NumPy's (.npy) with samples, N x shape, or {INPUT: FILE, ...} of "
                "several inputs; `target:` is another"},
    {DATA(text), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a text file (UTF-8), of whose characters the next one is predicted"},
    {DATA(images), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a folder of PNG and JPEG files: a folder in it for each class, or pictures alone, "
                "which are their own targets"},
    {DATA(size), .type = FALTUNG_SIZES, .fallback = "0", .maximum = 8192,
     .summary = "images: the height and width in pixels that they are brought to; 0: as they are"},
    {DATA(input), .type = FALTUNG_TEXT, .fallback = "", .named = TRUE,
     .summary = "hdf5: the array of samples, or {INPUT: ARRAY, ...} of several inputs; /input when "
                "not given"},
    {DATA(target), .type = FALTUNG_TEXT, .fallback = "", .named = TRUE,
     .summary = "what to predict; csv: a column, the last one when not given; hdf5: an array, "
                "/target when not given; npy: another file of one, none when not given; or several "
                "by names for `loss_target`, {NAME: COLUMN, ...}, first that of the network's "
                "output"},
    {DATA(weights), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "what each sample counts for in the loss; csv: a column; hdf5: an array of N "
                "numbers; npy: another file of one; all the same when not given"},
    {DATA(header), .type = FALTUNG_CHOICE, .fallback = "auto", .choices = header_words,
     .summary = "csv: whether the first row names the columns"},
    {DATA(task), .type = FALTUNG_CHOICE, .fallback = "auto", .choices = task_words,
     .summary = "csv, hdf5, npy: whether the target is a class or a number"},
    {DATA(length), .type = FALTUNG_INTEGER, .fallback = "25", .minimum = 1, .maximum = 1 << 20,
     .summary = "text: characters of a sample"},
    {DATA(stride), .type = FALTUNG_INTEGER, .fallback = "0", .maximum = 1 << 20,
     .summary = "text: characters from the beginning of one sample to the next; 0: length, so that "
                "they do not overlap; 1: a sample at every character"},
    {DATA(reconstruct), .type = FALTUNG_SWITCH, .fallback = "false",
     .summary = "an autoencoder learns: the samples are their own targets, whatever the data set "
                "has as theirs"},
    {DATA(normalize), .type = FALTUNG_CHOICE, .fallback = "standard", .choices = normalize_words,
     .summary = "scaling by the training samples: none; unit, to [0, 1]; symmetric, to [-1, 1]; "
                "standard, to mean 0 and variance 1"},
    {DATA(validation), .type = FALTUNG_NUMBER, .fallback = "0.3", .minimum = 0.01, .maximum = 0.99,
     .summary = "part of the samples held back, where the data set has no test samples of its own; "
                "of a text its end"},
    {DATA(folds), .type = FALTUNG_INTEGER, .fallback = "0", .maximum = 1000,
     .summary = "cross-validation: the samples in so many parts, of which `fold` validates and the "
                "others train; `faltung run` takes them in turn; 0: none"},
    {DATA(fold), .type = FALTUNG_INTEGER, .fallback = "1", .minimum = 1, .maximum = 1000,
     .summary = "the part that validates, from 1"},
    {DATA(test), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = 0.99,
     .summary = "part of the samples that neither trains nor validates, for `faltung eval --test`; "
                "where the data set has test samples of its own, those, whatever the part"},
    {DATA(split_seed), .type = FALTUNG_INTEGER, .fallback = "1", .maximum = G_MAXINT,
     .summary = "seed of that split; the same for every run of a sweep"},
    {DATA(limit), .type = FALTUNG_INTEGER, .fallback = "0", .maximum = G_MAXINT,
     .summary = "use only the first so many training samples; 0: all of them"},
    {DATA(augment), .type = FALTUNG_GROUP, .fallback = "none", .group = &faltung_augment_kind,
     .summary = "how training samples are changed, differently in every epoch"},
    {NULL},
};

const FaltungKind faltung_data_kind = {
    .name = "data",
    .title = "Data",
    .summary = "which samples, and how they are prepared",
    .options = data_options,
    .options_size = sizeof(FaltungDataOptions),
};

const char *const faltung_data_sources[] = {"name", "csv",  "idx",    "hdf5",
                                            "npy",  "text", "images", NULL};

const char *faltung_data_source(const FaltungDataOptions *data) {
    for (const char *const *source = faltung_data_sources; *source; source++) {
        const FaltungOptionSpec *spec = faltung_kind_option(&faltung_data_kind, *source, NULL);
        if (!faltung_option_is_default(spec, data))
            return *source;
    }
    return NULL;
}

gboolean faltung_data_applies(const char *name, const char *source) {
    static const struct {
        const char *name;
        const char *sources[8];
    } limits[] = {
        {"size", {"images"}},
        {"input", {"hdf5"}},
        {"target", {"csv", "hdf5", "npy"}},
        {"weights", {"csv", "hdf5", "npy"}},
        {"header", {"csv"}},
        {"task", {"csv", "hdf5", "npy"}},
        {"length", {"text"}},
        {"stride", {"text"}},
        {"reconstruct", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"normalize", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"folds", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"fold", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"test", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"split_seed", {"name", "csv", "idx", "hdf5", "npy", "images"}},
        {"augment", {"name", "csv", "idx", "hdf5", "npy", "images"}},
    };
    if (g_strv_contains(faltung_data_sources, name))
        return g_strcmp0(name, source) == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        if (g_str_equal(limits[i].name, name))
            return source && g_strv_contains((const char *const *)limits[i].sources, source);
    }
    return TRUE;
}

#define TRAIN(member) .name = #member, .offset = offsetof(FaltungTrainOptions, member)

static const FaltungOptionSpec train_options[] = {
    {TRAIN(loss), .type = FALTUNG_VARIANT, .table = faltung_losses,
     .summary = "what training makes small"},
    {TRAIN(optimizer), .type = FALTUNG_VARIANT, .fallback = "sgd", .table = faltung_optimizers,
     .summary = "how the gradients change the parameters"},
    {TRAIN(schedule), .type = FALTUNG_VARIANT, .fallback = "constant", .table = faltung_schedules,
     .summary = "how the learning rate changes over the epochs"},
    {TRAIN(warmup), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = G_MAXDOUBLE,
     .summary = "epochs in which the learning rate rises to that of the schedule, step by step"},
    {TRAIN(clip), .type = FALTUNG_GROUP, .fallback = "none", .group = &faltung_clipping_kind,
     .summary = "what is done to gradients that are too large"},
    {TRAIN(l1), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = G_MAXDOUBLE,
     .summary = "what each unit of a weight's size costs, where its layer does not say"},
    {TRAIN(average), .type = FALTUNG_GROUP, .fallback = "none", .group = &faltung_averaging_kind,
     .summary = "a running mean of the weights, which is what is validated and kept"},
    {TRAIN(initialize_from), .type = FALTUNG_TEXT, .fallback = "",
     .summary = "a run file, relative to the experiment file: layers of the same name and shape "
                "begin with its weights"},
    {TRAIN(early_stopping), .type = FALTUNG_VARIANT, .fallback = "none", .table = faltung_stoppings,
     .summary = "when training ends before its last epoch"},
    {TRAIN(top), .type = FALTUNG_INTEGER, .fallback = "0", .maximum = G_MAXINT,
     .summary = "of classes: how often the right one is among so many most likely ones, after each "
                "epoch; 0: only among 1 and 5"},
    {TRAIN(acts), .type = FALTUNG_TEXT, .fallback = "", .names = FALTUNG_NAMES_IN_ACTS,
     .summary = "what is done to the network while it learns, separated by semicolons or lines: "
                "`200 learning_rate 0.01`, `300 freeze conv1`, also thaw, reinitialize, "
                "`400 noise conv1 0.1`, `500 cut conv1 3`"},
    {TRAIN(batch), .type = FALTUNG_INTEGER, .fallback = "32", .minimum = 1, .maximum = G_MAXINT,
     .summary = "samples a step"},
    {TRAIN(accumulate), .type = FALTUNG_INTEGER, .fallback = "1", .minimum = 1, .maximum = 1 << 20,
     .summary = "batches whose gradients are averaged for one step"},
    {TRAIN(epochs), .type = FALTUNG_INTEGER, .fallback = "10", .minimum = 1, .maximum = G_MAXINT,
     .summary = "passes over the training samples"},
    {TRAIN(seed), .type = FALTUNG_INTEGER, .fallback = "1", .maximum = G_MAXINT,
     .summary = "of the initial parameters, the order of the samples and dropout"},
    {TRAIN(checkpoint), .type = FALTUNG_INTEGER, .fallback = "1", .minimum = 1, .maximum = G_MAXINT,
     .summary = "epochs between two moments that the run file keeps"},
    {TRAIN(report), .type = FALTUNG_INTEGER, .fallback = "0", .maximum = G_MAXINT,
     .summary = "steps between two rows of the step table; 0: about 100 rows an epoch"},
    {NULL},
};

const FaltungKind faltung_train_kind = {
    .name = "train",
    .title = "Training",
    .summary = "the loss, the optimizer and how long",
    .options = train_options,
    .options_size = sizeof(FaltungTrainOptions),
};
