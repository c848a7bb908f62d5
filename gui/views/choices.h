/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** faltung_choices_new: Returns: a flat drop-down list of names that stand for numbers. @name: what
 *  is chosen; @chosen: called with @data when a person has chosen something else. A long list can
 * be searched. */
GtkWidget *faltung_choices_new(const char *name, GCallback chosen, gpointer data);

/* The names that a list is filled with. */
typedef struct {
    GPtrArray *names; /* (element-type char *) */
    GArray *values;   /* (element-type int) */
} FaltungChoices;

void faltung_choices_init(FaltungChoices *choices);
void faltung_choices_add(FaltungChoices *choices, const char *name, int value);
/**
 * faltung_choices_fill: gives @list what @choices has, and empties that. What was chosen stays,
 * where there is something of the same name.
 * @fallback: the value that is chosen else
 */
void faltung_choices_fill(GtkWidget *list, FaltungChoices *choices, int fallback);

/** faltung_choice: Returns: the value that is chosen; of an empty list -1. */
int faltung_choice(GtkWidget *list);
/** faltung_choose: chooses @value, where it is there, without a call. */
void faltung_choose(GtkWidget *list, int value);

G_END_DECLS
