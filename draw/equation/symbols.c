/* SPDX-License-Identifier: Apache-2.0 */
#include "draw/equation/symbols.h"

#include <string.h>

/* clang-format off */
static const Symbol symbols[] = {
    /* characters that are not ordinary */
    {NULL, '+', CLASS_BIN}, {NULL, '-', CLASS_BIN}, {NULL, '*', CLASS_BIN},
    {NULL, '=', CLASS_REL}, {NULL, '<', CLASS_REL}, {NULL, '>', CLASS_REL}, {NULL, ':', CLASS_REL},
    {NULL, '(', CLASS_OPEN}, {NULL, '[', CLASS_OPEN},
    {NULL, ')', CLASS_CLOSE}, {NULL, ']', CLASS_CLOSE},
    {NULL, '!', CLASS_CLOSE}, {NULL, '?', CLASS_CLOSE},
    {NULL, ',', CLASS_PUNCT}, {NULL, ';', CLASS_PUNCT},
    {NULL, 0x2212, CLASS_BIN}, {NULL, 0x2217, CLASS_BIN},

    /* Greek */
    {"alpha", 0x3b1}, {"beta", 0x3b2}, {"gamma", 0x3b3}, {"delta", 0x3b4}, {"epsilon", 0x3f5},
    {"varepsilon", 0x3b5}, {"zeta", 0x3b6}, {"eta", 0x3b7}, {"theta", 0x3b8},
    {"vartheta", 0x3d1}, {"iota", 0x3b9}, {"kappa", 0x3ba}, {"varkappa", 0x3f0},
    {"lambda", 0x3bb}, {"mu", 0x3bc}, {"nu", 0x3bd}, {"xi", 0x3be}, {"omicron", 0x3bf},
    {"pi", 0x3c0}, {"varpi", 0x3d6}, {"rho", 0x3c1}, {"varrho", 0x3f1}, {"varsigma", 0x3c2},
    {"sigma", 0x3c3}, {"tau", 0x3c4}, {"upsilon", 0x3c5}, {"phi", 0x3d5}, {"varphi", 0x3c6},
    {"chi", 0x3c7}, {"psi", 0x3c8}, {"omega", 0x3c9},
    {"Gamma", 0x393}, {"Delta", 0x394}, {"Theta", 0x398}, {"Lambda", 0x39b}, {"Xi", 0x39e},
    {"Pi", 0x3a0}, {"Sigma", 0x3a3}, {"Upsilon", 0x3a5}, {"Phi", 0x3a6}, {"Psi", 0x3a8},
    {"Omega", 0x3a9},

    /* ordinary */
    {"partial", 0x2202}, {"nabla", 0x2207}, {"infty", 0x221e}, {"ell", 0x2113}, {"hbar", 0x210f},
    {"Re", 0x211c}, {"Im", 0x2111}, {"forall", 0x2200}, {"exists", 0x2203}, {"neg", 0xac},
    {"lnot", 0xac}, {"emptyset", 0x2205}, {"varnothing", 0x2205}, {"top", 0x22a4},
    {"bot", 0x22a5}, {"angle", 0x2220}, {"prime", 0x2032}, {"imath", 0x1d6a4},
    {"jmath", 0x1d6a5}, {"aleph", 0x2135}, {"backslash", '\\'}, {"vert", '|'}, {"Vert", 0x2016},
    {"|", 0x2016}, {"%", '%'}, {"&", '&'}, {"#", '#'}, {"$", '$'}, {"_", '_'},
    {"ldots", 0x2026, CLASS_INNER}, {"dots", 0x2026, CLASS_INNER}, {"cdots", 0x22ef, CLASS_INNER},
    {"vdots", 0x22ee}, {"ddots", 0x22f1, CLASS_INNER}, {"degree", 0xb0}, {"square", 0x25a1},
    {"triangle", 0x25b3}, {"checkmark", 0x2713},

    /* binary operators */
    {"cdot", 0x22c5, CLASS_BIN}, {"times", 0xd7, CLASS_BIN}, {"div", 0xf7, CLASS_BIN},
    {"pm", 0xb1, CLASS_BIN}, {"mp", 0x2213, CLASS_BIN}, {"ast", 0x2217, CLASS_BIN},
    {"star", 0x22c6, CLASS_BIN}, {"circ", 0x2218, CLASS_BIN}, {"bullet", 0x2219, CLASS_BIN},
    {"odot", 0x2299, CLASS_BIN}, {"oplus", 0x2295, CLASS_BIN}, {"ominus", 0x2296, CLASS_BIN},
    {"otimes", 0x2297, CLASS_BIN}, {"oslash", 0x2298, CLASS_BIN}, {"circledast", 0x229b, CLASS_BIN},
    {"cap", 0x2229, CLASS_BIN}, {"cup", 0x222a, CLASS_BIN}, {"setminus", 0x2216, CLASS_BIN},
    {"wedge", 0x2227, CLASS_BIN}, {"land", 0x2227, CLASS_BIN}, {"vee", 0x2228, CLASS_BIN},
    {"lor", 0x2228, CLASS_BIN}, {"dagger", 0x2020, CLASS_BIN},

    /* relations */
    {"leq", 0x2264, CLASS_REL}, {"le", 0x2264, CLASS_REL}, {"geq", 0x2265, CLASS_REL},
    {"ge", 0x2265, CLASS_REL}, {"lt", '<', CLASS_REL}, {"gt", '>', CLASS_REL},
    {"neq", 0x2260, CLASS_REL}, {"ne", 0x2260, CLASS_REL}, {"approx", 0x2248, CLASS_REL},
    {"equiv", 0x2261, CLASS_REL}, {"sim", 0x223c, CLASS_REL}, {"simeq", 0x2243, CLASS_REL},
    {"cong", 0x2245, CLASS_REL}, {"propto", 0x221d, CLASS_REL}, {"ll", 0x226a, CLASS_REL},
    {"gg", 0x226b, CLASS_REL}, {"in", 0x2208, CLASS_REL}, {"notin", 0x2209, CLASS_REL},
    {"ni", 0x220b, CLASS_REL}, {"subset", 0x2282, CLASS_REL}, {"subseteq", 0x2286, CLASS_REL},
    {"supset", 0x2283, CLASS_REL}, {"supseteq", 0x2287, CLASS_REL}, {"mid", 0x2223, CLASS_REL},
    {"parallel", 0x2225, CLASS_REL}, {"perp", 0x22a5, CLASS_REL}, {"doteq", 0x2250, CLASS_REL},
    {"coloneqq", 0x2254, CLASS_REL}, {"to", 0x2192, CLASS_REL}, {"rightarrow", 0x2192, CLASS_REL},
    {"leftarrow", 0x2190, CLASS_REL}, {"gets", 0x2190, CLASS_REL},
    {"leftrightarrow", 0x2194, CLASS_REL}, {"mapsto", 0x21a6, CLASS_REL},
    {"Rightarrow", 0x21d2, CLASS_REL}, {"Leftarrow", 0x21d0, CLASS_REL},
    {"Leftrightarrow", 0x21d4, CLASS_REL}, {"longrightarrow", 0x27f6, CLASS_REL},
    {"longleftarrow", 0x27f5, CLASS_REL}, {"implies", 0x27f9, CLASS_REL},
    {"iff", 0x27fa, CLASS_REL}, {"uparrow", 0x2191, CLASS_REL}, {"downarrow", 0x2193, CLASS_REL},

    /* brackets and punctuation */
    {"{", '{', CLASS_OPEN}, {"}", '}', CLASS_CLOSE}, {"lbrace", '{', CLASS_OPEN},
    {"rbrace", '}', CLASS_CLOSE}, {"lbrack", '[', CLASS_OPEN}, {"rbrack", ']', CLASS_CLOSE},
    {"langle", 0x27e8, CLASS_OPEN}, {"rangle", 0x27e9, CLASS_CLOSE},
    {"lfloor", 0x230a, CLASS_OPEN}, {"rfloor", 0x230b, CLASS_CLOSE},
    {"lceil", 0x2308, CLASS_OPEN}, {"rceil", 0x2309, CLASS_CLOSE},
    {"lvert", '|', CLASS_OPEN}, {"rvert", '|', CLASS_CLOSE},
    {"lVert", 0x2016, CLASS_OPEN}, {"rVert", 0x2016, CLASS_CLOSE}, {"colon", ':', CLASS_PUNCT},

    /* big operators */
    {"sum", 0x2211, CLASS_OP, LIMITS_DISPLAY}, {"prod", 0x220f, CLASS_OP, LIMITS_DISPLAY},
    {"coprod", 0x2210, CLASS_OP, LIMITS_DISPLAY}, {"int", 0x222b, CLASS_OP},
    {"iint", 0x222c, CLASS_OP}, {"oint", 0x222e, CLASS_OP},
    {"bigcup", 0x22c3, CLASS_OP, LIMITS_DISPLAY}, {"bigcap", 0x22c2, CLASS_OP, LIMITS_DISPLAY},
    {"bigoplus", 0x2a01, CLASS_OP, LIMITS_DISPLAY}, {"bigotimes", 0x2a02, CLASS_OP, LIMITS_DISPLAY},
    {"bigodot", 0x2a00, CLASS_OP, LIMITS_DISPLAY}, {"bigvee", 0x22c1, CLASS_OP, LIMITS_DISPLAY},
    {"bigwedge", 0x22c0, CLASS_OP, LIMITS_DISPLAY},
};

static const Function functions[] = {
    {"max", "max", LIMITS_DISPLAY}, {"min", "min", LIMITS_DISPLAY}, {"sup", "sup", LIMITS_DISPLAY},
    {"inf", "inf", LIMITS_DISPLAY}, {"lim", "lim", LIMITS_DISPLAY}, {"det", "det", LIMITS_DISPLAY},
    {"argmax", "arg max", LIMITS_DISPLAY}, {"argmin", "arg min", LIMITS_DISPLAY},
    {"Pr", "Pr", LIMITS_DISPLAY}, {"gcd", "gcd", LIMITS_DISPLAY},
    {"exp", "exp"}, {"log", "log"}, {"ln", "ln"}, {"lg", "lg"}, {"sin", "sin"}, {"cos", "cos"},
    {"tan", "tan"}, {"cot", "cot"}, {"sinh", "sinh"}, {"cosh", "cosh"}, {"tanh", "tanh"},
    {"arcsin", "arcsin"}, {"arccos", "arccos"}, {"arctan", "arctan"}, {"arg", "arg"},
    {"dim", "dim"}, {"ker", "ker"}, {"deg", "deg"},
};

static const Accent accents[] = {
    {"hat", 0x302}, {"check", 0x30c}, {"tilde", 0x303}, {"bar", 0x304}, {"breve", 0x306},
    {"dot", 0x307}, {"ddot", 0x308}, {"acute", 0x301}, {"grave", 0x300}, {"vec", 0x20d7},
    {"mathring", 0x30a}, {"widehat", 0x302, TRUE}, {"widetilde", 0x303, TRUE},
};

static const struct {
    const char *name;
    Alphabet alphabet;
} alphabets[] = {
    {"mathrm", ALPHABET_ROMAN}, {"mathup", ALPHABET_ROMAN}, {"mathit", ALPHABET_ITALIC},
    {"mathnormal", ALPHABET_NORMAL}, {"mathbf", ALPHABET_BOLD}, {"mathbb", ALPHABET_BLACKBOARD},
    {"mathcal", ALPHABET_SCRIPT}, {"mathscr", ALPHABET_SCRIPT}, {"mathsf", ALPHABET_SANS},
    {"mathtt", ALPHABET_TYPEWRITER}, {"boldsymbol", ALPHABET_BOLD_ITALIC},
    {"bm", ALPHABET_BOLD_ITALIC}, {"mathbfit", ALPHABET_BOLD_ITALIC},
};

/* What the parser knows beside the tables above. */
static const char *const other_names[] = {
    "frac", "tfrac", "dfrac", "binom", "sqrt", "left", "right", "middle", "big", "Big", "bigg",
    "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "overline",
    "underline", "overbrace", "underbrace", "overset", "underset", "stackrel", "substack", "text",
    "textrm", "mbox", "operatorname", "begin", "end", "quad", "qquad", "limits", "nolimits",
    "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "mark",
};
/* clang-format on */

#define FIND(table, wanted)                                                                        \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        if (g_strcmp0(table[i].name, wanted) == 0)                                                 \
            return &table[i];                                                                      \
    }                                                                                              \
    return NULL

const Symbol *symbol_find(const char *name) {
    FIND(symbols, name);
}

const Function *function_find(const char *name) {
    FIND(functions, name);
}

const Accent *accent_find(const char *name) {
    FIND(accents, name);
}

const Symbol *symbol_for_character(gunichar code) {
    for (guint i = 0; i < G_N_ELEMENTS(symbols); i++) {
        if (symbols[i].code == code)
            return &symbols[i];
    }
    return NULL;
}

gboolean alphabet_find(const char *name, Alphabet *alphabet) {
    for (guint i = 0; i < G_N_ELEMENTS(alphabets); i++) {
        if (strcmp(alphabets[i].name, name) == 0) {
            *alphabet = alphabets[i].alphabet;
            return TRUE;
        }
    }
    return FALSE;
}

/* First characters of each alphabet's blocks in Unicode; 0: has none. */
static const struct {
    gunichar upper, lower, digit, greek_upper, greek_lower, greek_variants;
} blocks[] = {
    [ALPHABET_NORMAL] = {0x1d434, 0x1d44e, 0, 0, 0x1d6fc, 0x1d715},
    [ALPHABET_ROMAN] = {0, 0, 0, 0, 0, 0},
    [ALPHABET_ITALIC] = {0x1d434, 0x1d44e, 0, 0x1d6e2, 0x1d6fc, 0x1d715},
    [ALPHABET_BOLD] = {0x1d400, 0x1d41a, 0x1d7ce, 0x1d6a8, 0x1d6c2, 0x1d6db},
    [ALPHABET_BOLD_ITALIC] = {0x1d468, 0x1d482, 0x1d7ce, 0x1d6a8, 0x1d736, 0x1d74f},
    [ALPHABET_BLACKBOARD] = {0x1d538, 0x1d552, 0x1d7d8, 0, 0, 0},
    [ALPHABET_SCRIPT] = {0x1d49c, 0x1d4b6, 0, 0, 0, 0},
    [ALPHABET_SANS] = {0x1d5a0, 0x1d5ba, 0x1d7e2, 0, 0, 0},
    [ALPHABET_TYPEWRITER] = {0x1d670, 0x1d68a, 0x1d7f6, 0, 0, 0},
};

/* Letters that Unicode had before it had the blocks. */
static const struct {
    gunichar in_block, instead;
} exceptions[] = {
    {0x1d455, 0x210e}, {0x1d53a, 0x2102}, {0x1d53f, 0x210d}, {0x1d545, 0x2115}, {0x1d547, 0x2119},
    {0x1d548, 0x211a}, {0x1d549, 0x211d}, {0x1d551, 0x2124}, {0x1d49d, 0x212c}, {0x1d4a0, 0x2130},
    {0x1d4a1, 0x2131}, {0x1d4a3, 0x210b}, {0x1d4a4, 0x2110}, {0x1d4a7, 0x2112}, {0x1d4a8, 0x2133},
    {0x1d4ad, 0x211b}, {0x1d4ba, 0x212f}, {0x1d4bc, 0x210a}, {0x1d4c4, 0x2134},
};

gunichar alphabet_map(Alphabet alphabet, gunichar code) {
    static const gunichar variants[] = {0x2202, 0x3f5, 0x3d1, 0x3f0, 0x3d5, 0x3f1, 0x3d6};
    gunichar first = 0, mapped = code;
    if (code >= 'A' && code <= 'Z')
        first = blocks[alphabet].upper, mapped = first + code - 'A';
    else if (code >= 'a' && code <= 'z')
        first = blocks[alphabet].lower, mapped = first + code - 'a';
    else if (code >= '0' && code <= '9')
        first = blocks[alphabet].digit, mapped = first + code - '0';
    else if (code >= 0x391 && code <= 0x3a9)
        first = blocks[alphabet].greek_upper, mapped = first + code - 0x391;
    else if (code >= 0x3b1 && code <= 0x3c9)
        first = blocks[alphabet].greek_lower, mapped = first + code - 0x3b1;
    for (guint i = 0; i < G_N_ELEMENTS(variants); i++) {
        if (code == variants[i])
            first = blocks[alphabet].greek_variants, mapped = first + i;
    }
    if (first == 0)
        return code;
    for (guint i = 0; i < G_N_ELEMENTS(exceptions); i++) {
        if (exceptions[i].in_block == mapped)
            return exceptions[i].instead;
    }
    return mapped;
}

gunichar delimiter_find(const char *name, gboolean command) {
    static const char *const commands[] = {
        "{",      "}",      "|",      "lbrace",    "rbrace",  "langle",    "rangle", "lfloor",
        "rfloor", "lceil",  "rceil",  "lvert",     "rvert",   "lVert",     "rVert",  "vert",
        "Vert",   "lbrack", "rbrack", "backslash", "uparrow", "downarrow",
    };
    if (!command)
        return strchr("()[]|/", *name) ? (guchar)*name
               : *name == '<'          ? 0x27e8
               : *name == '>'          ? 0x27e9
                                       : 0;
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i], name) == 0)
            return symbol_find(name)->code;
    }
    return 0;
}

const char **symbol_names(void) {
    GPtrArray *names = g_ptr_array_new();
#define ADD(table)                                                                                 \
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {                                              \
        if (table[i].name)                                                                         \
            g_ptr_array_add(names, (gpointer)table[i].name);                                       \
    }
    ADD(symbols)
    ADD(functions)
    ADD(accents)
    ADD(alphabets)
#undef ADD
    for (guint i = 0; i < G_N_ELEMENTS(other_names); i++)
        g_ptr_array_add(names, (gpointer)other_names[i]);
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}
