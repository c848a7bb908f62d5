/* SPDX-License-Identifier: Apache-2.0 */
#include "gui/inspector/option-row.h"

#include "gui/inspector/option-title.h"
#include "gui/inspector/slide-view.h"
#include "gui/style.h"
#include "gui/window/words-button.h"

#include <glib/gi18n.h>
#include <string.h>

struct _FaltungOptionRow {
    AdwActionRow parent;
    FaltungDocument *document; /* borrowed: the page outlives its rows */
    char *path;
    const FaltungOptionSpec *spec;
    GtkWidget *editor; /* GtkSwitch, GtkDropDown or GtkEntry */
    GtkWidget *words;  /* beside an entry; NULL */
    GtkWidget *reset;
    GtkWidget *menu; /* GtkPopoverMenu; NULL: not asked for yet */
    char *shown;     /* the value as text */
    GtkWidget *tip;  /* (nullable): the tooltip with its picture */
    gboolean quiet;  /* the value comes from the document */
};

G_DEFINE_FINAL_TYPE(FaltungOptionRow, faltung_option_row, ADW_TYPE_ACTION_ROW)

/* Returns: (transfer full): what the option is, where its title does not say the same already. */
static char *summary_of(FaltungOptionRow *self) {
    g_autofree char *summary = faltung_sentence(_(self->spec->summary));
    const char *title = adw_preferences_row_get_title(ADW_PREFERENCES_ROW(self));
    return g_strdup(g_strcmp0(summary, title) == 0 ? "" : summary);
}

/* --- edits --- */

static void show_problem(FaltungOptionRow *self, const char *problem) {
    if (problem != NULL) {
        gtk_widget_add_css_class(self->editor, "error");
    } else {
        gtk_widget_remove_css_class(self->editor, "error");
    }
    g_autofree char *subtitle = problem != NULL ? faltung_sentence(problem) : summary_of(self);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), subtitle);
    gtk_accessible_update_state(
        GTK_ACCESSIBLE(self->editor), GTK_ACCESSIBLE_STATE_INVALID,
        problem != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

char *faltung_kind_to_begin_with(const FaltungKind *kind) {
    GString *given = g_string_new(NULL);
    for (const FaltungOptionSpec *spec = kind->options; spec != NULL && spec->name != NULL;
         spec++) {
        if (spec->fallback == NULL && spec->example != NULL) {
            g_string_append_printf(given, "%s%s: %s", given->len > 0 ? ", " : "", spec->name,
                                   spec->example);
        }
    }
    g_autofree char *options = g_string_free(given, FALSE);
    return *options != '\0' ? g_strdup_printf("{%s: {%s}}", kind->name, options)
                            : g_strdup(kind->name);
}

static char *kind_to_yaml(FaltungOptionRow *self, const char *name) {
    const FaltungKind *kind = faltung_table_find(self->spec->table(), name, NULL);
    return kind != NULL ? faltung_kind_to_begin_with(kind) : g_strdup(name);
}

/* @text as YAML, or the error: whether it is a value of the option at all. What it means for the
   network the document finds out. */
static char *to_yaml(FaltungOptionRow *self, const char *text, GError **error) {
    if (self->spec->type == FALTUNG_VARIANT) {
        return kind_to_yaml(self, text);
    }
    FaltungOptionSpec alone[] = {*self->spec, {0}};
    size_t size = self->spec->offset + 64; /* more than any value takes */
    FaltungKind kind = {.name = "value", .options = alone, .options_size = size};
    void *options = faltung_options_new(&kind);
    char *yaml = faltung_option_parse(self->spec, options, text, error)
                     ? faltung_option_format(self->spec, options)
                     : NULL;
    faltung_options_free(&kind, options);
    return yaml;
}

static gboolean set(FaltungOptionRow *self, const char *text, const char *yaml, GError **error) {
    return self->spec == &faltung_name_option
               ? faltung_document_rename_layer(self->document, self->shown, text, error)
               : faltung_document_set(self->document, self->path, yaml, error);
}

static void apply(FaltungOptionRow *self, const char *text) {
    if (self->quiet || g_strcmp0(text, self->shown) == 0) {
        show_problem(self, NULL);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *yaml = to_yaml(self, text, &error);
    g_object_ref(self); /* the edit may replace the page's rows */
    gboolean done = yaml != NULL && set(self, text, yaml, &error);
    show_problem(self, done ? NULL : error->message);
    g_object_unref(self);
}

static void on_entry(FaltungOptionRow *self) {
    g_autofree char *text = g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->editor)));
    apply(self, g_strstrip(text));
}

static void on_switch(FaltungOptionRow *self) {
    apply(self, gtk_switch_get_active(GTK_SWITCH(self->editor)) ? "true" : "false");
}

static void on_choice(FaltungOptionRow *self) {
    GtkStringObject *item = gtk_drop_down_get_selected_item(GTK_DROP_DOWN(self->editor));
    if (item != NULL) {
        apply(self, gtk_string_object_get_string(item));
    }
}

static void on_reset(FaltungOptionRow *self) {
    g_autoptr(GError) error = NULL;
    g_object_ref(self);
    if (!faltung_document_unset(self->document, self->path, &error)) {
        show_problem(self, error->message);
    }
    g_object_unref(self);
}

/* --- the editors --- */

static const char *const *choice_words(FaltungOptionRow *self, const char *const *suggestions,
                                       GPtrArray **owned) {
    if (self->spec->type != FALTUNG_VARIANT) {
        return suggestions != NULL ? suggestions : self->spec->choices;
    }
    GPtrArray *names = g_ptr_array_new();
    if (self->spec->nullable) {
        g_ptr_array_add(names, (gpointer) "none");
    }
    const FaltungTable *table = self->spec->table();
    for (int i = 0; table->kinds[i] != NULL; i++) {
        g_ptr_array_add(names, (gpointer)table->kinds[i]->name);
    }
    g_ptr_array_add(names, NULL);
    *owned = names;
    return (const char *const *)names->pdata;
}

static void on_setup_word(GtkSignalListItemFactory *factory, GtkListItem *item) {
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 13);
    gtk_list_item_set_child(item, label);
}

static void on_bind_word(GtkSignalListItemFactory *factory, GtkListItem *item) {
    GtkStringObject *word = gtk_list_item_get_item(item);
    gtk_label_set_text(GTK_LABEL(gtk_list_item_get_child(item)),
                       gtk_string_object_get_string(word));
}

/* A list of words; a long one is cut off in the button, not in the list. */
static GtkWidget *drop_down_new(const char *const *words) {
    GtkWidget *drop_down = gtk_drop_down_new_from_strings(words);
    g_autoptr(GtkListItemFactory) in_list =
        g_object_ref(gtk_drop_down_get_factory(GTK_DROP_DOWN(drop_down)));
    g_autoptr(GtkListItemFactory) in_button = gtk_signal_list_item_factory_new();
    g_signal_connect(in_button, "setup", G_CALLBACK(on_setup_word), NULL);
    g_signal_connect(in_button, "bind", G_CALLBACK(on_bind_word), NULL);
    gtk_drop_down_set_factory(GTK_DROP_DOWN(drop_down), in_button);
    gtk_drop_down_set_list_factory(GTK_DROP_DOWN(drop_down), in_list);
    return drop_down;
}

void faltung_option_row_suggest(FaltungOptionRow *self, const char *const *words) {
    faltung_words_button_set(self->words, words);
}

static GtkWidget *build_editor(FaltungOptionRow *self, const char *const *suggestions) {
    FaltungOptionType type = self->spec->type;
    if (type == FALTUNG_SWITCH) {
        self->editor = gtk_switch_new();
        g_signal_connect_swapped(self->editor, "notify::active", G_CALLBACK(on_switch), self);
        return self->editor;
    }
    g_autoptr(GPtrArray) owned = NULL;
    const char *const *words = choice_words(self, suggestions, &owned);
    if (type == FALTUNG_CHOICE || type == FALTUNG_VARIANT) {
        self->editor = drop_down_new(words);
        g_signal_connect_swapped(self->editor, "notify::selected", G_CALLBACK(on_choice), self);
        return self->editor;
    }
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(box, "linked");
    self->editor = gtk_entry_new();
    gtk_widget_add_css_class(self->editor, "option-entry");
    gtk_widget_add_css_class(self->editor, "numeric");
    gboolean wide = type == FALTUNG_TEXT || type == FALTUNG_DIMENSIONS;
    gtk_editable_set_width_chars(GTK_EDITABLE(self->editor), wide ? 14 : 7);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(self->editor), wide ? 14 : 9);
    if (type != FALTUNG_TEXT) {
        gtk_entry_set_alignment(GTK_ENTRY(self->editor), 1);
    }
    g_signal_connect_swapped(self->editor, "activate", G_CALLBACK(on_entry), self);
    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect_swapped(focus, "leave", G_CALLBACK(on_entry), self);
    gtk_widget_add_controller(self->editor, focus);
    gtk_box_append(GTK_BOX(box), self->editor);
    self->words = faltung_words_button_new(GTK_ENTRY(self->editor));
    gtk_box_append(GTK_BOX(box), self->words);
    faltung_option_row_suggest(self, words);
    return box;
}

/* --- the value --- */

static char *value_text(FaltungOptionRow *self, const void *options) {
    const char *value = (const char *)options + self->spec->offset;
    if (self->spec->type == FALTUNG_VARIANT) {
        const FaltungVariant *variant = (const FaltungVariant *)value;
        return g_strdup(variant->kind != NULL ? variant->kind->name : "none");
    }
    if (self->spec->type == FALTUNG_TEXT) {
        char *const *text = (char *const *)value;
        return g_strdup(*text != NULL ? *text : "");
    }
    return faltung_option_format(self->spec, options);
}

char *faltung_option_range(const FaltungOptionSpec *spec) {
    if (spec->type == FALTUNG_VARIANT || spec->type == FALTUNG_SWITCH ||
        spec->type == FALTUNG_CHOICE || spec->type == FALTUNG_TEXT) {
        return NULL;
    }
    gboolean whole = spec->type != FALTUNG_NUMBER && spec->type != FALTUNG_NUMBERS;
    gboolean any = spec->minimum == 0 && spec->maximum == 0;
    gboolean open = spec->maximum >= G_MAXINT;
    char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(low, sizeof low, "%.10g", spec->minimum);
    g_ascii_formatd(high, sizeof high, "%.10g", spec->maximum);
    if (any) {
        return g_strdup(whole ? _("A whole number") : _("A number"));
    }
    if (open) {
        return g_strdup_printf(whole ? _("A whole number from %s on") : _("A number from %s on"),
                               low);
    }
    return g_strdup_printf(whole ? _("A whole number from %s to %s") : _("A number from %s to %s"),
                           low, high);
}

/* Of a window that slides, a picture too. */
static gboolean on_query_tooltip(FaltungOptionRow *self, int x, int y, gboolean keyboard,
                                 GtkTooltip *tooltip) {
    FaltungSlidePicture slide;
    if (!faltung_slide_of_option(self->spec, self->shown, &slide)) {
        return FALSE; /* the text alone */
    }
    if (self->tip != NULL) { /* the pointer has moved: the picture goes on */
        gtk_tooltip_set_custom(tooltip, self->tip);
        return TRUE;
    }
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    self->tip = g_object_ref_sink(box);
    GtkWidget *text = gtk_label_new(gtk_widget_get_tooltip_text(GTK_WIDGET(self)));
    gtk_label_set_wrap(GTK_LABEL(text), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(text), 46);
    gtk_label_set_xalign(GTK_LABEL(text), 0);
    gtk_box_append(GTK_BOX(box), faltung_slide_view_new(&slide));
    gtk_box_append(GTK_BOX(box), text);
    gtk_tooltip_set_custom(tooltip, box);
    return TRUE;
}

/* What the pointer is told: what can be given, the default, the key in the file; of a kind that is
   chosen what it is. */
static void show_help(FaltungOptionRow *self, const void *options) {
    const FaltungOptionSpec *spec = self->spec;
    g_autofree char *summary = faltung_sentence(_(spec->summary)); /* of which a row may have cut */
    GString *help = g_string_new(summary);
    g_string_append_c(help, '\n');
    if (spec->type == FALTUNG_VARIANT) {
        const FaltungVariant *variant = (const void *)((const char *)options + spec->offset);
        if (variant->kind != NULL) {
            g_string_append_printf(help, "%s: %s\n", _(variant->kind->title),
                                   _(variant->kind->summary));
        }
    }
    g_autofree char *range = faltung_option_range(spec);
    if (range != NULL) {
        g_string_append_printf(help, "%s\n", range);
    }
    if (spec->type == FALTUNG_SIZES && faltung_option_sizes_form(spec) != NULL) {
        g_string_append_printf(help, _("One for all, or %s\n"), faltung_option_sizes_form(spec));
    }
    if (spec->fallback != NULL) {
        g_string_append_printf(help, _("Default: %s\n"),
                               *spec->fallback != '\0' ? spec->fallback : _("none"));
    }
    g_string_append_printf(help, _("In the file: %s"), spec->name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), help->str);
    g_clear_object(&self->tip);
    g_string_free(help, TRUE);
}

void faltung_option_row_show(FaltungOptionRow *self, const void *options) {
    g_free(self->shown);
    self->shown = value_text(self, options);
    self->quiet = TRUE;
    if (GTK_IS_SWITCH(self->editor)) {
        gtk_switch_set_active(GTK_SWITCH(self->editor), strcmp(self->shown, "true") == 0);
    } else if (GTK_IS_DROP_DOWN(self->editor)) {
        GListModel *model = gtk_drop_down_get_model(GTK_DROP_DOWN(self->editor));
        for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
            if (g_strcmp0(gtk_string_list_get_string(GTK_STRING_LIST(model), i), self->shown) ==
                0) {
                gtk_drop_down_set_selected(GTK_DROP_DOWN(self->editor), i);
            }
        }
    } else if (strcmp(gtk_editable_get_text(GTK_EDITABLE(self->editor)), self->shown) != 0) {
        gtk_editable_set_text(GTK_EDITABLE(self->editor), self->shown);
    }
    self->quiet = FALSE;
    show_problem(self, NULL);
    show_help(self, options);
    gboolean changed =
        self->spec->fallback != NULL && !faltung_option_is_default(self->spec, options);
    gtk_widget_set_opacity(self->reset, changed ? 1 : 0);
    gtk_widget_set_sensitive(self->reset, changed);
}

/* --- one value or several --- */

static void on_menu(FaltungOptionRow *self, int n_press, double x, double y) {
    g_autoptr(GMenu) menu = g_menu_new();
    g_autoptr(GMenuItem) item = g_menu_item_new(_("_Sweep Over This Setting"), NULL);
    g_menu_item_set_action_and_target(item, "win.sweep-over", "s", self->path);
    g_menu_append_item(menu, item);
    if (self->menu == NULL) {
        self->menu = gtk_popover_menu_new_from_model(NULL);
        gtk_widget_set_parent(self->menu, GTK_WIDGET(self));
    }
    gtk_popover_menu_set_menu_model(GTK_POPOVER_MENU(self->menu), G_MENU_MODEL(menu));
    gtk_popover_set_pointing_to(GTK_POPOVER(self->menu), &(GdkRectangle){(int)x, (int)y, 1, 1});
    gtk_popover_popup(GTK_POPOVER(self->menu));
}

static void add_menu(FaltungOptionRow *self) {
    GtkGesture *click = gtk_gesture_click_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(click), GDK_BUTTON_SECONDARY);
    g_signal_connect_swapped(click, "pressed", G_CALLBACK(on_menu), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
}

/* --- the type --- */

static void faltung_option_row_dispose(GObject *object) {
    FaltungOptionRow *self = FALTUNG_OPTION_ROW(object);
    g_clear_pointer(&self->menu, gtk_widget_unparent);
    g_clear_object(&self->tip);
    G_OBJECT_CLASS(faltung_option_row_parent_class)->dispose(object);
}

static void faltung_option_row_finalize(GObject *object) {
    FaltungOptionRow *self = FALTUNG_OPTION_ROW(object);
    g_free(self->path);
    g_free(self->shown);
    G_OBJECT_CLASS(faltung_option_row_parent_class)->finalize(object);
}

static void faltung_option_row_class_init(FaltungOptionRowClass *klass) {
    G_OBJECT_CLASS(klass)->dispose = faltung_option_row_dispose;
    G_OBJECT_CLASS(klass)->finalize = faltung_option_row_finalize;
}

static void faltung_option_row_init(FaltungOptionRow *self) {
}

GtkWidget *faltung_option_row_new(FaltungDocument *document, const char *path, const char *group,
                                  const FaltungOptionSpec *spec, const char *const *suggestions) {
    FaltungOptionRow *self = g_object_new(FALTUNG_TYPE_OPTION_ROW, NULL);
    self->document = document;
    self->path = g_strdup(path);
    self->spec = spec;
    g_autofree char *name =
        g_strjoin("_", group != NULL ? group : spec->name, group != NULL ? spec->name : NULL, NULL);
    g_autofree char *english = faltung_option_title(name);
    const char *title = _(english);
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self), title);
    g_autofree char *summary = summary_of(self);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(self), summary);
    adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(self), 4);

    GtkWidget *editor = build_editor(self, suggestions);
    gtk_widget_set_valign(editor, GTK_ALIGN_CENTER);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self), editor);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(self), self->editor);

    g_autofree char *reset =
        spec->fallback != NULL
            ? g_strdup_printf(_("Back to the default: %s"),
                              *spec->fallback != '\0' ? spec->fallback : _("none"))
            : g_strdup(_("Must be given"));
    self->reset = faltung_icon_button("edit-clear-symbolic", reset, NULL);
    gtk_widget_set_valign(self->reset, GTK_ALIGN_CENTER);
    g_signal_connect_swapped(self->reset, "clicked", G_CALLBACK(on_reset), self);
    adw_action_row_add_suffix(ADW_ACTION_ROW(self), self->reset);
    add_menu(self);
    g_signal_connect(self, "query-tooltip", G_CALLBACK(on_query_tooltip), NULL);
    return GTK_WIDGET(self);
}
