/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base/error.h"
#include "core/store/journal.h"
#include "core/store/publish.h"
#include "tests/store/scratch.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(const char *path, const char *bytes, gssize n) {
    GError *error = NULL;
    g_file_set_contents(path, bytes, n, &error);
    g_assert_no_error(error);
}

static void test_publish(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *part = g_build_filename(folder, "r.h5.part", NULL);
    g_autofree char *final = g_build_filename(folder, "r.h5", NULL);
    g_autofree char *left = g_build_filename(folder, "r.h5.tmp", NULL);
    GError *error = NULL;
    gsize n = 3 << 20;
    g_autofree char *bytes = g_malloc(n);
    for (gsize i = 0; i < n; i++)
        bytes[i] = i * 2654435761u >> 13;
    put(part, bytes, n);
    put(final, "old", 3);
    put(left, "what a dead writer left", -1);
    faltung_publish_copy(part, final, &error);
    g_assert_no_error(error);
    g_autofree char *copy = NULL;
    gsize length;
    g_file_get_contents(final, &copy, &length, NULL);
    g_assert_cmpmem(copy, length, bytes, n);
    g_autofree char *names = scratch_listing(folder);
    g_assert_cmpstr(names, ==, "r.h5 r.h5.part");
    put(part, "the end", -1);
    faltung_publish_move(part, final, &error);
    g_assert_no_error(error);
    g_autofree char *after = scratch_listing(folder);
    g_assert_cmpstr(after, ==, "r.h5");

    /* what fails leaves the final name as it was */
    g_assert_false(faltung_publish_copy(part, final, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_clear_error(&error);
    g_autofree char *end = NULL;
    g_file_get_contents(final, &end, NULL, NULL);
    g_assert_cmpstr(end, ==, "the end");
    scratch_free(g_steal_pointer(&folder));
}

static guint count(const char *run, const char *attempt) {
    g_autofree char *of = NULL;
    g_auto(GStrv) rows = faltung_journal_read(run, &of);
    return g_strcmp0(of, attempt) == 0 ? g_strv_length(rows) : 0;
}

static void test_journal(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *run = g_build_filename(folder, "r.h5", NULL);
    g_autofree char *path = g_build_filename(folder, "r.h5.journal", NULL);
    GError *error = NULL;
    g_assert_cmpuint(count(run, "a"), ==, 0);
    FaltungJournal *journal = faltung_journal_claim(run, &error);
    g_assert_no_error(error);
    faltung_journal_restart(journal, "a", &error);
    for (int i = 0; i < 20; i++) {
        g_autofree char *row = g_strdup_printf("step %d 0.5 nan", i);
        faltung_journal_append(journal, row, &error);
    }
    g_assert_no_error(error);
    g_assert_cmpuint(count(run, "a"), ==, 20);
    g_assert_cmpuint(count(run, "b"), ==, 0);
    g_autofree char *attempt = NULL;
    g_auto(GStrv) rows = faltung_journal_read(run, &attempt);
    g_assert_cmpstr(rows[19], ==, "step 19 0.5 nan");

    /* torn at any byte: the rows before are whole, and nothing else comes out */
    g_autofree char *whole = NULL;
    gsize n;
    g_file_get_contents(path, &whole, &n, NULL);
    g_autofree char *other = g_build_filename(folder, "o.h5.journal", NULL);
    g_autofree char *other_run = g_build_filename(folder, "o.h5", NULL);
    guint last = 0;
    for (gsize cut = 0; cut <= n; cut++) {
        put(other, whole, cut);
        g_autofree char *of = NULL;
        g_auto(GStrv) some = faltung_journal_read(other_run, &of);
        guint got = g_strv_length(some);
        for (guint i = 0; i < got; i++)
            g_assert_cmpstr(some[i], ==, rows[i]);
        g_assert_cmpuint(got, >=, last);
        last = got;
    }
    g_assert_cmpuint(last, ==, 20);
    /* a flipped bit in a row ends the reading there */
    char *row = strstr(whole, "step 7 ");
    row[5] ^= 1;
    put(other, whole, n);
    g_assert_cmpuint(count(other_run, "a"), ==, 7);

    faltung_journal_restart(journal, "b", &error);
    g_assert_cmpuint(count(run, "a"), ==, 0);
    g_assert_cmpuint(count(run, "b"), ==, 0);
    faltung_journal_append(journal, "x", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(count(run, "b"), ==, 1);
    faltung_journal_release(journal, FALSE);
    scratch_free(g_steal_pointer(&folder));
}

static void test_claim(void) {
    g_autofree char *folder = scratch_new();
    g_autofree char *run = g_build_filename(folder, "r.h5", NULL);
    g_autofree char *path = g_build_filename(folder, "r.h5.journal", NULL);
    GError *error = NULL;
    g_assert_false(faltung_journal_claimed(run));
    FaltungJournal *journal = faltung_journal_claim(run, &error);
    faltung_journal_restart(journal, "a", &error);
    g_assert_no_error(error);
    g_assert_true(faltung_journal_claimed(run));
    /* a second one, here and in another process, is refused and told who has it */
    g_assert_null(faltung_journal_claim(run, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_INPUT);
    g_autofree char *us = g_strdup_printf("process %d on ", (int)getpid());
    g_assert_nonnull(strstr(error->message, us));
    g_clear_error(&error);
    g_assert_true(faltung_journal_check(journal, &error));

    /* taken away under its hands */
    g_remove(path);
    g_assert_false(faltung_journal_check(journal, &error));
    g_assert_error(error, FALTUNG_ERROR, FALTUNG_ERROR_WORK);
    g_clear_error(&error);
    FaltungJournal *second = faltung_journal_claim(run, &error);
    g_assert_no_error(error);
    faltung_journal_release(journal, TRUE); /* no longer its to take away */
    g_assert_true(faltung_journal_check(second, &error));
    faltung_journal_release(second, TRUE);
    g_autofree char *names = scratch_listing(folder);
    g_assert_cmpstr(names, ==, "");

    /* a dead process' claim is none */
    pid_t child = fork();
    if (child == 0) {
        if (!faltung_journal_claim(run, NULL))
            _exit(1);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_false(faltung_journal_claimed(run));
    journal = faltung_journal_claim(run, &error);
    g_assert_no_error(error);
    faltung_journal_release(journal, TRUE);
    scratch_free(g_steal_pointer(&folder));
}

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/publish", test_publish);
    g_test_add_func("/store/journal", test_journal);
    g_test_add_func("/store/claim", test_claim);
    return g_test_run();
}
