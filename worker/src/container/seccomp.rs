//! The system calls of a test run: what user programs need without any capability, and nothing else.
//!
//! Left out, beside all that only capabilities make possible (mounts, modules, clocks, other namespaces): `io_uring_*`
//! and `userfaultfd` (kernel surface that programs can do without), `keyctl` and its kin (keyrings are not
//! namespaced), `bpf`, `perf_event_open`, `ptrace` and `process_vm_*` (they read neighbours). Only the native
//! architecture is served: a 32-bit program ends at its first call.

use std::sync::LazyLock;

use serde_json::{Value, json};

/// System calls that are allowed whatever their arguments. Names that an older kernel or library does not know are
/// passed over by the runtime.
const ALLOWED: &str = "\
    accept accept4 access alarm arch_prctl bind brk cachestat capget capset chdir chmod chown clock_getres
    clock_gettime clock_nanosleep close close_range connect copy_file_range creat dup dup2 dup3 epoll_create
    epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit
    exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl
    fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex
    futex_requeue futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd
    getdents getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid getpgrp getpid getppid
    getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid
    gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel
    io_destroy io_getevents io_pgetevents io_setup io_submit ioctl ioprio_get ioprio_set kill
    landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown lgetxattr link linkat listen
    listxattr llistxattr lremovexattr lseek lsetxattr lstat madvise map_shadow_stack membarrier memfd_create
    memfd_secret mincore mkdir mkdirat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify mq_open
    mq_timedreceive mq_timedsend mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall
    munmap nanosleep newfstatat open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc
    pkey_free pkey_mprotect poll ppoll prctl pread64 preadv preadv2 prlimit64 process_mrelease pselect6
    pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recvfrom recvmmsg recvmsg
    remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
    sched_yield seccomp select semctl semget semop semtimedop sendfile sendmmsg sendmsg sendto set_robust_list
    set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid
    setresgid setresuid setreuid setrlimit setsid setsockopt setuid setxattr shmat shmctl shmdt shmget
    shutdown sigaltstack signalfd signalfd4 socketpair splice stat statfs statx symlink symlinkat sync
    sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime
    timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask uname unlink
    unlinkat utime utimensat utimes vfork vmsplice wait4 waitid write writev";

/// `CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET`.
const NEW_NAMESPACES: u64 = 0x7E02_0000;
/// `AF_UNIX`, `AF_INET`, `AF_INET6`, `AF_NETLINK`: no `AF_VSOCK`, `AF_ALG`, `AF_PACKET`.
const SOCKET_FAMILIES: [u64; 4] = [1, 2, 10, 16];
/// `PER_LINUX`, `PER_LINUX32`, `UNAME26`, both, and the question which one it is.
const PERSONALITIES: [u64; 5] = [0, 0x8, 0x2_0000, 0x2_0008, 0xFFFF_FFFF];
/// `ENOSYS`: the C library then falls back to `clone`, whose flags a filter can read.
const NO_SUCH_CALL: u64 = 38;

/// The profile in the form that the daemon takes.
pub fn profile() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| build().to_string());
    &TEXT
}

fn build() -> Value {
    let names: Vec<&str> = ALLOWED.split_whitespace().collect();
    let mut rules = vec![
        json!({ "names": names, "action": "SCMP_ACT_ALLOW" }),
        json!({
            "names": ["clone"], "action": "SCMP_ACT_ALLOW",
            "args": [{ "index": 0, "value": NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }],
        }),
        json!({ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": NO_SUCH_CALL }),
    ];
    let mut allow_values = |name: &str, values: &[u64]| {
        rules.extend(values.iter().map(|value| {
            json!({
                "names": [name], "action": "SCMP_ACT_ALLOW",
                "args": [{ "index": 0, "value": value, "valueTwo": 0, "op": "SCMP_CMP_EQ" }],
            })
        }));
    };
    allow_values("socket", &SOCKET_FAMILIES);
    allow_values("personality", &PERSONALITIES);
    json!({ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_dangerous_is_absent() {
        let names: Vec<&str> = ALLOWED.split_whitespace().collect();
        assert!(names.is_sorted() && names.len() > 250);
        for name in [
            "add_key",
            "bpf",
            "chroot",
            "clone3",
            "io_uring_enter",
            "io_uring_register",
            "io_uring_setup",
            "keyctl",
            "mount",
            "open_by_handle_at",
            "perf_event_open",
            "pivot_root",
            "process_vm_readv",
            "ptrace",
            "request_key",
            "setns",
            "umount2",
            "unshare",
            "userfaultfd",
        ] {
            assert!(!names.contains(&name), "{name}");
        }
        assert_eq!(build()["defaultAction"], "SCMP_ACT_ERRNO");
    }
}
