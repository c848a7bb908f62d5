/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/experiment.h"
#include "core/ops/conv.h"
#include "draw/diagram-live.h"

static guint32 pixel_at(const FaltungPicture *picture, double x, double y) {
    const guint32 *pixels = g_bytes_get_data(picture->pixels, NULL);
    return pixels[(int)y * picture->width + (int)x];
}

/* conv2d of five filters of 3 x 2 on three channels of 9 x 8 pixels */
static FaltungNetwork *convolution(void) {
    g_autoptr(FaltungGraph) graph = faltung_graph_new(FALTUNG_SHAPE(3, 9, 8));
    FaltungLayer *layer = faltung_graph_add(graph, faltung_operation_find("conv2d", NULL), "conv");
    FaltungConv *options = layer->options;
    options->filters = 5;
    options->kernel[1] = 3;
    options->kernel[2] = 2;
    g_autoptr(GError) error = NULL;
    g_assert_true(faltung_graph_infer(graph, NULL, &error));
    return faltung_network_new(graph, 1, 1, 1, FALTUNG_NETWORK_KEEPS_OUTPUTS);
}

/* Each weight has a pixel of its colour left of the map that its filter made, and each value of
   the map one where the picture says that it is. */
static void test_filters(void) {
    g_autoptr(FaltungNetwork) network = convolution();
    const FaltungLayer *layer = faltung_graph_layer(faltung_network_graph(network), 0);
    const FaltungShape *shape = &layer->output_shape;
    int height = shape->dims[1], width = shape->dims[2];
    float weight[5][3][3][2], input[3 * 9 * 8];
    for (int i = 0; i < 3 * 9 * 8; i++)
        input[i] = (float)(i % 7) - 3;
    faltung_network_unpack(network, faltung_network_parameters(network), 0, 0, &weight[0][0][0][0]);
    faltung_network_set_input(network, 1, input);
    faltung_network_forward(network, FALSE, 0);
    g_autofree float *values = g_new(float, faltung_shape_size(shape));
    faltung_network_read_output(network, 0, 0, values);

    g_autoptr(FaltungPicture) picture =
        faltung_picture_of_output(network, 0, values, TRUE, FALSE, 300, 200);
    FaltungColormap colors = faltung_colormap_diverging(faltung_theme(FALSE));
    FaltungRange range = faltung_range_of(colors, &weight[0][0][0][0], 5 * 18);
    int scale = (picture->atlas.cell_height - 1) / 6; /* two rows of kernels, a pixel between */
    g_assert_cmpint(scale, >, 1);
    for (int f = 0; f < 5; f++) {
        FaltungRect room = faltung_atlas_beside(&picture->atlas, f);
        double top = room.y + (picture->atlas.cell_height - (6 * scale + 1)) / 2;
        for (int i = 0; i < 18; i++) {
            int c = i / 6, row = i / 2 % 3, column = i % 2;
            double x = room.x + c % 2 * (2 * scale + 1) + column * scale;
            double y = top + c / 2 * (3 * scale + 1) + row * scale;
            g_assert_cmphex(pixel_at(picture, x, y), ==,
                            faltung_colormap_pixel(colors, range, weight[f][c][row][column]));
        }
        for (int i = 0; i < height * width; i++) {
            FaltungRect cell = faltung_atlas_cell(&picture->atlas, f);
            double x = cell.x + (i % width + 0.5) * cell.width / width;
            double y = cell.y + (i / width + 0.5) * cell.height / height;
            gssize index = faltung_picture_index(picture, shape, x, y);
            g_assert_cmpint(index, ==, f * height * width + i);
            g_assert_cmphex(
                pixel_at(picture, x, y), ==,
                faltung_colormap_pixel(picture->colormap, picture->range, values[index]));
        }
    }

    /* without room for the filters there are the maps */
    g_autoptr(FaltungPicture) small =
        faltung_picture_of_output(network, 0, values, TRUE, FALSE, 30, 16);
    g_assert_cmpint(small->atlas.beside, ==, 0);
    g_assert_cmpint(small->atlas.n, >, 0);
}

/* A number for each value that is seen, and none where they are too small. */
static void test_numbers(void) {
    FaltungShape shape = FALTUNG_SHAPE(2, 3, 4);
    float values[24];
    for (int i = 0; i < 24; i++)
        values[i] = (float)i;
    g_autoptr(FaltungPicture) picture =
        faltung_picture_new(&shape, values, FALSE, FALSE, 200, 200, TRUE);
    FaltungRect place = {10, 10, picture->width, picture->height}, all = {0, 0, 2000, 2000};
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1000, 1000);
    cairo_t *cr = cairo_create(surface);
    const FaltungTheme *theme = faltung_theme(FALSE);
    double cell = picture->atlas.cell_width / 4.0;
    for (double scale = 0.25; scale < 4; scale *= 1.5) {
        FaltungRect at = {place.x, place.y, scale * place.width, scale * place.height};
        g_assert_cmpuint(faltung_picture_draw_numbers(cr, theme, picture, &shape, values, at, all),
                         ==, scale * cell >= 30 ? 24 : 0);
    }
    /* of the first map's first two columns */
    FaltungRect near = {0, 0, 4 * place.width, 4 * place.height};
    FaltungRect first = faltung_atlas_cell(&picture->atlas, 0);
    FaltungRect seen = {0, 0, 4 * (first.x + 1.5 * cell), 4 * (first.y + first.height) - 1};
    g_assert_cmpuint(faltung_picture_draw_numbers(cr, theme, picture, &shape, values, near, seen),
                     ==, 6);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}

/* -- what lies inside ------------------------------------------------------------------------ */

static const char *const insides = "data: {name: digits}\n"
                                   "network:\n"
                                   "  input: [5]\n"
                                   "  layers:\n"
                                   "    - embedding: {vocabulary: 7, units: 6}\n"
                                   "    - layer_norm: {}\n"
                                   "    - multi_head_attention: {heads: 2}\n"
                                   "    - lstm: {units: 3, bidirectional: true}\n"
                                   "train: {loss: mse}\n";
enum { PIXELS = 3 };

/* Each value has a place in the card, where it is told and has the colour of its tensor's scale;
   together the places are all values. */
static void check_inside(const FaltungNetwork *network, int layer, const FaltungInsideCard *card) {
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    gsize values = 0;
    for (guint i = 0; i < card->list->len; i++) {
        const FaltungInside *inside = card->list->pdata[i];
        g_autofree float *read = g_new(float, faltung_shape_size(&inside->shape));
        faltung_network_read_inner(network, layer, inside->inner, 0, read);
        gsize n = faltung_shape_size(&inside->shape);
        g_assert_cmpmem(inside->values, n * sizeof(float), read, n * sizeof(float));
        values += n;
    }
    for (int y = 0; y < card->picture->height; y++)
        for (int x = 0; x < card->picture->width; x++) {
            size_t index;
            const FaltungInsideCell *cell = faltung_inside_card_at(card, x + 0.5, y + 0.5, &index);
            if (!cell)
                continue;
            const FaltungInside *inside = cell->inside;
            gsize n = faltung_shape_size(&inside->shape);
            g_assert_cmpuint(index, <, n);
            g_hash_table_add(seen, (gpointer)&inside->values[index]);
            FaltungColormap map = faltung_colormap_for(faltung_theme(FALSE), inside->values, n);
            FaltungRange range = faltung_range_of(map, inside->values, n);
            /* not where a pixel is of two values */
            size_t before = SIZE_MAX, behind = SIZE_MAX;
            faltung_inside_card_at(card, x - 0.5, y - 0.5, &before);
            faltung_inside_card_at(card, x + 1.5, y + 1.5, &behind);
            if (inside->shape.rank > 1 && before == index && behind == index)
                g_assert_cmphex(pixel_at(card->picture, x, y), ==,
                                faltung_colormap_pixel(map, range, inside->values[index]));
        }
    g_assert_cmpuint(g_hash_table_size(seen), ==, values);
    g_hash_table_unref(seen);
}

static void visit(FaltungNetwork *network, int layer, gpointer data) {
    const FaltungSpelling *spelling = data;
    const FaltungShape *shape =
        &faltung_graph_layer(faltung_network_graph(network), layer)->output_shape;
    g_autofree float *output = g_new(float, faltung_shape_size(shape));
    faltung_network_read_output(network, layer, 0, output);
    FaltungCardPictures far =
        faltung_card_pictures_take(network, layer, output, spelling, FALSE, FALSE, PIXELS);
    FaltungCardPictures near =
        faltung_card_pictures_take(network, layer, output, spelling, TRUE, FALSE, PIXELS);
    g_assert_nonnull(far.output);
    g_assert_null(far.inside);
    g_assert_nonnull(near.output);
    g_assert_cmpint(near.output->width + near.inside->picture->width, <,
                    PIXELS * FALTUNG_LIVE_WIDE);
    check_inside(network, layer, near.inside);
    faltung_card_pictures_clear(&far);
    faltung_card_pictures_clear(&near);
}

static void test_inside(void) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungExperiment) experiment =
        faltung_experiment_parse(insides, "inside.yaml", NULL, &error);
    g_assert_no_error(error);
    g_autoptr(FaltungNetwork) network = faltung_network_new(experiment->graph, 1, 1, 1, 0);
    static const float sample[] = {3, 1, 4, 1, 6};
    FaltungSpelling spelling = {.sample = sample};
    faltung_network_set_input(network, 1, sample);
    faltung_network_forward_visiting(network, FALSE, 0, visit, &spelling);
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture/filters", test_filters);
    g_test_add_func("/picture/numbers", test_numbers);
    g_test_add_func("/picture/inside", test_inside);
    return g_test_run();
}
