/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/text-units.h"

#include "analysis/outputs.h"
#include "core/base/error.h"

#include <math.h>
#include <string.h>

/* -- states --------------------------------------------------------------------------------- */

void faltung_text_states_free(FaltungTextStates *states) {
    if (!states)
        return;
    g_free(states->text);
    g_free(states->states);
    g_free(states);
}

static gboolean check(FaltungNetwork *network, const FaltungText *text, int layer, GError **error) {
    const FaltungShape *input = faltung_layer_shape(network, FALTUNG_INPUT);
    const FaltungShape *output = faltung_layer_shape(network, layer);
    if (text && layer != FALTUNG_INPUT && output->rank == 2 && input->rank == 1 &&
        output->dims[0] == input->dims[0])
        return TRUE;
    if (!text)
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "the samples are not of a text; that takes `data: {text: ...}`");
    else
        faltung_fail(error, FALTUNG_ERROR_INPUT,
                     "'%s' has no output for each character; choose a layer that has one, as a "
                     "recurrent one",
                     layer == FALTUNG_INPUT
                         ? "input"
                         : faltung_graph_layer(faltung_network_graph(network), layer)->name);
    return FALSE;
}

FaltungTextStates *faltung_text_states_new(FaltungNetwork *network, const FaltungDataset *dataset,
                                           guint32 n, int layer, const FaltungAnalysisHooks *hooks,
                                           GError **error) {
    const FaltungText *text = faltung_dataset_text(dataset);
    if (!check(network, text, layer, error))
        return NULL;
    int length = faltung_text_length(text), n_vocabulary;
    const gunichar *vocabulary = faltung_text_vocabulary(text, &n_vocabulary);
    /* of windows that overlap, those that do not */
    guint32 step = MAX(length / faltung_text_stride(text), 1);
    n = MIN(n, (faltung_dataset_size(dataset) + step - 1) / step);
    g_autofree guint32 *indices = g_new(guint32, n);
    for (guint32 i = 0; i < n; i++)
        indices[i] = i * step;
    g_autofree float *characters =
        faltung_layer_outputs(network, dataset, indices, n, FALTUNG_INPUT, NULL, error);
    if (!characters)
        return NULL;
    g_autoptr(FaltungTextStates) states = g_new0(FaltungTextStates, 1);
    states->n = (gsize)n * length;
    states->units = faltung_layer_shape(network, layer)->dims[1];
    states->states = faltung_layer_outputs(network, dataset, indices, n, layer, hooks, error);
    if (!states->states)
        return NULL;
    states->text = g_new(gunichar, states->n);
    for (gsize i = 0; i < states->n; i++)
        states->text[i] = vocabulary[CLAMP((int)characters[i], 0, n_vocabulary - 1)];
    return g_steal_pointer(&states);
}

/* -- properties ----------------------------------------------------------------------------- */

/* Between an odd quotation mark and the next. */
static void fill_quotes(const gunichar *text, gsize n, double *values) {
    gboolean inside = FALSE;
    for (gsize i = 0; i < n; i++) {
        gboolean mark = text[i] == '"';
        inside = mark ? !inside : inside;
        values[i] = inside || mark;
    }
}

static void fill_line(const gunichar *text, gsize n, double *values) {
    double position = 0;
    for (gsize i = 0; i < n; i++) {
        values[i] = position;
        position = text[i] == '\n' ? 0 : position + 1;
    }
}

static void fill_word(const gunichar *text, gsize n, double *values) {
    double position = 0;
    for (gsize i = 0; i < n; i++) {
        position = g_unichar_isalnum(text[i]) ? position + 1 : 0;
        values[i] = position;
    }
}

static void fill_brackets(const gunichar *text, gsize n, double *values) {
    int depth = 0;
    for (gsize i = 0; i < n; i++) {
        depth += text[i] == '(' || text[i] == '[' || text[i] == '{';
        values[i] = depth;
        depth -= text[i] == ')' || text[i] == ']' || text[i] == '}';
        depth = MAX(depth, 0);
    }
}

#define FILL_EACH(name, condition)                                                                 \
    static void name(const gunichar *text, gsize n, double *values) {                              \
        for (gsize i = 0; i < n; i++) {                                                            \
            gunichar c = text[i];                                                                  \
            values[i] = (condition) ? 1 : 0;                                                       \
        }                                                                                          \
    }

FILL_EACH(fill_capital, g_unichar_isupper(c))
FILL_EACH(fill_space, g_unichar_isspace(c))
FILL_EACH(fill_end, c == '\n')
FILL_EACH(fill_digit, g_unichar_isdigit(c))
FILL_EACH(fill_punctuation, g_unichar_ispunct(c))
FILL_EACH(fill_vowel, c < 128 && strchr("aeiouAEIOU", (int)c) && c)

const FaltungTextProperty *faltung_text_properties(void) {
    static const FaltungTextProperty properties[] = {
        {"quotes", "inside quotation marks", fill_quotes},
        {"line", "characters since the line began", fill_line},
        {"word", "characters since the word began", fill_word},
        {"brackets", "how many brackets are open", fill_brackets},
        {"capital", "a capital letter", fill_capital},
        {"vowel", "one of a, e, i, o, u", fill_vowel},
        {"digit", "a digit", fill_digit},
        {"punctuation", "a punctuation mark", fill_punctuation},
        {"space", "a blank or the end of a line", fill_space},
        {"line end", "the end of a line", fill_end},
        {NULL},
    };
    return properties;
}

/* -- correlation ---------------------------------------------------------------------------- */

void faltung_text_correlate(const FaltungTextStates *states, const FaltungTextProperty *property,
                            double *correlations) {
    gsize n = states->n;
    g_autofree double *values = g_new(double, n);
    property->fill(states->text, n, values);
    double mean = 0, variance = 0;
    for (gsize i = 0; i < n; i++)
        mean += values[i] / n;
    for (gsize i = 0; i < n; i++)
        variance += (values[i] - mean) * (values[i] - mean);
    for (int unit = 0; unit < states->units; unit++) {
        double sum = 0, squares = 0, products = 0;
        for (gsize i = 0; i < n; i++)
            sum += states->states[i * states->units + unit] / n;
        for (gsize i = 0; i < n; i++) {
            double difference = states->states[i * states->units + unit] - sum;
            squares += difference * difference;
            products += difference * (values[i] - mean);
        }
        double scale = sqrt(squares * variance);
        correlations[unit] = scale > 1e-12 * n ? products / scale : 0;
    }
}
