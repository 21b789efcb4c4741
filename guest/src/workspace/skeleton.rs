//! The directories around the repository: those of a slim Debian container, all empty. What a
//! real container has in them (programs, libraries) is not simulated.

/// In walk order.
pub(super) const DIRECTORIES: &[&[u8]] = &[
    b"bin",
    b"boot",
    b"dev",
    b"etc",
    b"home",
    b"lib",
    b"lib64",
    b"media",
    b"mnt",
    b"opt",
    b"proc",
    b"root",
    b"run",
    b"sbin",
    b"srv",
    b"sys",
    b"tmp",
    b"usr",
    b"usr/bin",
    b"usr/include",
    b"usr/lib",
    b"usr/local",
    b"usr/local/bin",
    b"usr/local/lib",
    b"usr/sbin",
    b"usr/share",
    b"usr/src",
    b"var",
    b"var/cache",
    b"var/lib",
    b"var/log",
    b"var/tmp",
];

/// Whether a directory of the skeleton stands at this path.
pub(super) fn contains(path: &[u8]) -> bool {
    DIRECTORIES.binary_search_by(|other| sparring_tree::path::walk_order(other, path)).is_ok()
}

/// Names of the skeleton's directories right inside `directory`.
pub(super) fn names_in(directory: &[u8]) -> impl Iterator<Item = &'static [u8]> {
    DIRECTORIES
        .iter()
        .filter(move |path| sparring_tree::path::parent(path) == directory)
        .map(|path| sparring_tree::path::name(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_walk_order() {
        assert!(DIRECTORIES.is_sorted_by(|a, b| sparring_tree::path::walk_order(a, b).is_lt()));
        assert_eq!(names_in(b"usr/local").collect::<Vec<_>>(), [&b"bin"[..], b"lib"]);
    }
}
