/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/break-page.h"

#include "gui/style.h"

#include <glib/gi18n.h>

/* A line that a figure may cross. */
static const struct {
    const char *title, *name;
    size_t offset; /* of the figure in FaltungBreakpoints */
    double value, most, step;
    int digits;
} lines[] = {
    {N_("Gradient above"), N_("Norm of the gradient that pauses"),
     offsetof(FaltungBreakpoints, gradient), 100, 1e9, 10, 2},
    {N_("Dead units above (%)"), N_("Percent of dead units that pause"),
     offsetof(FaltungBreakpoints, dead), 50, 99, 5, 0},
    {N_("Val. loss above"), N_("Validation loss that pauses"), offsetof(FaltungBreakpoints, loss),
     10, 1e9, 0.1, 3},
    {N_("Val. accuracy from (%)"), N_("Validation accuracy that pauses"),
     offsetof(FaltungBreakpoints, accuracy), 95, 100, 1, 1},
};

struct _FaltungBreakPage {
    GtkBox parent;
    GtkWidget *not_finite, *switches[G_N_ELEMENTS(lines)], *values[G_N_ELEMENTS(lines)];
};

G_DEFINE_FINAL_TYPE(FaltungBreakPage, faltung_break_page, GTK_TYPE_BOX)

static guint changed_signal;

FaltungBreakpoints faltung_break_page_get(FaltungBreakPage *self) {
    FaltungBreakpoints breakpoints = {
        .not_finite = gtk_switch_get_active(GTK_SWITCH(self->not_finite)),
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (gtk_switch_get_active(GTK_SWITCH(self->switches[i]))) {
            *(double *)((char *)&breakpoints + lines[i].offset) =
                gtk_spin_button_get_value(GTK_SPIN_BUTTON(self->values[i]));
        }
    }
    return breakpoints;
}

static void on_changed(FaltungBreakPage *self) {
    g_signal_emit(self, changed_signal, 0);
}

static void faltung_break_page_class_init(FaltungBreakPageClass *klass) {
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *add_row(FaltungBreakPage *self, const char *title, GtkWidget *value) {
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new(title), *toggle = gtk_switch_new();
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_set_valign(toggle, GTK_ALIGN_CENTER);
    faltung_set_accessible_label(toggle, title);
    gtk_box_append(GTK_BOX(line), label);
    if (value != NULL) {
        gtk_box_append(GTK_BOX(line), value);
        g_object_bind_property(toggle, "active", value, "sensitive", G_BINDING_SYNC_CREATE);
        g_signal_connect_swapped(value, "value-changed", G_CALLBACK(on_changed), self);
    }
    gtk_box_append(GTK_BOX(line), toggle);
    gtk_box_append(GTK_BOX(self), line);
    g_signal_connect_swapped(toggle, "notify::active", G_CALLBACK(on_changed), self);
    return toggle;
}

static void faltung_break_page_init(FaltungBreakPage *self) {
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    gtk_box_set_spacing(GTK_BOX(self), 6);
    GtkWidget *says = gtk_label_new(
        _("The training pauses by itself when a line is crossed, and the layer in which it began "
          "is selected. Dead units and validation figures are looked at after each epoch."));
    gtk_label_set_wrap(GTK_LABEL(says), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(says), 40);
    gtk_label_set_xalign(GTK_LABEL(says), 0);
    gtk_widget_add_css_class(says, "dim-label");
    gtk_box_append(GTK_BOX(self), says);
    self->not_finite = add_row(self, _("Loss not finite"), NULL);
    gtk_switch_set_active(GTK_SWITCH(self->not_finite), TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        self->values[i] = gtk_spin_button_new_with_range(0, lines[i].most, lines[i].step);
        gtk_spin_button_set_digits(GTK_SPIN_BUTTON(self->values[i]), lines[i].digits);
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->values[i]), lines[i].value);
        gtk_editable_set_width_chars(GTK_EDITABLE(self->values[i]), 7);
        gtk_editable_set_max_width_chars(GTK_EDITABLE(self->values[i]), 7);
        faltung_set_accessible_label(self->values[i], _(lines[i].name));
        self->switches[i] = add_row(self, _(lines[i].title), self->values[i]);
    }
}

GtkWidget *faltung_break_page_new(void) {
    return g_object_new(FALTUNG_TYPE_BREAK_PAGE, NULL);
}
