/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/**
 * faltung_text_load: reads a text in UTF-8, .gz or not. Its vocabulary is the characters that are
 * in it, in the order of their numbers in Unicode; each takes as many bytes in memory as the
 * vocabulary needs, and above faltung_room_limit() none.
 * @length: characters of a sample
 * @stride: from one sample to the next; 0: @length
 *
 * Errors: what is not UTF-8, by line and byte; a text that is too short.
 */
FaltungDataset *faltung_text_load(const char *path, int length, int stride, GError **error);
