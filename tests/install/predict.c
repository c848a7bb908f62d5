/* SPDX-License-Identifier: Apache-2.0 */

/* A trained network in a program of one's own: predict RUN.h5 VALUE... says the class of a sample.
 */
#include <faltung/faltung.h>
#include <stdio.h>
#include <stdlib.h>

/* @sample: n values as they were measured. */
static gboolean classify(FaltungPredictor *predictor, const float *sample, GError **error) {
    const FaltungShape *shape = faltung_predictor_output(predictor);
    const char *const *names = faltung_predictor_class_names(predictor);
    float outputs[16];
    if (!names || faltung_shape_size(shape) > G_N_ELEMENTS(outputs))
        return faltung_fail(error, FALTUNG_ERROR_DATA, "the network does not tell a few classes");
    if (!faltung_predictor_run(predictor, 1, sample, outputs, error))
        return FALSE;
    if (faltung_predictor_gives_odds(predictor))
        faltung_probabilities(shape, outputs);
    size_t best = 0;
    for (size_t k = 1; k < faltung_shape_size(shape); k++)
        best = outputs[k] > outputs[best] ? k : best;
    printf("%s,%.4f\n", names[best], outputs[best]);
    return TRUE;
}

int main(int argc, char **argv) {
    g_autoptr(GError) error = NULL;
    g_autoptr(FaltungPredictor) predictor =
        argc > 1 ? faltung_predictor_open(argv[1], 1, 1, &error) : NULL;
    if (predictor && faltung_shape_size(faltung_predictor_input(predictor)) == (size_t)argc - 2) {
        g_autofree float *sample = g_new(float, argc - 2);
        for (int i = 2; i < argc; i++)
            sample[i - 2] = strtof(argv[i], NULL);
        if (classify(predictor, sample, &error))
            return 0;
    }
    fprintf(stderr, "%s\n", error ? error->message : "usage: predict RUN.h5 VALUE...");
    return 1;
}
