#ifndef GUARDIA_CNCURSES_SHIM_H
#define GUARDIA_CNCURSES_SHIM_H
// SwiftPM drops pkg-config's -D_XOPEN_SOURCE; this asks for the wide-character functions directly.
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#endif
