/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "data/sets/sets.h"
#include "data/text-reader.h"

enum { CHARACTERS = 1115394, LENGTH = 25 };

/* Other texts are called input.txt, too: the length tells this one. */
static gboolean load(const char *folder, FaltungDataset **training, FaltungDataset **test,
                     GError **error) {
    g_autofree char *path = g_build_filename(folder, "input.txt", NULL);
    g_autoptr(FaltungDataset) text = faltung_text_load(path, LENGTH, 0, error);
    if (!text)
        return FALSE;
    if (faltung_text_n_characters(faltung_dataset_text(text)) != CHARACTERS)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s: this is another text: tinyshakespeare has %d characters", path,
                            CHARACTERS);
    *training = g_steal_pointer(&text);
    *test = NULL;
    return TRUE;
}

static const FaltungDownload downloads[] = {
    {"input.txt", CHARACTERS, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"},
    {NULL},
};

static const char *const mirrors[] = {
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare",
    NULL,
};

const FaltungDatasetEntry faltung_set_tinyshakespeare = {
    .name = "tinyshakespeare",
    .title = "Tiny Shakespeare",
    .summary = "40,000 lines of Shakespeare's plays, of whose characters the next one is predicted",
    .source = "Karpathy, 2015, https://github.com/karpathy/char-rnn; the plays are in the public "
              "domain",
    .shape = {.rank = 1, .dims = {LENGTH}},
    .n_training = (CHARACTERS - 1) / LENGTH,
    .text = "input.txt",
    .downloads = downloads,
    .mirrors = mirrors,
    .load = load,
};
