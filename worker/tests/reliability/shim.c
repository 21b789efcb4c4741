/* Loaded in front of the C library by the reliability tests: makes writes fail and the wall clock jump.
 *
 * SHIM_FAULTS names a file of two 64-bit numbers, shared with the process: how many writes from now on still
 * succeed (negative: all), and what happens then (0: ENOSPC, 1: EIO, 2: half of the bytes and then ENOSPC).
 * Three writes fail, then they succeed again. Only writes to regular files count. SHIM_CLOCK makes every other reading of the wall clock a day
 * early and the rest a day late.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *faults;
static ino_t own;
static int clock_jumps;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("SHIM_FAULTS");
    clock_jumps = getenv("SHIM_CLOCK") != NULL;
    int file = path ? open(path, O_RDWR) : -1;
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0) {
        own = status.st_ino;
        void *shared = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        faults = shared == MAP_FAILED ? NULL : shared;
        close(file);
    }
}

/* How many of the bytes may be written; -1: none, errno is set. */
static ssize_t allowed(int descriptor, size_t count) {
    struct stat status;
    if (!faults || fstat(descriptor, &status) != 0) return (ssize_t)count;
    if (!S_ISREG(status.st_mode) || status.st_ino == own) return (ssize_t)count;
    int64_t left = __atomic_fetch_sub(&faults[0], 1, __ATOMIC_SEQ_CST);
    if (left > 0 || left <= -3) return (ssize_t)count;
    if (faults[1] == 2 && left == 0 && count > 1) return (ssize_t)(count / 2);
    errno = faults[1] == 1 ? EIO : ENOSPC;
    return -1;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    ssize_t may = allowed(descriptor, count);
    return may < 0 ? -1 : real(descriptor, bytes, (size_t)may);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    ssize_t may = allowed(descriptor, count);
    return may < 0 ? -1 : real(descriptor, bytes, (size_t)may, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite64(descriptor, bytes, count, offset);
}

static time_t jump(void) {
    static int reading;
    return __atomic_fetch_add(&reading, 1, __ATOMIC_SEQ_CST) % 2 ? 86400 : -86400;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, time);
    if (clock_jumps && result == 0 && clock == CLOCK_REALTIME) time->tv_sec += jump();
    return result;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(value, zone);
    if (clock_jumps && result == 0) value->tv_sec += jump();
    return result;
}
