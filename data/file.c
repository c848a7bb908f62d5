/* SPDX-License-Identifier: Apache-2.0 */
#include "data/file.h"

#include "core/base/error.h"
#include "data/room.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* deflate cannot shrink more than this */
#define MAX_RATIO 1032

static gboolean is_gzip(const guint8 *bytes, gsize size) {
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* The contents' length by the last four bytes: right for one member below 4 GiB, a guess else. */
static gsize guess_length(const guint8 *bytes, gsize size) {
    gsize guess = size < 18 ? 0
                            : bytes[size - 4] | bytes[size - 3] << 8 | bytes[size - 2] << 16 |
                                  (gsize)bytes[size - 1] << 24;
    return MIN(guess, size * MAX_RATIO) + 64;
}

static char *inflate_all(const char *origin, const guint8 *bytes, gsize size, gsize *length,
                         GError **error) {
    z_stream stream = {.next_in = (Bytef *)bytes};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s: no memory to inflate it", origin);
        return NULL;
    }
    gsize capacity = guess_length(bytes, size), done = 0;
    g_autofree char *out = g_try_malloc(capacity);
    gsize left = size;
    int status = Z_OK;
    while (out) {
        /* zlib counts in 32 bits */
        uInt in = MIN(left, G_MAXINT32), room = MIN(capacity - done - 1, G_MAXINT32);
        stream.avail_in = in;
        stream.next_out = (Bytef *)out + done;
        stream.avail_out = room;
        status = inflate(&stream, Z_NO_FLUSH);
        left -= in - stream.avail_in;
        done += room - stream.avail_out;
        if (status == Z_STREAM_END) {
            /* `cat a.gz b.gz` is a gzip file too */
            if (!is_gzip(stream.next_in, left))
                break;
            inflateReset(&stream);
        } else if (status != Z_OK && !(status == Z_BUF_ERROR && stream.avail_out == 0)) {
            break;
        } else if (left == 0 && stream.avail_out > 0) {
            status = Z_BUF_ERROR;
            break;
        }
        if (capacity - done < 2) {
            char *larger = g_try_realloc(out, capacity * 2);
            if (!larger)
                g_free(out);
            out = larger;
            capacity *= 2;
        }
    }
    gboolean damaged = status != Z_STREAM_END;
    g_autofree char *reason = g_strdup(stream.msg ? stream.msg : _("it ends too early"));
    inflateEnd(&stream);
    if (!out) {
        faltung_fail(error, FALTUNG_ERROR_WORK, "%s: its contents do not fit into memory", origin);
        return NULL;
    }
    if (damaged) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "%s: the gzip data are damaged at byte %zu"
                     " (%s); copy or download the file again",
                     origin, size - left, reason);
        return NULL;
    }
    out[done] = '\0';
    *length = done;
    return g_steal_pointer(&out);
}

char *faltung_file_inflate(const char *origin, const void *bytes, gsize size, gsize *length,
                           GError **error) {
    if (is_gzip(bytes, size))
        return inflate_all(origin, bytes, size, length, error);
    char *copy = g_malloc(size + 1);
    if (size > 0)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    *length = size;
    return copy;
}

char *faltung_file_read(const char *path, gsize *length, GError **error) {
    g_autoptr(GError) local = NULL;
    g_autofree char *contents = NULL;
    if (!g_file_get_contents(path, &contents, length, &local)) {
        /* the system's words without GLib's, which name the file once more */
        const char *reason = g_strrstr(local->message, ": ");
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be read: %s", path,
                     reason ? reason + 2 : local->message);
        return NULL;
    }
    if (!is_gzip((const guint8 *)contents, *length))
        return g_steal_pointer(&contents);
    return inflate_all(path, (const guint8 *)contents, *length, length, error);
}

char *faltung_file_begin(const char *path, gsize most, gsize *length, GError **error) {
    g_autofree char *bytes = g_malloc(most + 1);
    gzFile file = gzopen(path, "rb"); /* which reads others as they are */
    int n = file ? gzread(file, bytes, most) : -1;
    g_autofree char *reason = g_strdup(file ? gzerror(file, &(int){0}) : g_strerror(errno));
    if (file)
        gzclose(file);
    if (n < 0) {
        faltung_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be read: %s", path, reason);
        return NULL;
    }
    bytes[n] = '\0';
    *length = n;
    return g_steal_pointer(&bytes);
}

char *faltung_file_utf8(char *bytes, gsize *length) {
    gboolean little = bytes && *length >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0;
    gboolean big = bytes && *length >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0;
    if (!little && !big)
        return bytes;
    gsize read, written; /* a character may be cut where a beginning ends */
    char *text = g_convert(bytes + 2, (gssize)*length - 2, "UTF-8",
                           little ? "UTF-16LE" : "UTF-16BE", &read, &written, NULL);
    if (!text)
        return bytes;
    g_free(bytes);
    *length = written;
    return text;
}

/* -- large files -------------------------------------------------------------------------- */

static GBytes *fail_to_read(const char *path, const char *reason, GError **error) {
    faltung_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be read: %s", path, reason);
    return NULL;
}

/* What a file says of itself before it is read. */
typedef struct {
    guint64 size;
    gboolean gzip;
    guint32 inflated; /* bytes it has when inflated, but for multiples of 4 GiB; 0: unknown */
} Look;

static gboolean look_at(const char *path, Look *look) {
    guint8 first[2] = {0}, last[4] = {0};
    int file = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    GStatBuf status;
    gboolean good =
        file >= 0 && fstat(file, &status) == 0 && pread(file, first, sizeof first, 0) >= 0;
    if (good) {
        *look = (Look){.size = status.st_size, .gzip = is_gzip(first, 2)};
        if (look->gzip && look->size >= 18 &&
            pread(file, last, sizeof last, look->size - sizeof last) == sizeof last)
            look->inflated = last[0] | last[1] << 8 | last[2] << 16 | (guint32)last[3] << 24;
    }
    int reason = errno;
    if (file >= 0)
        close(file);
    errno = reason;
    return good;
}

/* Inflates a file piece by piece into one without a name. */
static GBytes *inflate_large(const char *path, GError **error) {
    gzFile source = gzopen(path, "rbe");
    if (!source)
        return fail_to_read(path, g_strerror(errno), error);
    enum { PIECE = 1 << 20 };
    g_autofree guint8 *piece = g_malloc(PIECE);
    gsize size = 0;
    int file = -1, n;
    gboolean good = TRUE;
    gzbuffer(source, PIECE);
    while (good && (n = gzread(source, piece, PIECE)) > 0) {
        good = faltung_room_append(&file, piece, n, path, error);
        size += n;
    }
    int status;
    const char *reason = gzerror(source, &status);
    if (good && status != Z_OK && status != Z_STREAM_END) {
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "%s: the gzip data are damaged after %zu"
                     " inflated bytes (%s); copy or download the file again",
                     path, size, reason);
        good = FALSE;
    }
    gzclose(source);
    return faltung_room_finish(file, good ? size : 0, path, error);
}

GBytes *faltung_file_contents(const char *path, GError **error) {
    Look look;
    if (!look_at(path, &look))
        return fail_to_read(path, g_strerror(errno), error);
    guint64 limit = faltung_room_limit();
    if (look.gzip && MAX(look.size, look.inflated) > limit)
        return inflate_large(path, error);
    if (look.size > limit && look.size > 0 && !look.gzip)
        return faltung_room_map(path, 0, look.size, error);
    gsize length;
    char *contents = faltung_file_read(path, &length, error);
    return contents ? g_bytes_new_take(contents, length) : NULL;
}
