/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The area is not measured above so many outputs (256 MB). */
enum { MOST_OUTPUTS = 1 << 26 };

/* What the area under the ROC curve is counted from. */
typedef struct {
    double score; /* grows with how probable the network holds the class */
    gboolean of_class;
} Answer;

struct FaltungScoring {
    FaltungTargetType type;
    int width;
    FaltungScores *scores;   /* so far: rows, classes' counts, confusion, ranks */
    double cross_entropy;    /* a sum */
    gboolean odds;           /* of the outputs below */
    GArray *outputs;         /* (rows, width) of float; NULL: no area is wanted */
    GArray *classes;         /* (rows) of gint32, with them */
    double *first;           /* (width): the first targets that count */
    guint64 *counted;        /* (width): targets that count, */
    double *sums, *squares;  /* (width): and sums of them less the first ones */
    double absolute, errors; /* sums of differences, and of squared ones */
};

#define SCORE(member) .name = #member, .offset = offsetof(FaltungScores, member)
#define OF_CLASSES .type = FALTUNG_TARGET_CLASS
#define OF_VALUES .type = FALTUNG_TARGET_VALUES

const FaltungScoreKind faltung_score_kinds[] = {
    {SCORE(accuracy), OF_CLASSES, .title = "accuracy", .grows = TRUE, .each_epoch = TRUE},
    {SCORE(mae), OF_VALUES, .title = "mean absolute error", .each_epoch = TRUE},
    {SCORE(rmse), OF_VALUES, .title = "root mean square error", .each_epoch = TRUE},
    {SCORE(top5), OF_CLASSES, .title = "top-5 accuracy", .more_than = 5, .grows = TRUE,
     .each_epoch = TRUE},
    {SCORE(precision), OF_CLASSES, .title = "precision", .grows = TRUE},
    {SCORE(recall), OF_CLASSES, .title = "recall", .grows = TRUE},
    {SCORE(f1), OF_CLASSES, .title = "F1", .grows = TRUE},
    {SCORE(auc), OF_CLASSES, .title = "area under the ROC curve", .more_than = 1, .grows = TRUE},
    {SCORE(perplexity), OF_CLASSES, .title = "perplexity", .of_odds = TRUE, .each_epoch = TRUE},
    {SCORE(bits), OF_CLASSES, .title = "bits", .of_odds = TRUE},
    {SCORE(r2), OF_VALUES, .title = "R2", .grows = TRUE, .each_epoch = TRUE},
    {0},
};

const FaltungScoreKind *faltung_score_kind(const char *name) {
    for (const FaltungScoreKind *kind = faltung_score_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0)
            return kind;
    return NULL;
}

gboolean faltung_score_applies(const FaltungScoreKind *kind, const FaltungHead *head,
                               const FaltungQuestion *asked) {
    gboolean classes = asked->type == FALTUNG_TARGET_CLASS;
    return classes == (kind->type == FALTUNG_TARGET_CLASS) && asked->n > kind->more_than &&
           (!kind->of_odds || head->loss->takes_odds);
}

void faltung_scores_free(FaltungScores *scores) {
    if (!scores)
        return;
    g_free(scores->classes);
    g_free(scores->confusion);
    g_free(scores->ranks);
    g_free(scores);
}

static double part(double of, double all) {
    return all > 0.0 ? of / all : NAN;
}

double faltung_scores_top(const FaltungScores *scores, int k) {
    guint64 among = 0;
    if (k < 1 || scores->n_classes <= k)
        return NAN;
    for (int rank = 0; rank < k; rank++)
        among += scores->ranks[rank];
    return part(among, scores->rows);
}

FaltungScoring *faltung_scoring_new(FaltungTargetType type, int width) {
    FaltungScoring *scoring = g_new0(FaltungScoring, 1);
    FaltungScores *scores = scoring->scores = g_new0(FaltungScores, 1);
    scoring->type = type;
    scoring->width = width;
    if (type == FALTUNG_TARGET_CLASS) {
        scores->n_classes = width;
        scores->classes = g_new0(FaltungClassScore, width);
        if (width <= FALTUNG_MOST_CONFUSION)
            scores->confusion = g_new0(guint64, (size_t)width * width);
        scores->ranks = g_new0(guint64, width);
    } else {
        scoring->first = g_new0(double, width);
        scoring->counted = g_new0(guint64, width);
        scoring->sums = g_new0(double, width);
        scoring->squares = g_new0(double, width);
    }
    return scoring;
}

void faltung_scoring_want_area(FaltungScoring *scoring, gboolean odds) {
    if (scoring->type != FALTUNG_TARGET_CLASS || scoring->width < 2)
        return;
    scoring->odds = odds;
    scoring->outputs = g_array_new(FALSE, FALSE, sizeof(float));
    scoring->classes = g_array_new(FALSE, FALSE, sizeof(gint32));
}

/* -log softmax of @output at @class */
static double negative_log(const float *output, int width, int class) {
    double max = output[0], sum = 0.0;
    for (int k = 1; k < width; k++)
        max = fmax(max, output[k]);
    for (int k = 0; k < width; k++)
        sum += exp(output[k] - max);
    return log(sum) + max - output[class];
}

static void forget_outputs(FaltungScoring *scoring) {
    g_clear_pointer(&scoring->outputs, g_array_unref);
    g_clear_pointer(&scoring->classes, g_array_unref);
}

static void keep_output(FaltungScoring *scoring, const float *output, gint32 class) {
    if (!scoring->outputs)
        return;
    g_array_append_vals(scoring->outputs, output, scoring->width);
    g_array_append_val(scoring->classes, class);
    if (scoring->outputs->len > MOST_OUTPUTS)
        forget_outputs(scoring);
}

void faltung_scoring_add_classes(FaltungScoring *scoring, guint64 rows, const float *output,
                                 const gint32 *classes, const guint8 *counts) {
    FaltungScores *scores = scoring->scores;
    int width = scoring->width;
    for (guint64 row = 0; row < rows; row++, output += width) {
        int class = classes[row], said = 0, before = 0; /* outputs that rank before the class's */
        if (counts && !counts[row])
            continue;
        for (int k = 0; k < width; k++) {
            said = output[k] > output[said] ? k : said;
            before += output[k] > output[class] || (output[k] == output[class] && k < class);
        }
        scores->classes[class].support++;
        scores->classes[said].said++;
        scores->classes[class].right += said == class;
        if (scores->confusion)
            scores->confusion[(size_t) class * width + said]++;
        scores->ranks[before]++;
        scoring->cross_entropy += negative_log(output, width, class);
        keep_output(scoring, output, class);
        scores->rows++;
    }
}

/* Values @begin to @end of a sample. */
static void add_part(FaltungScoring *scoring, int begin, int end, const float *output,
                     const float *targets) {
    for (int k = begin; k < end; k++) {
        if (scoring->counted[k]++ == 0)
            scoring->first[k] = targets[k];
        double error = (double)output[k] - targets[k], from = targets[k] - scoring->first[k];
        scoring->absolute += fabs(error);
        scoring->errors += error * error;
        scoring->sums[k] += from;
        scoring->squares[k] += from * from;
    }
}

void faltung_scoring_add_values(FaltungScoring *scoring, guint64 samples, int rows,
                                const float *output, const float *targets, const guint8 *counts) {
    int width = scoring->width, each = width / rows;
    for (guint64 i = 0; i < samples; i++, output += width, targets += width) {
        for (int row = 0; row < rows; row++)
            if (!counts || counts[i * rows + row])
                add_part(scoring, row * each, (row + 1) * each, output, targets);
    }
    scoring->scores->rows += samples;
}

static int compare_answers(gconstpointer a, gconstpointer b) {
    double left = ((const Answer *)a)->score, right = ((const Answer *)b)->score;
    return (left > right) - (left < right);
}

/* How often an answer of the class scores higher than one of the rest; a tie is half (Mann and
   Whitney, 1947). @answers: (n) */
static double area(guint n, Answer *answers) {
    qsort(answers, n, sizeof *answers, compare_answers);
    double pairs = 0.0, others = 0.0, owns = 0.0;
    for (guint begin = 0, end; begin < n; begin = end) {
        double other = 0.0, own = 0.0; /* of equal score */
        for (end = begin; end < n; end++) {
            if (end > begin && !(answers[end].score == answers[begin].score))
                break;
            own += answers[end].of_class;
            other += !answers[end].of_class;
        }
        pairs += own * (others + 0.5 * other);
        others += other;
        owns += own;
    }
    return part(pairs, others * owns);
}

/* What is compared of @output: of two classes the second less the first, which grows with softmax's
   probability; of more the class's probability, or its output where that is no odds. */
static double score_of(const FaltungScoring *scoring, const float *output, int class) {
    if (scoring->width == 2)
        return (double)output[1] - output[0];
    return scoring->odds ? exp(-negative_log(output, scoring->width, class)) : output[class];
}

/* The mean over the classes that there are rows of, each against the rest; of two the second's. */
static double mean_area(const FaltungScoring *scoring) {
    int width = scoring->width, there = 0;
    guint n = scoring->classes->len;
    g_autofree Answer *answers = g_new(Answer, n);
    double sum = 0.0;
    for (int class = width == 2; class < width; class ++) {
        for (guint row = 0; row < n; row++) {
            const float *output = &g_array_index(scoring->outputs, float, (size_t)row *width);
            answers[row] = (Answer){score_of(scoring, output, class),
                                    g_array_index(scoring->classes, gint32, row) == class};
        }
        double one = area(n, answers);
        there += !isnan(one);
        sum += isnan(one) ? 0.0 : one;
    }
    return part(sum, there);
}

static void end_classes(FaltungScoring *scoring) {
    FaltungScores *scores = scoring->scores;
    int there = 0;
    scores->precision = scores->recall = scores->f1 = 0.0;
    for (int k = 0; k < scores->n_classes; k++) {
        FaltungClassScore *class = &scores->classes[k];
        class->precision = part(class->right, class->said);
        class->recall = part(class->right, class->support);
        class->f1 = part(2.0 * class->right, (double)class->said + class->support);
        if (class->support == 0)
            continue;
        there++;
        scores->precision += class->said > 0 ? class->precision : 0.0;
        scores->recall += class->recall;
        scores->f1 += class->f1;
    }
    scores->precision = part(scores->precision, there);
    scores->recall = part(scores->recall, there);
    scores->f1 = part(scores->f1, there);
    guint64 right = 0;
    for (int k = 0; k < scores->n_classes; k++)
        right += scores->classes[k].right;
    scores->accuracy = part(right, scores->rows);
    scores->top5 = faltung_scores_top(scores, 5);
    scores->cross_entropy = part(scoring->cross_entropy, scores->rows);
    scores->perplexity = exp(scores->cross_entropy);
    scores->bits = scores->cross_entropy / G_LN2;
    scores->auc = scoring->outputs ? mean_area(scoring) : NAN;
    scores->mae = scores->rmse = scores->r2 = NAN;
}

static void end_values(FaltungScoring *scoring) {
    FaltungScores *scores = scoring->scores;
    double spread = 0.0, counted = 0.0;
    for (int k = 0; k < scoring->width; k++) {
        double sum = scoring->sums[k], n = scoring->counted[k];
        spread += n > 0.0 ? scoring->squares[k] - sum * sum / n : 0.0;
        counted += n;
    }
    scores->accuracy = scores->top5 = scores->precision = scores->recall = scores->f1 = NAN;
    scores->auc = scores->cross_entropy = scores->perplexity = scores->bits = NAN;
    scores->mae = part(scoring->absolute, counted);
    scores->rmse = sqrt(part(scoring->errors, counted));
    scores->r2 = 1.0 - part(scoring->errors, spread);
}

FaltungScores *faltung_scoring_end(FaltungScoring *scoring) {
    if (scoring->type == FALTUNG_TARGET_CLASS)
        end_classes(scoring);
    else
        end_values(scoring);
    FaltungScores *scores = scoring->scores;
    forget_outputs(scoring);
    g_free(scoring->first);
    g_free(scoring->counted);
    g_free(scoring->sums);
    g_free(scoring->squares);
    g_free(scoring);
    return scores;
}
