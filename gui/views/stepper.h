/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * FaltungStepper: buttons that go from stop to stop, back and on, and by themselves. The signal
 * "step" (int) says where a person, or playing, wants to go; who follows says so with
 * faltung_stepper_set().
 */
#define FALTUNG_TYPE_STEPPER (faltung_stepper_get_type())
G_DECLARE_FINAL_TYPE(FaltungStepper, faltung_stepper, FALTUNG, STEPPER, GtkBox)

GtkWidget *faltung_stepper_new(void);
/** faltung_stepper_set: it is at stop @at of @n. */
void faltung_stepper_set(FaltungStepper *stepper, int at, int n);

G_END_DECLS
