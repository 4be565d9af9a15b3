#ifndef GUARDIA_CLINUX_SHIM_H
#define GUARDIA_CLINUX_SHIM_H
/* What the C library has and Swift's Glibc module, which is built without _GNU_SOURCE, leaves out. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

extern int memfd_create(const char *name, unsigned int flags);

/* futex(2), which has no function in the C library. The word is in a mapped file, shared with other processes; a wait ends when it
 * is no longer `seen`, when it is woken, by a signal, or after some milliseconds. */
static inline void guardia_futex_wait(const void *word, uint32_t seen, int milliseconds) {
    struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    syscall(SYS_futex, word, FUTEX_WAIT, seen, &limit, NULL, 0);
}

static inline void guardia_futex_wake(const void *word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); }

extern int sched_getcpu(void);
extern int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *processors);
extern int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *processors);
extern int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const cpu_set_t *processors);

struct guardia_thread {
    void *(*main)(void *);
    void *context;
    cpu_set_t processors;
};

/* The processors are its own again before it does anything: what it starts has them from it. */
static inline void *guardia_thread_main(void *argument) {
    struct guardia_thread thread = *(struct guardia_thread *)argument;
    free(argument);
    sched_setaffinity(0, sizeof thread.processors, &thread.processors);
    return thread.main(thread.context);
}

/* Starts a detached thread. Gives errno, or 0 where it runs. */
static inline int guardia_start_thread(void *(*main)(void *), void *context) {
    pthread_t id;
    int code = pthread_create(&id, NULL, main, context);
    if (code == 0) pthread_detach(id);
    return code;
}

/* The same, on another processor than this one where there is one, for what goes on beside its parent: Linux often begins a thread on
 * its parent's, and moves one of the two only with a tick, up to 4 ms later, though the others idle. Not for two that wait for each
 * other: on one processor a word between them wakes no other. */
static inline int guardia_start_thread_aside(void *(*main)(void *), void *context) {
    cpu_set_t others;
    int here = sched_getcpu();
    struct guardia_thread *thread = malloc(sizeof *thread);
    if (thread == NULL || here < 0 || sched_getaffinity(0, sizeof others, &others) != 0) {
        free(thread);
        return guardia_start_thread(main, context);
    }
    *thread = (struct guardia_thread){main, context, others};
    __CPU_CLR_S((size_t)here, sizeof others, &others);

    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t id;
    /* There may be one alone, or a sandbox may forbid it. */
    bool is_done = __CPU_COUNT_S(sizeof others, &others) > 0 &&
                   pthread_attr_setaffinity_np(&attributes, sizeof others, &others) == 0 &&
                   pthread_create(&id, &attributes, guardia_thread_main, thread) == 0;
    pthread_attr_destroy(&attributes);
    if (is_done) return 0;
    free(thread);
    return guardia_start_thread(main, context);
}

/* F_SETPIPE_SZ of <fcntl.h>. */
static const int guardia_f_setpipe_sz = 1031;

/* Starts a program as everything here is started: in a session of its own, with default signals and none blocked, with no
 * descriptor but its three. An input below 0: it reads nothing; a folder of NULL: where we are. Gives errno, or 0 where it runs. */
static inline int guardia_spawn(pid_t *pid, const char *program, char *const words[], char *const environment[], int input,
                                int output, int errors, const char *folder) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, 0);
    else
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (folder != NULL) posix_spawn_file_actions_addchdir_np(&actions, folder);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    const short setsid = 0x80; /* POSIX_SPAWN_SETSID */
    posix_spawnattr_setflags(&attributes, setsid | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

    int code = posix_spawn(pid, program, &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/* Leaves no core behind, neither this process nor its children: there would be every secret in it. With PR_SET_DUMPABLE at 0 the
 * kernel also keeps processes of the same user from reading its memory. prctl is variadic, which Swift does not import. */
static inline void guardia_keep_no_core(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#endif
