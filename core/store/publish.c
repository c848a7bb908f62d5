/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/publish.h"

#include "core/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <copyfile.h>
#endif

static gboolean fail(GError **error, const char *path, const char *what) {
    int number = errno;
    return faltung_fail(error, FALTUNG_ERROR_WORK, "%s: %s: %s", path, _(what), g_strerror(number));
}

static int open_again(const char *path, int flags, mode_t mode) {
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static gboolean write_all(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        bytes += written;
        n -= written;
    }
    return TRUE;
}

static gboolean copy_plainly(int from, int to) {
    const size_t room = 1 << 20;
    g_autofree char *buffer = g_malloc(room);
    for (;;) {
        ssize_t n = read(from, buffer, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        if (!write_all(to, buffer, n))
            return FALSE;
    }
}

/* From both files' positions to the end. The kernel's own ways first, which share the blocks on
   Btrfs, XFS and APFS; where it has none, by hand from wherever it stopped. */
static gboolean copy_content(int from, int to) {
#if defined(__linux__)
    for (;;) {
        ssize_t n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0);
        if (n < 0 && errno == EINTR)
            continue;
        /* some file systems say 0 for what they cannot do: reading on settles it */
        if (n == 0 || (n < 0 && errno != ENOSPC && errno != EDQUOT && errno != EIO))
            break;
        if (n < 0)
            return FALSE;
    }
#elif defined(__APPLE__)
    if (fcopyfile(from, to, NULL, COPYFILE_DATA) == 0)
        return TRUE;
    if (errno == ENOSPC || lseek(from, 0, SEEK_SET) < 0 || lseek(to, 0, SEEK_SET) < 0)
        return FALSE;
#endif
    return copy_plainly(from, to);
}

static gboolean sync_file(int fd) {
#ifdef __APPLE__
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return TRUE;
#endif
    return fsync(fd) == 0;
}

/* The rename is certain only when the folder is on disk; what cannot sync folders goes without. */
static gboolean sync_folder(const char *path) {
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open_again(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return errno == EACCES; /* a folder one may write to but not list */
    gboolean done = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
    int number = errno;
    close(fd);
    errno = number;
    return done;
}

gboolean faltung_publish_copy(const char *from, const char *to, GError **error) {
    g_autofree char *beside = g_strconcat(to, ".tmp", NULL);
    int in = open_again(from, O_RDONLY, 0);
    if (in < 0)
        return fail(error, from, "cannot be opened");
    unlink(beside); /* left by a writer that died here */
    int out = open_again(beside, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (out < 0) {
        fail(error, beside, "cannot be made");
        close(in);
        return FALSE;
    }
    gboolean done = copy_content(in, out) && sync_file(out);
    int number = errno;
    close(in);
    if (close(out) != 0 && done) {
        number = errno;
        done = FALSE;
    }
    if (done && rename(beside, to) == 0)
        return sync_folder(to) || fail(error, to, "its folder cannot be synced");
    if (done)
        number = errno;
    unlink(beside);
    errno = number;
    return fail(error, to, "cannot be written");
}

gboolean faltung_publish_move(const char *from, const char *to, GError **error) {
    int fd = open_again(from, O_RDWR, 0);
    if (fd < 0)
        return fail(error, from, "cannot be opened");
    gboolean done = sync_file(fd);
    int number = errno;
    close(fd);
    errno = number;
    if (!done || rename(from, to) != 0)
        return fail(error, to, "cannot be written");
    return sync_folder(to) || fail(error, to, "its folder cannot be synced");
}
