#include "CLibrary.h"

#include <dlfcn.h>
#include <string.h>

/* dlerror(3) keeps its words for the next call on the same thread alone. */
static const char *words_of_last_error(void) {
    const char *words = dlerror();
    const char *copy = words ? strdup(words) : NULL;
    return copy ? copy : "it cannot be loaded";
}

const char *guardia_library_open(const char *file, const char *const *names, void **functions, size_t count) {
    /* Its names stay its own: what it calls by a name that we have as well is not ours. */
    void *library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) return words_of_last_error();
    for (size_t i = 0; i < count; i++) {
        functions[i] = dlsym(library, names[i]);
        if (functions[i] == NULL) return words_of_last_error();
    }
    return NULL;
}
