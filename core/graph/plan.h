/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/**
 * FaltungSpan: a buffer and when it is needed: from the moment in which it is first written to the
 * one in which it is last read, both included. Moments are any numbers that grow with time.
 */
typedef struct {
    size_t size; /* in whatever unit the caller counts; 0: there is no such buffer */
    int born, dies;
    size_t offset; /* filled in by faltung_plan() */
} FaltungSpan;

/**
 * faltung_plan: gives every span its place in one block, so that no two that live at the same
 * moment overlap, and the block is small. Largest first, each into the lowest gap that it fits
 * (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
 * arXiv:2001.03288); the same once more in the order of their births, as neither is always the
 * better. Depends on sizes and moments alone.
 *
 * Returns: the size of the block.
 */
size_t faltung_plan(FaltungSpan *spans, size_t n);

/** faltung_plan_alive: Returns: the sizes of all spans that live at @moment: no block is smaller
 *  than the largest of these. */
size_t faltung_plan_alive(const FaltungSpan *spans, size_t n, int moment);
