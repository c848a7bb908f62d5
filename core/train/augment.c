/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/augment.h"

#include "core/base/clones.h"
#include "core/base/error.h"
#include "core/base/noise.h"
#include "core/base/random.h"
#include "core/kernels/kernels.h"
#include "core/ops/parallel.h"
#include "core/train/augment-private.h"

#include <math.h>
#include <omp.h>
#include <string.h>

/* -- options ------------------------------------------------------------------------------ */

static const FaltungOptionSpec crop_options[] = {
    {
        .name = "padding",
        .summary = "pixels of margin around the picture, of which a window of its own size is cut",
        .type = FALTUNG_INTEGER,
        .offset = offsetof(FaltungCropOptions, padding),
        .fallback = "0",
        .maximum = 4096,
    },
    {0},
};

static const FaltungKind crop_kind = {
    .name = "crop",
    .title = "Random crop",
    .summary = "a window at random of the picture with a margin",
    .options = crop_options,
    .options_size = sizeof(FaltungCropOptions),
};

static const char *const flip_words[] = {"none", "horizontal", "vertical", "both", NULL};

#define AUGMENT(member) .name = #member, .offset = offsetof(FaltungAugmentOptions, member)

static const FaltungOptionSpec augment_options[] = {
    {AUGMENT(flip), .type = FALTUNG_CHOICE, .fallback = "none", .choices = flip_words,
     .summary = "mirrors half of the training pictures: left and right, top and bottom, or both"},
    {AUGMENT(shift), .type = FALTUNG_SIZES, .fallback = "0", .maximum = 4096,
     .summary = "moves them by up to so many pixels, n or [height, width]"},
    {AUGMENT(crop), .type = FALTUNG_GROUP, .fallback = "none", .group = &crop_kind,
     .summary = "cuts a window at random of the picture with a margin, as {padding: 4}"},
    {AUGMENT(rotate), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = 180,
     .summary = "turns them by up to so many degrees, either way"},
    {AUGMENT(zoom), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = 0.9,
     .summary = "makes them larger or smaller by up to this part; 0.1: a tenth"},
    {AUGMENT(noise), .type = FALTUNG_NUMBER, .fallback = "0", .maximum = 1000,
     .summary = "adds Gaussian noise of this standard deviation to the normalized values"},
    {AUGMENT(fill), .type = FALTUNG_NUMBER, .fallback = "0", .minimum = -1e9, .maximum = 1e9,
     .summary = "what comes in from outside a picture, as a value of the file"},
    {0},
};

const FaltungKind faltung_augment_kind = {
    .name = "augment",
    .title = "Augmentation",
    .summary = "training samples that are a little different in every epoch",
    .options = augment_options,
    .options_size = sizeof(FaltungAugmentOptions),
};

static gboolean needs_sampling(const FaltungAugmentOptions *options) {
    return options->rotate > 0 || options->zoom > 0;
}

gboolean faltung_augment_moves(const FaltungAugmentOptions *options) {
    return options->flip || options->shift[0] || options->shift[1] || options->crop.padding ||
           needs_sampling(options);
}

/* The first option that moves pictures. */
static const char *first_move(const FaltungAugmentOptions *options) {
    return options->flip                            ? "flip"
           : options->shift[0] || options->shift[1] ? "shift"
           : options->crop.padding                  ? "crop"
           : options->rotate > 0                    ? "rotate"
                                                    : "zoom";
}

gboolean faltung_augment_picture(const FaltungDataset *dataset, int index, FaltungShape *shape,
                                 size_t *begin) {
    int n;
    const FaltungDatasetPart *parts = faltung_dataset_parts(dataset, &n);
    *shape = *faltung_dataset_shape(dataset);
    *begin = 0;
    if (!parts)
        return index == 0 && shape->rank == 3;
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        *shape = parts[i].shape;
        *begin = at;
        at += faltung_shape_size(shape);
        if (shape->rank == 3 && index-- == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean check_picture(const FaltungAugmentOptions *options, const FaltungDataset *dataset,
                              const FaltungShape *shape, const char **key, GError **error) {
    int height = shape->dims[1], width = shape->dims[2];
    int y = options->shift[0] + options->crop.padding,
        x = options->shift[1] + options->crop.padding;
    if (y < height && x < width)
        return TRUE;
    *key = options->shift[0] >= height || options->shift[1] >= width || !options->crop.padding
               ? "shift"
               : "crop";
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s may move a picture of the data set '%s' out of sight: it has %d x %d pixels; "
        "shift and crop.padding together must be less",
        *key, faltung_dataset_name(dataset), height, width);
}

gboolean faltung_augment_check(const FaltungAugmentOptions *options, const FaltungDataset *dataset,
                               const char **key, GError **error) {
    if (!faltung_augment_moves(options))
        return TRUE;
    FaltungShape shape;
    size_t begin;
    int n = 0;
    for (; faltung_augment_picture(dataset, n, &shape, &begin); n++)
        if (!check_picture(options, dataset, &shape, key, error))
            return FALSE;
    if (n > 0)
        return TRUE;
    g_autofree char *is = faltung_shape_format(faltung_dataset_shape(dataset));
    *key = first_move(options);
    return faltung_fail(
        error, FALTUNG_ERROR_SHAPE,
        "%s moves pictures (channels x height x width), but a sample of the data set "
        "'%s' is %s; only noise can be added to those, so remove %s",
        *key, faltung_dataset_name(dataset), is, *key);
}

/* -- the object --------------------------------------------------------------------------- */

/* A picture in a sample: all of it, or what one of several inputs takes. */
typedef struct {
    FaltungShape shape;
    size_t begin;  /* in the sample */
    float *fill;   /* (channels): what lies outside, normalized; NULL where nothing moves */
    float *frames; /* (threads, frame_size): the picture with a margin, for each thread */
    size_t frame_size;
} Picture;

struct FaltungAugment {
    FaltungAugmentOptions options;
    guint64 seed;
    size_t size; /* of one sample */
    int threads;
    int n_pictures;
    Picture *pictures; /* (n_pictures) */
};

/* A picture with a margin of what lies outside: one pixel before, two behind, so that both
   neighbours of any place from -1 to the width are there. */
enum { BEFORE = 1, MARGINS = 3 };

static int frame_width(const Picture *picture) {
    return picture->shape.dims[2] + MARGINS;
}

static size_t frame_plane(const Picture *picture) {
    return (size_t)(picture->shape.dims[1] + MARGINS) * frame_width(picture);
}

/* @value: what lies outside, as it is read */
static void make_fill(Picture *picture, const FaltungDataset *dataset, float value) {
    int n, channels = picture->shape.dims[0];
    size_t plane = (size_t)picture->shape.dims[1] * picture->shape.dims[2];
    size_t size = faltung_shape_size(faltung_dataset_shape(dataset));
    const float *mean, *scale;
    faltung_dataset_get_scaling(dataset, &n, &mean, &scale);
    picture->fill = g_new(float, channels);
    for (int c = 0; c < channels; c++) {
        size_t constant = (picture->begin + c * plane) / (size / n); /* each is of as many values */
        picture->fill[c] = (value - mean[constant]) * scale[constant];
    }
}

static void make_frames(Picture *picture, int threads) {
    size_t plane = frame_plane(picture);
    int channels = picture->shape.dims[0];
    /* threads do not share lines of the cache */
    picture->frame_size = (channels * plane + 15) / 16 * 16 + 16;
    picture->frames = g_new(float, threads * picture->frame_size);
    for (int thread = 0; thread < threads; thread++) {
        float *frame = picture->frames + thread * picture->frame_size;
        for (size_t i = 0; i < channels * plane; i++)
            frame[i] = picture->fill[i / plane];
    }
}

FaltungAugment *faltung_augment_new(const FaltungAugmentOptions *options, guint64 seed,
                                    const FaltungDataset *dataset, int threads) {
    gboolean moves = faltung_augment_moves(options);
    if (!moves && options->noise == 0)
        return NULL;
    FaltungAugment *augment = g_new0(FaltungAugment, 1);
    augment->options = *options;
    augment->seed = seed;
    augment->size = faltung_shape_size(faltung_dataset_shape(dataset));
    augment->threads = MAX(threads, 1);
    Picture picture = {0};
    while (faltung_augment_picture(dataset, augment->n_pictures, &picture.shape, &picture.begin)) {
        if (moves) {
            make_fill(&picture, dataset, options->fill);
            make_frames(&picture, augment->threads);
        }
        augment->pictures = g_renew(Picture, augment->pictures, augment->n_pictures + 1);
        augment->pictures[augment->n_pictures++] = picture;
    }
    g_assert(!moves || augment->n_pictures > 0);
    return augment;
}

void faltung_augment_free(FaltungAugment *augment) {
    if (!augment)
        return;
    for (int i = 0; i < augment->n_pictures; i++) {
        g_free(augment->pictures[i].fill);
        g_free(augment->pictures[i].frames);
    }
    g_free(augment->pictures);
    g_free(augment);
}

/* -- chance ------------------------------------------------------------------------------- */

/* Of a sample's numbers in an epoch the first blocks are for the geometry, those from
   NOISE_GROUP on (in groups of 16 blocks) for the noise. */
enum { NOISE_GROUP = 1 };

static FaltungRandom random_of(const FaltungAugment *augment, guint64 epoch, guint32 index) {
    return (FaltungRandom){
        .seed = augment->seed,
        .purpose = FALTUNG_RANDOM_AUGMENT,
        .stream = index,
        .step = epoch,
    };
}

/* A whole number from -@most to @most. */
static int draw_pixels(guint32 word, int most) {
    return (int)((guint64)word * (2 * most + 1) >> 32) - most;
}

/* From -@most to @most. */
static double draw_number(guint32 word, double most) {
    return (word * 0x1p-31 - 1.0) * most;
}

void faltung_augment_draw(const FaltungAugment *augment, guint64 epoch, guint32 index,
                          FaltungAugmentDraw *draw) {
    const FaltungAugmentOptions *options = &augment->options;
    FaltungRandom random = random_of(augment, epoch, index);
    uint32_t words[8];
    faltung_random_block(&random, 0, words);
    faltung_random_block(&random, 1, words + 4);
    gboolean horizontal = options->flip == FALTUNG_FLIP_HORIZONTAL;
    gboolean vertical = options->flip == FALTUNG_FLIP_VERTICAL;
    gboolean both = options->flip == FALTUNG_FLIP_BOTH;
    int padding = options->crop.padding;
    *draw = (FaltungAugmentDraw){
        .flip_x = (horizontal || both) && words[0] >> 31,
        .flip_y = (vertical || both) && (words[0] >> 30 & 1),
        .shift_y = draw_pixels(words[1], options->shift[0]) + draw_pixels(words[3], padding),
        .shift_x = draw_pixels(words[2], options->shift[1]) + draw_pixels(words[4], padding),
        .angle = draw_number(words[5], options->rotate) * (G_PI / 180),
        .zoom = 1 + draw_number(words[6], options->zoom),
    };
}

/* -- geometry ----------------------------------------------------------------------------- */

/* A picture's rows with a margin around them. */
static void put_into_frame(const Picture *picture, const float *sample, float *frame) {
    int channels = picture->shape.dims[0], height = picture->shape.dims[1];
    int width = picture->shape.dims[2], stride = frame_width(picture);
    for (int c = 0; c < channels; c++) {
        float *to = frame + c * frame_plane(picture) + BEFORE * stride + BEFORE;
        for (int y = 0; y < height; y++, sample += width, to += stride)
            memcpy(to, sample, width * sizeof(float));
    }
}

/* One channel moved by whole pixels and flipped: every value is one of the picture's, or @fill.
   @frame: with its margin; @to: (height, width) */
static void move_whole(const float *frame, int height, int width, const FaltungAugmentDraw *draw,
                       float fill, float *to) {
    int stride = width + MARGINS;
    /* the columns of the result that the picture covers */
    int begin = CLAMP(draw->shift_x, 0, width), end = CLAMP(width + draw->shift_x, 0, width);
    for (int y = 0; y < height; y++, to += width) {
        int from_y = y - draw->shift_y;
        gboolean inside = from_y >= 0 && from_y < height;
        if (draw->flip_y)
            from_y = height - 1 - from_y;
        for (int x = 0; x < (inside ? begin : width); x++)
            to[x] = fill;
        if (!inside)
            continue;
        const float *row = frame + (from_y + BEFORE) * stride + BEFORE;
        if (draw->flip_x) {
            for (int x = begin; x < end; x++)
                to[x] = row[width - 1 - (x - draw->shift_x)];
        } else {
            memcpy(to + begin, row + begin - draw->shift_x, (end - begin) * sizeof(float));
        }
        for (int x = end; x < width; x++)
            to[x] = fill;
    }
}

/* Where the value at (x, y) of the result comes from: (x0 + ax x + bx y, y0 + ay x + by y). */
typedef struct {
    double x0, ax, bx;
    double y0, ay, by;
} Affine;

/* The way back: unmoved, unflipped, unturned, unzoomed. */
static Affine affine_of(const FaltungAugmentDraw *draw, int height, int width) {
    double centre_x = (width - 1) / 2.0, centre_y = (height - 1) / 2.0;
    double flip_x = draw->flip_x ? -1 : 1, flip_y = draw->flip_y ? -1 : 1;
    double c = cos(draw->angle) / draw->zoom, s = sin(draw->angle) / draw->zoom;
    /* y points down: anticlockwise is (x, y) -> (x cos + y sin, -x sin + y cos) */
    Affine affine = {.ax = c * flip_x, .bx = -s * flip_y, .ay = s * flip_x, .by = c * flip_y};
    double x = centre_x + draw->shift_x, y = centre_y + draw->shift_y;
    affine.x0 = centre_x - affine.ax * x - affine.bx * y;
    affine.y0 = centre_y - affine.ay * x - affine.by * y;
    return affine;
}

FALTUNG_CLONES static void sample_row(const float *restrict frame, int height, int width, float x0,
                                      float ax, float y0, float ay, float *restrict to) {
    int stride = width + MARGINS;
    float last_x = width, last_y = height;
#pragma omp simd
    for (int i = 0; i < width; i++) {
        float x = x0 + ax * i, y = y0 + ay * i;
        /* further out it is like at -1 and at the width: all of it is margin */
        x = x < -1.0f ? -1.0f : x > last_x ? last_x : x;
        y = y < -1.0f ? -1.0f : y > last_y ? last_y : y;
        int column = (int)(x + 1.0f), row = (int)(y + 1.0f);
        float right = x + 1.0f - column, below = y + 1.0f - row;
        int at = row * stride + column;
        float top = frame[at] + right * (frame[at + 1] - frame[at]);
        float bottom = frame[at + stride] + right * (frame[at + stride + 1] - frame[at + stride]);
        to[i] = top + below * (bottom - top);
    }
}

void faltung_augment_sample_row(const float *restrict frame, int height, int width, float x0,
                                float ax, float y0, float ay, float *restrict to) {
    sample_row(frame, height, width, x0, ax, y0, ay, to);
}

/* @values: (inout): of the picture in a sample */
static void move_picture(const Picture *picture, const FaltungAugmentDraw *draw, gboolean whole,
                         float *frame, float *values) {
    int channels = picture->shape.dims[0], height = picture->shape.dims[1];
    int width = picture->shape.dims[2];
    put_into_frame(picture, values, frame);
    Affine a = affine_of(draw, height, width);
    for (int c = 0; c < channels; c++) {
        const float *plane = frame + c * frame_plane(picture);
        float *to = values + (size_t)c * height * width;
        if (whole) {
            move_whole(plane, height, width, draw, picture->fill[c], to);
            continue;
        }
        for (int y = 0; y < height; y++)
            faltung_augment_sample_row(plane, height, width, a.x0 + a.bx * y, a.ax, a.y0 + a.by * y,
                                       a.ay, to + (size_t)y * width);
    }
}

/* All pictures of a sample alike. */
static void move_sample(const FaltungAugment *augment, guint64 epoch, guint32 index,
                        float *sample) {
    FaltungAugmentDraw draw;
    faltung_augment_draw(augment, epoch, index, &draw);
    gboolean whole = !needs_sampling(&augment->options);
    if (whole && !draw.flip_x && !draw.flip_y && !draw.shift_x && !draw.shift_y)
        return;
    for (int i = 0; i < augment->n_pictures; i++) {
        const Picture *picture = &augment->pictures[i];
        float *frame = picture->frames + omp_get_thread_num() * picture->frame_size;
        move_picture(picture, &draw, whole, frame, sample + picture->begin);
    }
}

void faltung_augment_move(const FaltungAugment *augment, guint64 epoch, const guint32 *indices,
                          int n, float *samples, int threads) {
    if (!faltung_augment_moves(&augment->options))
        return;
    double work = (needs_sampling(&augment->options) ? 30.0 : 8.0) * n * augment->size;
    threads = MIN(faltung_threads_for(threads, work), augment->threads);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (int i = 0; i < n; i++)
        move_sample(augment, epoch, indices[i], samples + i * augment->size);
}

/* -- noise -------------------------------------------------------------------------------- */

/* To the pictures of a sample, or to all of one that has none. */
static void add_noise(const FaltungAugment *augment, guint64 epoch, guint32 index, float *sample) {
    FaltungRandom random = random_of(augment, epoch, index);
    uint32_t key[2], counter[4], words[FALTUNG_NOISE_GROUP];
    faltung_random_counter(&random, 0, key, counter);
    size_t group = NOISE_GROUP;
    for (int i = 0; i < MAX(augment->n_pictures, 1); i++) {
        const Picture *picture = augment->n_pictures > 0 ? &augment->pictures[i] : NULL;
        float *values = sample + (picture ? picture->begin : 0);
        size_t size = picture ? faltung_shape_size(&picture->shape) : augment->size;
        for (size_t at = 0; at < size; at += FALTUNG_NOISE_GROUP, group++) {
            faltung_kernels()->random_words(key, counter + 1, group, 1, words);
            faltung_noise_add(words, augment->options.noise, MIN(size - at, FALTUNG_NOISE_GROUP),
                              values + at, values + at);
        }
    }
}

gboolean faltung_augment_has_noise(const FaltungAugment *augment) {
    return augment->options.noise != 0;
}

void faltung_augment_add_noise(const FaltungAugment *augment, guint64 epoch, const guint32 *indices,
                               int n, float *samples, int threads) {
    if (!faltung_augment_has_noise(augment))
        return;
    threads = MIN(faltung_threads_for(threads, 60.0 * n * augment->size), augment->threads);
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (int i = 0; i < n; i++)
        add_noise(augment, epoch, indices[i], samples + i * augment->size);
}
