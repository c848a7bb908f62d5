/* SPDX-License-Identifier: Apache-2.0 */
#include "experiments/batches/batch-private.h"

#include "core/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/*
 * Who works in a folder: one whole batch, or any number of parts, each of them once. A whole batch
 * holds `.lock` alone; parts share it, and each holds a file of its own. The locks are handed on to
 * the processes that a batch starts: after the batch itself was killed they hold them until they
 * have saved and ended, and a resume waits.
 */

/* What a lock that parts share says in place of its owner. */
#define PARTS "parts"

/* Why the lock at @fd will not be free soon; NULL: its owner is gone, and those that it started
   are about to save. */
static char *find_owner(int fd) {
    char text[300] = "", host[256] = "";
    int process = 0;
    if (pread(fd, text, sizeof text - 1, 0) <= 0)
        return NULL;
    if (g_str_has_prefix(text, PARTS))
        return g_strdup("parts of it are under way");
    if (sscanf(text, "%d %255s", &process, host) < 1)
        return NULL;
    if (*host && strcmp(host, g_get_host_name()) != 0)
        return g_strdup_printf("process %d on %s", process, host);
    return kill(process, 0) == 0 ? g_strdup_printf("process %d", process) : NULL;
}

static gboolean take(const FaltungBatch *batch, int fd, int kind, GError **error) {
    while (flock(fd, kind | LOCK_NB) != 0) {
        if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
            return TRUE; /* some network file systems know no locks; better to work than to refuse
                          */
        g_autofree char *owner = find_owner(fd);
        if (owner)
            return faltung_fail(error, FALTUNG_ERROR_INPUT,
                                "another `faltung run` (%s) works in %s; wait for it, or choose "
                                "another folder with --out",
                                owner, batch->folder);
        g_usleep(50000);
    }
    return TRUE;
}

static gboolean sign(int fd, int kind) {
    char owner[300];
    int n = kind == LOCK_SH
                ? g_snprintf(owner, sizeof owner, PARTS "\n")
                : g_snprintf(owner, sizeof owner, "%d %s\n", (int)getpid(), g_get_host_name());
    return ftruncate(fd, 0) == 0 && pwrite(fd, owner, n, 0) == n;
}

/* @kind: LOCK_EX or LOCK_SH. Returns: the file, or -1. */
static int lock(const FaltungBatch *batch, const char *name, int kind, GError **error) {
    g_autofree char *path = g_build_filename(batch->folder, name, NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "%s cannot be written to: %s; choose another folder with --out", batch->folder,
                     g_strerror(errno));
        return -1;
    }
    if (!take(batch, fd, kind, error)) {
        close(fd);
        return -1;
    }
    if (!sign(fd, kind)) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s cannot be written: %s", path,
                     g_strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

gboolean faltung_batch_lock(FaltungBatch *batch, GError **error) {
    gboolean whole = batch->part.count == 1;
    batch->locks[0] = lock(batch, ".lock", whole ? LOCK_EX : LOCK_SH, error);
    if (batch->locks[0] < 0 || whole)
        return batch->locks[0] >= 0;
    g_autofree char *name =
        g_strdup_printf(".lock-%d-of-%d", batch->part.index + 1, batch->part.count);
    batch->locks[1] = lock(batch, name, LOCK_EX, error);
    return batch->locks[1] >= 0;
}

void faltung_batch_unlock(FaltungBatch *batch) {
    for (size_t i = 0; i < G_N_ELEMENTS(batch->locks); i++) {
        if (batch->locks[i] >= 0)
            close(batch->locks[i]);
        batch->locks[i] = -1;
    }
}
