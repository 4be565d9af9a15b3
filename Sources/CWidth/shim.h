#ifndef GUARDIA_CWIDTH_SHIM_H
#define GUARDIA_CWIDTH_SHIM_H
#include <wchar.h>
// <wchar.h> declares it only under _XOPEN_SOURCE, which Swift's Glibc module is not built with.
extern int wcwidth(wchar_t c);
#endif
