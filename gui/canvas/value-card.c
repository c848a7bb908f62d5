/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/value-card.h"

#include "core/ops/symbols.h"
#include "draw/equation.h"
#include "draw/loupe.h"
#include "gui/canvas/microscope-text.h"
#include "gui/views/unit-job.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define EQUATION_SIZE 15
#define AROUND 44 /* margins of the card, and within it */
#define ABOVE 96  /* the same, with the words */

struct _FaltungValueCard {
    GtkBox parent;
    GtkWidget *label, *picture;
    GtkWidget *more; /* in place of an equation that is too long */
    char *text;
    double width, height; /* room for the picture */
    /* one of them, or none: */
    FaltungProducts *products;
    const char *activation; /* of these; (nullable) */
    double value;
    FaltungEquation *equation;
    gboolean cut; /* there is room only for its last statements */
    /* whose equation that is, or will be */
    FaltungSnapshot *snapshot; /* (nullable) */
    int layer;
    gsize index;
    GCancellable *working; /* (nullable): it is there */
};

G_DEFINE_FINAL_TYPE(FaltungValueCard, faltung_value_card, GTK_TYPE_BOX)

/* --- the picture: on the dark card, in both styles; smaller where it would not fit --- */

static gboolean picture_size(const FaltungValueCard *self, double *width, double *height) {
    if (self->products != NULL) {
        faltung_loupe_size(self->products, self->activation, self->value, width, height);
    } else if (self->equation != NULL) {
        *width = faltung_equation_width(self->equation);
        *height =
            faltung_equation_ascent(self->equation) + faltung_equation_descent(self->equation);
    }
    return self->products != NULL || self->equation != NULL;
}

static double scale_for(const FaltungValueCard *self, double width) {
    return MIN(1, self->width / width);
}

static gboolean has_room(const FaltungValueCard *self) {
    double width, height;
    return picture_size(self, &width, &height) &&
           (self->products != NULL || height * scale_for(self, width) <= self->height);
}

static void draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    const FaltungValueCard *self = data;
    double wide, high;
    if (!picture_size(self, &wide, &high)) {
        return;
    }
    double scale = MIN(1, width / wide);
    cairo_scale(cr, scale, scale);
    const FaltungTheme *theme = faltung_theme(TRUE);
    if (self->products != NULL) {
        faltung_loupe_draw(cr, theme, self->products, self->activation, self->value);
    } else {
        faltung_equation_draw(self->equation, cr, 0, faltung_equation_ascent(self->equation),
                              theme->foreground);
    }
}

static void show_picture(FaltungValueCard *self) {
    double width, height;
    gboolean any = picture_size(self, &width, &height), fits = has_room(self);
    gtk_widget_set_visible(self->picture, fits);
    gtk_widget_set_visible(self->more, any && (!fits || (self->equation != NULL && self->cut)));
    if (fits) {
        GtkDrawingArea *area = GTK_DRAWING_AREA(self->picture);
        double scale = scale_for(self, width);
        gtk_drawing_area_set_content_width(area, (int)ceil(width * scale));
        gtk_drawing_area_set_content_height(area, (int)ceil(height * scale));
        gtk_widget_queue_draw(self->picture);
    }
}

/* --- the equation --- */

static void forget(FaltungValueCard *self) {
    g_cancellable_cancel(self->working);
    g_clear_object(&self->working);
    g_clear_pointer(&self->snapshot, faltung_snapshot_unref);
    g_clear_pointer(&self->equation, faltung_equation_free);
}

static void append_equation(FaltungValueCard *self, const char *tex) {
    g_autofree char *plain = faltung_equation_plain(tex);
    char *text = g_strdup_printf("%s\n%s", self->text, plain);
    g_free(self->text);
    self->text = text;
}

/* What follows the first statement of aligned rows; NULL: nothing. A row that goes on with a sum is
   no other statement, nor is one of a case within it. */
static const char *behind_statement(const char *rows) {
    int depth = 0;
    for (const char *at = rows; *at != '\0'; at++) {
        depth += g_str_has_prefix(at, "\\begin{") - g_str_has_prefix(at, "\\end{");
        if (depth == 0 && g_str_has_prefix(at, " \\\\ ") && !g_str_has_prefix(at + 4, "&{}")) {
            return at + 4;
        }
    }
    return NULL;
}

/* All statements of @tex, or as many of the last ones as there is room for. */
static void set_equation(FaltungValueCard *self, const char *tex) {
    static const char begin[] = "\\begin{aligned}";
    self->equation = faltung_equation_new(tex, EQUATION_SIZE, NULL);
    self->cut = FALSE;
    const char *rows = g_str_has_prefix(tex, begin) ? tex + strlen(begin) : "";
    while (!has_room(self) && (rows = behind_statement(rows)) != NULL) {
        g_autofree char *end = g_strdup_printf("%s %s", begin, rows);
        faltung_equation_free(self->equation);
        self->equation = faltung_equation_new(end, EQUATION_SIZE, NULL);
        self->cut = TRUE;
    }
}

static void on_computed(GObject *source, GAsyncResult *task, gpointer data) {
    FaltungValueCard *self = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungArithmetic) found = faltung_unit_job_finish(task, &error);
    if (error != NULL) {
        return; /* the card may be gone */
    }
    g_clear_object(&self->working);
    if (found != NULL) {
        set_equation(self, found->tex);
        append_equation(self, found->tex);
        show_picture(self);
        g_signal_emit_by_name(self, "changed");
    }
}

static void find_equation(FaltungValueCard *self, FaltungSnapshot *snapshot, int layer,
                          gsize index) {
    forget(self);
    self->snapshot = faltung_snapshot_ref(snapshot);
    self->layer = layer;
    self->index = index;
    self->working = g_cancellable_new();
    faltung_unit_job_start(snapshot, layer, index, self->working, on_computed, self);
}

/* --- the card --- */

void faltung_value_card_show(FaltungValueCard *self, const FaltungGraph *graph,
                             FaltungSnapshot *snapshot, int layer, gsize index, gboolean near,
                             double width, double height) {
    gboolean known = near && layer >= 0 && faltung_unit_job_can(snapshot);
    gboolean same = self->snapshot == snapshot && self->layer == layer && self->index == index;
    self->width = MAX(width - AROUND, 1);
    self->height = MAX(height - ABOVE, 1);
    if (known && same) {
        show_picture(self);
        return;
    }
    g_clear_pointer(&self->products, faltung_products_free);
    if (known) {
        const FaltungVariant *activation = &faltung_graph_layer(graph, layer)->activation;
        self->products = faltung_microscope_products(graph, snapshot, layer, index);
        self->activation = activation->kind != NULL ? activation->kind->name : NULL;
        self->value = snapshot->values[layer + 1][index];
    }
    g_autofree char *words = faltung_microscope_describe(graph, snapshot, layer, index, NULL);
    gtk_label_set_text(GTK_LABEL(self->label), words);
    g_free(self->text);
    self->text = faltung_microscope_describe(graph, snapshot, layer, index, self->products);
    if (known && self->products == NULL) {
        find_equation(self, snapshot, layer, index);
    } else {
        forget(self);
    }
    show_picture(self);
    gtk_widget_set_visible(GTK_WIDGET(self), TRUE);
}

void faltung_value_card_say(FaltungValueCard *self, const char *words) {
    forget(self);
    g_clear_pointer(&self->products, faltung_products_free);
    g_free(self->text);
    self->text = g_strdup(words);
    gtk_label_set_text(GTK_LABEL(self->label), words);
    show_picture(self);
    gtk_widget_set_visible(GTK_WIDGET(self), TRUE);
}

void faltung_value_card_hide(FaltungValueCard *self) {
    forget(self);
    g_clear_pointer(&self->products, faltung_products_free);
    g_free(self->text);
    self->text = g_strdup("");
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}

const char *faltung_value_card_text(FaltungValueCard *self) {
    return self->text;
}

static void faltung_value_card_dispose(GObject *object) {
    FaltungValueCard *self = FALTUNG_VALUE_CARD(object);
    forget(self);
    g_clear_pointer(&self->products, faltung_products_free);
    G_OBJECT_CLASS(faltung_value_card_parent_class)->dispose(object);
}

static void faltung_value_card_finalize(GObject *object) {
    g_free(FALTUNG_VALUE_CARD(object)->text);
    G_OBJECT_CLASS(faltung_value_card_parent_class)->finalize(object);
}

static void faltung_value_card_class_init(FaltungValueCardClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_value_card_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_value_card_finalize;
    g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
}

static void faltung_value_card_init(FaltungValueCard *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 8);
    self->text = g_strdup("");
    self->label = gtk_label_new("");
    gtk_label_set_xalign(GTK_LABEL(self->label), 0);
    self->picture = gtk_drawing_area_new();
    gtk_widget_set_halign(self->picture, GTK_ALIGN_START);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->picture), draw, self, NULL);
    self->more = gtk_label_new(_("A click writes its arithmetic out beside its equation."));
    gtk_label_set_xalign(GTK_LABEL(self->more), 0);
    gtk_box_append(GTK_BOX(self), self->label);
    gtk_box_append(GTK_BOX(self), self->more);
    gtk_box_append(GTK_BOX(self), self->picture);
    gtk_widget_set_halign(GTK_WIDGET(self), GTK_ALIGN_START);
    gtk_widget_add_css_class(GTK_WIDGET(self), "osd");
    gtk_widget_add_css_class(GTK_WIDGET(self), "microscope");
    gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
}

GtkWidget *faltung_value_card_new(void) {
    return g_object_new(FALTUNG_TYPE_VALUE_CARD, NULL);
}
