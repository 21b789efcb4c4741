//! Finding and starting a program, as `execvp` does.

use super::{Command, Context, Environment, find};
use crate::budget::{Stop, Stoppable};
use crate::limits::LimitKind;
use crate::machine::{Demand, Descriptors, EffectRequest, Machine};
use crate::workspace::VirtualPath;

/// Programs that a slim Python container has and that the guest cannot compute: the host is asked.
const EFFECTS: &[&str] =
    &["ipython", "make", "mypy", "pip", "pip3", "py.test", "pylint", "pytest", "python", "python2", "python3", "tox"];

/// Programs that a developer's machine may have and the container has not: interactive ones, other
/// languages, services, what needs rights or a network. That they are missing is labelled.
const ABSENT: &[&str] = &[
    "bundle",
    "cargo",
    "cmake",
    "code",
    "conda",
    "crontab",
    "dig",
    "dnf",
    "docker",
    "docker-compose",
    "emacs",
    "free",
    "ftp",
    "gcc",
    "gdb",
    "gem",
    "gh",
    "go",
    "htop",
    "ifconfig",
    "ip",
    "java",
    "javac",
    "journalctl",
    "jq",
    "killall",
    "kubectl",
    "lsof",
    "lynx",
    "mamba",
    "man",
    "mvn",
    "mysql",
    "nano",
    "nc",
    "netstat",
    "node",
    "npm",
    "npx",
    "nslookup",
    "nvim",
    "perl",
    "pgrep",
    "php",
    "ping",
    "pipenv",
    "pkill",
    "pnpm",
    "podman",
    "poetry",
    "ps",
    "psql",
    "rsync",
    "ruby",
    "rustc",
    "rustup",
    "scp",
    "screen",
    "service",
    "sftp",
    "ssh",
    "strace",
    "su",
    "sudo",
    "systemctl",
    "telnet",
    "tmux",
    "top",
    "uptime",
    "uv",
    "vi",
    "view",
    "vim",
    "vmstat",
    "watch",
    "yarn",
    "yum",
];

/// Whether a real environment may well have a program that this one lacks.
pub fn is_refused(name: &[u8]) -> bool {
    ABSENT.iter().any(|absent| absent.as_bytes() == base_name(name))
}

/// What a shell calls the status of a process that was killed by signal 13, `SIGPIPE`.
pub const BROKEN_PIPE_STATUS: u8 = 128 + 13;

/// What a command name leads to.
pub enum Program {
    /// A simulated command.
    Command(&'static Command),
    /// Something that the host runs.
    Effect,
    /// Nothing of this name.
    Missing,
}

/// Looks a program up by the name that was typed: a bare name, or a path into one of the
/// directories of programs.
pub fn lookup(machine: &Machine<'_>, name: &[u8]) -> Program {
    let base = base_name(name);
    if base == name
        && let Ok(at) = machine.tools.binary_search_by(|tool| tool.name.as_bytes().cmp(name))
        && let Some(tool) = machine.tools.get(at)
    {
        return Program::Command(tool);
    }
    in_container(name)
}

/// Looks up a program that every profile has.
fn in_container(name: &[u8]) -> Program {
    let base = base_name(name);
    let is_program_path = [&b"/bin/"[..], b"/usr/bin/", b"/usr/local/bin/", b"/sbin/", b"/usr/sbin/"]
        .iter()
        .any(|directory| name.strip_prefix(*directory) == Some(base));
    if base != name && !is_program_path {
        return Program::Missing;
    }
    if let Some(command) = find(base) {
        return Program::Command(command);
    }
    if EFFECTS.iter().any(|effect| effect.as_bytes() == base) {
        return Program::Effect;
    }
    Program::Missing
}

/// Runs a program. An unknown one returns 127 and prints nothing: the caller words the error.
pub fn launch(
    machine: &mut Machine<'_>,
    arguments: &[Vec<u8>],
    directory: &VirtualPath,
    environment: &Environment,
    descriptors: &Descriptors,
) -> Stoppable<u8> {
    let Some(name) = arguments.first() else { return Ok(0) };
    machine.budget.shell_step()?;
    machine.streams.pause();
    let depth = machine.budget.depth();
    machine.budget.enter()?;
    machine.was_killed = false;
    let result = match lookup(machine, name) {
        Program::Command(command) => {
            let mut context = Context::new(machine, arguments, directory, environment, descriptors, command.buffering);
            (command.run)(&mut context).and_then(|status| context.flush().map(|()| status))
        }
        Program::Effect => ask_host(machine, arguments, directory, environment, descriptors),
        Program::Missing => Ok(127),
    };
    let read_endless = machine.streams.take_endless() | machine.workspace.take_endless();
    let status = match result {
        Ok(_) if read_endless => {
            if machine.streams.note_endless(descriptors.get(1)) {
                return Err(Stop::Limit(LimitKind::PipeBytes));
            }
            machine.was_killed = true;
            BROKEN_PIPE_STATUS
        }
        Err(Stop::BrokenPipe) => {
            machine.was_killed = true;
            BROKEN_PIPE_STATUS
        }
        other => {
            let status = other?;
            // A program that put another in its place (`timeout`, `env`) was killed with it.
            machine.was_killed &= status == BROKEN_PIPE_STATUS;
            status
        }
    };
    machine.budget.return_to(depth);
    machine.flush()?;
    Ok(status)
}

/// Asks the host to run a program and prints what it printed.
pub fn ask_host(
    machine: &mut Machine<'_>,
    arguments: &[Vec<u8>],
    directory: &VirtualPath,
    environment: &Environment,
    descriptors: &Descriptors,
) -> Stoppable<u8> {
    let input = match descriptors.get(0) {
        Some(stream) => machine.streams.read_all(stream, machine.budget)?,
        None => Vec::new(),
    };
    let request = EffectRequest {
        arguments: arguments.to_vec(),
        directory: directory.display(),
        environment: environment.iter().map(|(name, value)| (name.to_vec(), value.to_vec())).collect(),
        input,
    };
    let result = machine.effect(request)?;
    for (is_error, bytes) in &result.output {
        if let Some(stream) = descriptors.get(if *is_error { 2 } else { 1 }) {
            match machine.streams.write(stream, bytes, machine.budget) {
                // The program has run elsewhere; how it took the lost reader is in its result.
                Err(Stop::BrokenPipe) => break,
                written => written?,
            }
        }
    }
    Ok(result.status)
}

/// The last component of a program's path.
pub fn base_name(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| byte == b'/').next().unwrap_or(name)
}

/// After how much of its standard input a program leaves, for those that leave early.
pub fn demand(arguments: &[Vec<u8>]) -> Option<Demand> {
    // None of a profile's tools does.
    match in_container(arguments.first()?) {
        Program::Command(command) if command.name == "head" => super::head::demand(arguments),
        _ => None,
    }
}
