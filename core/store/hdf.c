/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store/hdf.h"

#include "core/base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static GMutex mutex;

GMutexLocker *faltung_hdf_enter(void) {
    GMutexLocker *locker = g_mutex_locker_new(&mutex);
    static gboolean started;
    if (!started) {
        /* its exit handler can crash after a write that failed on a full disk */
        H5dont_atexit();
        H5open();
        started = TRUE;
    }
    /* for each thread of its own where the library is built thread-safe */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return locker;
}

void faltung_hdf_close(FaltungHdf id) {
    if (id > 0)
        H5Idec_ref(id);
}

/* The walk starts at the innermost error, whose words are the most telling. */
static herr_t take_reason(unsigned n, const H5E_error2_t *entry, void *data) {
    char **reason = data;
    if (!entry->desc || *reason)
        return 0;
    /* the system's own words: errno = 28, error message = 'No space left on device', ... */
    const char *quoted = strstr(entry->desc, "error message = '");
    if (quoted) {
        quoted += strlen("error message = '");
        *reason = g_strndup(quoted, strcspn(quoted, "'"));
    } else {
        *reason = g_strdup(entry->desc);
    }
    return 0;
}

gboolean faltung_hdf_fail(GError **error, int code, const char *format, ...) {
    g_autofree char *reason = NULL;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, &reason);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = faltung_message(format, arguments);
    va_end(arguments);
    return faltung_fail(error, code, "%s%s%s", message, reason ? ": " : "", reason ? reason : "");
}

/* HDF5's own lock would make a reader's and a network file system's troubles the run's. */
static hid_t access_list(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
    H5Pset_file_locking(list, FALSE, TRUE);
#endif
    return list;
}

FaltungHdf faltung_hdf_create(const char *path, GError **error) {
    g_auto(FaltungHdf) list = access_list();
    /* HDF5 1.8's format: its headers have checksums, so damage is an error and not a crash; the
       next one's files do not open where their writer was killed */
    H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18);
    g_auto(FaltungHdf) layout = H5Pcreate(H5P_FILE_CREATE);
    /* the smallest index node of an array that grows: a run has many such arrays with few rows */
    H5Pset_istore_k(layout, 4);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, layout, list);
    if (file < 0)
        faltung_hdf_fail(error, FALTUNG_ERROR_WORK, "%s: cannot be made", path);
    return file;
}

/* HDF5 has words of its own for a file that was copied in part, which say it to those who wrote
   them. */
static void fail_to_open(const char *path, GError **error) {
    g_autofree char *reason = NULL;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, &reason);
    const char *stored = reason ? strstr(reason, "stored_eof = ") : NULL;
    guint64 there, all;
    if (stored && sscanf(reason, "truncated file: eof = %" SCNu64, &there) == 1 &&
        sscanf(stored, "stored_eof = %" SCNu64, &all) == 1)
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "%s: is not a whole HDF5 file: %" PRIu64 " of %" PRIu64
                     " bytes are there; copy it anew from where it was written",
                     path, there, all);
    else if (reason && strstr(reason, "signature not found"))
        faltung_fail(error, FALTUNG_ERROR_DATA,
                     "%s: is not an HDF5 file, or its beginning is lost; expected was one, as "
                     "`faltung train` writes",
                     path);
    else
        faltung_hdf_fail(error, FALTUNG_ERROR_DATA, "%s: cannot be opened as HDF5", path);
}

FaltungHdf faltung_hdf_open(const char *path, gboolean write, GError **error) {
    g_auto(FaltungHdf) list = access_list();
    if (write)
        H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V18);
    hid_t file = H5Fopen(path, write ? H5F_ACC_RDWR : H5F_ACC_RDONLY, list);
    if (file < 0)
        fail_to_open(path, error);
    return file;
}

gboolean faltung_hdf_exists(FaltungHdf file, const char *path) {
    /* H5Lexists is an error where a group on the way is missing */
    g_autofree char *part = g_strdup(path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        gboolean there = H5Lexists(file, part, H5P_DEFAULT) > 0;
        *slash = '/';
        if (!there)
            return FALSE;
    }
    return H5Lexists(file, part, H5P_DEFAULT) > 0 && H5Oexists_by_name(file, part, H5P_DEFAULT) > 0;
}

static herr_t take_name(hid_t group, const char *name, const H5L_info_t *info, void *names) {
    g_ptr_array_add(names, g_strdup(name));
    return 0;
}

char **faltung_hdf_children(FaltungHdf file, const char *path) {
    GPtrArray *names = g_ptr_array_new();
    if (strcmp(path, "/") == 0 || faltung_hdf_exists(file, path)) {
        g_auto(FaltungHdf) group = H5Gopen2(file, path, H5P_DEFAULT);
        if (group >= 0)
            H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_name, names);
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}
