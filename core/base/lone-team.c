/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>

/*
 * A parallel region on one thread is plain code. gcc's OpenMP makes a team for it all the same, at
 * whose end it asks the system to wake the others, and that call takes 0.2 to 1.2 microseconds: a
 * step of a small network has ten such regions. So the linker directs what gcc calls there to the
 * function below (--wrap), which knows better.
 */

typedef void Region(void *data);

void __real_GOMP_parallel(Region *region, void *data, unsigned threads, unsigned flags);
void __wrap_GOMP_parallel(Region *region, void *data, unsigned threads, unsigned flags);

void __wrap_GOMP_parallel(Region *region, void *data, unsigned threads, unsigned flags) {
    /* inside another team the region would take itself for that one's */
    if (threads == 1 && omp_get_level() == 0)
        region(data);
    else
        __real_GOMP_parallel(region, data, threads, flags);
}
