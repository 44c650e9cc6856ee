/* Loaded before the program: a disk that keeps nothing but what was synced. What is done below POWER_ROOT and not yet synced is
   written to POWER_JOURNAL/log first, so that a test can undo it after the program was killed. Syncs only mark: the journal is the disk.
   A record: "KIND SEQ INODE OFFSET OLD_LENGTH NEW_LENGTH N M\n", then N and M bytes.
     W write: the bytes before and after      T length changed: the bytes cut off
     C file made: its path                    D folder made: its path
     R renamed: both paths; OFFSET 1: a file was replaced, kept as POWER_JOURNAL/SEQ
     U removed: its path; kept as POWER_JOURNAL/SEQ     X folder removed: its path
     S file synced                            F folder synced: its path
   sync_file_range is no sync. From the moment the file POWER_ARM is there, the POWER_STOP-th step kills the program before it is done. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char root[PATH_MAX];
static const char *kept;
static size_t root_length;
static int log_fd = -1;
static long sequence;
static const char *arm;
static long steps_left;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *below = getenv("POWER_ROOT");
  kept = getenv("POWER_JOURNAL");
  if (!below || !kept || !realpath(below, root)) return;
  root_length = strlen(root);
  arm = getenv("POWER_ARM");
  steps_left = atol(getenv("POWER_STOP") ?: "0");
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/log", kept);
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

#define REAL(result, name, ...) \
  static result (*real)(__VA_ARGS__); \
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)
#define HELD(result, action) \
  int held_errno; \
  pthread_mutex_lock(&turn); \
  result held = action; \
  held_errno = errno; \
  pthread_mutex_unlock(&turn); \
  errno = held_errno; \
  return held

static int below(const char *path) {
  return log_fd >= 0 && !strncmp(path, root, root_length) && path[root_length] == '/';
}

static int path_of(int fd, char *path) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = 0;
  return length > 0;
}

/* The absolute path of a name in a folder. */
static void whole(int folder, const char *name, char *path) {
  char above[PATH_MAX] = "";
  if (name[0] != '/') {
    if (folder == AT_FDCWD) {
      if (!getcwd(above, sizeof above)) above[0] = 0;
    } else {
      path_of(folder, above);
    }
    strncat(above, "/", sizeof above - strlen(above) - 1);
  }
  snprintf(path, PATH_MAX, "%.*s%s", (int)(PATH_MAX - 1 - strlen(name)), above, name);
}

static void put(char kind, unsigned long inode, long offset, long old, long now, const void *a, size_t n, const void *b, size_t m) {
  char head[200];
  int length = snprintf(head, sizeof head, "%c %ld %lu %ld %ld %ld %zu %zu\n", kind, sequence++, inode, offset, old, now, n, m);
  struct iovec parts[3] = {{head, (size_t)length}, {(void *)a, n}, {(void *)b, m}};
  if (syscall(SYS_writev, log_fd, parts, 3) != length + (ssize_t)n + (ssize_t)m) _exit(99);
  if (steps_left > 0 && kind != 'S' && kind != 'F' && arm && !syscall(SYS_faccessat, AT_FDCWD, arm, F_OK) && !--steps_left) {
    kill(getpid(), SIGKILL);
    pause();
  }
}

/* What is about to be written at an offset; -1: where the file's position is. */
static void before_write(int fd, const struct iovec *parts, int many, long offset) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || !path_of(fd, path) || !below(path) || fstat(fd, &st) || !S_ISREG(st.st_mode)) return;
  size_t length = 0;
  for (int n = 0; n < many; n++) length += parts[n].iov_len;
  if (!length) return;
  if (fcntl(fd, F_GETFL) & O_APPEND) offset = st.st_size;
  else if (offset < 0) offset = lseek(fd, 0, SEEK_CUR);
  char *old = malloc(2 * length), *fresh = old + length, *at = fresh;
  if (!old) _exit(99);
  for (int n = 0; n < many; n++) at = mempcpy(at, parts[n].iov_base, parts[n].iov_len);
  /* The descriptor may not be open for reading. */
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int reader = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
  ssize_t known = reader < 0 ? 0 : syscall(SYS_pread64, reader, old, length, offset);
  if (reader >= 0) syscall(SYS_close, reader);
  long end = offset + (long)length;
  put('W', st.st_ino, offset, st.st_size, end > st.st_size ? end : st.st_size, old, known > 0 ? (size_t)known : 0, fresh, length);
  free(old);
}

static void before_length(int fd, long length) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || !path_of(fd, path) || !below(path) || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size == length) return;
  size_t cut = st.st_size > length ? (size_t)(st.st_size - length) : 0;
  char *old = malloc(cut + 1);
  if (!old) _exit(99);
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int reader = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
  ssize_t known = reader < 0 || !cut ? 0 : syscall(SYS_pread64, reader, old, cut, length);
  if (reader >= 0) syscall(SYS_close, reader);
  put('T', st.st_ino, 0, st.st_size, length, old, known > 0 ? (size_t)known : 0, "", 0);
  free(old);
}

static int open_held(int folder, const char *name, int flags, mode_t mode, int (*real)(int, const char *, int, ...)) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || !(flags & (O_CREAT | O_TRUNC))) return real(folder, name, flags, mode);
  whole(folder, name, path);
  if (!below(path)) return real(folder, name, flags, mode);
  int there = !stat(path, &st);
  /* A length cut at opening is cut afterwards, when the file is known. */
  int fd = real(folder, name, flags & ~O_TRUNC, mode);
  if (fd < 0) return fd;
  if (!there && !fstat(fd, &st)) put('C', st.st_ino, 0, 0, 0, path, strlen(path), "", 0);
  if (there && flags & O_TRUNC) {
    before_length(fd, 0);
    if (syscall(SYS_ftruncate, fd, 0)) _exit(99);
  }
  return fd;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }
#define OPENAT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    MODE(flags) \
    REAL(int, #name, int, const char *, int, ...); \
    HELD(int, open_held(folder, path, flags, mode, real)); \
  }
OPENAT(openat)
OPENAT(openat64)
int open(const char *path, int flags, ...) {
  MODE(flags)
  REAL(int, "openat", int, const char *, int, ...);
  HELD(int, open_held(AT_FDCWD, path, flags, mode, real));
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  REAL(int, "openat64", int, const char *, int, ...);
  HELD(int, open_held(AT_FDCWD, path, flags, mode, real));
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(ssize_t, "write", int, const void *, size_t);
  struct iovec part = {(void *)bytes, length};
  HELD(ssize_t, (before_write(fd, &part, 1, -1), real(fd, bytes, length)));
}
ssize_t writev(int fd, const struct iovec *parts, int many) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  HELD(ssize_t, (before_write(fd, parts, many, -1), real(fd, parts, many)));
}
#define PWRITE(name, offset) \
  ssize_t name(int fd, const void *bytes, size_t length, offset at) { \
    REAL(ssize_t, #name, int, const void *, size_t, offset); \
    struct iovec part = {(void *)bytes, length}; \
    HELD(ssize_t, (before_write(fd, &part, 1, at), real(fd, bytes, length, at))); \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
#define TRUNCATE(name, offset) \
  int name(int fd, offset length) { \
    REAL(int, #name, int, offset); \
    HELD(int, (before_length(fd, length), real(fd, length))); \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int synced(int fd) {
  char path[PATH_MAX];
  struct stat st;
  if (log_fd < 0 || !path_of(fd, path) || fstat(fd, &st)) return 0;
  if (strcmp(path, root) && !below(path)) return 0;
  if (S_ISDIR(st.st_mode)) put('F', 0, 0, 0, 0, path, strlen(path), "", 0);
  else put('S', st.st_ino, 0, 0, 0, "", 0, "", 0);
  return 0;
}
int fsync(int fd) { HELD(int, synced(fd)); }
int fdatasync(int fd) { HELD(int, synced(fd)); }

/* Keeps what a name leads to before it goes. */
static int keep(const char *path) {
  char copy[PATH_MAX];
  struct stat st;
  if (lstat(path, &st) || !S_ISREG(st.st_mode)) return 0;
  snprintf(copy, sizeof copy, "%.*s/%ld", PATH_MAX - 40, kept, sequence);
  if (link(path, copy)) _exit(99);
  return 1;
}

static int rename_held(int from_folder, const char *from, int to_folder, const char *to, int (*real)(int, const char *, int, const char *)) {
  char a[PATH_MAX], b[PATH_MAX];
  whole(from_folder, from, a);
  whole(to_folder, to, b);
  if ((below(a) || below(b)) && !access(a, F_OK)) put('R', 0, keep(b), 0, 0, a, strlen(a), b, strlen(b));
  return real(from_folder, from, to_folder, to);
}
int rename(const char *from, const char *to) {
  REAL(int, "renameat", int, const char *, int, const char *);
  HELD(int, rename_held(AT_FDCWD, from, AT_FDCWD, to, real));
}
int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  REAL(int, "renameat", int, const char *, int, const char *);
  HELD(int, rename_held(from_folder, from, to_folder, to, real));
}
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  REAL(int, "renameat", int, const char *, int, const char *);
  if (flags & RENAME_NOREPLACE) {
    char path[PATH_MAX];
    whole(to_folder, to, path);
    if (!access(path, F_OK)) {
      errno = EEXIST;
      return -1;
    }
  }
  HELD(int, rename_held(from_folder, from, to_folder, to, real));
}

static int unlink_held(int folder, const char *name, int flags, int (*real)(int, const char *, int)) {
  char path[PATH_MAX];
  whole(folder, name, path);
  if (below(path)) {
    if (flags & AT_REMOVEDIR) {
      int gone = real(folder, name, flags);
      if (!gone) put('X', 0, 0, 0, 0, path, strlen(path), "", 0);
      return gone;
    }
    if (keep(path)) put('U', 0, 0, 0, 0, path, strlen(path), "", 0);
  }
  return real(folder, name, flags);
}
int unlinkat(int folder, const char *name, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  HELD(int, unlink_held(folder, name, flags, real));
}
int unlink(const char *path) {
  REAL(int, "unlinkat", int, const char *, int);
  HELD(int, unlink_held(AT_FDCWD, path, 0, real));
}
int rmdir(const char *path) {
  REAL(int, "unlinkat", int, const char *, int);
  HELD(int, unlink_held(AT_FDCWD, path, AT_REMOVEDIR, real));
}
int mkdir(const char *name, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  char path[PATH_MAX];
  pthread_mutex_lock(&turn);
  int made = real(name, mode), saved = errno;
  whole(AT_FDCWD, name, path);
  if (!made && below(path)) put('D', 0, 0, 0, 0, path, strlen(path), "", 0);
  pthread_mutex_unlock(&turn);
  errno = saved;
  return made;
}
