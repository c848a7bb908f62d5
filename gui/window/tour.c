/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/window/tour.h"

#include <glib/gi18n.h>

#define CALM 20 /* frames */
#define TEXT_WIDTH 34
#define LARGE 200 /* pixels: a place of which the bubble points at a part */

struct _FaltungTour {
    GObject parent;
    GtkWidget *places[FALTUNG_TOUR_STEPS]; /* weak */
    GtkWidget *bubble;                     /* (nullable): the popover that is shown */
    GtkWidget *next;                       /* the bubble's button */
    FaltungTourStep step;
    gboolean wants_focus;
    int width, calm; /* of its place; frames in which that has been so */
};

G_DEFINE_FINAL_TYPE(FaltungTour, faltung_tour, G_TYPE_OBJECT)

static const struct {
    const char *title, *text;
    GtkPositionType side;
} steps[] = {
    [FALTUNG_TOUR_CHOOSE] = {N_("Choose an example"),
                             N_("Each card is a network with its data. This one learns within "
                                "seconds."),
                             GTK_POS_BOTTOM},
    [FALTUNG_TOUR_TRAIN] = {N_("Press Train"),
                            N_("The network learns, and the curves below say how well."),
                            GTK_POS_BOTTOM},
    [FALTUNG_TOUR_LOOK] = {N_("Look at a layer"),
                           N_("Every card shows what its layer makes of the chosen sample. A click "
                              "on one opens its settings, its mathematics, its code and its "
                              "numbers."),
                           GTK_POS_BOTTOM},
    [FALTUNG_TOUR_DRAG] = {N_("Drag the time slider"),
                           N_("It takes all that is shown back to any moment of the training."),
                           GTK_POS_TOP},
};

static char *seen_path(void) {
    return g_build_filename(g_get_user_state_dir(), "faltung", "tour", NULL);
}

gboolean faltung_tour_is_new(void) {
    g_autofree char *path = seen_path(), *folder = g_path_get_dirname(path);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        return FALSE;
    }
    g_mkdir_with_parents(folder, 0700);
    return g_file_set_contents(path, "seen\n", -1, NULL); /* else it would come each time */
}

static void hide(FaltungTour *self) {
    if (self->bubble != NULL) {
        GtkWidget *bubble = self->bubble;
        g_clear_weak_pointer(&self->bubble);
        gtk_widget_unparent(bubble);
    }
}

static void on_skip(FaltungTour *self) {
    faltung_tour_go(self, FALTUNG_TOUR_STEPS);
}

/* Who goes through it by keys goes on with the same key. */
static void on_next(FaltungTour *self) {
    faltung_tour_go(self, self->step + 1);
    faltung_tour_focus(self);
}

static GtkWidget *label_new(const char *text, const char *css) {
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), TEXT_WIDTH);
    if (css != NULL) {
        gtk_widget_add_css_class(label, css);
    }
    return label;
}

static GtkWidget *add_button(FaltungTour *self, GtkWidget *row, const char *label,
                             GCallback callback, const char *css) {
    GtkWidget *button = gtk_button_new_with_label(label);
    gtk_widget_add_css_class(button, css);
    g_signal_connect_object(button, "clicked", callback, self, G_CONNECT_SWAPPED);
    gtk_box_append(GTK_BOX(row), button);
    return button;
}

static GtkWidget *content_new(FaltungTour *self) {
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    gtk_box_append(GTK_BOX(box), label_new(_(steps[self->step].title), "heading"));
    GtkWidget *text = label_new(_(steps[self->step].text), NULL);
    gtk_label_set_width_chars(GTK_LABEL(text),
                              TEXT_WIDTH); /* else it can be wrapped anew, too high */
    gtk_box_append(GTK_BOX(box), text);
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    g_autofree char *count =
        g_strdup_printf(_("%d of %d"), self->step + 1, (int)FALTUNG_TOUR_STEPS);
    GtkWidget *place = label_new(count, "dim-label");
    gtk_widget_set_hexpand(place, TRUE);
    gtk_box_append(GTK_BOX(row), place);
    gboolean last = self->step + 1 == FALTUNG_TOUR_STEPS;
    if (!last) {
        add_button(self, row, _("Skip the Tour"), G_CALLBACK(on_skip), "flat");
    }
    self->next = add_button(self, row, last ? _("Done") : _("Next"), G_CALLBACK(on_next),
                            "suggested-action");
    gtk_box_append(GTK_BOX(box), row);
    return box;
}

static void show(FaltungTour *self, GtkWidget *place) {
    GtkWidget *bubble = gtk_popover_new();
    g_set_weak_pointer(&self->bubble, bubble);
    gtk_popover_set_autohide(GTK_POPOVER(bubble), FALSE); /* one goes on beside it */
    gtk_popover_set_position(GTK_POPOVER(bubble), steps[self->step].side);
    gtk_popover_set_child(GTK_POPOVER(bubble), content_new(self));
    gtk_accessible_update_property(GTK_ACCESSIBLE(bubble), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _(steps[self->step].title), -1);
    gtk_widget_set_parent(bubble, place);
    if (gtk_widget_get_height(place) > LARGE) { /* the middle of the cards, below the diagram */
        GdkRectangle at = {gtk_widget_get_width(place) / 2, gtk_widget_get_height(place) * 3 / 5, 1,
                           1};
        gtk_popover_set_pointing_to(GTK_POPOVER(bubble), &at);
    }
    gtk_popover_popup(GTK_POPOVER(bubble));
    if (self->wants_focus) {
        faltung_tour_focus(self);
    }
}

/* Once the place of the step is in sight, and keeps its size: a bubble would not follow it. */
static gboolean show_soon(GtkWidget *place, GdkFrameClock *clock, gpointer data) {
    FaltungTour *self = data;
    if (self->bubble != NULL || self->step == FALTUNG_TOUR_STEPS ||
        self->places[self->step] != place) {
        return G_SOURCE_REMOVE;
    }
    int width = gtk_widget_get_width(place);
    self->calm = width == self->width ? self->calm + 1 : 0;
    self->width = width;
    if (width == 0 || self->calm < CALM) {
        return G_SOURCE_CONTINUE;
    }
    show(self, place);
    return G_SOURCE_REMOVE;
}

static void on_map(FaltungTour *self, GtkWidget *place) {
    if (self->step < FALTUNG_TOUR_STEPS && self->places[self->step] == place) {
        gtk_widget_add_tick_callback(place, show_soon, g_object_ref(self), g_object_unref);
    }
}

void faltung_tour_go(FaltungTour *self, FaltungTourStep step) {
    hide(self);
    self->wants_focus = FALSE;
    self->step = step;
    GtkWidget *place = step < FALTUNG_TOUR_STEPS ? self->places[step] : NULL;
    if (place != NULL && gtk_widget_get_mapped(place)) {
        on_map(self, place); /* else it comes when its place does */
    }
}

void faltung_tour_done(FaltungTour *self, FaltungTourStep step) {
    if (self->step == step) {
        faltung_tour_go(self, step + 1);
    }
}

FaltungTourStep faltung_tour_step(FaltungTour *self) {
    return self->step;
}

gboolean faltung_tour_is_shown(FaltungTour *self) {
    return self->bubble != NULL;
}

void faltung_tour_focus(FaltungTour *self) {
    self->wants_focus = TRUE;
    if (self->bubble != NULL) {
        gtk_widget_grab_focus(self->next);
    }
}

static void on_unmap(FaltungTour *self, GtkWidget *place) {
    if (self->bubble != NULL && gtk_widget_get_parent(self->bubble) == place) {
        hide(self);
    }
}

void faltung_tour_set_place(FaltungTour *self, FaltungTourStep step, GtkWidget *widget) {
    g_set_weak_pointer(&self->places[step], widget);
    g_signal_connect_object(widget, "map", G_CALLBACK(on_map), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(widget, "unmap", G_CALLBACK(on_unmap), self, G_CONNECT_SWAPPED);
    if (gtk_widget_get_mapped(widget)) {
        on_map(self, widget);
    }
}

static void faltung_tour_dispose(GObject *object) {
    FaltungTour *self = FALTUNG_TOUR(object);
    hide(self);
    for (int i = 0; i < FALTUNG_TOUR_STEPS; i++) {
        g_clear_weak_pointer(&self->places[i]);
    }
    G_OBJECT_CLASS(faltung_tour_parent_class)->dispose(object);
}

static void faltung_tour_class_init(FaltungTourClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_tour_dispose;
}

static void faltung_tour_init(FaltungTour *self) {
    self->step = FALTUNG_TOUR_STEPS;
}

FaltungTour *faltung_tour_new(void) {
    return g_object_new(FALTUNG_TYPE_TOUR, NULL);
}
