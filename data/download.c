/* SPDX-License-Identifier: Apache-2.0 */
#include "data/download.h"

#include "core/base/error.h"
#include "data/file.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

/* Tries at one mirror; each takes up what the one before it brought. */
#define MAX_TRIES 3
/* What a packed file may be larger than its contents. */
#define PACKING_OVERHEAD (1 << 20)
/* A server that sends nothing for so many seconds is given up. */
#define PATIENCE 30L

#define FAIL(...) faltung_fail(error, FALTUNG_ERROR_WORK, __VA_ARGS__)

/* One file on its way. */
typedef struct {
    const FaltungDownload *file;
    const FaltungDownloadHooks *hooks;
    char *partial; /* path of what has come so far */
    FILE *out;
    curl_off_t offset; /* where this try went on */
    gboolean stopped;  /* by the hooks */
    gboolean too_long;
    int write_error; /* errno */
} Transfer;

static void transfer_clear(Transfer *transfer) {
    g_free(transfer->partial);
    if (transfer->out)
        fclose(transfer->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Transfer, transfer_clear)

static size_t on_data(char *bytes, size_t size, size_t n, void *data) {
    Transfer *transfer = data;
    guint64 position = ftello(transfer->out);
    if (position + size * n > transfer->file->size + PACKING_OVERHEAD) {
        transfer->too_long = TRUE;
        return 0;
    }
    size_t written = fwrite(bytes, size, n, transfer->out);
    if (written < n)
        transfer->write_error = errno;
    return written * size;
}

static int on_progress(void *data, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now) {
    Transfer *transfer = data;
    if (transfer->hooks->progress &&
        !transfer->hooks->progress(transfer->file->file, transfer->offset + now,
                                   total > 0 ? transfer->offset + total : 0, transfer->hooks->data))
        transfer->stopped = TRUE;
    return transfer->stopped;
}

/* How a try ended. */
typedef enum {
    COMPLETE,  /* the server says so */
    CUT,       /* what came is kept; another try goes on there */
    NOT_THERE, /* the mirror does not have it, or cannot be reached */
    BROKEN,    /* stopped, or a mistake of this machine's: no other mirror helps */
} Outcome;

/* Whether the transfer was cut where another try can take it up. */
static gboolean is_cut(CURLcode code) {
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
           code == CURLE_OPERATION_TIMEDOUT || code == CURLE_HTTP2_STREAM || code == CURLE_HTTP2;
}

static void set_options(CURL *curl, Transfer *transfer, const char *url, char *message) {
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "faltung/" FALTUNG_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, PATIENCE);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, PATIENCE);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, transfer->offset);
}

/* Fetches @url behind what the partial file has already. */
static Outcome fetch(Transfer *transfer, const char *url, GError **error) {
    transfer->out = g_fopen(transfer->partial, "ab");
    if (!transfer->out || fseeko(transfer->out, 0, SEEK_END) != 0) {
        FAIL("%s: cannot be written: %s", transfer->partial, g_strerror(errno));
        return BROKEN;
    }
    transfer->offset = ftello(transfer->out);
    transfer->too_long = FALSE;
    CURL *curl = curl_easy_init();
    if (!curl) {
        FAIL("libcurl cannot be started");
        return BROKEN;
    }
    char message[CURL_ERROR_SIZE] = "";
    set_options(curl, transfer, url, message);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    FILE *out = g_steal_pointer(&transfer->out);
    if (fclose(out) != 0 && !transfer->write_error)
        transfer->write_error = errno;

    GStatBuf info;
    if (g_stat(transfer->partial, &info) == 0 && info.st_size == 0)
        g_unlink(transfer->partial);
    if (transfer->stopped) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the download was interrupted");
        return BROKEN;
    }
    if (transfer->write_error) {
        FAIL("%s: cannot be written: %s", transfer->partial, g_strerror(transfer->write_error));
        return BROKEN;
    }
    if (code == CURLE_OK)
        return COMPLETE;
    /* a server that cannot go on in the middle, or has no more than is here: from the start */
    gboolean afresh = code == CURLE_RANGE_ERROR || status == 416;
    if (afresh || transfer->too_long)
        g_unlink(transfer->partial);
    FAIL("%s: %s", url,
         transfer->too_long ? _("much longer than expected")
         : *message         ? message
                            : curl_easy_strerror(code));
    return afresh || is_cut(code) ? CUT : NOT_THERE;
}

/* Whether the contents of the file at @path have the size and the sum that they must have. */
static gboolean verify(const FaltungDownload *file, const char *path, GError **error) {
    gsize length;
    g_autofree char *contents = faltung_file_read(path, &length, error);
    if (!contents)
        return FALSE;
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)contents, length);
    if (g_str_equal(sum, file->sha256))
        return TRUE;
    FAIL("%s: wrong contents: SHA-256 %.12s... over %zu"
         " bytes; expected %.12s... over %" PRIu64,
         file->file, sum, length, file->sha256, file->size);
    return FALSE;
}

/* Moves what has come to @path where it is right. What is wrong is removed. */
static gboolean take_in(Transfer *transfer, const char *path, GError **error) {
    if (!verify(transfer->file, transfer->partial, error)) {
        g_unlink(transfer->partial);
        return FALSE;
    }
    if (g_rename(transfer->partial, path) == 0)
        return TRUE;
    FAIL("%s: cannot be renamed to %s: %s", transfer->partial, path, g_strerror(errno));
    return FALSE;
}

/* Brings a file from one mirror. */
static Outcome try_mirror(Transfer *transfer, const char *url, const char *path, GError **error) {
    for (int i = 1;; i++) {
        g_autoptr(GError) local = NULL;
        Outcome outcome = fetch(transfer, url, &local);
        gboolean again = outcome == CUT;
        if (outcome == COMPLETE) {
            if (take_in(transfer, path, &local))
                return COMPLETE;
            outcome = NOT_THERE;
            /* the beginning may have been another mirror's, packed differently */
            again = transfer->offset > 0;
            g_prefix_error(&local, "%s: ", url);
        }
        if (!again || i == MAX_TRIES) {
            g_propagate_error(error, g_steal_pointer(&local));
            return outcome == CUT ? NOT_THERE : outcome;
        }
        if (transfer->hooks->remark)
            transfer->hooks->remark(local->message, transfer->hooks->data);
    }
}

static gboolean bring(const FaltungDatasetEntry *entry, const FaltungDownload *file,
                      const char *folder, const char *const *mirrors,
                      const FaltungDownloadHooks *hooks, GError **error) {
    g_autofree char *path = g_build_filename(folder, file->file, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        if (verify(file, path, NULL))
            return TRUE;
        g_unlink(path);
    }
    g_auto(Transfer)
        transfer = {.file = file, .hooks = hooks, .partial = g_strconcat(path, ".part", NULL)};
    g_autoptr(GString) reasons = g_string_new(NULL);
    for (; *mirrors; mirrors++) {
        g_autofree char *url = g_strdup_printf("%s/%s", *mirrors, file->file);
        g_autoptr(GError) local = NULL;
        switch (try_mirror(&transfer, url, path, &local)) {
        case COMPLETE:
            return TRUE;
        case BROKEN:
            g_propagate_error(error, g_steal_pointer(&local));
            return FALSE;
        default:
            g_string_append_printf(reasons, "\n  %s", local->message);
            if (mirrors[1] && hooks->remark)
                hooks->remark(local->message, hooks->data);
        }
    }
    FAIL("%s of '%s' could not be downloaded:%s\ntry again later, or put the files into a folder "
         "of FALTUNG_DATA_PATH%s%s",
         file->file, entry->name, reasons->str,
         entry->package ? _(", or install Debian's package: apt-get install ") : "",
         entry->package ? entry->package : "");
    return FALSE;
}

/* Creates the folder that the files gather in, and claims it for this process. */
static int open_folder(const char *folder, GError **error) {
    int fd = g_mkdir_with_parents(folder, 0777) == 0
                 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                 : -1;
    if (fd < 0) {
        FAIL("%s: the folder cannot be created: %s", folder, g_strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return fd; /* where a file system has no locks it goes without */
    FAIL("%s: another download into it is under way; wait for its end", folder);
    close(fd);
    return -1;
}

/* Gives the gathered files their final place. */
static gboolean publish(const FaltungDatasetEntry *entry, const char *gathered, const char *folder,
                        GError **error) {
    if (g_rename(gathered, folder) == 0)
        return TRUE;
    /* the folder is there and not empty: file by file */
    for (const FaltungDownload *file = entry->downloads; file->file; file++) {
        g_autofree char *from = g_build_filename(gathered, file->file, NULL);
        g_autofree char *to = g_build_filename(folder, file->file, NULL);
        if (g_rename(from, to) != 0) {
            FAIL("%s: cannot be renamed to %s: %s", from, to, g_strerror(errno));
            return FALSE;
        }
    }
    g_rmdir(gathered);
    return TRUE;
}

char *faltung_download(const FaltungDatasetEntry *entry, const FaltungDownloadHooks *hooks,
                       GError **error) {
    g_autofree char *folder = faltung_catalogue_user_folder(entry);
    g_autofree char *gathered = g_strconcat(folder, ".part", NULL);
    const char *base = g_getenv("FALTUNG_DATA_MIRROR");
    g_autofree char *own = base && *base ? g_strdup_printf("%s/%s", base, entry->name) : NULL;
    const char *const own_mirrors[] = {own, NULL};
    int lock = open_folder(gathered, error);
    if (lock < 0)
        return NULL;
    gboolean done = TRUE;
    for (const FaltungDownload *file = entry->downloads; done && file->file; file++)
        done = bring(entry, file, gathered, own ? own_mirrors : entry->mirrors, hooks, error);
    done = done && publish(entry, gathered, folder, error);
    g_rmdir(gathered); /* where nothing at all came */
    close(lock);
    return done ? g_steal_pointer(&folder) : NULL;
}
