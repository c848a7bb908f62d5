/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/canvas/node-view.h"

#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

#define MARGIN 6 /* pixels around a card that shadow, ring and badge reach into */

struct _FaltungNodeView {
    GtkWidget parent;
    const FaltungDiagram *diagram;
    int index;
    FaltungTheme theme;
    FaltungLevel level;
    gboolean selected, hovered;
    char *problem;
    char *description;
    GdkTexture *output, *inside; /* (nullable) each */
    GskRenderNode *card; /* as drawn last, in @drawn; its picture changes far more often than it */
    FaltungNodeState drawn;
};

G_DEFINE_FINAL_TYPE(FaltungNodeView, faltung_node_view, GTK_TYPE_WIDGET)

static const FaltungDiagramNode *node_of(FaltungNodeView *self) {
    return &self->diagram->nodes[self->index];
}

static gboolean shows(FaltungNodeView *self, GdkTexture *texture) {
    return self->diagram != NULL && texture != NULL && node_of(self)->picture.height > 0 &&
           self->level == FALTUNG_LEVEL_NORMAL;
}

gboolean faltung_node_view_picture_rect(FaltungNodeView *self, graphene_rect_t *rect) {
    if (!shows(self, self->output)) {
        return FALSE;
    }
    FaltungRect place =
        faltung_diagram_live_rect(node_of(self), gdk_texture_get_width(self->output),
                                  gdk_texture_get_height(self->output), self->inside != NULL);
    graphene_rect_init(rect, place.x, place.y, place.width, place.height);
    return TRUE;
}

gboolean faltung_node_view_inside_rect(FaltungNodeView *self, graphene_rect_t *rect) {
    if (!shows(self, self->inside)) {
        return FALSE;
    }
    FaltungRect place = faltung_diagram_live_inside(node_of(self));
    graphene_rect_init(rect, place.x, place.y, place.width, place.height);
    return TRUE;
}

static GskRenderNode *draw_card(FaltungNodeView *self, FaltungNodeState state) {
    const FaltungDiagramNode *node = node_of(self);
    graphene_rect_t bounds = GRAPHENE_RECT_INIT(-MARGIN, -MARGIN, node->rect.width + 2 * MARGIN,
                                                node->rect.height + 2 * MARGIN);
    GskRenderNode *card = gsk_cairo_node_new(&bounds);
    cairo_t *cr = gsk_cairo_node_get_draw_context(card);
    cairo_translate(cr, -node->rect.x, -node->rect.y);
    faltung_diagram_draw_node(cr, &self->theme, self->diagram, node, self->level, state);
    cairo_destroy(cr);
    return card;
}

static void faltung_node_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot) {
    FaltungNodeView *self = FALTUNG_NODE_VIEW(widget);
    if (self->diagram == NULL || node_of(self)->card != node_of(self)->layer) {
        return;
    }
    FaltungNodeState state = 0;
    state |= self->selected ? FALTUNG_NODE_SELECTED : 0;
    state |= self->hovered ? FALTUNG_NODE_HOVERED : 0;
    state |= self->problem != NULL ? FALTUNG_NODE_ERROR : 0;
    state |= gtk_widget_has_visible_focus(widget) ? FALTUNG_NODE_FOCUSED : 0;
    if (self->card == NULL || state != self->drawn) {
        g_clear_pointer(&self->card, gsk_render_node_unref);
        self->card = draw_card(self, state);
        self->drawn = state;
    }
    gtk_snapshot_append_node(snapshot, self->card);
    graphene_rect_t output, inside;
    gboolean has_output = faltung_node_view_picture_rect(self, &output);
    gboolean has_inside = faltung_node_view_inside_rect(self, &inside);
    if (!has_output && !has_inside) {
        return;
    }
    if (node_of(self)->bypassed) {
        gtk_snapshot_push_opacity(snapshot, FALTUNG_BYPASSED_ALPHA);
    }
    if (has_output) {
        gtk_snapshot_append_texture(snapshot, self->output, &output);
    }
    if (has_inside) {
        gtk_snapshot_append_texture(snapshot, self->inside, &inside);
    }
    if (node_of(self)->bypassed) {
        gtk_snapshot_pop(snapshot);
    }
}

static void faltung_node_view_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                      int *minimum, int *natural, int *minimum_baseline,
                                      int *natural_baseline) {
    *minimum = *natural = 1;
}

static void on_enter(GtkEventControllerMotion *motion, double x, double y, FaltungNodeView *self) {
    self->hovered = TRUE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_leave(GtkEventControllerMotion *motion, FaltungNodeView *self) {
    self->hovered = FALSE;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void faltung_node_view_finalize(GObject *object) {
    FaltungNodeView *self = FALTUNG_NODE_VIEW(object);
    g_free(self->problem);
    g_free(self->description);
    g_clear_object(&self->output);
    g_clear_object(&self->inside);
    g_clear_pointer(&self->card, gsk_render_node_unref);
    G_OBJECT_CLASS(faltung_node_view_parent_class)->finalize(object);
}

static void faltung_node_view_class_init(FaltungNodeViewClass *klass) {
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = faltung_node_view_finalize;
    widget_class->snapshot = faltung_node_view_snapshot;
    widget_class->measure = faltung_node_view_measure;
    gtk_widget_class_set_css_name(widget_class, "node");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_OPTION);
}

static void faltung_node_view_init(FaltungNodeView *self) {
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "enter", G_CALLBACK(on_enter), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(GTK_WIDGET(self), motion);
    g_signal_connect(self, "notify::has-focus", G_CALLBACK(gtk_widget_queue_draw), NULL);
    gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
}

GtkWidget *faltung_node_view_new(void) {
    return g_object_new(FALTUNG_TYPE_NODE_VIEW, NULL);
}

/* What a screen reader says: name, kind, details, what comes out. */
static char *describe(FaltungNodeView *self) {
    const FaltungDiagramNode *node = node_of(self);
    GString *text = g_string_new(node->title);
    const char *parts[] = {node->kind, node->details, NULL};
    for (int i = 0; parts[i] != NULL; i++) {
        if (*parts[i] != '\0' && strcmp(parts[i], node->title) != 0) {
            g_string_append_printf(text, ", %s", parts[i]);
        }
    }
    for (int i = 0; i < self->diagram->n_edges; i++) {
        if (self->diagram->edges[i].from == self->index && *self->diagram->edges[i].label != '\0') {
            g_string_append_printf(text, _(", output %s"), self->diagram->edges[i].label);
            break;
        }
    }
    if (self->problem != NULL) {
        g_string_append_printf(text, _(", problem: %s"), self->problem);
    }
    return g_string_free(text, FALSE);
}

void faltung_node_view_update(FaltungNodeView *self, const FaltungDiagram *diagram, int index,
                              const FaltungTheme *theme, FaltungLevel level, gboolean selected,
                              const char *problem) {
    GtkWidget *widget = GTK_WIDGET(self);
    g_clear_pointer(&self->card, gsk_render_node_unref);
    self->diagram = diagram;
    self->index = index;
    self->theme = *theme;
    self->level = level;
    self->selected = selected;
    g_free(self->problem);
    self->problem = g_strdup(problem);
    int copies = diagram->nodes[index].copies;
    g_autofree char *last =
        copies > 1 ? g_strdup_printf(_("One of %d copies; the picture is that of the last"), copies)
                   : NULL;
    const char *tooltip = problem != NULL ? problem : last;
    if (g_strcmp0(gtk_widget_get_tooltip_text(widget), tooltip) != 0) {
        gtk_widget_set_tooltip_text(widget, tooltip); /* which asks the display each time */
    }
    g_autofree char *description = describe(self);
    if (g_strcmp0(description, self->description) != 0) {
        faltung_set_accessible_label(widget, description);
        g_free(self->description);
        self->description = g_steal_pointer(&description);
    }
    gtk_accessible_update_state(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
    gtk_widget_queue_draw(widget);
}

void faltung_node_view_set_pictures(FaltungNodeView *self, const FaltungCardPictures *pictures) {
    g_clear_object(&self->output);
    g_clear_object(&self->inside);
    if (pictures->output != NULL) {
        self->output = faltung_picture_texture(pictures->output);
    }
    if (pictures->inside != NULL) {
        self->inside = faltung_picture_texture(pictures->inside->picture);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

int faltung_node_view_layer(FaltungNodeView *self) {
    return self->index - 1;
}

gboolean faltung_node_view_has_picture(FaltungNodeView *self) {
    return self->output != NULL;
}
