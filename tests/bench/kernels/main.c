/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kernels/kernels.h"
#include "experiments/bench/peak.h"
#include "tests/bench/kernels/contest.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Usage: kernels [TEXT]
 *
 * Prints for every problem whose line contains TEXT the GFLOP/s of each contestant on one thread,
 * the share of the machine's peak that ours reaches, and its ratio to the best of the others.
 * OPENBLAS_CORETYPE and the like should be unset. The rounds of the contestants are interleaved,
 * and the best of each counts.
 */

enum { ROUNDS = 7, MOST_CONTESTANTS = 4 };
#define ROUND_SECONDS 0.004

static const Contestant *const contestants[] = {
    &contestant_faltung,
#ifdef HAVE_OPENBLAS
    &contestant_openblas,
#endif
#ifdef HAVE_ONEDNN
    &contestant_onednn,
#endif
#ifdef HAVE_LIBXSMM
    &contestant_libxsmm,
#endif
};

#define CONV(workload, batch_, channels_, size_, filters_, kernel_, stride_, padding_)             \
    {                                                                                              \
        CONVOLUTION, workload, batch_, .channels = channels_, .size = size_, .filters = filters_,  \
                                       .kernel = kernel_, .stride = stride_, .padding = padding_   \
    }

/* What the workloads of `faltung bench` contain. */
static const Problem problems[] = {
    {DENSE, "book_mlp", 60, .inputs = 784, .units = 89},
    {DENSE, "book_mlp", 60, .inputs = 89, .units = 10},
    {DENSE, "wide_mlp", 128, .inputs = 784, .units = 1024},
    {DENSE, "wide_mlp", 128, .inputs = 1024, .units = 1024},
    {DENSE, "wide_mlp", 128, .inputs = 1024, .units = 10},
    {DENSE, "book_cnn", 60, .inputs = 12544, .units = 10},
    {DENSE, "mnist_cnn", 64, .inputs = 9216, .units = 128},
    {DENSE, "dense_autoencoder", 128, .inputs = 784, .units = 128},
    {DENSE, "dense_autoencoder", 128, .inputs = 128, .units = 32},
    {DENSE, "dense_autoencoder", 128, .inputs = 32, .units = 128},
    {DENSE, "dense_autoencoder", 128, .inputs = 128, .units = 784},
    {DENSE, "book_rnn", 32, .inputs = 256, .units = 256},
    {DENSE, "book_lstm", 32, .inputs = 256, .units = 1024},
    {DENSE, "lstm_2x512", 64, .inputs = 512, .units = 2048},

    CONV("book_cnn", 60, 1, 28, 16, 5, 1, 2),
    CONV("mnist_cnn", 64, 1, 28, 32, 3, 1, 0),
    CONV("mnist_cnn", 64, 32, 26, 64, 3, 1, 0),
    CONV("vgg_small", 64, 3, 32, 64, 3, 1, 1),
    CONV("vgg_small", 64, 64, 32, 64, 3, 1, 1),
    CONV("vgg_small", 64, 64, 16, 128, 3, 1, 1),
    CONV("vgg_small", 64, 128, 16, 128, 3, 1, 1),
    CONV("vgg_small", 64, 256, 8, 256, 3, 1, 1),
    CONV("resnet20", 128, 3, 32, 16, 3, 1, 1),
    CONV("resnet20", 128, 16, 32, 16, 3, 1, 1),
    CONV("resnet20", 128, 16, 32, 32, 3, 2, 1),
    CONV("resnet20", 128, 16, 32, 32, 1, 2, 0),
    CONV("resnet20", 128, 32, 16, 32, 3, 1, 1),
    CONV("resnet20", 128, 32, 16, 64, 3, 2, 1),
    CONV("resnet20", 128, 64, 8, 64, 3, 1, 1),

    /* what a dense layer asks of the micro-kernel: forward and input gradient, weight gradient */
    {TILE, "book_mlp", .rows = 60, .columns = 32, .depth = 784, .reduce = 1},
    {TILE, "book_mlp", .rows = 60, .columns = 10, .depth = 89, .reduce = 1},
    {TILE, "book_mlp", .rows = 96, .columns = 32, .depth = 60, .reduce = 1, .transposed = 1},
    {TILE, "wide_mlp", .rows = 48, .columns = 64, .depth = 784, .reduce = 1},
    {TILE, "wide_mlp", .rows = 96, .columns = 64, .depth = 128, .reduce = 1, .transposed = 1},
    {TILE, "dense_autoencoder", .rows = 48, .columns = 16, .depth = 128, .reduce = 1},
    {TILE, "dense_autoencoder", .rows = 48, .columns = 32, .depth = 128, .reduce = 1},
    {TILE, "dense_autoencoder", .rows = 48, .columns = 64, .depth = 32, .reduce = 1},
    /* a row of an image under all rows of a convolution's kernel, and its weight gradient */
    {TILE, "book_cnn", .rows = 28, .columns = 16, .depth = 5, .reduce = 5},
    {TILE, "mnist_cnn", .rows = 24, .columns = 64, .depth = 96, .reduce = 3},
    {TILE, "mnist_cnn", .rows = 96, .columns = 64, .depth = 24, .reduce = 24, .transposed = 1},
    {TILE, "vgg_small", .rows = 32, .columns = 64, .depth = 9, .reduce = 3},
    {TILE, "vgg_small", .rows = 32, .columns = 64, .depth = 192, .reduce = 3},
    {TILE, "vgg_small", .rows = 8, .columns = 64, .depth = 768, .reduce = 3},
    {TILE, "vgg_small", .rows = 192, .columns = 64, .depth = 32, .reduce = 32, .transposed = 1},
    {TILE, "resnet20", .rows = 32, .columns = 16, .depth = 48, .reduce = 3},
    {TILE, "resnet20", .rows = 16, .columns = 32, .depth = 96, .reduce = 3},
    {TILE, "resnet20", .rows = 8, .columns = 64, .depth = 192, .reduce = 3},
    {TILE, "resnet20", .rows = 48, .columns = 16, .depth = 32, .reduce = 32, .transposed = 1},
};

static double flops(const Problem *p) {
    double out = output_size(p->stride ? p : &(Problem){.size = 1, .kernel = 1, .stride = 1});
    switch (p->kind) {
    case TILE:
        return 2.0 * p->rows * p->columns * p->depth * p->reduce;
    case DENSE:
        return 2.0 * p->batch * p->inputs * p->units;
    case CONVOLUTION:
        return 2.0 * p->batch * out * out * p->filters * p->channels * p->kernel * p->kernel;
    }
    return 0;
}

static char *describe(const Problem *p, Product product) {
    static const char *const products[] = {"forward", "input", "weights"};
    if (p->kind == TILE)
        return g_strdup_printf("%-18s tile%s %d x %d, depth %d x %d", p->name,
                               p->transposed ? " of A^T" : "", p->rows, p->columns, p->reduce,
                               p->depth);
    if (p->kind == DENSE)
        return g_strdup_printf("%-18s dense %d x %d to %d, %s", p->name, p->batch, p->inputs,
                               p->units, products[product]);
    return g_strdup_printf("%-18s conv %d x %d to %d of %d, kernel %d%s, %s", p->name, p->batch,
                           p->channels, p->filters, p->size, p->kernel,
                           p->stride > 1 ? ", stride 2" : "", products[product]);
}

/* The quickest single run in a round. */
static double round_of(Job *job) {
    double best = INFINITY, spent = 0;
    for (int i = 0; i < 3 || spent < ROUND_SECONDS; i++) {
        double seconds = job->run(job);
        best = MIN(best, seconds);
        spent += seconds;
    }
    return best;
}

static void compare(const Problem *problem, Product product, const char *line, double peak) {
    enum { N = G_N_ELEMENTS(contestants) };
    Job *jobs[N];
    double best[N], others = 0;
    for (int i = 0; i < N; i++) {
        jobs[i] = contestants[i]->enter(problem, product);
        best[i] = INFINITY;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < N; i++) {
            if (jobs[i])
                best[i] = MIN(best[i], round_of(jobs[i]));
        }
    }
    printf("%-62s", line);
    for (int i = 0; i < N; i++) {
        double speed = flops(problem) / best[i];
        if (jobs[i])
            printf(" %8.1f", speed * 1e-9);
        else
            printf(" %8s", "-");
        if (jobs[i] && i > 0)
            others = MAX(others, speed);
        if (jobs[i])
            jobs[i]->free(jobs[i]);
    }
    double own = flops(problem) / best[0];
    printf(" %5.1f %%", 100 * own / peak);
    if (others > 0)
        printf(" %6.2f", own / others);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : "";
    double peak = faltung_peak(1);
    printf("kernels %s, one thread, peak %.1f GFLOP/s\n%-62s", faltung_kernels()->name, peak * 1e-9,
           "GFLOP/s");
    for (size_t i = 0; i < G_N_ELEMENTS(contestants); i++)
        printf(" %8s", contestants[i]->name);
    printf("    peak  ratio\n");
    for (size_t i = 0; i < G_N_ELEMENTS(problems); i++) {
        int n = problems[i].kind == TILE ? 1 : N_PRODUCTS;
        for (Product product = 0; (int)product < n; product++) {
            g_autofree char *line = describe(&problems[i], product);
            if (strstr(line, only))
                compare(&problems[i], product, line, peak);
        }
    }
    return 0;
}
