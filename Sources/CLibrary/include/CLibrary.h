#ifndef GUARDIA_CLIBRARY_H
#define GUARDIA_CLIBRARY_H
#include "Trampolines.h"
#include <stddef.h>

/* Opens a shared library and finds functions in it by their names, in that order. Null, or what is missing, in words that stay. */
const char *guardia_library_open(const char *file, const char *const *names, void **functions, size_t count);

#endif
