//! The harness notices what it is for.

use crate::support::{self, File, files, insert, simulated, words};

#[test]
fn a_real_copy_lists_sorted_and_is_put_back() {
    let mut tree = files(&[("b", "1\n"), ("a/x", "2\n"), ("a/c", ""), ("z", "3\n")]);
    insert(&mut tree, b"m", File::Link(b"a/x".to_vec()));
    let mut copy = support::real::RealCopy::new(&tree);
    let listing = copy.run(&words(&["find", "."]), b"");
    assert_eq!(listing.output, b".\n./a\n./a/c\n./a/x\n./b\n./m\n./z\n");
    let removed = copy.run(&words(&["rm", "-r", "a", "z"]), b"");
    assert_eq!(removed.files.len(), 2);
    assert_eq!(copy.run(&words(&["cat", "-", "m"]), b"in\n").output, b"in\n2\n");
    assert_eq!(copy.run(&words(&["find", "."]), b"").output, listing.output);
}

#[test]
fn a_simulated_run_sees_the_same_files() {
    let tree = files(&[("b", "1\n"), ("a/x", "2\n")]);
    let outcome = simulated::run(&simulated::image(&tree), b"/dev/shm/x", &words(&["no-such-program"]), b"");
    assert_eq!((outcome.status, outcome.files), (127, tree));
}
