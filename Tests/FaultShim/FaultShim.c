#define _GNU_SOURCE
#include "FaultShim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// The plan from the environment, read once.

enum action { DO_NOTHING, DO_KILL_BEFORE, DO_KILL_AFTER, DO_STOP, DO_SHORT, DO_FAIL, DO_DROP };

static struct {
    const char *root;
    size_t root_length;
    const char *kinds;
    const char *path;
    const char *shadow;
    long at;
    long times;
    long bytes;
    long clock;
    enum action action;
    int error;
    int log;
} plan = {.log = -1};

static atomic_long steps;
static atomic_long written;

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

static const char *text(const char *name) {
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

// The shim's own system calls bypass the functions that it replaces.

static int own_open(const char *path, int flags) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

__attribute__((constructor)) static void read_plan(void) {
    plan.clock = number("FAULT_CLOCK", 0);
    plan.root = text("FAULT_ROOT");
    if (!plan.root) return;
    plan.root_length = strlen(plan.root);
    plan.kinds = text("FAULT_KINDS");
    plan.path = text("FAULT_PATH");
    plan.shadow = text("FAULT_SHADOW");
    plan.at = number("FAULT_AT", 0);
    plan.times = number("FAULT_TIMES", 1);
    plan.bytes = number("FAULT_BYTES", -1);
    const char *log = text("FAULT_LOG");
    if (log) plan.log = own_open(log, O_WRONLY | O_CREAT | O_APPEND);
    static const struct { const char *name; enum action action; int error; } actions[] = {
        {"kill-before", DO_KILL_BEFORE, 0}, {"kill-after", DO_KILL_AFTER, 0}, {"stop-before", DO_STOP, 0},
        {"short", DO_SHORT, 0}, {"EIO", DO_FAIL, EIO}, {"ENOSPC", DO_FAIL, ENOSPC}, {"EDQUOT", DO_FAIL, EDQUOT},
        {"EROFS", DO_FAIL, EROFS}, {"drop", DO_DROP, EIO},
    };
    const char *wanted = text("FAULT_DO");
    if (!wanted) return;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, wanted) != 0) continue;
        plan.action = actions[i].action;
        plan.error = actions[i].error;
        return;
    }
    fprintf(stderr, "FaultShim: FAULT_DO=%s is not known\n", wanted);
    _exit(70);
}

/// The function that this one replaces.
#define REAL(name) ({                                                                                                  \
    static _Atomic(void *) found;                                                                                      \
    void *real = atomic_load_explicit(&found, memory_order_relaxed);                                                   \
    if (!real) {                                                                                                       \
        real = dlsym(RTLD_NEXT, #name);                                                                                \
        atomic_store_explicit(&found, real, memory_order_relaxed);                                                     \
    }                                                                                                                  \
    (__typeof__(&name))real;                                                                                           \
})

// Which step it is, and what has to happen.

static bool is_below_root(const char *path) {
    return plan.root && strncmp(path, plan.root, plan.root_length) == 0
        && (path[plan.root_length] == '/' || path[plan.root_length] == 0);
}

static bool path_of_descriptor(int descriptor, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return false;
    path[length] = 0;
    return true;
}

static bool path_at(int folder, const char *name, char path[PATH_MAX]) {
    if (name[0] == '/') return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    char parent[PATH_MAX];
    bool is_known = folder == AT_FDCWD ? syscall(SYS_getcwd, parent, sizeof parent) > 0
                                       : path_of_descriptor(folder, parent);
    return is_known && snprintf(path, PATH_MAX, "%s/%s", parent, name) < PATH_MAX;
}

static bool is_kind(const char *kind) {
    if (!plan.kinds) return true;
    size_t length = strlen(kind);
    for (const char *at = plan.kinds; (at = strstr(at, kind)) != NULL; at += length) {
        bool begins = at == plan.kinds || at[-1] == ',';
        if (begins && (at[length] == 0 || at[length] == ',')) return true;
    }
    return false;
}

/// The progress notice of a pass, written each second and never relied on: counting its steps would renumber the others.
static bool is_notice(const char *path) {
    return strstr(path, "/spool/pass.json") != NULL;
}

static bool is_path(const char *path) {
    if (!plan.path) return true;
    size_t length = strlen(plan.path);
    if (plan.path[length - 1] != '$') return strstr(path, plan.path) != NULL;
    size_t path_length = strlen(path);
    return path_length >= length - 1 && strncmp(path + path_length - (length - 1), plan.path, length - 1) == 0;
}

static void end_process(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) syscall(SYS_pause);
}

/// Counts a step and does what has to happen before it.
/// - Returns: what has to happen with it: DO_NOTHING, DO_KILL_AFTER, DO_SHORT, DO_FAIL or DO_DROP.
static enum action begin(const char *kind, const char *path, long bytes) {
    if (!is_below_root(path) || is_notice(path) || !is_kind(kind) || !is_path(path)) return DO_NOTHING;
    long step = atomic_fetch_add(&steps, 1) + 1;
    long before = atomic_fetch_add(&written, bytes);
    if (plan.log >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", step, kind, path);
        syscall(SYS_write, plan.log, line, length);
    }
    bool is_chosen = plan.at > 0 && step >= plan.at && (plan.times == 0 || step < plan.at + plan.times);
    if (plan.bytes >= 0 && bytes > 0 && before + bytes > plan.bytes) is_chosen = true;
    if (!is_chosen) return DO_NOTHING;
    switch (plan.action) {
    case DO_KILL_BEFORE: end_process(); break;
    // To this thread itself, so that it cannot pass the step while the others are being stopped.
    case DO_STOP: syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSTOP); return DO_NOTHING;
    default: break;
    }
    return plan.action;
}

static enum action begin_descriptor(const char *kind, int descriptor, long bytes) {
    char path[PATH_MAX];
    if (!plan.root || !path_of_descriptor(descriptor, path)) return DO_NOTHING;
    return begin(kind, path, bytes);
}

static enum action begin_at(const char *kind, int folder, const char *name) {
    char path[PATH_MAX];
    if (!plan.root || !path_at(folder, name, path)) return DO_NOTHING;
    return begin(kind, path, 0);
}

/// Carries out a step as decided: makes `call`, or fails with the planned errno.
#define TAKE(decision, call) ({                                                                                        \
    enum action decided = (decision);                                                                                  \
    __typeof__(call) result = -1;                                                                                      \
    if (decided == DO_FAIL || decided == DO_DROP) {                                                                    \
        errno = plan.error;                                                                                            \
    } else {                                                                                                           \
        result = (call);                                                                                               \
        if (decided == DO_KILL_AFTER) end_process();                                                                   \
    }                                                                                                                  \
    result;                                                                                                            \
})

// The shadow: a copy of what was flushed.

static bool identity(int folder, const char *name, int flags, char id[64], mode_t *mode) {
    struct statx status;
    if (syscall(SYS_statx, folder, name, flags, STATX_BASIC_STATS | STATX_BTIME, &status) != 0) return false;
    snprintf(id, 64, "%llu-%lld.%09u", (unsigned long long)status.stx_ino, (long long)status.stx_btime.tv_sec,
        status.stx_btime.tv_nsec);
    *mode = status.stx_mode;
    return true;
}

static void shadow_file(int from, int to) {
    char buffer[1 << 16];
    // The descriptor may be write-only, or bypass the page cache.
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", from);
    int source = own_open(link, O_RDONLY);
    if (source < 0) return;
    for (;;) {
        long count = syscall(SYS_read, source, buffer, sizeof buffer);
        if (count <= 0) break;
        syscall(SYS_write, to, buffer, count);
    }
    syscall(SYS_close, source);
}

static void shadow_folder(int from, int to) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", from);
    DIR *folder = opendir(link);
    if (!folder) return;
    struct dirent *entry;
    while ((entry = readdir(folder))) {
        char id[64], line[NAME_MAX + 80];
        mode_t mode;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!identity(dirfd(folder), entry->d_name, AT_SYMLINK_NOFOLLOW, id, &mode)) continue;
        int length = snprintf(line, sizeof line, "%c %s %s\n", S_ISDIR(mode) ? 'd' : 'f', id, entry->d_name);
        syscall(SYS_write, to, line, length);
    }
    closedir(folder);
}

/// Records what is durable now. If two threads flush a file at once, one of them records its present state.
static void shadow(int descriptor) {
    static atomic_long drafts;
    char path[PATH_MAX], id[64], target[PATH_MAX], draft[PATH_MAX];
    mode_t mode;
    if (!plan.shadow || !path_of_descriptor(descriptor, path) || !is_below_root(path)) return;
    int before = errno;
    if (identity(descriptor, "", AT_EMPTY_PATH, id, &mode)) {
        bool is_folder = S_ISDIR(mode);
        snprintf(target, sizeof target, "%s/%s/%s", plan.shadow, is_folder ? "folders" : "files", id);
        snprintf(draft, sizeof draft, "%s/draft-%d-%ld", plan.shadow, getpid(), atomic_fetch_add(&drafts, 1));
        int to = own_open(draft, O_WRONLY | O_CREAT | O_TRUNC);
        if (to >= 0) {
            if (is_folder) shadow_folder(descriptor, to); else shadow_file(descriptor, to);
            syscall(SYS_fchmod, to, mode & 07777);
            syscall(SYS_close, to);
            syscall(SYS_renameat2, AT_FDCWD, draft, AT_FDCWD, target, 0);
        }
    }
    errno = before;
}

/// Restores a file to its last flushed state.
static void drop(int descriptor) {
    char id[64], source[PATH_MAX], link[64];
    mode_t mode;
    if (!plan.shadow || !identity(descriptor, "", AT_EMPTY_PATH, id, &mode) || !S_ISREG(mode)) return;
    snprintf(source, sizeof source, "%s/files/%s", plan.shadow, id);
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    int to = own_open(link, O_WRONLY | O_TRUNC);
    int from = own_open(source, O_RDONLY);
    if (to >= 0 && from >= 0) shadow_file(from, to);
    if (from >= 0) syscall(SYS_close, from);
    if (to >= 0) syscall(SYS_close, to);
}

// Bytes.

static size_t half(enum action decided, size_t count) {
    return decided == DO_SHORT && count > 1 ? count / 2 : count;
}

#define WRITE(name, descriptor, count, ...) ({                                                                         \
    enum action what = begin_descriptor("write", descriptor, (long)(count));                                           \
    size_t part = half(what, count);                                                                                   \
    (void)part;                                                                                                        \
    TAKE(what, REAL(name)(__VA_ARGS__));                                                                               \
})

ssize_t write(int file, const void *bytes, size_t count) { return WRITE(write, file, count, file, bytes, part); }

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    return WRITE(pwrite, file, count, file, bytes, part, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    return WRITE(pwrite64, file, count, file, bytes, part, offset);
}

static size_t total(const struct iovec *pieces, int count) {
    size_t sum = 0;
    for (int i = 0; i < count; i++) sum += pieces[i].iov_len;
    return sum;
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
    return WRITE(writev, file, total(pieces, count), file, pieces, count);
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t offset) {
    return WRITE(pwritev, file, total(pieces, count), file, pieces, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t offset) {
    return WRITE(pwritev64, file, total(pieces, count), file, pieces, count, offset);
}

int ftruncate(int file, off_t size) {
    return TAKE(begin_descriptor("truncate", file, 0), REAL(ftruncate)(file, size));
}

int ftruncate64(int file, off64_t size) {
    return TAKE(begin_descriptor("truncate", file, 0), REAL(ftruncate64)(file, size));
}

int truncate(const char *path, off_t size) {
    return TAKE(begin_at("truncate", AT_FDCWD, path), REAL(truncate)(path, size));
}

int truncate64(const char *path, off64_t size) {
    return TAKE(begin_at("truncate", AT_FDCWD, path), REAL(truncate64)(path, size));
}

/// As in the system's own function, the error is returned and not left in errno.
int posix_fallocate(int file, off_t offset, off_t size) {
    enum action what = begin_descriptor("write", file, (long)size);
    if (what == DO_FAIL) return plan.error;
    int result = REAL(posix_fallocate)(file, offset, size);
    if (what == DO_KILL_AFTER) end_process();
    return result;
}

// Flushes.

static enum action begin_sync(int file) {
    enum action decided = begin_descriptor("sync", file, 0);
    if (decided == DO_DROP) drop(file);
    return decided;
}

int fsync(int file) {
    return TAKE(begin_sync(file), ({
        int flushed = REAL(fsync)(file);
        if (flushed == 0) shadow(file);
        flushed;
    }));
}

int fdatasync(int file) {
    return TAKE(begin_sync(file), ({
        int flushed = REAL(fdatasync)(file);
        if (flushed == 0) shadow(file);
        flushed;
    }));
}

// Names.

static mode_t mode_argument(int flags, va_list arguments) {
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

/// Opening is a step if it creates or truncates a file.
static enum action begin_open(int folder, const char *name, int flags) {
    if (!plan.root || !(flags & (O_CREAT | O_TRUNC))) return DO_NOTHING;
    bool is_there = syscall(SYS_faccessat, folder, name, F_OK) == 0;
    if (is_there) return flags & O_TRUNC ? begin_at("truncate", folder, name) : DO_NOTHING;
    return flags & O_CREAT ? begin_at("create", folder, name) : DO_NOTHING;
}

#define OPEN(name, folder, path, ...) ({                                                                               \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    mode_t mode = mode_argument(flags, arguments);                                                                     \
    va_end(arguments);                                                                                                 \
    TAKE(begin_open(folder, path, flags), REAL(name)(__VA_ARGS__, flags, mode));                                       \
})

int open(const char *path, int flags, ...) { return OPEN(open, AT_FDCWD, path, path); }
int open64(const char *path, int flags, ...) { return OPEN(open64, AT_FDCWD, path, path); }
int openat(int folder, const char *path, int flags, ...) { return OPEN(openat, folder, path, folder, path); }
int openat64(int folder, const char *path, int flags, ...) { return OPEN(openat64, folder, path, folder, path); }

int mkdir(const char *path, mode_t mode) {
    bool is_there = plan.root && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    return TAKE(is_there ? DO_NOTHING : begin_at("folder", AT_FDCWD, path), REAL(mkdir)(path, mode));
}

int rename(const char *from, const char *to) {
    return TAKE(begin_at("rename", AT_FDCWD, to), REAL(rename)(from, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    return TAKE(begin_at("rename", to_folder, to), REAL(renameat)(from_folder, from, to_folder, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned int flags) {
    return TAKE(begin_at("rename", to_folder, to), REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

int link(const char *from, const char *to) { return TAKE(begin_at("link", AT_FDCWD, to), REAL(link)(from, to)); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    return TAKE(begin_at("link", to_folder, to), REAL(linkat)(from_folder, from, to_folder, to, flags));
}

/// Only something that exists can be removed.
static enum action begin_unlink(int folder, const char *name) {
    bool is_there = plan.root && syscall(SYS_faccessat, folder, name, F_OK) == 0;
    return is_there ? begin_at("unlink", folder, name) : DO_NOTHING;
}

int unlink(const char *path) { return TAKE(begin_unlink(AT_FDCWD, path), REAL(unlink)(path)); }

int unlinkat(int folder, const char *path, int flags) {
    return TAKE(begin_unlink(folder, path), REAL(unlinkat)(folder, path, flags));
}

int chmod(const char *path, mode_t mode) { return TAKE(begin_at("mode", AT_FDCWD, path), REAL(chmod)(path, mode)); }

int fchmod(int file, mode_t mode) { return TAKE(begin_descriptor("mode", file, 0), REAL(fchmod)(file, mode)); }

// The wall clock.

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = REAL(clock_gettime)(clock, time);
    if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += plan.clock;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    int result = REAL(gettimeofday)(time, zone);
    if (result == 0) time->tv_sec += plan.clock;
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// Libdispatch waits until a time of this clock, which the kernel compares with its own.
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict end) {
    struct timespec actual = *end;
    actual.tv_sec -= plan.clock;
    return REAL(sem_timedwait)(semaphore, &actual);
}
