"""Tries what code in a test container must not be able to do, and prints what came of it as JSON."""
import ctypes
import json
import os
import platform
import resource
import socket

libc = ctypes.CDLL(None, use_errno=True)
X86 = {"ptrace": 101, "mount": 165, "keyctl": 250, "unshare": 272, "perf_event_open": 298, "bpf": 321,
       "userfaultfd": 323, "io_uring_setup": 425}
ARM = {"ptrace": 117, "mount": 40, "keyctl": 219, "unshare": 97, "perf_event_open": 241, "bpf": 280,
       "userfaultfd": 282, "io_uring_setup": 425}
NUMBERS = ARM if platform.machine() == "aarch64" else X86


def call(name, *arguments):
    """Whether the kernel refuses a system call as not permitted."""
    ctypes.set_errno(0)
    result = libc.syscall(NUMBERS[name], *arguments)
    error = ctypes.get_errno()
    return "denied" if result == -1 and error in (1, 38) else "result %d, errno %d" % (result, error)


def status(field):
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith(field + ":"))


def attempt(function, *arguments):
    try:
        return "%r" % (function(*arguments),)
    except OSError:
        return "denied"


def opens(*paths):
    """What of these can be opened for writing."""
    return ",".join(path for path in paths if attempt(open, path, "r+b") != "denied") or "denied"


def nodes(prefixes):
    found = [name for name in os.listdir("/dev") if name.startswith(prefixes)]
    return ",".join(found) or "denied"


def unix(path):
    return attempt(socket.socket(socket.AF_UNIX).connect, path)


def environment():
    names = [name for name in os.environ if any(word in name for word in ("KEY", "TOKEN", "SECRET", "PASSWORD"))]
    return ",".join(names) or "A GPU is " + os.environ["NVIDIA_VISIBLE_DEVICES"]


def processes():
    """Forks until it is refused; the children wait for the end of a pipe."""
    read, write = os.pipe()
    children = 0
    try:
        while children < 200:
            if os.fork() == 0:
                os.close(write)
                os.read(read, 1)
                os._exit(0)
            children += 1
    except OSError:
        pass
    os.close(write)
    for _ in range(children):
        os.wait()
    return "bounded" if children < 64 else "%d children" % children


def inodes():
    made = 0
    os.mkdir("/scratch/many")
    try:
        while made < 20000:
            open("/scratch/many/%d" % made, "w").close()
            made += 1
    except OSError:
        pass
    for name in range(made):
        os.unlink("/scratch/many/%d" % name)
    return "bounded" if made < 20000 else "%d files" % made


def fill(path, size):
    """How many MiB fit into a file, at most `size`."""
    block = b"x" * (1 << 20)
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while written < size and file.write(block) == len(block):
                written += 1
    except OSError:
        pass
    os.unlink(path)
    return written


def file_size():
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard * 2))
        return "raised"
    except (ValueError, OSError):
        return "bounded" if 0 < hard <= 256 << 20 else "%d" % hard


print(json.dumps({
    "network interfaces": ",".join(name for _, name in socket.if_nameindex()),
    "connect": attempt(socket.create_connection, ("192.0.2.1", 80), 1),
    "resolve": attempt(socket.getaddrinfo, "example.com", 80),
    "capabilities": status("CapEff"),
    "no new privileges": status("NoNewPrivs"),
    "seccomp": status("Seccomp"),
    "user": "%d:%d" % (os.getuid(), os.getgid()),
    "mount": call("mount", b"none", b"/scratch", b"tmpfs", 0, None),
    "unshare": call("unshare", 0x10000000),
    "keyctl": call("keyctl", 0, -3, 1),
    "ptrace": call("ptrace", 16, os.getppid(), 0, 0),
    "bpf": call("bpf", 0, 0, 0),
    "perf events": call("perf_event_open", 0, 0, -1, -1, 0),
    "io_uring": call("io_uring_setup", 1, 0),
    "userfaultfd": call("userfaultfd", 0),
    "vsock": attempt(socket.socket, 40, socket.SOCK_STREAM),
    "/proc/sys": opens("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger"),
    "root file system": opens("/etc/passwd", "/usr/local/bin/python3", "/bin/sh"),
    "daemon's socket": min(unix("/var/run/docker.sock"), unix("/run/podman/podman.sock")),
    "GPU nodes": nodes(("nvidia", "dri", "kfd")),
    "block devices": nodes(("sd", "vd", "nvme", "loop", "mapper", "mem", "kmsg")),
    "environment": environment(),
    "host name": socket.gethostname(),
    "processes": processes(),
    "inodes": inodes(),
    "bytes": "bounded" if fill("/scratch/big", 100) < 64 and fill("/tmp/big", 100) < 64 else "filled",
    "file size": file_size(),
}))
