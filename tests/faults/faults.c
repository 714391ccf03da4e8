/* A disk that fails, below everything that runs in a process: Python, numba and HDF5 alike.

   Loaded before the C library (LD_PRELOAD). Calls that change something below one folder are counted: opening a file for
   writing, writing, synchronising, renaming, making a folder. From Python, by ctypes, the k-th one is made to fail, alone
   or with all that follow; or the folder is given a size, beyond which nothing more can be written. Not counted are calls
   that only try something out: anonymous files, and making a folder that is there. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX]; /* "" : nothing is counted */
static long count, failing, space;
static int error, for_good, limited;
static char last[PATH_MAX + 32];

void faults_off(void) { folder[0] = '\0'; }

/* Let the call number k (from 1; 0: none) fail with an errno; `on` lets all later ones fail, too. */
void faults_fail(const char *below, long k, int number, int on)
{
    count = 0, failing = k, error = number, for_good = on, limited = 0;
    snprintf(folder, sizeof folder, "%s", below);
}

/* Give the folder so many bytes. */
void faults_limit(const char *below, long bytes)
{
    count = 0, failing = 0, limited = 1, space = bytes;
    snprintf(folder, sizeof folder, "%s", below);
}

long faults_count(void) { return count; }

/* The call that failed, or the last one that was counted. */
const char *faults_last(void) { return last; }

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int below(const char *path)
{
    size_t length = strlen(folder);
    return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

/* Whether this call shall fail; errno is set then. */
static int fails(const char *what, const char *path)
{
    if (!below(path))
        return 0;
    long number = __sync_add_and_fetch(&count, 1);
    if (failing && number > failing && for_good) {
        errno = error;
        return 1;
    }
    if (!failing || number <= failing)
        snprintf(last, sizeof last, "%s %s", what, path);
    if (number != failing)
        return 0;
    errno = error;
    return 1;
}

/* The absolute path of a name relative to an open folder (AT_FDCWD: the present one). */
static const char *absolute(int at, const char *name, char *path)
{
    char link[64];
    if (!folder[0] || name[0] == '/')
        return name;
    snprintf(link, sizeof link, at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0)
        return name;
    snprintf(path + length, PATH_MAX - length, "/%s", name);
    return path;
}

static const char *opened(int file, char *path)
{
    char link[64];
    if (!folder[0])
        return "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
    return path;
}

static void give_back(const char *path)
{
    struct stat found;
    if (limited && below(path) && !stat(path, &found))
        space += found.st_size;
}

/* How many of so many bytes may be written; -1 if the call shall fail. */
static ssize_t allowed(int file, const char *what, size_t wanted)
{
    char buffer[PATH_MAX];
    const char *path = opened(file, buffer);
    if (fails(what, path))
        return -1;
    if (!limited || !below(path) || !wanted)
        return wanted;
    if (space <= 0) {
        errno = ENOSPC;
        return -1;
    }
    size_t written = wanted < (size_t)space ? wanted : (size_t)space;
    space -= written;
    return written;
}

static int to_write(int flags)
{
    return flags & (O_WRONLY | O_RDWR | O_CREAT) && (flags & O_TMPFILE) != O_TMPFILE;
}

#define OPEN(name, parameters, at, arguments)                                                                            \
    int name parameters                                                                                                  \
    {                                                                                                                    \
        char buffer[PATH_MAX];                                                                                           \
        mode_t mode = 0;                                                                                                 \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                                           \
            va_list rest;                                                                                                \
            va_start(rest, flags);                                                                                       \
            mode = va_arg(rest, mode_t);                                                                                 \
            va_end(rest);                                                                                                \
        }                                                                                                                \
        if (to_write(flags) && fails("open", absolute(at, path, buffer)))                                                 \
            return -1;                                                                                                   \
        return NEXT(name) arguments;                                                                                     \
    }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))

ssize_t write(int file, const void *bytes, size_t n)
{
    ssize_t some = allowed(file, "write", n);
    return some < 0 ? -1 : NEXT(write)(file, bytes, some);
}

ssize_t pwrite(int file, const void *bytes, size_t n, off_t place)
{
    ssize_t some = allowed(file, "write", n);
    return some < 0 ? -1 : NEXT(pwrite)(file, bytes, some, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t n, off64_t place)
{
    ssize_t some = allowed(file, "write", n);
    return some < 0 ? -1 : NEXT(pwrite64)(file, bytes, some, place);
}

static int sync_fails(int file)
{
    char buffer[PATH_MAX];
    return fails("sync", opened(file, buffer));
}

int fsync(int file) { return sync_fails(file) ? -1 : NEXT(fsync)(file); }

int fdatasync(int file) { return sync_fails(file) ? -1 : NEXT(fdatasync)(file); }

int rename(const char *old, const char *new)
{
    char buffer[PATH_MAX];
    const char *path = absolute(AT_FDCWD, new, buffer);
    if (fails("rename", path))
        return -1;
    give_back(path);
    return NEXT(rename)(old, new);
}

int mkdir(const char *name, mode_t mode)
{
    char buffer[PATH_MAX];
    struct stat found;
    return stat(name, &found) && fails("mkdir", absolute(AT_FDCWD, name, buffer)) ? -1 : NEXT(mkdir)(name, mode);
}

int unlink(const char *name)
{
    char buffer[PATH_MAX];
    give_back(absolute(AT_FDCWD, name, buffer));
    return NEXT(unlink)(name);
}
