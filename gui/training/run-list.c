/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/run-list.h"

#include "core/store/run.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* --- one run --- */

enum { PROPERTY_REVISION = 1, N_PROPERTIES };

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE(FaltungRunItem, faltung_run_item, G_TYPE_OBJECT)

static void faltung_run_item_finalize(GObject *object) {
    FaltungRunItem *self = FALTUNG_RUN_ITEM(object);
    g_free(self->path);
    g_free(self->name);
    g_free(self->created);
    g_free(self->status);
    g_free(self->losses);
    G_OBJECT_CLASS(faltung_run_item_parent_class)->finalize(object);
}

static void faltung_run_item_get_property(GObject *object, guint id, GValue *value,
                                          GParamSpec *spec) {
    g_value_set_uint(value, FALTUNG_RUN_ITEM(object)->revision);
}

static void faltung_run_item_class_init(FaltungRunItemClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_run_item_finalize;
    G_OBJECT_CLASS(klass)->get_property = faltung_run_item_get_property;
    properties[PROPERTY_REVISION] = g_param_spec_uint("revision", NULL, NULL, 0, G_MAXUINT, 0,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(G_OBJECT_CLASS(klass), N_PROPERTIES, properties);
}

static void faltung_run_item_init(FaltungRunItem *self) {
}

/* The best figure of a column, the largest or the smallest. */
static double best_of(const double *values, size_t n, gboolean largest) {
    double best = NAN;
    for (size_t i = 0; values != NULL && i < n; i++) {
        if (isfinite(values[i]) && (isnan(best) || (values[i] > best) == largest)) {
            best = values[i];
        }
    }
    return best;
}

static const double *column(const FaltungRun *run, const char *name, const char *instead,
                            size_t *n) {
    const double *values = faltung_run_column(run, "epoch", name, n);
    if (values == NULL || isnan(best_of(values, *n, TRUE))) {
        values = faltung_run_column(run, "epoch", instead, n);
    }
    return values;
}

static FaltungRunItem *read_run(const char *path, const char *name, const FaltungRun *run) {
    FaltungRunItem *item = g_object_new(FALTUNG_TYPE_RUN_ITEM, NULL);
    item->path = g_strdup(path);
    item->name = g_strdup(name);
    item->accuracy = item->loss = NAN;
    if (run == NULL) {
        item->created = g_strdup("");
        item->status = g_strdup("damaged");
        return item;
    }
    size_t n = 0;
    const char *created = faltung_run_attribute(run, "created");
    item->created = g_strdup(created != NULL ? created : "");
    item->status = g_strdup(faltung_run_status(run));
    const char *touched = faltung_run_attribute(run, "touched");
    item->touched = touched != NULL ? (guint)g_ascii_strtoull(touched, NULL, 10) : 0;
    const double *epochs = faltung_run_column(run, "epoch", "epoch", &n);
    item->epoch = epochs != NULL && n > 0 ? (int)epochs[n - 1] : 0;
    const double *accuracies = column(run, "val_accuracy", "train_accuracy", &n);
    item->accuracy = best_of(accuracies, n, TRUE);
    const double *losses = column(run, "val_loss", "train_loss", &n);
    item->loss = best_of(losses, n, FALSE);
    if (losses != NULL) {
        item->losses = g_memdup2(losses, n * sizeof *losses);
        item->n_losses = (int)n;
    }
    return item;
}

/* --- a folder, on another thread --- */

/* What is known of a file: its run, for what changes in it. */
typedef struct {
    char *path, *name;
    FaltungRun *run; /* NULL: cannot be read */
    gboolean fresh;  /* read in this look */
    gboolean there;
} Known;

static void known_free(gpointer data) {
    Known *known = data;
    g_free(known->path);
    g_free(known->name);
    g_clear_pointer(&known->run, faltung_run_free);
    g_free(known);
}

typedef struct {
    char *folder;
    GHashTable *known; /* by path; owned by the task while it runs */
} Look;

static void look_free(gpointer data) {
    Look *look = data;
    g_free(look->folder);
    g_hash_table_unref(look->known);
    g_free(look);
}

static void look_at(Look *look, const char *path, const char *name) {
    Known *known = g_hash_table_lookup(look->known, path);
    if (known == NULL) {
        known = g_new0(Known, 1);
        known->path = g_strdup(path);
        known->name = g_strndup(name, strlen(name) - strlen(".h5"));
        g_hash_table_insert(look->known, known->path, known);
    }
    known->there = TRUE;
    /* A run whose writer was killed says so only when it is opened again. */
    known->fresh = known->run == NULL || faltung_run_changed(known->run) ||
                   strcmp(faltung_run_status(known->run), "running") == 0;
    if (known->fresh) {
        g_clear_pointer(&known->run, faltung_run_free);
        known->run = faltung_run_open(path, NULL);
    }
}

static void look_into(Look *look, const char *folder, const char *below, GCancellable *cancel) {
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *entry;
    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL &&
           !g_cancellable_is_cancelled(cancel)) {
        g_autofree char *path = g_build_filename(folder, entry, NULL);
        g_autofree char *name = g_build_filename(below, entry, NULL);
        if (g_str_has_suffix(entry, ".h5")) {
            look_at(look, path, name);
        } else if (*below == '\0' && *entry != '.' && g_file_test(path, G_FILE_TEST_IS_DIR)) {
            look_into(look, path, entry, cancel);
        }
    }
}

static gboolean is_gone(gpointer key, gpointer value, gpointer data) {
    return !((Known *)value)->there;
}

/* Returns: (element-type FaltungRunItem): those that are new or changed. */
static void look(GTask *task, gpointer source, gpointer data, GCancellable *cancel) {
    Look *self = data;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ((Known *)value)->there = FALSE;
    }
    look_into(self, self->folder, "", cancel);
    g_hash_table_foreach_remove(self->known, is_gone, NULL);
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    g_hash_table_iter_init(&iter, self->known);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Known *known = value;
        if (known->fresh) {
            g_ptr_array_add(items, read_run(known->path, known->name, known->run));
            if (known->run != NULL) {
                faltung_run_forget_columns(known->run);
            }
        }
    }
    g_task_return_pointer(task, items, (GDestroyNotify)g_ptr_array_unref);
}

char *faltung_run_folder(const char *origin, gboolean beside) {
    g_autofree char *folder = beside ? g_path_get_dirname(origin) : NULL;
    if (folder != NULL && access(folder, W_OK) == 0) {
        return g_steal_pointer(&folder);
    }
    return g_build_filename(g_get_user_data_dir(), "faltung", "runs", NULL);
}

/* --- the list --- */

struct _FaltungRunList {
    GObject parent;
    GPtrArray *items; /* (element-type FaltungRunItem) */
    char *folder;     /* of the items */
    GHashTable *known;
    GTask *looking;  /* NULL: not now */
    gboolean looked; /* at least once into this folder */
};

static guint looked_signal;

static GType item_type(GListModel *model) {
    return FALTUNG_TYPE_RUN_ITEM;
}

static guint n_items(GListModel *model) {
    return FALTUNG_RUN_LIST(model)->items->len;
}

static gpointer get_item(GListModel *model, guint index) {
    FaltungRunList *self = FALTUNG_RUN_LIST(model);
    return index < self->items->len ? g_object_ref(self->items->pdata[index]) : NULL;
}

static void model_init(GListModelInterface *interface) {
    interface->get_item_type = item_type;
    interface->get_n_items = n_items;
    interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE(FaltungRunList, faltung_run_list, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, model_init))

/* The widgets keep the item that they show; what it says becomes what the new one says. */
static void update_item(FaltungRunItem *item, FaltungRunItem *now) {
    g_free(item->created);
    g_free(item->status);
    g_free(item->losses);
    item->created = g_steal_pointer(&now->created);
    item->status = g_steal_pointer(&now->status);
    item->losses = g_steal_pointer(&now->losses);
    item->n_losses = now->n_losses;
    item->touched = now->touched;
    item->epoch = now->epoch;
    item->accuracy = now->accuracy;
    item->loss = now->loss;
    item->revision++;
    g_object_notify_by_pspec(G_OBJECT(item), properties[PROPERTY_REVISION]);
}

static gboolean remove_gone(FaltungRunList *self) {
    guint n = self->items->len;
    for (guint i = self->items->len; i > 0; i--) {
        FaltungRunItem *item = self->items->pdata[i - 1];
        if (!g_hash_table_contains(self->known, item->path)) {
            g_ptr_array_remove_index(self->items, i - 1);
            g_list_model_items_changed(G_LIST_MODEL(self), i - 1, 1, 0);
        }
    }
    return self->items->len < n;
}

static void on_looked(GObject *source, GAsyncResult *result, gpointer data) {
    FaltungRunList *self = FALTUNG_RUN_LIST(source);
    g_autoptr(GPtrArray) fresh = g_task_propagate_pointer(G_TASK(result), NULL);
    if (G_TASK(result) != self->looking) {
        return; /* of another folder */
    }
    g_clear_object(&self->looking);
    gboolean gone = remove_gone(self);
    g_autoptr(GHashTable) items = g_hash_table_new(g_str_hash, g_str_equal);
    guint n = self->items->len;
    for (guint i = 0; i < n; i++) {
        g_hash_table_insert(items, ((FaltungRunItem *)self->items->pdata[i])->path,
                            self->items->pdata[i]);
    }
    for (guint i = 0; i < fresh->len; i++) {
        FaltungRunItem *now = fresh->pdata[i], *item = g_hash_table_lookup(items, now->path);
        if (item != NULL) {
            update_item(item, now);
        } else {
            g_ptr_array_add(self->items, g_object_ref(now));
        }
    }
    if (self->items->len > n) {
        g_list_model_items_changed(G_LIST_MODEL(self), n, 0, self->items->len - n);
    }
    gboolean first = !self->looked;
    self->looked = TRUE;
    if (first || gone || fresh->len > 0) {
        g_signal_emit(self, looked_signal, 0);
    }
}

static void forget(FaltungRunList *self) {
    self->looked = FALSE;
    guint n = self->items->len;
    g_ptr_array_set_size(self->items, 0);
    g_hash_table_unref(self->known);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_free);
    g_list_model_items_changed(G_LIST_MODEL(self), 0, n, 0);
    g_signal_emit(self, looked_signal, 0);
}

void faltung_run_list_look(FaltungRunList *self, const char *folder) {
    gboolean other = g_strcmp0(folder, self->folder) != 0;
    if (self->looking != NULL && !other) {
        return;
    }
    if (self->looking != NULL) {
        g_cancellable_cancel(g_task_get_cancellable(self->looking));
        g_clear_object(&self->looking);
    }
    if (other) {
        g_free(self->folder);
        self->folder = g_strdup(folder);
        forget(self);
    }
    Look *task_data = g_new(Look, 1);
    *task_data = (Look){g_strdup(folder), g_hash_table_ref(self->known)};
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    self->looking = g_task_new(self, cancellable, on_looked, NULL);
    g_task_set_task_data(self->looking, task_data, look_free);
    g_task_run_in_thread(self->looking, look);
}

gboolean faltung_run_list_looked(FaltungRunList *self) {
    return self->looked;
}

static void faltung_run_list_finalize(GObject *object) {
    FaltungRunList *self = FALTUNG_RUN_LIST(object);
    g_ptr_array_unref(self->items);
    g_hash_table_unref(self->known);
    g_free(self->folder);
    G_OBJECT_CLASS(faltung_run_list_parent_class)->finalize(object);
}

static void faltung_run_list_class_init(FaltungRunListClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_run_list_finalize;
    looked_signal = g_signal_new("looked", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_run_list_init(FaltungRunList *self) {
    self->items = g_ptr_array_new_with_free_func(g_object_unref);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, known_free);
}

FaltungRunList *faltung_run_list_new(void) {
    return g_object_new(FALTUNG_TYPE_RUN_LIST, NULL);
}
