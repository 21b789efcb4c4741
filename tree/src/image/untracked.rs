//! Finds the files of an image that no commit has.

use super::view::EntryView;
use crate::mode::Kind;

impl<'a> EntryView<'a> {
    /// The files at or below this entry that no commit has, in walk order. Costs nothing where there are none.
    pub fn untracked(&self) -> impl Iterator<Item = EntryView<'a>> + use<'a> {
        let (image, end) = (self.image, if self.has_untracked() { self.subtree_end() } else { self.index() });
        let mut next = self.index();
        std::iter::from_fn(move || {
            while next < end {
                let entry = image.entry(next)?;
                let is_directory = entry.kind() == Kind::Directory;
                next = if is_directory && entry.has_untracked() { next + 1 } else { entry.subtree_end() };
                if !is_directory && entry.has_untracked() {
                    return Some(entry);
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::FileFacts;
    use super::super::view::ImageView;
    use super::super::write::write;
    use crate::tree::{Node, TreeBuilder, TreeLimits};

    #[test]
    fn untracked_files_are_found_and_nothing_else() {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        let file = || Node::File { executable: false, content: b"caf\xc3\xa9\r\n".as_slice().into() };
        for path in ["a/b/kept", "a/c/kept", "z"] {
            builder.insert(path.into(), file()).unwrap();
        }
        for path in ["a/b/x.egg-info/PKG-INFO", "y"] {
            builder.insert_untracked(path.into(), file()).unwrap();
        }
        let tree = builder.finish().unwrap();
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        let block = write(&tree, &facts);
        let image = ImageView::parse(&block).unwrap();
        let below =
            |path: &[u8]| -> Vec<&[u8]> { image.lookup(path).unwrap().untracked().map(|entry| entry.path()).collect() };
        assert_eq!(below(b""), tree.untracked());
        assert_eq!(below(b"a"), [b"a/b/x.egg-info/PKG-INFO"]);
        assert!(below(b"a/c").is_empty() && below(b"z").is_empty());
        assert_eq!(below(b"y"), [b"y"]);
        // The mark stands beside what is known of the text.
        assert_eq!(image.lookup(b"y").unwrap().facts(), FileFacts::of(file().bytes()));
        assert_eq!(image.tree_digest(), tree.digest());
    }
}
