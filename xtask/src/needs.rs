//! What tests need of the machine, and what of it is missing.

use std::process::Command;

/// A program that tests compare with, in the release that Sparring follows.
pub(crate) struct Need {
    /// The program.
    pub(crate) program: &'static str,
    /// What its first line of `--version` must contain; empty for any release.
    pub(crate) version: &'static str,
    /// How to get it.
    pub(crate) remedy: &'static str,
}

/// Debian 12's tools: the differential tests of the guest compare with exactly these.
pub(crate) const GNU_TOOLS: [Need; 11] = [
    Need { program: "bash", version: "version 5.2", remedy: "Debian 12's package bash" },
    Need { program: "grep", version: "3.8", remedy: "Debian 12's package grep" },
    Need { program: "sed", version: "4.9", remedy: "Debian 12's package sed" },
    Need { program: "find", version: "4.9.0", remedy: "Debian 12's package findutils" },
    Need { program: "ls", version: "9.1", remedy: "Debian 12's package coreutils" },
    Need { program: "diff", version: "3.8", remedy: "Debian 12's package diffutils" },
    Need { program: "patch", version: "2.7.6", remedy: "Debian 12's package patch" },
    Need { program: "mawk", version: "", remedy: "Debian 12's package mawk" },
    Need { program: "rg", version: "13.0", remedy: "Debian 12's package ripgrep" },
    Need { program: "column", version: "2.38", remedy: "Debian 12's package bsdextrautils" },
    Need { program: "hexdump", version: "2.38", remedy: "Debian 12's package bsdextrautils" },
];

/// For tests that make repositories and compare diffs.
pub(crate) const GIT: Need = Need { program: "git", version: "", remedy: "the package git" };

/// For tests that compare with CPython, and for the demo's own input.
pub(crate) const PYTHON: Need = Need { program: "python3", version: "", remedy: "the package python3" };

/// For the queue that several machines share.
pub(crate) const NATS: Need = Need { program: "nats-server", version: "", remedy: "the package nats-server" };

/// For the library that makes writes fail and clocks jump under the queue.
pub(crate) const GCC: Need = Need { program: "gcc", version: "", remedy: "the packages gcc and libc6-dev" };

impl Need {
    /// Why the need is not met; `None` when it is.
    pub(crate) fn missing(&self) -> Option<String> {
        let Self { program, version, remedy } = self;
        // mawk has no --version and says so on standard error; that it starts is enough.
        let output = match Command::new(program).arg("--version").output() {
            Ok(output) => output,
            Err(_) => return Some(format!("`{program}` is not on PATH; install {remedy}")),
        };
        let text = String::from_utf8_lossy(&output.stdout);
        let first = text.lines().next().unwrap_or_default();
        if first.contains(version) {
            return None;
        }
        Some(format!("`{program}` is `{first}`, the tests compare with {version}; install {remedy}"))
    }
}

/// Everything of a list that is missing, one line each.
pub(crate) fn missing<'n>(needs: impl IntoIterator<Item = &'n Need>) -> Vec<String> {
    needs.into_iter().filter_map(Need::missing).collect()
}

/// Sockets of container daemons.
const DAEMONS: [&str; 2] = ["/var/run/docker.sock", "/run/podman/podman.sock"];

/// For tests with real containers: a daemon that answers, not only its program.
pub(crate) fn missing_daemon() -> Option<String> {
    let named = std::env::var("DOCKER_HOST").unwrap_or_default();
    let answers = |path: &str| std::os::unix::net::UnixStream::connect(path).is_ok();
    let found = named.strip_prefix("unix://").is_some_and(answers) || DAEMONS.into_iter().any(answers);
    let hint = "install the package docker.io and start dockerd, or name a socket in DOCKER_HOST";
    (!found).then(|| format!("no container daemon answers; {hint}"))
}
