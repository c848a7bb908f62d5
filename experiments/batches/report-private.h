/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/store/run.h"
#include "experiments/batches/report.h"

typedef struct {
    char *path;
    FaltungRun *file;
    char *name;           /* the experiment's */
    GHashTable *settings; /* path to text, both owned; without the seed */
} FaltungReportRun;

typedef struct {
    char *label;
    GPtrArray *runs; /* (element-type FaltungReportRun), borrowed from the report */
} FaltungReportGroup;

/* A run that has no part in the figures, and why. */
typedef struct {
    char *path;
    char *reason;
} FaltungReportOmission;

struct FaltungReport {
    char *title;
    GPtrArray *runs;    /* (element-type FaltungReportRun) */
    GPtrArray *groups;  /* (element-type FaltungReportGroup) */
    GPtrArray *omitted; /* (element-type FaltungReportOmission) */
    char **columns;
};

/* report-groups.c */
GHashTable *faltung_report_settings(const FaltungExperiment *experiment);
/** faltung_report_group: fills in groups, with their labels, and the title. */
void faltung_report_group(FaltungReport *report);
