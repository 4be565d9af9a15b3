#ifndef GUARDIA_CLINUX_SHIM_H
#define GUARDIA_CLINUX_SHIM_H
/* What the C library has and Swift's Glibc module, which is built without _GNU_SOURCE, leaves out. */
#include <malloc.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

extern int memfd_create(const char *name, unsigned int flags);

/* F_SETPIPE_SZ of <fcntl.h>. */
static const int guardia_f_setpipe_sz = 1031;

/* POSIX_SPAWN_SETSID of <spawn.h>. */
static const short guardia_spawn_setsid = 0x80;

/* Leaves no core behind, neither this process nor its children: there would be every secret in it. With PR_SET_DUMPABLE at 0 the
 * kernel also keeps processes of the same user from reading its memory. prctl is variadic, which Swift does not import. */
static inline void guardia_keep_no_core(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

#endif
