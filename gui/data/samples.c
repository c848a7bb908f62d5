/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/data/samples.h"

#include "gui/style.h"

#include <glib/gi18n.h>

struct _FaltungSample {
    GObject parent;
    guint32 index;
    char *label, *text;
    GdkTexture *texture;
};

G_DEFINE_FINAL_TYPE(FaltungSample, faltung_sample, G_TYPE_OBJECT)

static void faltung_sample_finalize(GObject *object) {
    FaltungSample *self = FALTUNG_SAMPLE(object);
    g_free(self->label);
    g_free(self->text);
    g_clear_object(&self->texture);
    G_OBJECT_CLASS(faltung_sample_parent_class)->finalize(object);
}

static void faltung_sample_class_init(FaltungSampleClass *klass) {
    G_OBJECT_CLASS(klass)->finalize = faltung_sample_finalize;
}

static void faltung_sample_init(FaltungSample *self) {
}

guint32 faltung_sample_index(FaltungSample *self) {
    return self->index;
}

const char *faltung_sample_label(FaltungSample *self) {
    return self->label;
}

GdkTexture *faltung_sample_texture(FaltungSample *self) {
    return self->texture;
}

const char *faltung_sample_text(FaltungSample *self) {
    return self->text;
}

char *faltung_sample_label_of(FaltungDataset *dataset, guint32 index) {
    if (!faltung_dataset_is_classified(dataset)) {
        return g_strdup_printf("%u", index);
    }
    int class_ = faltung_dataset_class(dataset, index);
    const char *const *names = faltung_dataset_class_names(dataset);
    return names != NULL && class_ < (int)g_strv_length((char **)names)
               ? g_strdup_printf("%u: %s", index, names[class_])
               : g_strdup_printf(_("%u: class %d"), index, class_);
}

typedef struct {
    FaltungDataset *dataset;
    GArray *indices; /* (nullable): those, else the first of the class */
    int class_, size;
    gboolean dark;
    FaltungRange range;
} Order;

static void order_free(gpointer data) {
    Order *order = data;
    faltung_dataset_unref(order->dataset);
    g_clear_pointer(&order->indices, g_array_unref);
    g_free(order);
}

/* On one line, so that ends of lines are shown as signs. */
static char *line_of(const FaltungText *text, const float *values, int n) {
    g_autofree char *spelt = faltung_text_spell(text, values, n);
    g_auto(GStrv) lines = g_strsplit(spelt, "\n", -1);
    return g_strjoinv("\342\206\265", lines);
}

static FaltungSample *make_sample(const Order *order, guint32 index, float *values) {
    const FaltungShape *shape = faltung_dataset_shape(order->dataset);
    const FaltungText *text = faltung_dataset_text(order->dataset);
    faltung_dataset_raw(order->dataset, index, values);
    FaltungSample *sample = g_object_new(FALTUNG_TYPE_SAMPLE, NULL);
    sample->index = index;
    sample->label = faltung_sample_label_of(order->dataset, index);
    if (text != NULL) {
        sample->text = line_of(text, values, faltung_shape_size(shape));
        return sample;
    }
    g_autoptr(FaltungPicture) picture = faltung_picture_of_sample(
        shape, values, order->range, order->dark, order->size, order->size);
    sample->texture = faltung_picture_texture(picture);
    return sample;
}

static void load(GTask *task, gpointer source, gpointer data, GCancellable *cancellable) {
    Order *order = data;
    FaltungDataset *dataset = order->dataset;
    order->range = faltung_picture_range(dataset);
    g_autofree float *values = g_new(float, faltung_shape_size(faltung_dataset_shape(dataset)));
    GPtrArray *samples = g_ptr_array_new_with_free_func(g_object_unref);
    guint32 n = order->indices != NULL ? order->indices->len : faltung_dataset_size(dataset);
    for (guint32 i = 0; i < n; i++) {
        if (samples->len >= FALTUNG_SAMPLES_AT_MOST || g_cancellable_is_cancelled(cancellable)) {
            break;
        }
        guint32 index = order->indices != NULL ? g_array_index(order->indices, guint32, i) : i;
        if (order->class_ < 0 || faltung_dataset_class(dataset, index) == order->class_) {
            g_ptr_array_add(samples, make_sample(order, index, values));
        }
    }
    g_task_return_pointer(task, samples, (GDestroyNotify)g_ptr_array_unref);
}

static void begin(FaltungDataset *dataset, GArray *indices, int class_, int size, gboolean dark,
                  GTask *task) {
    Order *order = g_new(Order, 1);
    *order = (Order){faltung_dataset_ref(dataset), indices, class_, size, dark, {0, 1}};
    g_task_set_task_data(task, order, order_free);
    g_task_run_in_thread(task, load);
    g_object_unref(task);
}

void faltung_samples_load(FaltungDataset *dataset, int class_, int size, gboolean dark,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data) {
    begin(dataset, NULL, class_, size, dark, g_task_new(NULL, cancellable, callback, data));
}

void faltung_samples_load_these(FaltungDataset *dataset, GArray *indices, int size, gboolean dark,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer data) {
    begin(dataset, g_array_ref(indices), -1, size, dark,
          g_task_new(NULL, cancellable, callback, data));
}

GPtrArray *faltung_samples_load_finish(GAsyncResult *result, GError **error) {
    return g_task_propagate_pointer(G_TASK(result), error);
}
