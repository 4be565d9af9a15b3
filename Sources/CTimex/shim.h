// adjtimex(2). Swift's Glibc module leaves <sys/timex.h> out.
#ifndef GUARDIA_CTIMEX_H
#define GUARDIA_CTIMEX_H

#include <sys/timex.h>

/// Whether the kernel's clock is disciplined: 1 yes, 0 no, -1 the kernel does not say. Asking needs no privilege.
static inline int guardia_clock_is_synchronised(void) {
    struct timex state = {0};
    int code = adjtimex(&state);
    if (code < 0) return -1;
    return code != TIME_ERROR && !(state.status & STA_UNSYNC);
}

#endif
