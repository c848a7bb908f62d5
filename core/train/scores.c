/* SPDX-License-Identifier: Apache-2.0 */
#include "core/train/scores.h"

#include <math.h>

/* What the area under the ROC curve is counted from. */
typedef struct {
    double score; /* the second output less the first: grows with softmax's probability */
    gboolean second;
} Answer;

struct FaltungScoring {
    FaltungTargetType type;
    int width;
    int ignored;            /* a class; -1: none */
    FaltungScores *scores;  /* so far: rows, classes' counts, confusion; top5: a sum */
    double cross_entropy;   /* a sum */
    GArray *answers;        /* (element-type Answer): of two classes */
    double *first;          /* (width): the first targets; NULL before them */
    double *sums, *squares; /* (width): of targets less the first ones */
    double errors;          /* sum of squared differences */
};

void faltung_scores_free(FaltungScores *scores) {
    if (!scores)
        return;
    g_free(scores->classes);
    g_free(scores->confusion);
    g_free(scores);
}

FaltungScoring *faltung_scoring_new(FaltungTargetType type, int width) {
    FaltungScoring *scoring = g_new0(FaltungScoring, 1);
    FaltungScores *scores = scoring->scores = g_new0(FaltungScores, 1);
    scoring->type = type;
    scoring->width = width;
    scoring->ignored = -1;
    if (type == FALTUNG_TARGET_CLASS) {
        scores->n_classes = width;
        scores->classes = g_new0(FaltungClassScore, width);
        if (width <= FALTUNG_MOST_CONFUSION)
            scores->confusion = g_new0(guint64, (size_t)width * width);
        if (width == 2)
            scoring->answers = g_array_new(FALSE, FALSE, sizeof(Answer));
    } else {
        scoring->sums = g_new0(double, width);
        scoring->squares = g_new0(double, width);
    }
    return scoring;
}

void faltung_scoring_ignore(FaltungScoring *scoring, int class) {
    scoring->ignored = class;
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

void faltung_scoring_add_classes(FaltungScoring *scoring, guint64 rows, const float *output,
                                 const gint32 *classes) {
    FaltungScores *scores = scoring->scores;
    int width = scoring->width;
    for (guint64 row = 0; row < rows; row++, output += width) {
        int class = classes[row], said = 0, before = 0; /* outputs that rank before the class's */
        if (class == scoring->ignored)
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
        scores->top5 += before < 5;
        scoring->cross_entropy += negative_log(output, width, class);
        if (scoring->answers) {
            Answer answer = {(double)output[1] - output[0], class == 1};
            g_array_append_val(scoring->answers, answer);
        }
        scores->rows++;
    }
}

void faltung_scoring_add_values(FaltungScoring *scoring, guint64 rows, const float *output,
                                const float *targets) {
    int width = scoring->width;
    if (!scoring->first && rows > 0) {
        scoring->first = g_new(double, width);
        for (int k = 0; k < width; k++)
            scoring->first[k] = targets[k];
    }
    for (guint64 row = 0; row < rows; row++, output += width, targets += width) {
        for (int k = 0; k < width; k++) {
            double error = (double)output[k] - targets[k], from = targets[k] - scoring->first[k];
            scoring->errors += error * error;
            scoring->sums[k] += from;
            scoring->squares[k] += from * from;
        }
    }
    scoring->scores->rows += rows;
}

static double part(double of, double all) {
    return all > 0.0 ? of / all : NAN;
}

static int compare_answers(gconstpointer a, gconstpointer b) {
    double left = ((const Answer *)a)->score, right = ((const Answer *)b)->score;
    return (left > right) - (left < right);
}

/* How often an answer of the second class scores higher than one of the first; a tie is half
   (Mann and Whitney, 1947). */
static double area(GArray *answers) {
    g_array_sort(answers, compare_answers);
    double pairs = 0.0, firsts = 0.0, seconds = 0.0;
    for (guint begin = 0, end; begin < answers->len; begin = end) {
        double first = 0.0, second = 0.0; /* of equal score */
        double score = g_array_index(answers, Answer, begin).score;
        for (end = begin; end < answers->len; end++) {
            const Answer *answer = &g_array_index(answers, Answer, end);
            if (end > begin && !(answer->score == score))
                break;
            second += answer->second;
            first += !answer->second;
        }
        pairs += second * (firsts + 0.5 * first);
        firsts += first;
        seconds += second;
    }
    return part(pairs, firsts * seconds);
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
    scores->top5 = scores->n_classes > 5 ? part(scores->top5, scores->rows) : NAN;
    scores->cross_entropy = part(scoring->cross_entropy, scores->rows);
    scores->perplexity = exp(scores->cross_entropy);
    scores->bits = scores->cross_entropy / G_LN2;
    scores->auc = scoring->answers ? area(scoring->answers) : NAN;
    scores->r2 = NAN;
}

static void end_values(FaltungScoring *scoring) {
    FaltungScores *scores = scoring->scores;
    double spread = 0.0;
    for (int k = 0; k < scoring->width && scores->rows > 0; k++)
        spread += scoring->squares[k] - scoring->sums[k] * scoring->sums[k] / scores->rows;
    scores->top5 = scores->precision = scores->recall = scores->f1 = NAN;
    scores->auc = scores->cross_entropy = scores->perplexity = scores->bits = NAN;
    scores->r2 = 1.0 - part(scoring->errors, spread);
}

FaltungScores *faltung_scoring_end(FaltungScoring *scoring) {
    if (scoring->type == FALTUNG_TARGET_CLASS)
        end_classes(scoring);
    else
        end_values(scoring);
    FaltungScores *scores = scoring->scores;
    g_clear_pointer(&scoring->answers, g_array_unref);
    g_free(scoring->first);
    g_free(scoring->sums);
    g_free(scoring->squares);
    g_free(scoring);
    return scores;
}
