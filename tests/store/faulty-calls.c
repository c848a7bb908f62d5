/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library to preload: it counts the calls by which a program changes files, and lets one go
 * wrong.
 *
 *   FAULTY_DIE=N        the process ends in the N-th call; of a write half is written
 *   FAULTY_FAIL=N[+M]   the N-th call, and M - 1 after it, fail as on a full disk
 *   FAULTY_COUNT=FILE   the number of calls is written there at the end
 */
#undef _FILE_OFFSET_BITS /* both names of each call are wanted */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long calls, die, fail, fail_end;
static int started;

static void start(void) {
    const char *text = getenv("FAULTY_DIE");
    started = 1;
    die = text ? atol(text) : 0;
    text = getenv("FAULTY_FAIL");
    if (text) {
        char *end;
        fail = strtol(text, &end, 10);
        fail_end = fail + (*end == '+' ? atol(end + 1) : 1);
    }
}

static __attribute__((destructor)) void tell(void) {
    const char *path = getenv("FAULTY_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", calls);
        fclose(file);
    }
}

enum { GO_ON, DIE, FAIL };

static int next(void) {
    if (!started)
        start();
    long n = ++calls;
    if (n == die)
        return DIE;
    if (n >= fail && n < fail_end) {
        errno = ENOSPC;
        return FAIL;
    }
    return GO_ON;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A write: dies after half of it. */
#define WRITE(name, declaration, whole, half)                                                      \
    ssize_t name declaration;                                                                      \
    ssize_t name declaration {                                                                     \
        __typeof__(&name) real = REAL(name);                                                       \
        int what = fd <= 2 ? GO_ON : next();                                                       \
        if (what == FAIL)                                                                          \
            return -1;                                                                             \
        if (what == DIE) {                                                                         \
            if (real half < 0)                                                                     \
                _exit(98);                                                                         \
            _exit(99);                                                                             \
        }                                                                                          \
        return real whole;                                                                         \
    }

WRITE(write, (int fd, const void *bytes, size_t n), (fd, bytes, n), (fd, bytes, n / 2))
WRITE(pwrite, (int fd, const void *bytes, size_t n, off_t at), (fd, bytes, n, at),
      (fd, bytes, n / 2, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t n, off64_t at), (fd, bytes, n, at),
      (fd, bytes, n / 2, at))

/* Anything else: dies before it. */
#define CALL(type, name, declaration, arguments)                                                   \
    type name declaration;                                                                         \
    type name declaration {                                                                        \
        switch (next()) {                                                                          \
        case DIE:                                                                                  \
            _exit(99);                                                                             \
        case FAIL:                                                                                 \
            return -1;                                                                             \
        default:                                                                                   \
            return REAL(name) arguments;                                                           \
        }                                                                                          \
    }

CALL(ssize_t, copy_file_range,
     (int in, off64_t *in_at, int out, off64_t *out_at, size_t n, unsigned flags),
     (in, in_at, out, out_at, n, flags))
CALL(int, rename, (const char *from, const char *to), (from, to))
CALL(int, fsync, (int fd), (fd))
CALL(int, ftruncate, (int fd, off_t n), (fd, n))
CALL(int, ftruncate64, (int fd, off64_t n), (fd, n))

/* A full disk does not keep files from being taken away. */
int unlink(const char *path) {
    if (!started)
        start();
    if (++calls == die)
        _exit(99);
    return REAL(unlink)(path);
}
