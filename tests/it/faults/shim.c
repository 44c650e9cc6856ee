/* Loaded before the program: calls of one kind on paths that hold FAIL_PATH fail with FAIL_ERRNO, the FAIL_AT-th and those after it,
   FAIL_COUNT in all, counted while the file FAIL_ARM is there. Each one that failed is a line of FAIL_LOG. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *call_name, *path_part, *arm_file, *log_file;
static long first, count;
static int number;
static atomic_long seen;

__attribute__((constructor)) static void begin(void) {
  path_part = getenv("FAIL_PATH");
  arm_file = getenv("FAIL_ARM");
  log_file = getenv("FAIL_LOG");
  first = atol(getenv("FAIL_AT") ?: "1");
  count = atol(getenv("FAIL_COUNT") ?: "1");
  number = atoi(getenv("FAIL_ERRNO") ?: "5");
  if (path_part && arm_file && log_file) call_name = getenv("FAIL_CALL");
}

static void note(const char *path) {
  char line[4200];
  int length = snprintf(line, sizeof line, "%s %s\n", call_name, path);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

static int fails(const char *call, const char *path) {
  if (!call_name || strcmp(call, call_name) || !path || !strstr(path, path_part)) return 0;
  int saved = errno;
  if (syscall(SYS_faccessat, AT_FDCWD, arm_file, F_OK)) {
    errno = saved;
    return 0;
  }
  long turn = atomic_fetch_add(&seen, 1) + 1;
  if (turn < first || turn >= first + count) {
    errno = saved;
    return 0;
  }
  note(path);
  errno = number;
  return 1;
}

static int fails_fd(const char *call, int fd) {
  if (!call_name || strcmp(call, call_name)) return 0;
  char link[40], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return fails(call, path);
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

#define MODE(flags) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    MODE(flags) \
    REAL(int, #name, const char *, int, ...); \
    return fails("open", path) ? -1 : real(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    MODE(flags) \
    REAL(int, #name, int, const char *, int, ...); \
    return fails("open", path) ? -1 : real(folder, path, flags, mode); \
  }
OPENAT(openat)
OPENAT(openat64)

DIR *opendir(const char *path) {
  REAL(DIR *, "opendir", const char *);
  return fails("open", path) ? NULL : real(path);
}

#define BYTES(result, name, kind, buffer) \
  result name(int fd, buffer bytes, size_t length) { \
    REAL(result, #name, int, buffer, size_t); \
    return fails_fd(kind, fd) ? -1 : real(fd, bytes, length); \
  }
BYTES(ssize_t, read, "read", void *)
BYTES(ssize_t, write, "write", const void *)

#define AT(name, kind, buffer, offset) \
  ssize_t name(int fd, buffer bytes, size_t length, offset at) { \
    REAL(ssize_t, #name, int, buffer, size_t, offset); \
    return fails_fd(kind, fd) ? -1 : real(fd, bytes, length, at); \
  }
AT(pread, "pread", void *, off_t)
AT(pread64, "pread", void *, off64_t)
AT(pwrite, "pwrite", const void *, off_t)
AT(pwrite64, "pwrite", const void *, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int many) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return fails_fd("write", fd) ? -1 : real(fd, parts, many);
}

#define SYNC(name) \
  int name(int fd) { \
    REAL(int, #name, int); \
    return fails_fd(#name, fd) ? -1 : real(fd); \
  }
SYNC(fsync)
SYNC(fdatasync)

int sync_file_range(int fd, off64_t from, off64_t length, unsigned flags) {
  REAL(int, "sync_file_range", int, off64_t, off64_t, unsigned);
  return fails_fd("sync_file_range", fd) ? -1 : real(fd, from, length, flags);
}

#define TRUNCATE(name, offset) \
  int name(int fd, offset length) { \
    REAL(int, #name, int, offset); \
    return fails_fd("ftruncate", fd) ? -1 : real(fd, length); \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return fails("rename", to) ? -1 : real(from, to);
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  return fails("unlink", path) ? -1 : real(path);
}
