/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analysis/hooks.h"
#include "core/store/run.h"
#include "experiments/table.h"
#include "experiments/terminal.h"

#define FALTUNG_NO_LAYER (-2) /* not said; -1 is FALTUNG_INPUT */

/* What `faltung inspect` looks at. */
typedef struct {
    const FaltungRun *run;
    const FaltungExperiment *experiment;
    int layer;           /* FALTUNG_NO_LAYER: all, or the view's own choice */
    int moment;          /* of the time axis; -1: the end */
    int sample;          /* of the validation data; -1: the run's first probe */
    int samples;         /* of the validation data, at most; 0: the view's own choice */
    int threads;         /* 0: all cores */
    const char *method;  /* (nullable): of a view that knows several */
    const char *unit;    /* (nullable): a class or a number; the one the network decides for */
    int steps;           /* of integration or ascent; 0: the view's own choice */
    const char *with;    /* (nullable): the other run of a comparison; the same */
    int with_moment;     /* of that */
    int patch;           /* the side of what covers an image; 0: a quarter of it */
    gboolean randomised; /* explanations beside those of the untrained network */

    /* pictures */
    const char *folder;    /* (nullable): none */
    const char *extension; /* ".png", ".svg"; of films ".webp", or "" for a folder of pictures */
    GHashTable *films;     /* (nullable): those under way, by path: pictures go there */
    gboolean dark;
    GPtrArray *written; /* (element-type char *): their paths */

    /* what was made on the way */
    FaltungTerminal *terminal; /* for progress */
    FaltungNetwork *network;   /* (nullable): forward was computed for the sample */
    float *input;              /* (nullable): the sample as the network sees it */
    FaltungDataset *data;      /* (nullable): the validation data */
    GArray *figures;           /* (element-type FaltungInspectionFigure) */
    GPtrArray *sentences;      /* (element-type char *): what is said below the table */
    gpointer result;           /* what the view has computed */
} FaltungInspection;

/* A number that a view has to say beside its table. */
typedef struct {
    const char *name; /* nearest_of_class */
    double value;
} FaltungInspectionFigure;

void faltung_inspection_clear(FaltungInspection *inspection);

/* One of the things to look at: as a table and as pictures. */
typedef struct {
    const char *name;
    const char *summary;
    /* (nullable) What table and pictures show, computed once. Returns: (transfer full): %NULL with
       an error. */
    gpointer (*compute)(FaltungInspection *inspection, GError **error);
    GDestroyNotify free_result;
    /* Returns: (transfer full): %NULL with an error. */
    FaltungTextTable *(*tabulate)(FaltungInspection *inspection, GError **error);
    /* (nullable) only where there is no drawing at all */
    gboolean (*draw)(FaltungInspection *inspection, GError **error);
    gboolean on_request; /* not a part of "everything": it takes long, or fits some networks only */
} FaltungView;

/** faltung_views: Returns: the table, ended by %NULL. A view of a file of its own is a constant
 *  there, and a line here. */
const FaltungView *const *faltung_views(void);

extern const FaltungView faltung_view_acts;
extern const FaltungView faltung_view_code;
extern const FaltungView faltung_view_compare;
extern const FaltungView faltung_view_confusion;
extern const FaltungView faltung_view_embedding;
extern const FaltungView faltung_view_exciting;
extern const FaltungView faltung_view_filters;
extern const FaltungView faltung_view_gradcam;
extern const FaltungView faltung_view_inside;
extern const FaltungView faltung_view_integrated;
extern const FaltungView faltung_view_latent;
extern const FaltungView faltung_view_maximal;
extern const FaltungView faltung_view_network;
extern const FaltungView faltung_view_occlusion;
extern const FaltungView faltung_view_predictions;
extern const FaltungView faltung_view_reconstruction;
extern const FaltungView faltung_view_saliency;
extern const FaltungView faltung_view_text;
extern const FaltungView faltung_view_units;
extern const FaltungView faltung_view_walk;

gboolean faltung_inspection_includes(const FaltungInspection *inspection, int layer);
const FaltungLayer *faltung_inspection_layer(const FaltungInspection *inspection, int layer);
/** faltung_inspection_data: Returns: (transfer none): the validation data, loaded once. */
FaltungDataset *faltung_inspection_data(FaltungInspection *inspection, GError **error);
/** faltung_inspection_autoencoder: the same of a network that was trained to give back its input;
 *  an error of any other. */
FaltungDataset *faltung_inspection_autoencoder(FaltungInspection *inspection, GError **error);
/** faltung_inspection_has_sample: whether the validation data, loaded, has a sample @index. */
gboolean faltung_inspection_has_sample(const FaltungInspection *inspection, guint32 index,
                                       GError **error);
/** faltung_inspection_n_samples: Returns: how many of them are taken, at most @most. */
guint32 faltung_inspection_n_samples(const FaltungInspection *inspection, guint32 most);
/** faltung_inspection_network: Returns: (transfer full): with the weights of the moment, for
 *  batches. */
FaltungNetwork *faltung_inspection_network(FaltungInspection *inspection, GError **error);
/** faltung_inspection_network_for_data: the same, with the validation data loaded. */
FaltungNetwork *faltung_inspection_network_for_data(FaltungInspection *inspection, GError **error);
/** faltung_inspection_sample: Returns: (transfer full): the sample that was chosen, as the network
 *  sees it. */
float *faltung_inspection_sample(FaltungInspection *inspection, GError **error);
/** faltung_inspection_forward: computes the network's outputs for the sample, once. */
gboolean faltung_inspection_forward(FaltungInspection *inspection, GError **error);
/** faltung_inspection_output: Returns: (transfer full): the output of @layer, after that. */
float *faltung_inspection_output(const FaltungInspection *inspection, int layer);
/** faltung_inspection_hooks: Returns: hooks that show a bar and stop at Ctrl-C. */
FaltungAnalysisHooks faltung_inspection_hooks(FaltungInspection *inspection);
/** faltung_inspection_unit: Returns: the unit that --unit names, of @n_units; -1 with an error. */
int faltung_inspection_unit(FaltungInspection *inspection, int n_units, GError **error);
/** faltung_inspection_unit_name: Returns: (transfer full): the class it stands for, or its number.
 */
char *faltung_inspection_unit_name(const FaltungInspection *inspection, int layer, int unit);
/** faltung_inspection_place: Returns: (transfer full): where value @index is: `2,0,5`. */
char *faltung_inspection_place(const FaltungShape *shape, size_t index);
/** faltung_inspection_statistics: adds cells: mean, std, minimum, maximum, norm, and the part that
 *  is zero. */
void faltung_inspection_statistics(FaltungTextTable *table, const float *values, size_t n);
/** faltung_inspection_say: adds a line to what is said below the table. */
void faltung_inspection_say(FaltungInspection *inspection, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
void faltung_inspection_figure(FaltungInspection *inspection, const char *name, double value);

/** faltung_inspection_film: the view's pictures of all moments as films, in the folder. */
gboolean faltung_inspection_film(FaltungInspection *inspection, const FaltungView *view,
                                 GError **error);

/* inspect-draw.c; each writes pictures into the folder. */
gboolean faltung_draw_weights(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_maps(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_gradients(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_histograms(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_curves(FaltungInspection *inspection, GError **error);
gboolean faltung_draw_steps(FaltungInspection *inspection, GError **error);
