/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/slide-view.h"

#include "gui/style.h"

#include <glib/gi18n.h>
#include <string.h>

#define WIDTH 300
#define HEIGHT 150
#define EVERY 500 /* milliseconds at a window */
#define INPUT 6   /* pixels of the image */
#define MOST 4    /* of kernel and padding: larger ones would leave nothing to see */

typedef struct {
    FaltungSlidePicture slide;
    int at;
    guint timer;
} View;

static void view_free(gpointer data) {
    View *view = data;
    g_clear_handle_id(&view->timer, g_source_remove);
    g_free(view);
}

static void draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data) {
    const View *view = data;
    FaltungTheme theme = faltung_theme_for(GTK_WIDGET(area));
    GtkWidget *native = GTK_WIDGET(gtk_widget_get_native(GTK_WIDGET(area)));
    if (g_str_equal(gtk_widget_get_css_name(native), "tooltip")) { /* dark on every desktop */
        theme = *faltung_theme(TRUE);
    }
    faltung_slide_draw(cr, &theme, &view->slide, view->at, (FaltungRect){0, 0, width, height});
}

static View *view_of(GtkWidget *area) {
    return g_object_get_data(G_OBJECT(area), "slide");
}

static gboolean on_tick(gpointer area) {
    View *view = view_of(area);
    view->at = (view->at + 1) % faltung_slide_positions(&view->slide);
    gtk_widget_queue_draw(area);
    return G_SOURCE_CONTINUE;
}

static void on_map(GtkWidget *area) {
    if (faltung_moves(area)) {
        view_of(area)->timer = g_timeout_add(EVERY, on_tick, area);
    }
}

static void on_unmap(GtkWidget *area) {
    g_clear_handle_id(&view_of(area)->timer, g_source_remove);
}

GtkWidget *faltung_slide_view_new(const FaltungSlidePicture *slide) {
    View *view = g_new0(View, 1);
    view->slide = *slide;
    view->at = faltung_slide_positions(slide) / 2;
    GtkWidget *area =
        g_object_new(GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, NULL);
    faltung_set_accessible_label(area, _("A window slides over an image, and each of its places "
                                         "makes a pixel of the output"));
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(area), WIDTH);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(area), HEIGHT);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, view, NULL);
    g_object_set_data_full(G_OBJECT(area), "slide", view, view_free);
    g_signal_connect(area, "map", G_CALLBACK(on_map), NULL);
    g_signal_connect(area, "unmap", G_CALLBACK(on_unmap), NULL);
    return area;
}

/* --- of what --- */

/* The first number of `3`, `[3, 5]`; @otherwise where it is a word. */
static int first_number(const char *text, int otherwise) {
    text += strcspn(text, "0123456789");
    return *text != '\0' ? (int)g_ascii_strtoll(text, NULL, 10) : otherwise;
}

/* Sets what the option says; returns whether it says anything of the picture. */
static gboolean take(FaltungSlidePicture *slide, const char *name, const char *value) {
    if (strcmp(name, "kernel") == 0) {
        slide->kernel = CLAMP(first_number(value, 3), 1, MOST);
    } else if (strcmp(name, "stride") == 0) {
        slide->stride = CLAMP(first_number(value, slide->kernel), 1, MOST);
    } else if (strcmp(name, "dilation") == 0) {
        slide->dilation = CLAMP(first_number(value, 1), 1, 2);
    } else if (strcmp(name, "padding") == 0) {
        slide->padding = CLAMP(first_number(value, g_str_equal(value, "same") ? 1 : 0), 0, 2);
    } else {
        return FALSE;
    }
    return TRUE;
}

gboolean faltung_slide_of_operation(const FaltungOperation *operation, const void *options,
                                    FaltungSlidePicture *slide) {
    if (operation->window == NULL ||
        faltung_kind_option(&operation->kind, "kernel", NULL) == NULL) {
        return FALSE;
    }
    *slide = (FaltungSlidePicture){
        .input = INPUT,
        .kernel = 3,
        .stride = 1,
        .dilation = 1,
        .takes_largest = g_str_has_prefix(operation->kind.name, "max_"),
    };
    for (const FaltungOptionSpec *spec = operation->kind.options; spec->name != NULL; spec++) {
        g_autofree char *value =
            options != NULL ? faltung_option_format(spec, options) : g_strdup(spec->fallback);
        if (value == NULL) {
            value = g_strdup(spec->example != NULL ? spec->example : "");
        }
        take(slide, spec->name, value);
    }
    return TRUE;
}

gboolean faltung_slide_of_option(const FaltungOptionSpec *spec, const char *value,
                                 FaltungSlidePicture *slide) {
    *slide = (FaltungSlidePicture){.input = INPUT, .kernel = 3, .stride = 1, .dilation = 1};
    return spec->type == FALTUNG_SIZES && take(slide, spec->name, value);
}
