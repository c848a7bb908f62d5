/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The text of an operation's reference functions: made by embed-reference.py. */
typedef struct {
    const char *file; /* dense.c */
    int line;         /* of the text's first line in that file */
    const char *text;
} FaltungReferenceSource;

/* Ends with a NULL file. */
extern const FaltungReferenceSource faltung_reference_sources[];
