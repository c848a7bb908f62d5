/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "gui/canvas/canvas.h"
#include "gui/canvas/minimap.h"
#include "gui/canvas/search.h"
#include "gui/data/data-panel.h"
#include "gui/document/autosave.h"
#include "gui/document/document.h"
#include "gui/document/yaml-editor.h"
#include "gui/inspector/inspector.h"
#include "gui/training/run-panel.h"
#include "gui/training/viewer.h"
#include "gui/training/worker.h"
#include "gui/window/start-page.h"
#include "gui/window/tour.h"
#include "gui/window/window.h"

G_BEGIN_DECLS

typedef struct _FaltungFilming FaltungFilming; /* window-film.c */

/*
 * The window's parts: window.c builds it and keeps what is shown in step with document, viewer and
 * worker; window-files.c opens and saves; window-edit.c edits the network;
 * window-run.c trains.
 */
struct _FaltungWindow {
    AdwApplicationWindow parent;

    AdwToastOverlay *toasts;
    AdwWindowTitle *title;
    GtkWidget *back_button, *data_toggle, *open_button, *undo_button, *redo_button;
    GtkWidget *inspector_toggle, *text_toggle, *run_box;
    AdwButtonContent *train_content;
    GtkMenuButton *play_button;
    GtkRevealer *problem_revealer, *resume_revealer, *disk_revealer;
    GtkLabel *problem_label, *resume_label;
    GtkStack *pages;
    FaltungStartPage *start_page;
    GtkSpinner *loading_spinner;
    AdwFlap *data_flap;
    GtkStack *side_pages; /* the data, the layers */
    FaltungDataPanel *data_panel;
    FaltungSearch *palette;
    FaltungInspector *inspector;
    GtkPaned *paned, *side_paned, *text_paned;
    FaltungYamlEditor *text;
    FaltungCanvas *canvas;
    FaltungMinimap *minimap;
    GtkButton *zoom_button;
    GtkPopover *insert_popover; /* NULL: not asked for yet */
    GtkPopover *find_popover;   /* the same */
    char *insert_from;          /* the layer whose wire the new one ends; NULL: none's */
    FaltungPoint insert_at;     /* where it was let go, in the canvas */
    GtkPopover *canvas_menu;    /* NULL: not asked for yet */
    GtkPopover *fix_popover;    /* the same */
    GtkWidget *fix_card;        /* what it is about; NULL while it is closed */
    GCancellable *fixing;       /* what it offers is looked for; NULL */
    GMenu *recent_menu;
    GtkProgressBar *progress;
    FaltungRunPanel *run_panel;
    FaltungScene *scene; /* the panel's */
    FaltungTour *tour;

    FaltungDocument *document; /* NULL: the start page */
    FaltungViewer *viewer;
    FaltungWorker *worker;
    char *run_path;          /* of the run that is shown or written; NULL */
    FaltungHistory *history; /* what the curves show */
    FaltungProgress progress_now;
    FaltungSnapshot *snapshot; /* what is shown; NULL */
    GCancellable *opening;
    guint refresh_timer, refreshes;
    gboolean showing;                  /* what the training published, until a frame is painted */
    gint64 used;                       /* of processors by this thread, before that */
    gint64 figures_after;              /* a few times a second is as often as they can be read */
    guint rest_timer;                  /* since the view was moved or zoomed */
    void (*then)(FaltungWindow *self); /* what waits for the end of the training */
    gboolean closing, minimized, borders_placed, text_placed;
    FaltungFilming *filming; /* the film that is being made; NULL */
    GSubprocess *sweep;      /* the program that runs one; NULL */
    FaltungAutosave *autosave;
    GFileMonitor *monitor; /* of the document's file, which is watched; NULL both */
    GFile *watched;
    char *disk_text;          /* what the file says, where that is not what is shown; NULL */
    GtkWindow *import_dialog; /* weak; NULL: none is open */
    char *import_origin;      /* of the experiment that data are imported into; NULL */
    char *data_problem;       /* why there are no data */
};

/* window.c */
gboolean faltung_window_is_training(FaltungWindow *self);
void faltung_window_show_document(FaltungWindow *self, FaltungDocument *document,
                                  const char *run_path);
void faltung_window_show_start(FaltungWindow *self);
void faltung_window_problem(FaltungWindow *self, const char *text);
void faltung_window_toast(FaltungWindow *self, const char *text);
void faltung_window_update_title(FaltungWindow *self);
void faltung_window_update_actions(FaltungWindow *self);
void faltung_window_update_wanted(FaltungWindow *self);
void faltung_window_set_snapshot(FaltungWindow *self, FaltungSnapshot *snapshot);
void faltung_window_draw_curves(FaltungWindow *self);
/** From here to the end of the next frame the window works for the one who watches a training. */
void faltung_window_begin_showing(FaltungWindow *self);

void faltung_window_show_mistake(FaltungWindow *self);

/* window-files.c */
void faltung_window_install_files(FaltungWindow *self);
void faltung_window_open_template(FaltungWindow *self, const char *path);
/** Asks for what must be saved or stopped first; calls @then where the answer allows it. */
void faltung_window_leave(FaltungWindow *self, void (*then)(FaltungWindow *self));

/** Calls @then when the document is as its file; a document without one is given one first. */
void faltung_window_saved(FaltungWindow *self, void (*then)(FaltungWindow *self));

/** Goes on with what faltung_window_leave() was asked for, once the training has ended. */
void faltung_window_left_training(FaltungWindow *self);

/* window-edit.c */
void faltung_window_install_blocks(FaltungWindow *self);
void faltung_window_update_blocks(FaltungWindow *self);
void faltung_window_install_edit(FaltungWindow *self);
/** Ready to build: the palette is shown and waits for what is typed. */
void faltung_window_begin_building(FaltungWindow *self);
/** What of the network can be edited now. */
void faltung_window_update_edit(FaltungWindow *self);

/** Another text, as one step of undo. @text: (transfer full) (nullable): %NULL: @error ((transfer
 *  full)) says why there is none. */
gboolean faltung_window_take_text(FaltungWindow *self, char *text, GError *error);
/** A layer from the palette or the search, behind the selection; with @from on a wire of its own
 *  from there. It is selected then. Returns: whether there is one. */
gboolean faltung_window_add_layer(FaltungWindow *self, const char *item, const char *from);

/* window-search.c */
void faltung_window_install_search(FaltungWindow *self);
/** The search for a layer at a place of the canvas; @from: (nullable): what it will take: only what
 *  fits there is found. Without it, for anything that the window can do, too. */
void faltung_window_search(FaltungWindow *self, double x, double y, const char *from);

/* window-fixes.c */
void faltung_window_install_fixes(FaltungWindow *self);
/** What is wrong with a layer, and what would mend it, at a place of the canvas. */
void faltung_window_show_fixes(FaltungWindow *self, int layer, double x, double y);

/* window-export.c */
void faltung_window_install_export(FaltungWindow *self);

/* window-film.c */
void faltung_window_install_film(FaltungWindow *self);
gboolean faltung_window_can_film(FaltungWindow *self);
void faltung_window_cancel_film(FaltungWindow *self);
/** What the film needs to be computed, beside what is on display. */
void faltung_window_wish_film(FaltungWindow *self, FaltungWanted *wanted);

/* window-bench.c */
/** Goes through the moments, and prints how long each took until it was on the screen. */
void faltung_window_bench_moments(FaltungWindow *self);

/* window-canvas.c */
void faltung_window_install_canvas(FaltungWindow *self);

/* window-text.c */
void faltung_window_install_text(FaltungWindow *self);
gboolean faltung_window_shows_text(FaltungWindow *self);

/* window-disk.c */
void faltung_window_install_disk(FaltungWindow *self);
/** Keeps what is not saved of the document, in the file @left_over where there is one, and watches
 *  the document's file. */
void faltung_window_keep_document(FaltungWindow *self, const char *left_over);
void faltung_window_forget_disk(FaltungWindow *self);

/* window-import.c */
void faltung_window_install_import(FaltungWindow *self);
void faltung_window_install_help(FaltungWindow *self);
void faltung_window_install_tour(FaltungWindow *self);
/** Whether the file at @path seems to be data rather than an experiment or a run: looks into it. */
gboolean faltung_window_is_data(const char *path);
void faltung_window_import(FaltungWindow *self, const char *path);

/* window-memory.c */
void faltung_window_restore(FaltungWindow *self);
void faltung_window_remember(FaltungWindow *self);

/* window-sweep.c */
void faltung_window_install_sweep(FaltungWindow *self);
void faltung_window_update_sweep(FaltungWindow *self);

/* window-play.c */
void faltung_window_install_play(FaltungWindow *self);
/** Where it is open, what was done to the network, and whether more can be. */
void faltung_window_update_play(FaltungWindow *self);

/* window-run.c */
void faltung_window_install_run(FaltungWindow *self);
/** Returns: (transfer full): where runs are written to, and how their files' names begin. */
char *faltung_window_run_folder(FaltungWindow *self);
char *faltung_window_run_stem(FaltungWindow *self);
void faltung_window_on_run_read(FaltungWindow *self);
/** Reads the run file again where it has changed; the one being written as soon as it is there. */
void faltung_window_follow_run(FaltungWindow *self);

G_END_DECLS
