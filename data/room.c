/* SPDX-License-Identifier: Apache-2.0 */
#include "data/room.h"

#include "core/base/error.h"
#include "core/base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

guint64 faltung_room_limit(void) {
    const char *text = g_getenv("FALTUNG_STREAM_ABOVE");
    guint64 limit;
    if (text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT64, &limit, NULL))
        return limit;
    return (guint64)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 10;
}

GBytes *faltung_room_map(const char *path, guint64 offset, gsize size, GError **error) {
    int file = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    GBytes *bytes = file < 0 ? NULL : faltung_mapping_new(file, path, offset, size, FALSE);
    int reason = errno;
    if (file >= 0)
        close(file);
    if (!bytes)
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be read: %s", path, g_strerror(reason));
    return bytes;
}

/* Returns: a file without a name in @folder, which is gone as soon as nobody has it open. */
static int open_nameless(const char *folder) {
    g_mkdir_with_parents(folder, 0700);
#ifdef O_TMPFILE
    int file = g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
#endif
    g_autofree char *name = g_build_filename(folder, "unpacked-XXXXXX", NULL);
    int named = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
    if (named >= 0)
        g_unlink(name);
    return named;
}

static char *folder_of_rooms(void) {
    return g_build_filename(g_get_user_cache_dir(), "faltung", NULL);
}

static gboolean fail(const char *what, int reason, GError **error) {
    g_autofree char *folder = folder_of_rooms();
    return faltung_fail(
        error, FALTUNG_ERROR_WORK,
        "%s: unpacked, its values are more than is kept in memory, and there is no room "
        "for them in %s: %s; set XDG_CACHE_HOME to a folder with room, or "
        "FALTUNG_STREAM_ABOVE to more bytes",
        what, folder, g_strerror(reason));
}

static void *room_in_file(gsize size, const char *what, GBytes **block, GError **error) {
    g_autofree char *folder = folder_of_rooms();
    int file = open_nameless(folder);
    int reason = file < 0 ? errno : 0;
    /* now, for a full disk would be a fault in the middle of the writing */
    if (file >= 0)
        reason = posix_fallocate(file, 0, size);
    if (reason == 0) {
        *block = faltung_mapping_new(file, what, 0, size, TRUE);
        reason = *block ? 0 : errno;
    }
    if (file >= 0)
        close(file);
    if (reason == 0)
        return (void *)g_bytes_get_data(*block, NULL);
    fail(what, reason, error);
    return NULL;
}

void *faltung_room_new(gsize size, const char *what, GBytes **block, GError **error) {
    size = MAX(size, 1);
    if (size > faltung_room_limit())
        return room_in_file(size, what, block, error);
    void *room = g_try_malloc(size);
    if (!room) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s: its contents do not fit into memory", what);
        return NULL;
    }
    *block = g_bytes_new_take(room, size);
    return room;
}

gboolean faltung_room_append(int *file, const void *bytes, gsize size, const char *what,
                             GError **error) {
    g_autofree char *folder = folder_of_rooms();
    if (*file < 0)
        *file = open_nameless(folder);
    if (*file < 0)
        return fail(what, errno, error);
    while (size > 0) {
        gssize written = write(*file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(what, written < 0 ? errno : ENOSPC, error);
        bytes = (const char *)bytes + written;
        size -= written;
    }
    return TRUE;
}

GBytes *faltung_room_finish(int file, gsize size, const char *what, GError **error) {
    GBytes *block = size > 0 ? faltung_mapping_new(file, what, 0, size, FALSE) : NULL;
    if (size > 0 && !block)
        fail(what, errno, error);
    if (file >= 0)
        close(file);
    return block;
}
