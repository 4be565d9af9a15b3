#ifndef GUARDIA_CLINUX_SHIM_H
#define GUARDIA_CLINUX_SHIM_H
/* What the C library has and Swift's Glibc module, which is built without _GNU_SOURCE, leaves out. */
#include <malloc.h>
#include <spawn.h>
#include <sys/pidfd.h>

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

extern int memfd_create(const char *name, unsigned int flags);

/* F_SETPIPE_SZ of <fcntl.h>. */
static const int guardia_f_setpipe_sz = 1031;

/* POSIX_SPAWN_SETSID of <spawn.h>. */
static const short guardia_spawn_setsid = 0x80;

#endif
