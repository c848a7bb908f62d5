/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/*
 * RUN.h5.journal: the rows between two commits, and the claim of the one process that writes the
 * run. Private to core/store.
 *
 * A text file. The first line names the format, the attempt that writes it (a run file says which
 * attempt it is of, so rows of another one are never taken for its own) and the process. Each row
 * is a line `LENGTH CHECKSUM PAYLOAD`; reading stops at the first that is not whole, so a row
 * torn by a crash is as if it had never been written.
 *
 * The claim is a lock (flock) on this file: it ends with the process, however that ends.
 */
typedef struct FaltungJournal FaltungJournal;

/**
 * faltung_journal_claim:
 * @run: path of the run file
 *
 * Errors: another process writes the run; it is named. One on another machine, whose lock may not
 * be seen here, has the claim for as long as it has written lately.
 */
FaltungJournal *faltung_journal_claim(const char *run, GError **error);
/** faltung_journal_check: whether the claim still holds: nobody has taken the file away. */
gboolean faltung_journal_check(const FaltungJournal *journal, GError **error);
/** faltung_journal_restart: empties it; what follows are rows of @attempt. */
gboolean faltung_journal_restart(FaltungJournal *journal, const char *attempt, GError **error);
/** faltung_journal_append: @payload: one line, without its end. */
gboolean faltung_journal_append(FaltungJournal *journal, const char *payload, GError **error);
/** faltung_journal_release: ends the claim. @remove: and takes the file away. */
void faltung_journal_release(FaltungJournal *journal, gboolean remove);

/** faltung_journal_claimed: whether some process (this one too) writes the run now; of one on
 * another machine, whose claim may not be seen, whether it has written lately. */
gboolean faltung_journal_claimed(const char *run);
/**
 * faltung_journal_read:
 * @attempt: (out) (transfer full) (nullable): whose rows they are
 *
 * Returns: (transfer full): the payloads of the rows, in order; empty where there are none.
 */
char **faltung_journal_read(const char *run, char **attempt);
