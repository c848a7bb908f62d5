/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* TeX's classes of atoms, which decide the space between them. */
typedef enum {
    CLASS_ORD,
    CLASS_OP,
    CLASS_BIN,
    CLASS_REL,
    CLASS_OPEN,
    CLASS_CLOSE,
    CLASS_PUNCT,
    CLASS_INNER,
    N_CLASSES,
} AtomClass;

typedef enum {
    LIMITS_NEVER,
    LIMITS_DISPLAY, /* above and below in display style */
    LIMITS_ALWAYS,
} Limits;

typedef struct {
    const char *name; /* without the backslash; NULL: a character only */
    gunichar code;
    AtomClass class;
    Limits limits;
} Symbol;

/** symbol_find: Returns: (nullable): the symbol called \@name. */
const Symbol *symbol_find(const char *name);
/** symbol_for_character: Returns: (nullable): what is known of a character. */
const Symbol *symbol_for_character(gunichar code);

/* The names of functions: \log. */
typedef struct {
    const char *name, *text;
    Limits limits;
} Function;
const Function *function_find(const char *name);

/* Accents: \hat. */
typedef struct {
    const char *name;
    gunichar code;
    gboolean wide; /* as wide as what is below it */
} Accent;
const Accent *accent_find(const char *name);

/* The alphabets: \mathbf. */
typedef enum {
    ALPHABET_NORMAL, /* Latin and small Greek letters italic */
    ALPHABET_ROMAN,
    ALPHABET_ITALIC,
    ALPHABET_BOLD,
    ALPHABET_BOLD_ITALIC,
    ALPHABET_BLACKBOARD,
    ALPHABET_SCRIPT,
    ALPHABET_SANS,
    ALPHABET_TYPEWRITER,
} Alphabet;
gboolean alphabet_find(const char *name, Alphabet *alphabet);
/** alphabet_map: Returns: the Unicode character of a letter or digit in an alphabet. */
gunichar alphabet_map(Alphabet alphabet, gunichar code);

/** delimiter_find: Returns: the character of a delimiter (`(`, `\{`, `\lfloor`) given without
 *  its backslash; 0 where it is none. */
gunichar delimiter_find(const char *name, gboolean command);

/** symbol_names: Returns: (transfer container): all names that follow a backslash, for "did you
 *  mean"; NULL-terminated. */
const char **symbol_names(void);
