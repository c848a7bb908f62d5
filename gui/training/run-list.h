/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One run of a folder, as its file says it now. */
#define FALTUNG_TYPE_RUN_ITEM (faltung_run_item_get_type())
G_DECLARE_FINAL_TYPE(FaltungRunItem, faltung_run_item, FALTUNG, RUN_ITEM, GObject)

struct _FaltungRunItem {
    GObject parent; /* read only; notify::revision after the rest changed */
    char *path;
    char *name;            /* below the folder, without .h5 */
    char *created;         /* when it began, as it sorts; "": not known */
    char *status;          /* running, finished, failed, interrupted; damaged */
    guint touched;         /* acts by hand */
    int epoch;             /* the last whole one */
    double accuracy, loss; /* the best of the validation, else of the training; NaN: none */
    double *losses;        /* n_losses: one an epoch */
    int n_losses;
    guint revision;
};

/** faltung_run_folder:
 * @origin: of a document
 * @beside: whether runs go where that is; else to the person's own runs
 *
 * Returns: (transfer full): the folder that its runs are written to. */
char *faltung_run_folder(const char *origin, gboolean beside);

/**
 * FaltungRunList: the runs in a folder and in the folders in it, a GListModel of FaltungRunItem.
 * Files are read on another thread, and again only when they have changed.
 *
 * Signals: "looked": after something was read, or has gone, and after the first look at a folder.
 */
#define FALTUNG_TYPE_RUN_LIST (faltung_run_list_get_type())
G_DECLARE_FINAL_TYPE(FaltungRunList, faltung_run_list, FALTUNG, RUN_LIST, GObject)

FaltungRunList *faltung_run_list_new(void);
/** faltung_run_list_look: reads what is new in @folder; what is of another folder goes. */
void faltung_run_list_look(FaltungRunList *list, const char *folder);
/** faltung_run_list_looked: Returns: whether the folder was looked at: where the list is empty
 * then, there are no runs. */
gboolean faltung_run_list_looked(FaltungRunList *list);

G_END_DECLS
