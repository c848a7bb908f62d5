/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/train/dataset.h"

/**
 * faltung_images_load: the pictures (.png, .jpg, .jpeg) of a folder: a folder in it for each class;
 * or two, train and test, with such folders; or pictures alone, which are their own targets. Other
 * files are left out. Classes and pictures are in the order of their names' bytes. Where no picture
 * has a colour they have one channel, else three.
 * @size: height and width to bring them to; 0: as they are
 * @test: (out) (nullable) (transfer full)
 *
 * Errors: what cannot be read; pictures of several sizes.
 */
gboolean faltung_images_load(const char *path, const int size[2], FaltungDataset **training,
                             FaltungDataset **test, GError **error);

/** faltung_images_are_in: whether @folder is one of pictures, or has folders in it, as of their
 *  classes. */
gboolean faltung_images_are_in(const char *folder);

/** faltung_images_list: Returns: (transfer full) (element-type char*): the paths of the pictures
 *  right in @folder, in the order of their names. */
GPtrArray *faltung_images_list(const char *folder);
