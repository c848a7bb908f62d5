/* SPDX-License-Identifier: Apache-2.0 */
#include "core/config/overrides.h"
#include "core/config/reader.h"
#include "core/train/act.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { MOST_BYTES = 4 << 20 };

void faltung_experiment_free(FaltungExperiment *experiment) {
    if (!experiment)
        return;
    g_free(experiment->origin);
    g_free(experiment->text);
    g_free(experiment->name);
    g_free(experiment->description);
    faltung_options_free(&faltung_data_kind, experiment->data);
    faltung_options_free(&faltung_train_kind, experiment->train);
    g_clear_pointer(&experiment->graph, faltung_graph_free);
    faltung_sweep_free(experiment->sweep);
    g_free(experiment);
}

/* -- sections ----------------------------------------------------------------------------- */

static const char *const sections[] = {"name", "description", "data", "network", "train", "sweep"};

static void check_keys(FaltungReader *reader, const FaltungYamlNode *root) {
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        g_ptr_array_add(known, (char *)sections[i]);
    const FaltungKind *const kinds[] = {&faltung_data_kind, &faltung_train_kind};
    for (guint i = 0; i < faltung_yaml_size(root); i++) {
        const FaltungYamlNode *key = faltung_yaml_key(root, i);
        if (g_ptr_array_find_with_equal_func(known, key->text, g_str_equal, NULL))
            continue;
        g_autofree char *hint = NULL;
        for (size_t k = 0; k < G_N_ELEMENTS(kinds) && !hint; k++) {
            if (faltung_kind_option(kinds[k], key->text, NULL))
                hint = g_strdup_printf(_("it belongs under `%s:`"), kinds[k]->name);
        }
        faltung_reader_unknown_key(reader, key, _("the experiment"), known, hint);
    }
}

static char *read_text(FaltungReader *reader, const FaltungYamlNode *root, const char *key) {
    const FaltungOptionSpec spec = {.name = key, .type = FALTUNG_TEXT};
    const FaltungYamlNode *node = faltung_yaml_get(root, key);
    char *text = NULL;
    if (node && node->type != FALTUNG_YAML_EMPTY)
        faltung_read_value(reader, &spec, &text, node);
    return text ? g_strchomp(text) : NULL; /* a folded text ends with a line end */
}

static void check_folds(FaltungReader *reader, const FaltungYamlNode *node,
                        const FaltungDataOptions *data) {
    int folds = faltung_yaml_find(node, "folds"), fold = faltung_yaml_find(node, "fold");
    if (folds >= 0 && data->folds == 1)
        faltung_reader_fail(reader, faltung_yaml_value(node, folds)->start,
                            "one fold would leave nothing to train with; take 2 or more, or 0 for "
                            "none");
    else if (fold >= 0 && data->folds > 0 && data->fold > data->folds)
        faltung_reader_fail(reader, faltung_yaml_value(node, fold)->start,
                            "fold is %d, but there are %d folds; take one of 1 to %d", data->fold,
                            data->folds, data->folds);
}

/* Two words mean something else as a layer's `loss_target`. */
static void check_target_names(FaltungReader *reader, const FaltungYamlNode *node) {
    const FaltungYamlNode *target = faltung_yaml_get(node, "target");
    for (guint i = 0; target && target->keys && i < target->keys->len; i++) {
        const FaltungYamlNode *key = faltung_yaml_key(target, i);
        if (g_str_equal(key->text, FALTUNG_LOSS_OF_DATA) ||
            g_str_equal(key->text, FALTUNG_LOSS_OF_SAMPLE))
            faltung_reader_fail(reader, key->start,
                                "a target cannot be called '%s', which means something else as "
                                "loss_target; choose another name",
                                key->text);
    }
}

/* One source, and nothing that only another source has. */
static void check_data(FaltungReader *reader, const FaltungYamlNode *node,
                       const FaltungDataOptions *data, size_t offset) {
    const char *first = faltung_data_source(data);
    g_autofree char *all = g_strjoinv(", ", (char **)faltung_data_sources);
    if (!first)
        faltung_reader_fail(reader, offset,
                            "data needs a source, one of %s; add `name: fashion-mnist`", all);
    for (const FaltungOptionSpec *spec = faltung_data_kind.options; spec->name && first; spec++) {
        int at = faltung_yaml_find(node, spec->name);
        if (at < 0 || faltung_data_applies(spec->name, first) ||
            faltung_option_is_default(spec, data))
            continue;
        size_t key = faltung_yaml_key(node, at)->start;
        if (g_strv_contains(faltung_data_sources, spec->name))
            faltung_reader_fail(reader, key,
                                "data takes one source, here are %s and %s; keep one of them",
                                first, spec->name);
        else
            faltung_reader_fail(reader, key,
                                "%s does not apply to data given by %s (%s); remove it", spec->name,
                                first, _(spec->summary));
    }
    check_folds(reader, node, data);
    check_target_names(reader, node);
}

/* Of layers that are there. */
static void check_acts(FaltungReader *reader, const FaltungYamlNode *train,
                       const FaltungExperiment *experiment) {
    GError *error = NULL;
    g_autoptr(GArray) acts = faltung_acts_parse(experiment->train->acts, experiment->graph, &error);
    if (!acts)
        faltung_mistakes_take(reader->mistakes, faltung_yaml_get(train, "acts")->start, error);
}

static void *read_section(FaltungReader *reader, const FaltungKind *kind,
                          const FaltungYamlNode *root) {
    int index = faltung_yaml_find(root, kind->name);
    if (index < 0) {
        faltung_reader_fail(reader, root->start, "the section `%s:` is missing (%s); add it",
                            kind->name, kind->summary);
        return NULL;
    }
    const FaltungYamlNode *node = faltung_yaml_value(root, index);
    size_t offset = faltung_yaml_key(root, index)->start;
    void *options = faltung_options_new(kind);
    if (faltung_read_options(reader, kind, options, node, NULL, offset) &&
        kind == &faltung_data_kind)
        check_data(reader, node, options, offset);
    return options;
}

static FaltungGraph *read_network(FaltungReader *reader, const FaltungYamlNode *root) {
    int index = faltung_yaml_find(root, "network");
    if (index >= 0)
        return faltung_read_graph(reader, faltung_yaml_value(root, index),
                                  faltung_yaml_key(root, index)->start);
    faltung_reader_fail(reader, root->start,
                        "the section `network:` is missing (input and layers); add it");
    return NULL;
}

static char *default_name(const char *origin) {
    if (*origin == '<')
        return g_strdup("experiment");
    char *name = g_path_get_basename(origin);
    char *dot = strrchr(name, '.');
    if (dot && dot > name)
        *dot = '\0';
    return name;
}

static const char *check_top(const FaltungYamlNode *root) {
    switch (root->type) {
    case FALTUNG_YAML_EMPTY:
        return N_("the file is empty; an experiment needs the sections data, network and train");
    case FALTUNG_YAML_MAP:
        return NULL;
    default:
        return N_(
            "this is not an experiment; expected the sections `data:`, `network:` and `train:`");
    }
}

FaltungExperiment *faltung_read_experiment(const char *text, const char *origin,
                                           FaltungReadFlags flags, GPtrArray *mistakes) {
    guint before = mistakes->len;
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    if (!root)
        return NULL;
    const char *wrong = check_top(root);
    if (wrong) {
        faltung_mistakes_add(mistakes, root->start, FALTUNG_ERROR_INPUT, "%s", _(wrong));
        return NULL;
    }
    FaltungReader reader = {.text = text,
                            .origin = origin,
                            .mistakes = mistakes,
                            .sketch = flags & FALTUNG_READ_SKETCH};
    g_autoptr(FaltungExperiment) experiment = g_new0(FaltungExperiment, 1);
    experiment->origin = g_strdup(origin);
    experiment->text = g_strdup(text);
    check_keys(&reader, root);
    experiment->name = read_text(&reader, root, "name");
    experiment->description = read_text(&reader, root, "description");
    if (!experiment->name)
        experiment->name = default_name(origin);
    if (!experiment->description)
        experiment->description = g_strdup("");
    experiment->data = read_section(&reader, &faltung_data_kind, root);
    experiment->graph = read_network(&reader, root);
    experiment->train = read_section(&reader, &faltung_train_kind, root);
    if (experiment->graph && experiment->train)
        experiment->graph->l1 = experiment->train->l1;
    if (experiment->graph && experiment->train && mistakes->len == before)
        check_acts(&reader, faltung_yaml_get(root, "train"), experiment);
    const FaltungYamlNode *sweep = faltung_yaml_get(root, "sweep");
    if (sweep && (flags & FALTUNG_READ_SWEEP)) {
        experiment->sweep = faltung_read_sweep(&reader, sweep);
        if (mistakes->len == before) /* else every change would only repeat them */
            faltung_check_sweep(&reader, sweep);
    }
    gboolean drawable = experiment->data && experiment->graph && experiment->train;
    gboolean good = reader.sketch ? drawable : mistakes->len == before;
    return good ? g_steal_pointer(&experiment) : NULL;
}

/* -- texts and files ---------------------------------------------------------------------- */

static gboolean has_mistake(GPtrArray *mistakes, const char *message, size_t offset,
                            GArray *splices) {
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        size_t origin = mistake->offset;
        if (g_str_equal(mistake->message, message) &&
            faltung_overrides_origin(splices, &origin, NULL) < 0 && origin == offset)
            return TRUE;
    }
    return FALSE;
}

/* The first override with which the mistake is there: -1 where the file has it by itself. */
static int find_culprit(const char *text, const char *origin, const char *const *overrides, guint n,
                        const char *message, size_t offset) {
    for (guint i = 0; i <= n; i++) {
        g_autoptr(GArray) splices = g_array_new(FALSE, FALSE, sizeof(FaltungSplice));
        g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
        guint failed;
        g_autofree char *changed =
            faltung_overrides_apply(text, overrides, i, splices, &failed, NULL);
        faltung_experiment_free(
            faltung_read_experiment(changed, origin, FALTUNG_READ_SWEEP, mistakes));
        if (has_mistake(mistakes, message, offset, splices))
            return (int)i - 1;
    }
    return -1;
}

/* Tells mistakes of a text with overrides in it by the place in the file or by the override. */
static void report_overridden(GPtrArray *mistakes, const char *text, const char *origin,
                              const char *const *overrides, GArray *splices, GError **error) {
    faltung_mistakes_sort(mistakes);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < mistakes->len; i++) {
        const FaltungMistake *mistake = mistakes->pdata[i];
        size_t offset = mistake->offset;
        int written = faltung_overrides_origin(splices, &offset, NULL);
        if (written >= 0) {
            g_ptr_array_add(lines,
                            g_strdup_printf("--set %s: %s", overrides[written], mistake->message));
            continue;
        }
        int line, column;
        faltung_text_position(text, offset, &line, &column);
        GString *told = g_string_new(NULL);
        g_string_printf(told, "%s:%d:%d: %s", origin, line, column, mistake->message);
        int culprit = find_culprit(text, origin, overrides, splices->len, mistake->message, offset);
        if (culprit >= 0)
            g_string_append_printf(told, _(" (with --set %s)"), overrides[culprit]);
        g_ptr_array_add(lines, g_string_free(told, FALSE));
    }
    faltung_mistakes_set_error(mistakes, lines, error);
}

FaltungExperiment *faltung_experiment_parse(const char *text, const char *origin,
                                            const char *const *overrides, GError **error) {
    origin = origin ? origin : "<text>";
    guint n = overrides ? g_strv_length((char **)overrides) : 0;
    g_autoptr(GPtrArray) mistakes = faltung_mistakes_new();
    g_autoptr(FaltungYamlNode) root = faltung_yaml_parse(text, mistakes);
    if (!root) { /* overrides cannot mend it */
        faltung_mistakes_report(mistakes, origin, text, error);
        return NULL;
    }
    g_autoptr(GArray) splices = g_array_new(FALSE, FALSE, sizeof(FaltungSplice));
    guint failed = 0;
    g_autofree char *changed = faltung_overrides_apply(text, overrides, n, splices, &failed, error);
    if (!changed) {
        g_prefix_error(error, "--set %s: ", overrides[failed]);
        return NULL;
    }
    FaltungExperiment *experiment =
        faltung_read_experiment(changed, origin, FALTUNG_READ_SWEEP, mistakes);
    if (!experiment && n == 0)
        faltung_mistakes_report(mistakes, origin, text, error);
    else if (!experiment)
        report_overridden(mistakes, text, origin, overrides, splices, error);
    return experiment;
}

static gboolean check_bytes(const char *path, const char *text, gsize length, GError **error) {
    const char *problem = NULL;
    if (length >= 8 && memcmp(text, "\x89HDF\r\n\x1a\n", 8) == 0)
        problem = _("this is an HDF5 file, not an experiment; for a run file use `faltung inspect` "
                    "or `faltung train --resume`");
    else if (length > MOST_BYTES)
        problem = _("the file is larger than 4 MiB, which no experiment is; expected YAML text");
    else if (memchr(text, '\0', length))
        problem = _("this is a binary file, not an experiment; expected YAML text");
    if (problem)
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s:1:1: %s", path, problem);
    return !problem;
}

FaltungExperiment *faltung_experiment_load(const char *path, const char *const *overrides,
                                           GError **error) {
    g_autofree char *text = NULL;
    gsize length;
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(path, &text, &length, &failure)) {
        const char *reason = failure->code == G_FILE_ERROR_NOENT   ? _("there is no such file")
                             : failure->code == G_FILE_ERROR_ISDIR ? _("this is a folder")
                             : failure->code == G_FILE_ERROR_ACCES
                                 ? _("reading it is not permitted")
                                 : failure->message;
        faltung_fail(error, FALTUNG_ERROR_INPUT, "%s: %s; expected an experiment file (YAML)", path,
                     reason);
        return NULL;
    }
    if (!check_bytes(path, text, length, error))
        return NULL;
    return faltung_experiment_parse(text, path, overrides, error);
}
