#ifndef GUARDIA_RESCUE_H
#define GUARDIA_RESCUE_H

#include <stddef.h>
#include <termios.h>

// What runs in a signal handler is C: Swift may allocate, or initialise a global, where only async-signal-safe calls
// are allowed.

/// Arms the handlers that give the terminal back when the program crashes: on SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE
/// and SIGABRT they write `reset` to `fd`, restore `modes` and let the signal take its course (core file, exit
/// status). Safe to call again; returns 0, or -1 with errno.
int rescue_arm(int fd, const char *reset, size_t length, const struct termios *modes);

/// Puts back the handlers that were there before.
void rescue_disarm(void);

/// Notes each of these signals as one byte (its number) written to `fd`, which must not block; SIGTSTP and SIGCONT among
/// them. The handlers stay installed until `notify_stop`.
///
/// A program that was asked to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT) and has not called `notify_stop` half a second later is
/// held by its terminal: the terminal is then given back and the process ended, with 128 + the signal's number.
int notify_start(int fd, const int *signals, size_t count);
void notify_stop(void);

/// Stops the whole process as SIGTSTP would have without a handler, and returns once it was continued.
void stop_until_continued(void);

#endif
