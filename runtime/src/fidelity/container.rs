//! A container for the real commands: own mounts, no network, a root of its own on a tmpfs with
//! this machine's programs, read-only, in it. What a command does there stays there.
//!
//! It is made with util-linux's `unshare` and entered with `nsenter`, as root or, where the system
//! lets users have namespaces, as anybody.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::FidelityError;

/// A command may take this long.
pub const TIME_LIMIT_SECONDS: u32 = 60;
/// Of a command's output this much is read; bytes.
const OUTPUT_BYTES: u64 = 64 << 20;
/// The status of a program that `timeout` has killed.
const KILLED: i32 = 137;

/// Makes the root: the directories of a slim Debian container in reverse order, so that a tmpfs,
/// which lists the newest first, lists them sorted.
const SET_UP: &str = r#"
set -e
hostname "$1"
mount -t tmpfs -o mode=755 tmpfs /tmp
cd /tmp
umask 022
mkdir -p var/tmp var/log var/lib var/cache usr tmp sys srv
ln -s usr/sbin sbin
mkdir -p run root proc opt mnt media
[ ! -e /lib64 ] || ln -s usr/lib64 lib64
ln -s usr/lib lib
mkdir -p home etc/alternatives dev boot
ln -s usr/bin bin
chmod 1777 tmp var/tmp
chmod 700 root
echo root:x:0:0:root:/root:/bin/bash > etc/passwd
echo root:x:0: > etc/group
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount --rbind /dev dev
mount --rbind /proc proc
if [ -d /etc/alternatives ]; then mount --bind /etc/alternatives etc/alternatives; fi
exec chroot . /usr/bin/bash -c 'echo ready; exec cat'
"#;

/// A running container. It ends with its owner.
#[derive(Debug)]
pub struct Container {
    holder: Child,
    is_user_namespace: bool,
}

/// What a program in the container printed and returned.
#[derive(Debug)]
pub struct Ran {
    /// Standard output and standard error, as one pipe took them.
    pub output: Vec<u8>,
    /// The exit status; `None` when it ran out of time.
    pub exit_code: Option<i32>,
}

impl Container {
    /// Starts one.
    pub fn start() -> Result<Self, FidelityError> {
        match Self::start_with(false) {
            Ok(container) => Ok(container),
            Err(_) => Self::start_with(true),
        }
    }

    fn start_with(is_user_namespace: bool) -> Result<Self, FidelityError> {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--net", "--uts", "--propagation", "private"]);
        if is_user_namespace {
            command.arg("--map-root-user");
        }
        command.args(["bash", "-c", SET_UP, "bash", sparring_guest::world::HOSTNAME]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut holder = command.spawn().map_err(FidelityError::container)?;
        let mut line = String::new();
        if let Some(output) = holder.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(FidelityError::container)?;
        }
        if line != "ready\n" {
            let mut message = String::new();
            if let Some(mut errors) = holder.stderr.take() {
                errors.read_to_string(&mut message).map_err(FidelityError::container)?;
            }
            holder.wait().map_err(FidelityError::container)?;
            return Err(FidelityError::Container(message.trim().to_owned()));
        }
        Ok(Self { holder, is_user_namespace })
    }

    /// The container's root as this process reaches it.
    pub fn root(&self) -> PathBuf {
        Path::new("/proc").join(self.holder.id().to_string()).join("root")
    }

    /// Runs `bash -c` in a directory of the container. What it leaves running is killed.
    pub fn run(&self, directory: &str, command: &str) -> Result<Ran, FidelityError> {
        let (mut reader, writer) = std::io::pipe().map_err(FidelityError::container)?;
        let mut enter = Command::new("nsenter");
        enter.arg(format!("--target={}", self.holder.id()));
        if self.is_user_namespace {
            enter.args(["--user", "--preserve-credentials"]);
        }
        enter.args(["--mount", "--net", "--uts", "--root", "unshare", "--pid", "--fork", "--kill-child"]);
        enter.arg(format!("--wd={directory}"));
        enter.args(["timeout", "--signal=KILL", &TIME_LIMIT_SECONDS.to_string(), "bash", "-c", command]);
        enter.env_clear().envs(sparring_guest::shell::ENVIRONMENT.iter().copied()).env("SHLVL", "0");
        enter.stdin(Stdio::null()).stderr(writer.try_clone().map_err(FidelityError::container)?).stdout(writer);
        let mut child = enter.spawn().map_err(FidelityError::container)?;
        // The command holds the pipe's writing ends.
        drop(enter);
        let mut output = Vec::new();
        Read::by_ref(&mut reader).take(OUTPUT_BYTES).read_to_end(&mut output).map_err(FidelityError::container)?;
        drop(reader);
        let status = child.wait().map_err(FidelityError::container)?;
        let exit_code = status.code().filter(|code| *code != KILLED);
        Ok(Ran { output, exit_code })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Its standard input closes, and with it all ends; a container that has died already is
        // no worse.
        drop(self.holder.stdin.take());
        let _ended = self.holder.wait();
    }
}
