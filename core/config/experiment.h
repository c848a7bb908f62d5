/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/graph.h"
#include "core/train/augment.h"
#include "core/train/averaging.h"
#include "core/train/clipping.h"
#include "core/train/dataset.h"

typedef enum {
    FALTUNG_HEADER_AUTO, /* a header where the first row is text and the others are not */
    FALTUNG_HEADER_YES,
    FALTUNG_HEADER_NO,
} FaltungHeader;

typedef enum {
    FALTUNG_TASK_AUTO, /* classification where the target is text or few integers */
    FALTUNG_TASK_CLASSIFICATION,
    FALTUNG_TASK_REGRESSION,
} FaltungTask;

/* `data:` of an experiment file: which samples, and how they are prepared. Exactly one source
   (faltung_data_sources) is given. */
typedef struct {
    char *name;    /* of the catalogue: fashion-mnist, mnist, digits, boston-housing, iris, wine */
    char *csv;     /* or a table: path relative to the experiment file */
    char *idx;     /* or a folder with the four IDX files, or one file of images */
    char *hdf5;    /* or an HDF5 file with an array of samples */
    char *npy;     /* or an array of NumPy's, N x shape */
    char *text;    /* or a text file, of whose characters the next one is predicted */
    char *images;  /* or a folder of pictures, with one for each class in it */
    int size[2];   /* images: height and width that they are brought to; 0: as they are */
    char *input;   /* hdf5: the array of samples; "": /input */
    char *target;  /* csv: the column to predict; "": the last; hdf5: the array; "": /target;
                      npy: the file; "": none */
    char *weights; /* csv, hdf5: column or array of what each sample counts for; "": none */
    int header;    /* csv: FaltungHeader */
    int task;      /* csv, hdf5: FaltungTask */
    int length;    /* text: characters of a sample */
    int stride;    /* text: characters from one sample to the next; 0: length */
    gboolean reconstruct; /* the samples are their own targets */
    int normalize;        /* FaltungNormalize */
    double validation;    /* part of the samples, where the data set has no test split of its own */
    int folds, fold;      /* of cross-validation; 0: none */
    double test;          /* part of the samples for a test after all training; 0: none */
    int split_seed;       /* of that split: the same for every seed of a sweep */
    int limit;            /* use the first so many training samples; 0: all */
    FaltungAugmentOptions augment; /* of the training samples */
} FaltungDataOptions;

/* `train:` of an experiment file. */
typedef struct {
    FaltungVariant loss;
    FaltungVariant optimizer;
    FaltungVariant schedule;
    double warmup; /* epochs of rising rates; 0: none */
    FaltungClipping clip;
    double l1; /* of layers that have none of their own */
    FaltungAveraging average;
    char *initialize_from; /* a run file whose weights layers begin with; "": none */
    FaltungVariant early_stopping;
    char *acts; /* see act.h */
    int top;    /* of classes: how often the right one is among so many, too; 0: no more of that */
    int batch;
    int accumulate; /* batches a step */
    int epochs;
    int seed;
    int checkpoint; /* epochs between the checkpoints that the time axis keeps; 1 */
    int report;     /* steps between rows of /metrics/step; 0: about 100 an epoch */
} FaltungTrainOptions;

extern const FaltungKind faltung_data_kind;  /* of FaltungDataOptions */
extern const FaltungKind faltung_train_kind; /* of FaltungTrainOptions */

/* The options of data that name where samples are from: name, csv, idx, hdf5, npy, text, images.
 * NULL-terminated. */
extern const char *const faltung_data_sources[];
/** faltung_data_source: Returns: (nullable) (transfer none): the source that is given, or %NULL. */
const char *faltung_data_source(const FaltungDataOptions *data);
/** faltung_data_applies: whether the option of data called @name says something where samples are
 *  from @source: `header` only of csv. */
gboolean faltung_data_applies(const char *name, const char *source);

/* A layer's `name` and `activation`, as if they were options; @options is the FaltungLayer. */
extern const FaltungOptionSpec faltung_name_option;
extern const FaltungOptionSpec faltung_activation_option;

/* A layer's key for its card's place in diagrams, which is not among what can be set on it. */
#define FALTUNG_MOVED "moved"
#define FALTUNG_MOST_MOVED 100000 /* pixels, either way */

/* How a layer learns, whatever its operation: frozen, lr_factor, weight_decay, l1, and a loss of
   its own; @options is the FaltungLayer. The last has no name. */
extern const FaltungOptionSpec faltung_layer_settings[];

/** faltung_layer_setting_applies: whether one of those says something of @layer now: what is of
 *  weights where it has some, how a loss of its own is taken where it has one; and what is given,
 *  in any case. */
gboolean faltung_layer_setting_applies(const FaltungOptionSpec *setting, const FaltungLayer *layer);

/* One axis of `sweep: grid:`: a path and the values it takes, as YAML text. */
typedef struct {
    char *path;    /* train.optimizer.sgd.lr */
    char **values; /* NULL-terminated */
} FaltungSweepAxis;

/* A named set of changes: one of `sweep: variants:`, or one point of the whole sweep. */
typedef struct {
    char *name;       /* "momentum"; of a point of a grid: "momentum, lr=0.1" */
    char **overrides; /* NULL-terminated: `path=value` as of --set */
} FaltungSweepPoint;

/*
 * sweep:
 *   grid: {train.optimizer.sgd.lr: [0.05, 0.1], network.conv1.kernel: [3, 5]}
 *   variants:
 *     plain: {}
 *     momentum: {train.optimizer.sgd.momentum: 0.9}
 *     momentum and decay: {like: momentum, train.schedule: {linear: {final_lr: 0.05}}}
 *   seeds: 5
 *
 * Every variant is run at every point of the grid, with every seed. `like` takes over the
 * changes of a variant before it.
 */
typedef struct {
    GPtrArray *grid;     /* (element-type FaltungSweepAxis), in the file's order */
    GPtrArray *variants; /* (element-type FaltungSweepPoint), in the file's order */
    int seeds;           /* runs of each point, with train.seed, train.seed + 1, ... */
} FaltungSweep;

/**
 * faltung_sweep_points:
 * @sweep: (nullable)
 *
 * Returns: (transfer full) (element-type FaltungSweepPoint): variants x grid in the file's order,
 *   the last axis fastest; without either one point without a name or changes. Seeds are the
 *   caller's: `train.seed` plus 0 ... seeds - 1.
 */
GPtrArray *faltung_sweep_points(const FaltungSweep *sweep);

/**
 * FaltungExperiment: an experiment file, read and checked.
 */
typedef struct {
    char *origin; /* the file's path, for messages and relative paths; "<text>" without one */
    char *text;   /* as written, with the overrides put in */
    char *name;
    char *description; /* "" where there is none */
    FaltungDataOptions *data;
    FaltungGraph *graph; /* inferred */
    FaltungTrainOptions *train;
    FaltungSweep *sweep; /* (nullable) */
} FaltungExperiment;

/**
 * faltung_experiment_load:
 * @overrides: (nullable) (array zero-terminated=1): `path=value` as of --set, put into the text
 *   before it is read: `train.epochs=3`, `network.conv1.kernel=3`, `data.name=mnist`
 *
 * Errors: every mistake of the file, one a line (at most 20), each
 * `file:line:column: what is wrong; what was expected; what would fix it`.
 */
FaltungExperiment *faltung_experiment_load(const char *path, const char *const *overrides,
                                           GError **error);
FaltungExperiment *faltung_experiment_parse(const char *text, const char *origin,
                                            const char *const *overrides, GError **error);
void faltung_experiment_free(FaltungExperiment *experiment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaltungExperiment, faltung_experiment_free)

/** faltung_experiment_resolve: Returns: (transfer full): the experiment as YAML with every
 *  default spelled out; reading it gives an equal experiment. */
char *faltung_experiment_resolve(const FaltungExperiment *experiment);

/** faltung_experiment_place: Returns: (transfer full): `file:line:column` of the value at @path
 *  (data.augment.rotate) in the experiment file, or of what stands nearest above it; without a
 *  place where the file has nothing of it. */
char *faltung_experiment_place(const FaltungExperiment *experiment, const char *path);

/** faltung_experiment_paths: Returns: (transfer full): every path that --set and a sweep can set
 *  in this experiment, in the order of the resolved file; NULL-terminated. */
char **faltung_experiment_paths(const FaltungExperiment *experiment);

/** faltung_graph_to_yaml: Returns: (transfer full): a mapping with `input` and `layers`, as
 *  under `network:`; faltung_graph_from_yaml() reads it. */
char *faltung_graph_to_yaml(const FaltungGraph *graph);
FaltungGraph *faltung_graph_from_yaml(const char *text, const char *origin, GError **error);

/**
 * faltung_yaml_set:
 * @path: `train.optimizer.sgd.lr`; under `network` a layer's name or `layers.INDEX`
 * @value: YAML flow text
 *
 * Replaces or adds one value, leaving every other byte of @text (comments, order, style) as it
 * is. Returns: (transfer full): the new text, which is valid YAML.
 */
char *faltung_yaml_set(const char *text, const char *path, const char *value, GError **error);
/** faltung_yaml_unset: removes one key with its value; the same promise. */
char *faltung_yaml_unset(const char *text, const char *path, GError **error);
/** faltung_yaml_insert: puts @value before item @index of the list at @path, or at its end; the
 *  same promise. */
char *faltung_yaml_insert(const char *text, const char *path, guint index, const char *value,
                          GError **error);

/*
 * Edits of the network in an experiment's text, with the promise of faltung_yaml_set(). A layer
 * that took another's output still takes that layer's, whatever it is called or where it stands
 * afterwards: an implied input becomes a written one where it must; and what named a layer
 * elsewhere in the experiment still names that one. What comes out may be a network that cannot
 * run; it is YAML all the same. All return: (transfer full) (nullable): the new text.
 */

/**
 * faltung_yaml_insert_layer:
 * @after: (nullable): the layer to stand behind; `input` or %NULL: in front of all
 * @item: a layer as it stands under `layers`: `relu`, `dense: {units: 10}`
 * @name: (out) (optional) (transfer full): what the layer is called; its own name with a number
 *   where that is taken
 *
 * Everything that took the output of @after takes that of the new layer.
 */
char *faltung_yaml_insert_layer(const char *text, const char *after, const char *item, char **name,
                                GError **error);
/** faltung_yaml_remove_layer: what took its output takes what it took (its first input). */
char *faltung_yaml_remove_layer(const char *text, const char *layer, GError **error);
/** faltung_yaml_add_input: one more input of the network, of one value, that nobody takes yet; the
 *  one that had no name gets one. @name: (out) (transfer full) (optional): what it is called. */
char *faltung_yaml_add_input(const char *text, char **name, GError **error);
/** faltung_yaml_rename_layer: @layer may be an input of the network, too. All that names it
 *  follows: inputs, ties, what training looks at or does, a sweep, the data's inputs. */
char *faltung_yaml_rename_layer(const char *text, const char *layer, const char *name,
                                GError **error);
/** faltung_yaml_duplicate_layer: a copy with a name of its own, behind the layer. */
char *faltung_yaml_duplicate_layer(const char *text, const char *layer, char **name,
                                   GError **error);
/** faltung_yaml_remove_layers: several (@names: NULL-terminated), each as above; also inputs that
 *  have names, which then nobody takes: not the last one. */
char *faltung_yaml_remove_layers(const char *text, const char *const *names, GError **error);

/* Wires: who takes whose output. */

/**
 * faltung_yaml_connect:
 * @from: a layer or `input`
 * @instead_of: (nullable): the input of @to that the wire comes in the place of
 *
 * @to takes the output of @from: as one more input where its operation joins several, else instead
 * of the one it has. It moves behind @from in the text where it stood before it. Errors: where
 * @from depends on @to: a network has no cycles.
 */
char *faltung_yaml_connect(const char *text, const char *from, const char *to,
                           const char *instead_of, GError **error);
/** faltung_yaml_disconnect: @to takes the output of @from no longer; the last wire gone, it says
 *  `inputs: []`. */
char *faltung_yaml_disconnect(const char *text, const char *from, const char *to, GError **error);
/** faltung_yaml_insert_on_wire: a new layer takes @from, and @to takes it instead of @from; others
 *  that take @from are left alone. */
char *faltung_yaml_insert_on_wire(const char *text, const char *from, const char *to,
                                  const char *item, char **name, GError **error);
/** faltung_yaml_move_layer: out of its place, which closes as with faltung_yaml_remove_layer(),
 *  onto the wire from @from to @to. */
char *faltung_yaml_move_layer(const char *text, const char *layer, const char *from, const char *to,
                              GError **error);
/** faltung_yaml_branch_layer: a new layer that takes @source ((nullable): nothing) and that nobody
 *  takes yet. */
char *faltung_yaml_branch_layer(const char *text, const char *source, const char *item, char **name,
                                GError **error);

/** faltung_yaml_copy_layers: Returns: (transfer full) (nullable): the layers called @names
 *  (NULL-terminated) as a list in YAML, for faltung_yaml_paste_layers() or an editor: in the
 *  text's order, with the wires between them. */
char *faltung_yaml_copy_layers(const char *text, const char *const *names, GError **error);
/** faltung_yaml_copy_wired: the same with all that they take, for faltung_yaml_paste_wired(). */
char *faltung_yaml_copy_wired(const char *text, const char *const *names, GError **error);
/**
 * faltung_yaml_paste_layers:
 * @after: (nullable): as of faltung_yaml_insert_layer()
 * @clip: a list of layers in YAML, or a text that has one under `network: layers:` or `layers:`
 * @names: (out) (transfer full) (optional): what they are called, NULL-terminated
 *
 * Those of them that take none of the others take @after; what took @after takes the last.
 */
char *faltung_yaml_paste_layers(const char *text, const char *after, const char *clip,
                                char ***names, GError **error);
/** faltung_yaml_paste_wired: those of faltung_yaml_copy_wired() take what they took, where it is
 *  still there, and @after where it is not; nobody takes them yet. */
char *faltung_yaml_paste_wired(const char *text, const char *after, const char *clip, char ***names,
                               GError **error);

/**
 * faltung_yaml_group_layers:
 * @names: (array zero-terminated=1): layers in one list; what stands between them moves away
 * @wish: what the block is to be called
 * @name: (out) (optional) (transfer full): what it is called: with a number where that is taken
 *
 * They become a block in the place of the first; who took the last takes the block.
 */
char *faltung_yaml_group_layers(const char *text, const char *const *names, const char *wish,
                                char **name, GError **error);
/** faltung_yaml_dissolve_block: its layers in its place; of a repeated one those of all copies. */
char *faltung_yaml_dissolve_block(const char *text, const char *name, GError **error);

/** faltung_yaml_lookup: Returns: (transfer full): the value at @path as YAML flow text; of a
 *  resolved text any setting of the experiment, defaults too. */
char *faltung_yaml_lookup(const char *text, const char *path, GError **error);

/* The bytes [start, end) of a text. */
typedef struct {
    size_t start, end;
} FaltungTextPlace;

/** faltung_yaml_layer_places: Returns: (transfer full) (element-type FaltungTextPlace): where the
 *  input and then each layer of the graph, named inputs first, stand in an experiment's text, with
 * dash and comment; empty where the text is not YAML. */
GArray *faltung_yaml_layer_places(const char *text);
