/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/kernels/contest.h"

#include <dnnl.h>
#include <omp.h>
#include <stdio.h>

/* Every tensor lies as the library likes best, and stays so: nothing is reordered in the time. */

enum { MOST_ARGUMENTS = 3 };

typedef struct {
    Job job;
    dnnl_primitive_t primitive;
    dnnl_stream_t stream;
    dnnl_memory_t memories[MOST_ARGUMENTS];
    dnnl_exec_arg_t arguments[MOST_ARGUMENTS];
} LayerJob;

static void check(dnnl_status_t status) {
    if (status == dnnl_success)
        return;
    fprintf(stderr, "oneDNN: status %d\n", status);
    exit(1);
}

static dnnl_engine_t engine(void) {
    static dnnl_engine_t only;
    if (!only) {
        omp_set_num_threads(1);
        check(dnnl_engine_create(&only, dnnl_cpu, 0));
    }
    return only;
}

static double run(Job *job) {
    LayerJob *layer = (LayerJob *)job;
    double start = seconds_now();
    check(
        dnnl_primitive_execute(layer->primitive, layer->stream, MOST_ARGUMENTS, layer->arguments));
    check(dnnl_stream_wait(layer->stream));
    return seconds_now() - start;
}

static void free_job(Job *job) {
    LayerJob *layer = (LayerJob *)job;
    for (int i = 0; i < MOST_ARGUMENTS; i++)
        check(dnnl_memory_destroy(layer->memories[i]));
    check(dnnl_primitive_destroy(layer->primitive));
    check(dnnl_stream_destroy(layer->stream));
    free(layer);
}

static dnnl_memory_desc_t any(int n, const dnnl_dim_t *dims) {
    dnnl_memory_desc_t description;
    check(dnnl_memory_desc_init_by_tag(&description, n, dims, dnnl_f32, dnnl_format_tag_any));
    return description;
}

/* The primitive for a product of images x, weights w and maps y. */
static dnnl_primitive_desc_t convolution(const Problem *p, Product product, dnnl_memory_desc_t *x,
                                         dnnl_memory_desc_t *w, dnnl_memory_desc_t *y) {
    dnnl_dims_t strides = {p->stride, p->stride}, before = {p->padding, p->padding};
    dnnl_dim_t far = (output_size(p) - 1) * p->stride + p->kernel - p->size - p->padding;
    dnnl_dims_t after = {far, far};
    dnnl_convolution_desc_t description;
    dnnl_primitive_desc_t forward, result;
    check(dnnl_convolution_forward_desc_init(&description, dnnl_forward_training,
                                             dnnl_convolution_direct, x, w, NULL, y, strides,
                                             before, after));
    check(dnnl_primitive_desc_create(&forward, &description, NULL, engine(), NULL));
    if (product == FORWARD)
        return forward;
    if (product == INPUT_GRADIENT)
        check(dnnl_convolution_backward_data_desc_init(&description, dnnl_convolution_direct, x, w,
                                                       y, strides, before, after));
    else
        check(dnnl_convolution_backward_weights_desc_init(&description, dnnl_convolution_direct, x,
                                                          w, NULL, y, strides, before, after));
    check(dnnl_primitive_desc_create(&result, &description, NULL, engine(), forward));
    check(dnnl_primitive_desc_destroy(forward));
    return result;
}

static dnnl_primitive_desc_t inner_product(Product product, dnnl_memory_desc_t *x,
                                           dnnl_memory_desc_t *w, dnnl_memory_desc_t *y) {
    dnnl_inner_product_desc_t description;
    dnnl_primitive_desc_t forward, result;
    check(dnnl_inner_product_forward_desc_init(&description, dnnl_forward_training, x, w, NULL, y));
    check(dnnl_primitive_desc_create(&forward, &description, NULL, engine(), NULL));
    if (product == FORWARD)
        return forward;
    if (product == INPUT_GRADIENT)
        check(dnnl_inner_product_backward_data_desc_init(&description, x, w, y));
    else
        check(dnnl_inner_product_backward_weights_desc_init(&description, x, w, NULL, y));
    check(dnnl_primitive_desc_create(&result, &description, NULL, engine(), forward));
    check(dnnl_primitive_desc_destroy(forward));
    return result;
}

static Job *enter(const Problem *p, Product product) {
    if (p->kind == TILE)
        return NULL;
    dnnl_memory_desc_t x, w, y;
    dnnl_primitive_desc_t description;
    if (p->kind == DENSE) {
        x = any(2, (dnnl_dims_t){p->batch, p->inputs});
        w = any(2, (dnnl_dims_t){p->units, p->inputs});
        y = any(2, (dnnl_dims_t){p->batch, p->units});
        description = inner_product(product, &x, &w, &y);
    } else {
        int out = output_size(p);
        x = any(4, (dnnl_dims_t){p->batch, p->channels, p->size, p->size});
        w = any(4, (dnnl_dims_t){p->filters, p->channels, p->kernel, p->kernel});
        y = any(4, (dnnl_dims_t){p->batch, p->filters, out, out});
        description = convolution(p, product, &x, &w, &y);
    }
    static const struct {
        dnnl_query_t query[MOST_ARGUMENTS];
        int argument[MOST_ARGUMENTS];
    } wants[N_PRODUCTS] = {
        [FORWARD] = {{dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md},
                     {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}},
        [INPUT_GRADIENT] = {{dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md},
                            {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST}},
        [WEIGHT_GRADIENT] = {{dnnl_query_src_md, dnnl_query_diff_weights_md,
                              dnnl_query_diff_dst_md},
                             {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}},
    };
    LayerJob *layer = calloc(1, sizeof *layer);
    layer->job = (Job){run, free_job};
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
        const dnnl_memory_desc_t *is =
            dnnl_primitive_desc_query_md(description, wants[product].query[i], 0);
        void *values;
        check(dnnl_memory_create(&layer->memories[i], is, engine(), DNNL_MEMORY_ALLOCATE));
        check(dnnl_memory_get_data_handle(layer->memories[i], &values));
        fill(values, dnnl_memory_desc_get_size(is) / sizeof(float));
        layer->arguments[i] = (dnnl_exec_arg_t){wants[product].argument[i], layer->memories[i]};
    }
    check(dnnl_stream_create(&layer->stream, engine(), dnnl_stream_default_flags));
    check(dnnl_primitive_create(&layer->primitive, description));
    check(dnnl_primitive_desc_destroy(description));
    return &layer->job;
}

const Contestant contestant_onednn = {"oneDNN", enter};
