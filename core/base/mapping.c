/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/mapping.h"

#include "core/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The list only grows, and its members stay where they are, since the handler of a signal walks it
   without a lock. What is not mapped any more has the length 0. */
typedef struct Mapping Mapping;
struct Mapping {
    Mapping *next;
    char *start; /* at a page */
    gsize length;
    int protection;
    int lost; /* zeros stand in for a page */
    int file;
    guint64 end; /* the file's length that is needed */
    char *path;
};

static Mapping *mappings;
static gsize page_size;
static struct sigaction before;

static Mapping *find(const void *address) {
    for (Mapping *at = __atomic_load_n(&mappings, __ATOMIC_ACQUIRE); at; at = at->next) {
        gsize length = __atomic_load_n(&at->length, __ATOMIC_ACQUIRE);
        if ((const char *)address >= at->start &&
            (gsize)((const char *)address - at->start) < length)
            return at;
    }
    return NULL;
}

/* Puts zeros in the place of the page that cannot be read, for the access to be tried again. */
static gboolean stand_in(const void *address) {
    Mapping *mapping = find(address);
    if (!mapping)
        return FALSE;
    char *page =
        mapping->start + (gsize)((const char *)address - mapping->start) / page_size * page_size;
    if (mmap(page, page_size, mapping->protection, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
             0) == MAP_FAILED)
        return FALSE;
    __atomic_store_n(&mapping->lost, TRUE, __ATOMIC_RELEASE);
    return TRUE;
}

static void on_fault(int number, siginfo_t *info, void *context) {
    int kept = errno;
    /* the kernel's positive codes are of an access; what a process sends has no address */
    gboolean done = info->si_code > 0 && stand_in(info->si_addr);
    errno = kept;
    if (done)
        return;
    if (before.sa_flags & SA_SIGINFO)
        before.sa_sigaction(number, info, context);
    else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
        before.sa_handler(number);
    else
        sigaction(number, &before, NULL); /* the access fails again, as if nobody had been here */
}

static void watch(void) {
    static gsize done;
    if (!g_once_init_enter(&done))
        return;
    page_size = sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
    g_once_init_leave(&done, 1);
}

static void unmap(gpointer data) {
    Mapping *mapping = data;
    gsize length = mapping->length;
    __atomic_store_n(&mapping->length, 0, __ATOMIC_RELEASE);
    munmap(mapping->start, length);
    close(mapping->file);
    g_clear_pointer(&mapping->path, g_free);
}

static void add(Mapping *mapping) {
    mapping->next = __atomic_load_n(&mappings, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&mappings, &mapping->next, mapping, FALSE, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
        continue;
}

GBytes *faltung_mapping_new(int file, const char *path, guint64 offset, gsize size,
                            gboolean write) {
    watch();
    gsize ahead = offset % page_size, length = size + ahead;
    int protection = write ? PROT_READ | PROT_WRITE : PROT_READ;
    int own = fcntl(file, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return NULL;
    char *start = mmap(NULL, length, protection, MAP_SHARED, own, offset - ahead);
    if (start == MAP_FAILED) {
        int reason = errno;
        close(own);
        errno = reason;
        return NULL;
    }
    Mapping *mapping = g_new(Mapping, 1);
    *mapping = (Mapping){
        .start = start,
        .length = length,
        .protection = protection,
        .file = own,
        .end = offset + size,
        .path = g_strdup(path),
    };
    add(mapping);
    return g_bytes_new_with_free_func(start + ahead, size, unmap, mapping);
}

gboolean faltung_mapping_check(const void *address, GError **error) {
    const Mapping *mapping = find(address);
    if (!mapping)
        return TRUE;
    struct stat status;
    /* its last page is padded with zeros when a file ends within it, without a fault */
    gboolean known = fstat(mapping->file, &status) == 0;
    if (known && (guint64)status.st_size < mapping->end)
        return faltung_fail(error, FALTUNG_ERROR_DATA,
                            "%s: the file was cut off while it was in use: it has %" PRIu64
                            " bytes, of which at least %" PRIu64 " are needed; bring back the "
                            "whole file",
                            mapping->path, (guint64)status.st_size, mapping->end);
    if (!__atomic_load_n(&mapping->lost, __ATOMIC_ACQUIRE))
        return TRUE;
    return faltung_fail(
        error, FALTUNG_ERROR_DATA,
        "%s: a part of the file could not be read while it was in use; see whether its "
        "disk or its network is in order",
        mapping->path);
}
