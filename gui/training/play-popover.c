/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/training/play-popover.h"

#include "gui/style.h"
#include "gui/training/break-page.h"

#include <glib/gi18n.h>
#include <math.h>

/* The scale's ends, as powers of ten. */
#define SMALLEST -6.0
#define LARGEST 1.0
#define REST_MILLISECONDS 250

struct _FaltungPlayPopover {
    GtkPopover parent;
    GtkWidget *controls, *layer_box;
    GtkRange *scale;
    GtkEditable *entry;
    GtkDropDown *layers;
    GtkWidget *freeze, *noise, *unit, *cut_box, *done, *keep;
    FaltungGraph *graph; /* (nullable) */
    GArray *indices;     /* (element-type int): of the layers in the list */
    GArray *acts;        /* (element-type FaltungAct) */
    char *shown;         /* in the entry, where nobody has typed something else */
    double rate;         /* of the last step */
    guint rest;          /* of the scale, a source; 0: it rests */
    gboolean opening;    /* it has just been opened */
    gboolean showing;    /* not somebody's doing */
};

G_DEFINE_FINAL_TYPE(FaltungPlayPopover, faltung_play_popover, GTK_TYPE_POPOVER)

enum { SIGNAL_ACT, SIGNAL_BREAKPOINTS, SIGNAL_KEEP, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- acts --- */

static void act(FaltungPlayPopover *self, FaltungActKind kind, int layer, double number) {
    FaltungAct now = {.kind = kind, .layer = layer, .number = number, .by_hand = TRUE};
    g_signal_emit(self, signals[SIGNAL_ACT], 0, &now);
}

/* Returns: the layer's index; -1 where there is none. */
static int chosen(FaltungPlayPopover *self) {
    guint item = gtk_drop_down_get_selected(self->layers);
    return item < self->indices->len ? g_array_index(self->indices, int, item) : -1;
}

static void show_rate(FaltungPlayPopover *self, double rate, const char *format) {
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    gtk_editable_set_text(self->entry, g_ascii_formatd(text, sizeof text, format, rate));
    g_free(self->shown);
    self->shown = g_strdup(text);
}

/* The scale has come to rest: what it went through on the way is nothing for the log. */
static gboolean on_rest(gpointer data) {
    FaltungPlayPopover *self = data;
    self->rest = 0;
    act(self, FALTUNG_ACT_LEARNING_RATE, -1,
        g_ascii_strtod(gtk_editable_get_text(self->entry), NULL));
    return G_SOURCE_REMOVE;
}

static void on_scale(FaltungPlayPopover *self) {
    if (!self->showing) {
        g_clear_handle_id(&self->rest, g_source_remove);
        show_rate(self, pow(10, gtk_range_get_value(self->scale)), "%.2g");
        self->rest = g_timeout_add(REST_MILLISECONDS, on_rest, self);
    }
}

static void on_entry(FaltungPlayPopover *self) {
    const char *text = gtk_editable_get_text(self->entry);
    char *end;
    double rate = g_ascii_strtod(text, &end);
    gboolean good = end != text && *end == '\0' && rate >= 0 && isfinite(rate);
    if (good) {
        gtk_widget_remove_css_class(GTK_WIDGET(self->entry), "error");
        g_free(self->shown);
        self->shown = g_strdup(text);
        act(self, FALTUNG_ACT_LEARNING_RATE, -1, rate);
    } else {
        gtk_widget_add_css_class(GTK_WIDGET(self->entry), "error");
    }
}

static void on_schedule(FaltungPlayPopover *self) {
    act(self, FALTUNG_ACT_LEARNING_RATE, -1, NAN);
}

static void on_freeze(FaltungPlayPopover *self) {
    if (!self->showing) {
        gboolean freeze = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->freeze));
        act(self, freeze ? FALTUNG_ACT_FREEZE : FALTUNG_ACT_THAW, chosen(self), 0);
    }
}

static void on_reinitialize(FaltungPlayPopover *self) {
    act(self, FALTUNG_ACT_REINITIALIZE, chosen(self), 0);
}

static void on_noise(FaltungPlayPopover *self) {
    act(self, FALTUNG_ACT_NOISE, chosen(self),
        gtk_spin_button_get_value(GTK_SPIN_BUTTON(self->noise)));
}

static void on_cut(FaltungPlayPopover *self) {
    act(self, FALTUNG_ACT_CUT, chosen(self),
        gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->unit)));
}

static void on_breakpoints(FaltungPlayPopover *self, FaltungBreakPage *page) {
    FaltungBreakpoints breakpoints = faltung_break_page_get(page);
    g_signal_emit(self, signals[SIGNAL_BREAKPOINTS], 0, &breakpoints);
}

static void on_keep(FaltungPlayPopover *self) {
    gtk_popover_popdown(GTK_POPOVER(self));
    g_signal_emit(self, signals[SIGNAL_KEEP], 0);
}

/* --- what is shown --- */

static gboolean is_frozen(FaltungPlayPopover *self, int layer) {
    gboolean frozen = FALSE;
    for (guint i = 0; i < self->acts->len; i++) {
        const FaltungAct *done = &g_array_index(self->acts, FaltungAct, i);
        if (done->layer == layer &&
            (done->kind == FALTUNG_ACT_FREEZE || done->kind == FALTUNG_ACT_THAW)) {
            frozen = done->kind == FALTUNG_ACT_FREEZE;
        }
    }
    return frozen;
}

static void show_layer(FaltungPlayPopover *self) {
    int layer = chosen(self);
    const FaltungLayer *is = layer >= 0 ? faltung_graph_layer(self->graph, layer) : NULL;
    int units = is != NULL ? faltung_act_n_units(is) : 0;
    self->showing = TRUE;
    gtk_widget_set_sensitive(self->layer_box, is != NULL);
    gtk_widget_set_sensitive(self->freeze, is != NULL && !is->frozen);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->freeze),
                                 is != NULL && (is->frozen || is_frozen(self, layer)));
    gtk_widget_set_sensitive(self->cut_box, units > 0);
    gtk_spin_button_set_range(GTK_SPIN_BUTTON(self->unit), 0, MAX(units - 1, 0));
    self->showing = FALSE;
}

static gboolean can_be_acted_on(const FaltungGraph *graph, int layer) {
    FaltungAct act = {.kind = FALTUNG_ACT_REINITIALIZE, .layer = layer};
    return faltung_act_check(&act, graph, NULL);
}

void faltung_play_popover_set_graph(FaltungPlayPopover *self, const FaltungGraph *graph,
                                    int layer) {
    GtkStringList *names = gtk_string_list_new(NULL);
    guint selected = 0;
    g_clear_pointer(&self->graph, faltung_graph_free);
    self->graph = graph != NULL ? faltung_graph_copy(graph) : NULL;
    g_array_set_size(self->indices, 0);
    for (int i = 0; graph != NULL && i < (int)graph->layers->len; i++) {
        if (can_be_acted_on(graph, i)) {
            selected = i == layer ? self->indices->len : selected;
            g_array_append_val(self->indices, i);
            gtk_string_list_append(names, faltung_graph_layer(graph, i)->name);
        }
    }
    gtk_drop_down_set_model(self->layers, G_LIST_MODEL(names));
    g_object_unref(names);
    gtk_drop_down_set_selected(self->layers, selected);
    show_layer(self);
    self->opening = TRUE;
}

void faltung_play_popover_show(FaltungPlayPopover *self, double rate, const GArray *acts,
                               gboolean training) {
    guint by_hand = 0;
    g_array_set_size(self->acts, 0);
    g_array_append_vals(self->acts, acts->data, acts->len);
    for (guint i = 0; i < acts->len; i++) {
        by_hand += g_array_index(acts, FaltungAct, i).by_hand;
    }
    self->showing = TRUE;
    if (!training) {
        gtk_root_set_focus(gtk_widget_get_root(GTK_WIDGET(self)), NULL); /* not left behind */
    }
    gtk_widget_set_sensitive(self->controls, training);
    if (!isnan(rate) && rate != self->rate && self->rest == 0) {
        self->rate = rate;
        gtk_range_set_value(self->scale, rate > 0 ? log10(rate) : SMALLEST);
        if (g_str_equal(gtk_editable_get_text(self->entry), self->shown)) {
            show_rate(self, rate, "%.4g");
        }
    }
    self->showing = FALSE;
    g_autofree char *done =
        by_hand == 0
            ? g_strdup(training
                           ? _("Each act is written into the run file, which then says that "
                               "somebody touched the run.")
                           : _("This is done to a network while it learns: press Train first."))
            : g_strdup_printf(ngettext("%u act by hand so far; the log has it.",
                                       "%u acts by hand so far; the log has them.", by_hand),
                              by_hand);
    gtk_label_set_text(GTK_LABEL(self->done), done);
    gtk_widget_set_visible(self->keep, by_hand > 0 && !training);
    show_layer(self);
    if (self->opening) {
        gtk_widget_grab_focus(training ? GTK_WIDGET(self->entry) : self->keep);
        self->opening = FALSE;
    }
}

/* --- the widget --- */

static GtkWidget *row(GtkWidget *box, const char *title) {
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new(title);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_width_chars(GTK_LABEL(label), 12);
    gtk_box_append(GTK_BOX(line), label);
    gtk_box_append(GTK_BOX(box), line);
    return line;
}

static GtkWidget *add_button(FaltungPlayPopover *self, GtkWidget *line, const char *title,
                             const char *tooltip, GCallback callback) {
    GtkWidget *button = gtk_button_new_with_label(title);
    gtk_widget_set_tooltip_text(button, tooltip);
    g_signal_connect_swapped(button, "clicked", callback, self);
    gtk_box_append(GTK_BOX(line), button);
    return button;
}

static void build_rate(FaltungPlayPopover *self, GtkWidget *box) {
    GtkWidget *line = row(box, _("Learning rate"));
    self->entry = GTK_EDITABLE(gtk_entry_new());
    gtk_editable_set_width_chars(self->entry, 9);
    gtk_widget_set_hexpand(GTK_WIDGET(self->entry), TRUE);
    faltung_set_accessible_label(GTK_WIDGET(self->entry), _("Learning rate"));
    g_signal_connect_swapped(self->entry, "activate", G_CALLBACK(on_entry), self);
    gtk_box_append(GTK_BOX(line), GTK_WIDGET(self->entry));
    add_button(self, line, _("By Schedule"), _("What the schedule says again"),
               G_CALLBACK(on_schedule));
    GtkWidget *scale = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, SMALLEST, LARGEST, 0.1);
    self->scale = GTK_RANGE(scale);
    gtk_scale_set_draw_value(GTK_SCALE(scale), FALSE);
    for (int power = (int)SMALLEST; power <= (int)LARGEST; power++) {
        gtk_scale_add_mark(GTK_SCALE(scale), power, GTK_POS_BOTTOM, NULL);
    }
    faltung_set_accessible_label(scale, _("Logarithm of the learning rate"));
    g_signal_connect_swapped(scale, "value-changed", G_CALLBACK(on_scale), self);
    gtk_box_append(GTK_BOX(box), scale);
}

static GtkWidget *spin(GtkWidget *line, double most, double step, double value, int digits,
                       const char *name) {
    GtkWidget *button = gtk_spin_button_new_with_range(0, most, step);
    gtk_spin_button_set_digits(GTK_SPIN_BUTTON(button), digits);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(button), value);
    gtk_widget_set_hexpand(button, TRUE);
    faltung_set_accessible_label(button, name);
    gtk_box_append(GTK_BOX(line), button);
    return button;
}

static void build_layer(FaltungPlayPopover *self, GtkWidget *box) {
    GtkWidget *line = row(box, _("Layer"));
    self->layers = GTK_DROP_DOWN(gtk_drop_down_new(NULL, NULL));
    gtk_widget_set_hexpand(GTK_WIDGET(self->layers), TRUE);
    faltung_set_accessible_label(GTK_WIDGET(self->layers), _("Layer"));
    g_signal_connect_swapped(self->layers, "notify::selected", G_CALLBACK(show_layer), self);
    gtk_box_append(GTK_BOX(line), GTK_WIDGET(self->layers));

    self->layer_box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_append(GTK_BOX(box), self->layer_box);
    line = row(self->layer_box, _("Weights"));
    self->freeze = gtk_toggle_button_new_with_label(_("Freeze"));
    gtk_widget_set_hexpand(self->freeze, TRUE);
    gtk_widget_set_tooltip_text(self->freeze, _("They stay as they are"));
    g_signal_connect_swapped(self->freeze, "toggled", G_CALLBACK(on_freeze), self);
    gtk_box_append(GTK_BOX(line), self->freeze);
    add_button(self, line, _("Draw Anew"), _("As before training, but others"),
               G_CALLBACK(on_reinitialize));

    line = row(self->layer_box, _("Noise"));
    self->noise = spin(line, 10, 0.05, 0.1, 2, _("Noise in parts of the weights' size"));
    gtk_widget_set_tooltip_text(self->noise, _("Its standard deviation, as a part of the root mean "
                                               "square of the weights"));
    add_button(self, line, _("Inject"), _("Add it to the layer's weights"), G_CALLBACK(on_noise));

    self->cut_box = row(self->layer_box, _("Unit"));
    self->unit = spin(self->cut_box, 1, 1, 0, 0, _("Unit"));
    add_button(self, self->cut_box, _("Cut"),
               _("Its weights and its bias are zero until the layer is drawn anew"),
               G_CALLBACK(on_cut));
}

/* The acts, and behind them the page of when it pauses by itself. */
static GtkWidget *with_breakpoints(FaltungPlayPopover *self, GtkWidget *acts) {
    GtkWidget *stack = gtk_stack_new(), *breaks = faltung_break_page_new();
    gtk_stack_add_titled(GTK_STACK(stack), acts, "acts", _("Do"));
    gtk_stack_add_titled(GTK_STACK(stack), breaks, "breaks", _("Pause When"));
    g_signal_connect_swapped(breaks, "changed", G_CALLBACK(on_breakpoints), self);
    GtkWidget *switcher = gtk_stack_switcher_new();
    gtk_stack_switcher_set_stack(GTK_STACK_SWITCHER(switcher), GTK_STACK(stack));
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    gtk_box_append(GTK_BOX(box), switcher);
    gtk_box_append(GTK_BOX(box), stack);
    return box;
}

static void faltung_play_popover_dispose(GObject *object) {
    g_clear_handle_id(&FALTUNG_PLAY_POPOVER(object)->rest, g_source_remove);
    G_OBJECT_CLASS(faltung_play_popover_parent_class)->dispose(object);
}

static void faltung_play_popover_finalize(GObject *object) {
    FaltungPlayPopover *self = FALTUNG_PLAY_POPOVER(object);
    g_free(self->shown);
    g_clear_pointer(&self->graph, faltung_graph_free);
    g_array_unref(self->indices);
    g_array_unref(self->acts);
    G_OBJECT_CLASS(faltung_play_popover_parent_class)->finalize(object);
}

static void faltung_play_popover_class_init(FaltungPlayPopoverClass *klass) {
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = faltung_play_popover_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_play_popover_finalize;
    signals[SIGNAL_ACT] = g_signal_new("act", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_POINTER);
    signals[SIGNAL_BREAKPOINTS] = g_signal_new("breakpoints", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
    signals[SIGNAL_KEEP] =
        g_signal_new("keep", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void faltung_play_popover_init(FaltungPlayPopover *self) {
    self->indices = g_array_new(FALSE, FALSE, sizeof(int));
    self->acts = g_array_new(FALSE, FALSE, sizeof(FaltungAct));
    self->shown = g_strdup("");
    self->rate = NAN;
    self->showing = TRUE;
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    self->controls = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    build_rate(self, self->controls);
    gtk_box_append(GTK_BOX(self->controls), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL));
    build_layer(self, self->controls);
    gtk_box_append(GTK_BOX(box), self->controls);
    self->done = gtk_label_new("");
    gtk_label_set_wrap(GTK_LABEL(self->done), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(self->done), 40);
    gtk_label_set_xalign(GTK_LABEL(self->done), 0);
    gtk_widget_add_css_class(self->done, "dim-label");
    gtk_box_append(GTK_BOX(box), self->done);
    self->keep = add_button(self, box, _("Write into the Experiment"),
                            _("So that its file gives this run again"), G_CALLBACK(on_keep));
    gtk_popover_set_child(GTK_POPOVER(self), with_breakpoints(self, box));
    self->showing = FALSE;
}

GtkWidget *faltung_play_popover_new(void) {
    return g_object_new(FALTUNG_TYPE_PLAY_POPOVER, NULL);
}
