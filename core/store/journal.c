/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/journal.h"

#include "core/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "faltung-journal 1"
#define PATIENCE_SECONDS 600

struct FaltungJournal {
    char *run, *path;
    int fd;
    off_t size; /* of what is whole */
};

static gboolean fail(GError **error, const char *path, const char *what) {
    int number = errno;
    return faltung_fail(error, FALTUNG_ERROR_WORK, "%s: %s: %s", path, _(what), g_strerror(number));
}

static char *path_of(const char *run) {
    return g_strconcat(run, ".journal", NULL);
}

/* FNV-1a: a few bytes that a crash left half written are all it has to find. */
static guint32 checksum(const char *bytes, size_t n) {
    guint32 sum = 2166136261u;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ (guint8)bytes[i]) * 16777619u;
    return sum;
}

static gboolean same_file(int fd, const char *path) {
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/* A reader that asks whether the run is written holds the lock for a moment: try a little. */
static gboolean lock(int fd) {
    for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
        if (errno == ENOLCK || errno == ENOTSUP || errno == EINVAL || errno == ENOSYS)
            return TRUE; /* a file system without locks: then without */
        if (errno != EINTR && (errno != EWOULDBLOCK || i >= 40))
            return FALSE;
        g_usleep(5000);
    }
    return TRUE;
}

/* The words of the first line: what it is, 1, the attempt, the process and its machine. Returns:
   (transfer full) (nullable). */
static char **read_owner(const char *path) {
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    return g_strv_length(words) == 5 ? g_steal_pointer(&words) : NULL;
}

/* Who that is, for the message; "another process". */
static char *owner(const char *path) {
    g_auto(GStrv) words = read_owner(path);
    return words ? g_strdup_printf(_("process %s on %s"), words[3], words[4])
                 : g_strdup(_("another process"));
}

/* The locks of another machine may not be seen here, as where its files come over SSH: as long as
   rows come, its process is there. */
static gboolean written_elsewhere(const char *path) {
    g_auto(GStrv) words = read_owner(path);
    struct stat is;
    return words && strcmp(words[4], g_get_host_name()) != 0 && stat(path, &is) == 0 &&
           g_get_real_time() / G_USEC_PER_SEC - is.st_mtime < PATIENCE_SECONDS;
}

static gboolean refuse(GError **error, const char *run, const char *path) {
    g_autofree char *who = owner(path);
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "%s: %s is writing this run; wait for its end, or choose another file", run,
                        who);
}

static gboolean refuse_elsewhere(GError **error, const char *run, const char *path) {
    g_autofree char *who = owner(path);
    return faltung_fail(error, FALTUNG_ERROR_INPUT,
                        "%s: %s has written this run less than %d minutes ago; wait for its end, "
                        "choose another file or, where that process is gone, remove %s",
                        run, who, PATIENCE_SECONDS / 60, path);
}

FaltungJournal *faltung_journal_claim(const char *run, GError **error) {
    g_autofree char *path = path_of(run);
    if (written_elsewhere(path)) {
        refuse_elsewhere(error, run, path);
        return NULL;
    }
    for (;;) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0) {
            fail(error, path, "cannot be made");
            return NULL;
        }
        if (!lock(fd)) {
            gboolean taken = errno == EWOULDBLOCK;
            if (!taken)
                fail(error, path, "cannot be locked");
            close(fd);
            if (taken)
                refuse(error, run, path);
            return NULL;
        }
        /* the one before may have taken the file away between our open and our lock */
        if (!same_file(fd, path)) {
            close(fd);
            continue;
        }
        FaltungJournal *journal = g_new0(FaltungJournal, 1);
        journal->run = g_strdup(run);
        journal->path = g_steal_pointer(&path);
        journal->fd = fd;
        return journal;
    }
}

gboolean faltung_journal_check(const FaltungJournal *journal, GError **error) {
    if (same_file(journal->fd, journal->path))
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_WORK,
        "%s: its journal was taken away, so another process may be writing this run; "
        "nothing more is written",
        journal->run);
}

static gboolean append_bytes(FaltungJournal *journal, const char *bytes, size_t n, GError **error) {
    size_t done = 0;
    while (done < n) {
        ssize_t written = pwrite(journal->fd, bytes + done, n - done, journal->size + done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            fail(error, journal->path, "cannot be written");
            /* the torn row would hide those that follow */
            G_GNUC_UNUSED int ignored = ftruncate(journal->fd, journal->size);
            return FALSE;
        }
        done += written;
    }
    journal->size += n;
    return TRUE;
}

gboolean faltung_journal_restart(FaltungJournal *journal, const char *attempt, GError **error) {
    if (ftruncate(journal->fd, 0) != 0)
        return fail(error, journal->path, "cannot be emptied");
    journal->size = 0;
    g_autofree char *line =
        g_strdup_printf(MAGIC " %s %d %s\n", attempt, (int)getpid(), g_get_host_name());
    return append_bytes(journal, line, strlen(line), error);
}

gboolean faltung_journal_append(FaltungJournal *journal, const char *payload, GError **error) {
    size_t n = strlen(payload);
    g_autofree char *line = g_strdup_printf("%zu %08x %s\n", n, checksum(payload, n), payload);
    return append_bytes(journal, line, strlen(line), error);
}

void faltung_journal_release(FaltungJournal *journal, gboolean remove) {
    if (!journal)
        return;
    if (remove && same_file(journal->fd, journal->path))
        unlink(journal->path);
    close(journal->fd);
    g_free(journal->run);
    g_free(journal->path);
    g_free(journal);
}

gboolean faltung_journal_claimed(const char *run) {
    g_autofree char *path = path_of(run);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FALSE;
    gboolean claimed = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return claimed || written_elsewhere(path);
}

/* Takes one row off @text; NULL where there is no whole one. */
static char *take_row(const char **text) {
    char *end;
    guint64 n = g_ascii_strtoull(*text, &end, 10);
    if (end == *text || *end != ' ')
        return NULL;
    const char *sum_text = end + 1;
    guint64 sum = g_ascii_strtoull(sum_text, &end, 16);
    if (end != sum_text + 8 || *end != ' ')
        return NULL;
    const char *payload = end + 1;
    if (strnlen(payload, n) < n || payload[n] != '\n' || checksum(payload, n) != sum)
        return NULL;
    *text = payload + n + 1;
    return g_strndup(payload, n);
}

char **faltung_journal_read(const char *run, char **attempt) {
    GPtrArray *rows = g_ptr_array_new();
    g_autofree char *path = path_of(run), *text = NULL;
    *attempt = NULL;
    const char *end = NULL;
    if (g_file_get_contents(path, &text, NULL, NULL) && g_str_has_prefix(text, MAGIC " "))
        end = strchr(text, '\n');
    if (end) {
        const char *word = text + strlen(MAGIC " "), *rest = end + 1;
        *attempt = g_strndup(word, strcspn(word, " \n"));
        for (char *row; (row = take_row(&rest));)
            g_ptr_array_add(rows, row);
    }
    g_ptr_array_add(rows, NULL);
    return (char **)g_ptr_array_free(rows, FALSE);
}
