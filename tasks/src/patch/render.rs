//! Changes written as the patch that `git diff` prints.

use sparring_tree::diff::{self, FileDiff, Side};
use sparring_tree::{Kind, Node};

use crate::change::Change;

/// The patch of a list of changes, byte for byte as git prints it. Directories have no part in it.
pub fn render(changes: &[Change]) -> Vec<u8> {
    diff::tree(changes.iter().filter_map(|change| {
        let (old, new) = (side(change.before.as_ref()), side(change.after.as_ref()));
        (old.is_some() || new.is_some()).then(|| FileDiff::at(&change.path, old, new))
    }))
}

fn side(node: Option<&Node>) -> Option<Side<'_>> {
    let node = node.filter(|node| node.kind() != Kind::Directory)?;
    Some(Side::new(node.kind(), node.mode(), node.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;

    #[test]
    fn files_come_go_and_change_kind() {
        let patch = |before, after| String::from_utf8(render(&between(&tree(before), &tree(after)))).unwrap();
        let text = patch(&[("a", "1\n"), ("c", "2\n")], &[("a", "1\n3\n"), ("b/x", "1"), ("d/", "")]);
        let names: Vec<&str> = text.lines().filter(|line| line.starts_with("diff")).collect();
        assert_eq!(names, ["diff --git a/a b/a", "diff --git a/b/x b/b/x", "diff --git a/c b/c"]);
        assert!(text.contains("@@ -1 +1,2 @@\n 1\n+3\n"), "{text}");
        let text = patch(&[("a", "1\n")], &[("a", "link:b")]);
        assert_eq!(text.matches("diff --git a/a b/a\n").count(), 2);
        assert_eq!(patch(&[("a/x", "1\n")], &[("a", "1\n")]).matches("diff --git").count(), 2);
    }
}
