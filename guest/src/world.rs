//! The fixed facts of the simulated machine: who the user is, what the clock says, and the numbers
//! of files that a tree does not record.
//!
//! Nothing here depends on the machine that runs a step. A file of the image is as old as
//! [`IMAGE_TIME`], whatever the session has written is as old as [`NOW`]; so `ls -t`,
//! `find -newer` and `test -nt` put edited files first, and ties fall back on names.

use sparring_tree::{Kind, Mode};

use crate::workspace::{Node, VirtualPath, Workspace};

/// The user and its group.
pub const USER: &str = "root";
/// Number of the user and its group.
pub const USER_ID: u32 = 0;
/// The machine's name, as `hostname` and `uname -n` say it.
pub const HOSTNAME: &str = "sparring";
/// The kernel's release, as `uname -r` says it.
pub const KERNEL_RELEASE: &str = "6.1.0-28-amd64";
/// The kernel's version, as `uname -v` says it.
pub const KERNEL_VERSION: &str = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)";
/// Processors, as `nproc` counts them.
pub const PROCESSORS: u32 = 4;
/// What the clock always says: 2025-01-15 12:00:00 UTC, in seconds since 1970.
pub const NOW: i64 = 1_736_942_400;
/// When everything in the image was last changed: three hours earlier.
pub const IMAGE_TIME: i64 = NOW - 3 * 3600;
/// Permission bits that new files are made without.
pub const UMASK: u16 = 0o022;
/// The number of the device that all files lie on (254,0), as `stat` prints it.
pub const DEVICE: u32 = 65024;
/// Bytes of one block of the file system; files take up whole blocks.
pub const BLOCK: u64 = 4096;

/// When an entry was last changed, in seconds since 1970.
pub fn modified(node: &Node<'_, '_>) -> i64 {
    if matches!(node, Node::Changed(_)) { NOW } else { IMAGE_TIME }
}

/// Bytes that an entry takes up on disk: whole blocks; a short link lies inside its inode and
/// takes up none, as on ext4.
pub fn disk_usage(node: &Node<'_, '_>) -> u64 {
    const INLINE_LINK: u64 = 60;
    match node.kind() {
        Kind::Link if node.size() < INLINE_LINK => 0,
        _ => node.size().div_ceil(BLOCK) * BLOCK,
    }
}

/// How many names an entry has: a directory one per subdirectory and two of its own, all else one
/// (trees have no hard links).
pub fn link_count(workspace: &Workspace<'_>, path: &VirtualPath, node: &Node<'_, '_>) -> u64 {
    if node.kind() != Kind::Directory {
        return 1;
    }
    let entries = workspace.list(path).unwrap_or_default();
    2 + entries.iter().filter(|entry| entry.kind == Kind::Directory).count() as u64
}

/// An entry's inode number, made from its path.
pub fn inode(path: &VirtualPath) -> u64 {
    // FNV-1a: spread out, and the same everywhere.
    let hash = path
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    1_000_000 + hash % 8_000_000
}

/// The ten characters of `ls -l`: `-rw-r--r--`.
pub fn mode_text(kind: Kind, mode: Mode, is_device: bool) -> [u8; 10] {
    let mut text = *b"-rwxrwxrwx";
    text[0] = match kind {
        Kind::Directory => b'd',
        Kind::Link => b'l',
        Kind::File if is_device => b'c',
        Kind::File => b'-',
    };
    for (place, letter) in text.iter_mut().skip(1).enumerate() {
        if mode.0 & (0o400 >> place) == 0 {
            *letter = b'-';
        }
    }
    for (bit, place, set, unset) in [(0o4000, 3, b's', b'S'), (0o2000, 6, b's', b'S'), (0o1000, 9, b't', b'T')] {
        if mode.0 & bit != 0 {
            text[place] = if text[place] == b'x' { set } else { unset };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_as_in_a_listing() {
        for (kind, mode, expected) in [
            (Kind::File, 0o644, "-rw-r--r--"),
            (Kind::Directory, 0o1777, "drwxrwxrwt"),
            (Kind::Link, 0o777, "lrwxrwxrwx"),
            (Kind::File, 0o6600, "-rwS--S---"),
        ] {
            assert_eq!(mode_text(kind, Mode(mode), false), expected.as_bytes());
        }
    }
}
