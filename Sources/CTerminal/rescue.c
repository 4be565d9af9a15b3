#include "rescue.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static const int fatal[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
enum { fatal_count = sizeof fatal / sizeof fatal[0] };

static struct {
    volatile sig_atomic_t armed;
    int fd;
    char reset[512];
    size_t length;
    struct termios modes;
    struct sigaction previous[fatal_count];
} rescue;

// Gives the terminal back, once: two threads may want to at the same time.
static void give_back(void) {
    if (!__atomic_exchange_n(&rescue.armed, 0, __ATOMIC_SEQ_CST)) return;
    size_t written = 0;
    while (written < rescue.length) {
        ssize_t count = write(rescue.fd, rescue.reset + written, rescue.length - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        written += (size_t)count;
    }
    tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
}

static void on_fatal(int signal, siginfo_t *info, void *context) {
    (void)context;
    give_back();
    // Not the handler that was there before: with a Swift toolchain that is an interactive backtracer, which would take
    // the terminal again and keep it.
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(signal, &standard, NULL);
    // A fault happens again as soon as the handler returns, with its own context, for whoever is next. A signal that was
    // sent, abort() and a breakpoint do not.
    if (info->si_code <= 0 || signal == SIGTRAP || signal == SIGABRT) raise(signal);
}

int rescue_arm(int fd, const char *reset, size_t length, const struct termios *modes) {
    if (length > sizeof rescue.reset) {
        errno = EINVAL;
        return -1;
    }
    rescue_disarm();

    // A stack overflow leaves the handler no stack but its own. It is the calling thread's; on other threads the handler
    // runs on theirs. Never freed: a handler may need it at any time.
    static char *stack;
    enum { stack_size = 64 * 1024 };
    if (!stack && !(stack = malloc(stack_size))) return -1;
    stack_t alternate = {.ss_sp = stack, .ss_size = stack_size};
    stack_t current;
    if (sigaltstack(NULL, &current) == 0 && (current.ss_flags & SS_DISABLE)) sigaltstack(&alternate, NULL);

    rescue.fd = fd;
    memcpy(rescue.reset, reset, length);
    rescue.length = length;
    rescue.modes = *modes;

    struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    // From the background, tcsetattr() would stop a dying process instead of letting it die.
    sigaddset(&action.sa_mask, SIGTTOU);
    for (int i = 0; i < fatal_count; i++) {
        if (sigaction(fatal[i], &action, &rescue.previous[i]) != 0) return -1;
    }
    rescue.armed = 1;
    return 0;
}

void rescue_disarm(void) {
    if (!__atomic_exchange_n(&rescue.armed, 0, __ATOMIC_SEQ_CST)) return;
    for (int i = 0; i < fatal_count; i++) sigaction(fatal[i], &rescue.previous[i], NULL);
}

static struct {
    int fd;
    size_t count;
    int signals[16];
    struct sigaction previous[16];
    struct sigaction previous_alarm;
    pthread_t owner;
    volatile sig_atomic_t ending;
} notify = {.fd = -1};

// How long a program that was asked to end may take. A terminal that has stopped reading holds its thread in a write that
// nothing else can end.
enum { patience_ms = 500 };

static void on_deadline(int signal) {
    // On the terminal's own thread, so that the write which it is held in does not go on behind us.
    if (!pthread_equal(pthread_self(), notify.owner)) {
        pthread_kill(notify.owner, signal);
        return;
    }
    // What the terminal has not taken so far it never will; without it there is room for the reset.
    tcflush(rescue.fd, TCOFLUSH);
    give_back();
    _exit(128 + notify.ending);
}

static void set_deadline(int milliseconds) {
    struct itimerval timer = {.it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_signal(int signal) {
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    // A full pipe loses nothing that matters: the reader is awake already, and each of these signals is idempotent.
    ssize_t ignored = write(notify.fd, &byte, 1);
    (void)ignored;
    if (!notify.ending && (signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT)) {
        notify.ending = signal;
        set_deadline(patience_ms);
    }
    errno = saved;
}

int notify_start(int fd, const int *signals, size_t count) {
    notify_stop();
    if (count > sizeof notify.signals / sizeof notify.signals[0]) {
        errno = EINVAL;
        return -1;
    }
    notify.fd = fd;
    notify.owner = pthread_self();
    notify.ending = 0;
    struct sigaction deadline = {.sa_handler = on_deadline};
    sigfillset(&deadline.sa_mask);
    if (sigaction(SIGALRM, &deadline, &notify.previous_alarm) != 0) return -1;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    // Whoever started us may have blocked them, and a mask is inherited.
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGALRM);
    for (size_t i = 0; i < count; i++) sigaddset(&ours, signals[i]);
    for (size_t i = 0; i < count; i++) {
        if (sigaction(signals[i], &action, &notify.previous[i]) != 0) return -1;
        notify.signals[i] = signals[i];
        notify.count = i + 1;
    }
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    return 0;
}

void notify_stop(void) {
    if (notify.count == 0) return;
    set_deadline(0);
    for (size_t i = 0; i < notify.count; i++) sigaction(notify.signals[i], &notify.previous[i], NULL);
    sigaction(SIGALRM, &notify.previous_alarm, NULL);
    notify.count = 0;
}

void stop_until_continued(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigaction(SIGTSTP, &standard, &ours);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    // Sent to this thread, so that it has happened when raise() returns: in an orphaned process group, which nobody could
    // continue, the kernel ignores it and we simply go on.
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGTSTP, &ours, NULL);
}
