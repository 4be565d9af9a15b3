#ifndef GUARDIA_CNCURSES_SHIM_H
#define GUARDIA_CNCURSES_SHIM_H
// SwiftPM drops pkg-config's -D_XOPEN_SOURCE; this asks for the wide-character functions directly.
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

// Macros of ncurses that are more than a number, which Swift does not import.
static const attr_t GUARDIA_BOLD = A_BOLD;
static const attr_t GUARDIA_DIM = A_DIM;
static const attr_t GUARDIA_ITALIC = A_ITALIC;
static const attr_t GUARDIA_UNDERLINE = A_UNDERLINE;
static const attr_t GUARDIA_BLINK = A_BLINK;
static const attr_t GUARDIA_REVERSE = A_REVERSE;

/// `stdscr` is a macro or a shared variable by how ncurses was built.
static inline WINDOW *guardia_stdscr(void) { return stdscr; }

/// "The opts argument is reserved for future use", says the X/Open text; ncurses takes from it a pair above 32,767.
static inline int guardia_setcchar(cchar_t *cell, const wchar_t *text, attr_t attributes, int pair) {
    return setcchar(cell, text, attributes, 0, &pair);
}

/// newterm() keeps the FILEs: they are of its kind, not Swift's.
static inline SCREEN *guardia_newterm(const char *type, int output, int input, FILE **files) {
    files[0] = fdopen(output, "w");
    files[1] = fdopen(input, "r");
    return files[0] && files[1] ? newterm(type, files[0], files[1]) : NULL;
}
#endif
