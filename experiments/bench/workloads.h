/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A network and training whose speed is measured, on made-up data that lie in memory. */
typedef struct {
    const char *name;
    int samples;               /* in the data set */
    char *(*experiment)(void); /* Returns: (transfer full): the experiment file */
    gboolean reconstructs;     /* the targets are the inputs, not classes */
} FaltungWorkload;

/** faltung_workloads: Returns: the list, which ends with a NULL name. */
const FaltungWorkload *faltung_workloads(void);
