/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/base/options.h"
#include "core/base/random.h"
#include "core/base/shape.h"
#include "core/kernels/kernels.h"
#include "core/ops/inner.h"
#include "core/ops/stopwatch.h"

/*
 * The operation descriptor: the one place that knows an operation. YAML key, command-line help,
 * palette entry, inspector form, shape errors, equation, code view, gradient check and parity
 * test all follow from it.
 */

typedef struct FaltungOperation FaltungOperation;

#define FALTUNG_MAX_INPUTS 8
#define FALTUNG_MAX_PARAMETERS 80 /* a stack of 8 recurrent layers: 5 of each, and direction */

typedef enum {
    FALTUNG_GROUP_DENSE,
    FALTUNG_GROUP_CONVOLUTION,
    FALTUNG_GROUP_POOLING,
    FALTUNG_GROUP_RECURRENT,
    FALTUNG_GROUP_ACTIVATION,
    FALTUNG_GROUP_NORMALIZATION,
    FALTUNG_GROUP_REGULARIZATION,
    FALTUNG_GROUP_SHAPE,
    FALTUNG_GROUP_JOIN,
    FALTUNG_N_GROUPS,
} FaltungGroup;

/** faltung_group_title: Returns: the group's name for people: "Convolution". */
const char *faltung_group_title(FaltungGroup group);

typedef enum {
    FALTUNG_TAKES_ACTIVATION = 1 << 0, /* the layer may say `activation: tanh` */
    FALTUNG_IS_ACTIVATION = 1 << 1,    /* may be that activation; works in place, its backward
                                          reads the output, not the input (but see
                                          FALTUNG_EPILOGUE_NEEDS_INPUT) */
    FALTUNG_FUSES_EPILOGUE = 1 << 2,   /* forward applies step->epilogue itself */
    FALTUNG_TRAINING_ONLY = 1 << 3,    /* the identity outside training (dropout) */
    FALTUNG_KEEPS_ORDER = 1 << 4,      /* output value i comes from input value i alone: works on
                                          values in any order, see FaltungLayer.order */
    FALTUNG_TAKES_ANY_ORDER = 1 << 5,  /* arranges its parameters by the input's order */
    FALTUNG_IS_VIEW = 1 << 6,          /* only the shape changes: nothing is computed where the
                                          order may stay (flatten, reshape) */
    FALTUNG_MAKES_ONE_HOT = 1 << 7,    /* a row of its output is 1 at its input's index, else 0:
                                          whoever multiplies it can gather, see
                                          FaltungStep.indices */
    FALTUNG_STORES_GRADIENTS = 1 << 8, /* backward stores the gradients of the parameters, which
                                          need not be zero before: for those that write each
                                          value once */
    FALTUNG_FUSES_SLOPE = 1 << 9,      /* backward goes through step->epilogue itself: it gets the
                                          gradient of the activated output */
    FALTUNG_FORGETS_INPUTS = 1 << 10,  /* backward does not read inputs: they may be gone by then */
    FALTUNG_FORGETS_OUTPUT = 1 << 11,  /* nor the output, but for an activation's sake */
    FALTUNG_TAKES_SCALE = 1 << 12,     /* each channel is a sum weighted by its part of the one
                                          weight, and a bias (option and parameter): they can do
                                          what scale_and_shift does behind it */
} FaltungOperationFlags;

/* A tensor that is learned, or kept beside those (measured). */
typedef struct {
    const char *name;           /* PyTorch's: weight, bias, weight_ih, gamma, ... */
    FaltungShape shape;         /* the field's: out x in, out x in x kh x kw */
    int fan_in, fan_out;        /* for the initializers */
    int torch_fan_in;           /* what PyTorch's default takes for it; 0: the same */
    FaltungVariant initializer; /* borrowed from the layer's options */
    size_t packed_size;         /* floats in the kernels' layout */
    size_t offset;              /* in the network's parameter block */
    gboolean bias;              /* left out of weight decay where that is asked for */
    int unit_axis;              /* along which its units are: 0, but 1 of in x out */
    gboolean measured;   /* not learned: measured by forward while training (running_mean), or
                            left as it begins (a positional encoding) */
    gboolean tied;       /* not of its own: a copy of parameter @owners of layer @owner (ties.h) */
    gboolean transposed; /* of that with rows and columns exchanged */
    int owner, owners;
} FaltungParameter;

/* A node of the graph: an operation with its options and, after shape inference, its shapes. */
struct FaltungLayer {
    char *name;
    const FaltungOperation *operation;
    void *options;             /* of operation->kind */
    FaltungVariant activation; /* of an operation with IS_ACTIVATION; kind NULL: none */
    int n_inputs;
    int inputs[FALTUNG_MAX_INPUTS]; /* indices of layers before this one; FALTUNG_INPUT */
    gboolean frozen;                /* its parameters stay as they are in training */
    double lr_factor;               /* its learning rate, as a multiple of the network's */
    double weight_decay;            /* instead of the optimizer's; below 0: the optimizer's */
    double l1; /* of the penalty l1 |w| on its weights, not its biases; below 0: the graph's */
    double max_norm;     /* of the weights that go into a unit; 0: any */
    gboolean bypassed;   /* it was another operation, but passes on what it takes */
    int moved[2];        /* right and down: how far a person moved its card from where the layout
                            puts it; nothing but diagrams looks at that */
    char *tied;          /* the layer whose weights are its own, too; "": none */
    gboolean transposed; /* those with rows and columns exchanged */
    FaltungVariant loss; /* of its output, beside the network's own; kind NULL: none */
    double loss_weight;
    char
        *loss_target; /* what it compares with: FALTUNG_LOSS_OF_DATA: the data set's own target;
                         FALTUNG_LOSS_OF_SAMPLE: the sample itself; another: the target called so */
    int line, column; /* where the experiment file says it; 0: nowhere */
    char *path;       /* (nullable): the same as a path below `network`: layers.2 */

    /* filled in by faltung_graph_infer() */
    FaltungShape input_shapes[FALTUNG_MAX_INPUTS];
    FaltungShape output_shape;
    /* In memory the output lies as feature maps of this shape do, channels-last. It is the output
       shape, except behind a flatten or reshape that left the values where they were. */
    FaltungShape order, input_orders[FALTUNG_MAX_INPUTS];
    int n_parameters;
    FaltungParameter parameters[FALTUNG_MAX_PARAMETERS];
};

#define FALTUNG_LOSS_OF_DATA "data"
#define FALTUNG_LOSS_OF_SAMPLE "sample"

#define FALTUNG_INPUT (-1) /* the network's input, as a layer's input */

/**
 * FaltungStep: what the fast code of an operation sees. Feature maps are channels-last inside:
 * a shape [C, H, W] lies as (N, H, W, C); see FaltungLayer.order.
 */
typedef struct {
    const FaltungLayer *layer;
    int batch;   /* N */
    int threads; /* at most so many; the result does not depend on it */
    gboolean training;
    const float *inputs[FALTUNG_MAX_INPUTS];
    const float *indices[FALTUNG_MAX_INPUTS]; /* (N, T) where the input, (N, T, K), is what one_hot
                                                 made of them; else NULL */
    float *output;
    float *input_gradients[FALTUNG_MAX_INPUTS]; /* accumulated into; NULL: not needed */
    gboolean overwrite[FALTUNG_MAX_INPUTS];     /* the gradient's first writer stores instead */
    float *output_gradient;                     /* NULL: no backward will follow */
    gboolean keeps; /* forward leaves in the state what backward needs, for it or for who
                       looks inside; else nothing is kept */
    const float *parameters[FALTUNG_MAX_PARAMETERS];
    /* accumulated into (stored with FALTUNG_STORES_GRADIENTS), packed layout; NULL: not needed,
       as of what is measured, and of all of a frozen layer */
    float *parameter_gradients[FALTUNG_MAX_PARAMETERS];
    FaltungEpilogue epilogue; /* the layer's activation, where the operation fuses it */
    float epilogue_parameter;
    void *state;          /* the operation's own, from forward to backward: masks, argmax */
    float *carried;       /* (N, carried_size): from the batch before, 0 at the beginning; forward
                             leaves here what the next one finds. NULL: the layer carries nothing */
    float *workspace;     /* scratch: another one in forward than in backward */
    FaltungRandom random; /* this layer's stream at this step */
    const FaltungStopwatch *stopwatch; /* (nullable): backward tells when the gradients of the
                                          parameters are done; the rest is the input's */
} FaltungStep;

/**
 * FaltungReference: what the readable reference code sees: plain arrays of doubles in the
 * field's layout, (N, C, H, W) and out x in x kh x kw. It defines the operation: the kernels are
 * tested against it, the gradient check runs it, the Code perspective shows it.
 */
typedef struct {
    const FaltungLayer *layer;
    int batch;
    gboolean training;
    const double *inputs[FALTUNG_MAX_INPUTS];
    double *output;
    double *input_gradients[FALTUNG_MAX_INPUTS]; /* accumulated into; never NULL */
    const double *output_gradient;
    const double *parameters[FALTUNG_MAX_PARAMETERS];
    double *parameter_gradients[FALTUNG_MAX_PARAMETERS]; /* accumulated into */
    FaltungRandom random;
} FaltungReference;

struct FaltungOperation {
    FaltungKind kind;
    FaltungGroup group;
    FaltungOperationFlags flags;
    const char *equation; /* TeX: y_o = b_o + \sum_i w_{oi} x_i */
    /* (transfer full): the same, of a layer whose options or shapes make it another one
       (core/ops/equation.h). NULL: it is the same for all. */
    char *(*equation_of)(const FaltungLayer *layer);
    FaltungEpilogue epilogue; /* of an element-wise activation: the kernels' name for it */
    double (*epilogue_parameter)(const void *options); /* NULL: it has none */
    int max_inputs;                                    /* 1, or FALTUNG_MAX_INPUTS for joins */

    /* Checks input_shapes, fills in output_shape and parameters. The error says what was
       expected, what came and what would fix it. */
    gboolean (*infer_shape)(FaltungLayer *layer, GError **error);
    /* NULL: it takes values. Else its input are indices (of letters, of words): whole numbers from
       0 to below this, without a gradient, so they come from the network's input. */
    int (*n_indices)(const FaltungLayer *layer);
    /* Floating-point operations of the forward pass of one sample. NULL: one an output. */
    double (*flops)(const FaltungLayer *layer);

    size_t (*state_size)(const FaltungLayer *layer, int batch); /* bytes; NULL: 0 */
    size_t (*workspace_size)(const FaltungLayer *layer, int batch, int threads); /* floats */
    /* Floats of a sample that the layer hands on from one batch to the next. NULL: none. */
    size_t (*carried_size)(const FaltungLayer *layer);
    void (*forward)(const FaltungStep *step);
    void (*backward)(const FaltungStep *step);
    /* Between the field's layout and the kernels'. NULL: they are the same. */
    void (*pack)(const FaltungLayer *layer, int parameter, const float *from, float *to);
    void (*unpack)(const FaltungLayer *layer, int parameter, const float *from, float *to);

    void (*forward_reference)(const FaltungReference *reference);
    void (*backward_reference)(const FaltungReference *reference);
    const char *file; /* where the reference is: "dense.c" */

    /* Of one that outside training is y_c = scale_c x_c + shift_c of every channel: those numbers,
       from a network's parameter block. NULL: it does more, or less. */
    void (*scale_and_shift)(const FaltungLayer *layer, const float *block, double *scale,
                            double *shift);

    /* A term that the layer adds to the loss, of the batch as forward left it. backward adds its
       gradient to that of the inputs. NULL: none. */
    double (*penalty)(const FaltungStep *step);
    double (*penalty_reference)(const FaltungReference *reference);
    /* Sets the options so that there is no such term, for gradients of the output alone. */
    void (*without_penalty)(void *options);

    /* Which pixels of the input the output's pixel @at is made of, along a side: 0 depth, 1 height,
       2 width (of a sequence its steps). They may lie beside the input. NULL: it has no window. */
    void (*window)(const FaltungLayer *layer, int side, int at, int *first, int *last);

    /* From where to where along @axis of input @input a value is made of, whose place along the
       axis of the output that is returned is @at (core/ops/reach.h). NULL: of its own place where
       flags say so, else of everything. */
    int (*reach)(const FaltungLayer *layer, int input, int axis, int at, int *first, int *last);

    /* Of a recurrent operation: what it does at a step (core/ops/recurrent.h). NULL: it is none. */
    const struct FaltungRecurrentCell *(*cell)(const FaltungLayer *layer);

    /* What there is to see inside (core/ops/inner.h), ended by one without a name. NULL: nothing.
     */
    const FaltungInner *inner;
    /* The same where it depends on the layer; it stays for good. */
    const FaltungInner *(*inner_of)(const FaltungLayer *layer);
    /* How many places there are along an axis of theirs; 0: this layer has no such axis. */
    int (*inner_places)(const FaltungLayer *layer, FaltungInnerAxis axis);
    /* One of them, but for parameters, of a sample of the batch, in its shape: from what forward
       has left in the state. */
    void (*read_inner)(const FaltungStep *step, const FaltungInner *inner, int sample,
                       float *values);
};

/** faltung_operations: Returns: the table of all operations. */
const FaltungTable *faltung_operations(void);

/** faltung_activations: Returns: the table of those that can be a layer's `activation`. */
const FaltungTable *faltung_activations(void);

/** faltung_operation_find: Returns: (nullable): the operation called @name, or the error. */
const FaltungOperation *faltung_operation_find(const char *name, GError **error);

/**
 * faltung_operation_source:
 * Returns: the text of the operation's reference code, exactly as it was compiled.
 */
const char *faltung_operation_source(const FaltungOperation *operation);

/** faltung_operation_source_line: Returns: the line number of the text's first line in @file. */
int faltung_operation_source_line(const FaltungOperation *operation);

/** faltung_layer_add_parameter: for infer_shape. Returns: the new parameter, packed_size set to
 *  the shape's size; the caller may enlarge it. */
FaltungParameter *faltung_layer_add_parameter(FaltungLayer *layer, const char *name,
                                              FaltungShape shape, int fan_in, int fan_out,
                                              const FaltungVariant *initializer);
