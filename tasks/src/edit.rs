//! Small changes of text files as data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Puts text in place of some bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// The file's path below the repository's root.
    pub path: String,
    /// The first byte that goes, in the file as it was before any edit of the same list.
    pub start: usize,
    /// The byte after the last that goes.
    pub end: usize,
    /// What comes in its place.
    pub replacement: String,
}

impl Edit {
    /// The one edit that makes a file's text another one: from the first byte that differs to the last.
    pub fn between(path: &str, before: &str, after: &str) -> Self {
        let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(|(a, b)| a == b).map(|(letter, _)| letter.len_utf8()).sum()
        };
        let start = same(&mut before.chars().zip(after.chars()));
        let (before_rest, after_rest) = (&before[start..], &after[start..]);
        let tail = same(&mut before_rest.chars().rev().zip(after_rest.chars().rev()));
        Self {
            path: path.to_owned(),
            start,
            end: before.len() - tail,
            replacement: after_rest[..after_rest.len() - tail].to_owned(),
        }
    }
}

/// Why edits do not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file is missing or no regular file.
    #[error("`{0}` is no file")]
    NoFile(String),
    /// The bytes lie outside the file, or end before they start.
    #[error("`{path}` has no bytes {start} to {end}")]
    OutOfRange {
        /// The file.
        path: String,
        /// [`Edit::start`].
        start: usize,
        /// [`Edit::end`].
        end: usize,
    },
    /// Two edits of one file touch the same bytes.
    #[error("two edits of `{0}` overlap")]
    Overlap(String),
}

/// The edits of each file, in the order of their bytes.
pub fn by_file(edits: &[Edit]) -> BTreeMap<&str, Vec<&Edit>> {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        files.entry(&edit.path).or_default().push(edit);
    }
    for edits in files.values_mut() {
        edits.sort_by_key(|edit| (edit.start, edit.end));
    }
    files
}

/// Applies the edits of one file, as [`by_file`] gives them.
pub fn apply(content: &[u8], edits: &[&Edit]) -> Result<Vec<u8>, EditError> {
    let mut result = Vec::with_capacity(content.len() + edits.iter().map(|edit| edit.replacement.len()).sum::<usize>());
    let mut done = 0;
    for edit in edits {
        if edit.start < done {
            return Err(EditError::Overlap(edit.path.clone()));
        }
        if edit.end < edit.start || edit.end > content.len() {
            return Err(EditError::OutOfRange { path: edit.path.clone(), start: edit.start, end: edit.end });
        }
        result.extend_from_slice(&content[done..edit.start]);
        result.extend_from_slice(edit.replacement.as_bytes());
        done = edit.end;
    }
    result.extend_from_slice(&content[done..]);
    Ok(result)
}

/// The edits that lead back: applied to what [`apply`] made of `content`, they give `content`.
/// The edits have to fit; `None` when one does not or when text would go back that is not UTF-8.
pub fn invert(content: &[u8], edits: &[&Edit]) -> Option<Vec<Edit>> {
    let mut inverse = Vec::with_capacity(edits.len());
    let mut shift = 0_isize;
    for edit in edits {
        let start = edit.start.checked_add_signed(shift)?;
        let removed = content.get(edit.start..edit.end)?;
        inverse.push(Edit {
            path: edit.path.clone(),
            start,
            end: start + edit.replacement.len(),
            replacement: std::str::from_utf8(removed).ok()?.to_owned(),
        });
        shift += edit.replacement.len() as isize - removed.len() as isize;
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_leads_from_one_text_to_another() {
        for (before, after) in [("abc", "abxc"), ("aa", "aaa"), ("é1", "è1"), ("", "x"), ("x", ""), ("same", "same")]
        {
            let edit = Edit::between("p", before, after);
            assert_eq!(apply(before.as_bytes(), &[&edit]).unwrap(), after.as_bytes(), "{edit:?}");
        }
        assert_eq!(
            Edit::between("p", "abc", "abxc"),
            Edit { path: "p".into(), start: 2, end: 2, replacement: "x".into() }
        );
    }

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        Edit { path: "a".to_owned(), start, end, replacement: replacement.to_owned() }
    }

    #[test]
    fn edits_apply_together_and_lead_back() {
        let edits = [edit(7, 7, "!"), edit(0, 1, "HH"), edit(2, 4, "")];
        let files = by_file(&edits);
        let text = b"hello w";
        let changed = apply(text, &files["a"]).unwrap();
        assert_eq!(changed, b"HHeo w!");
        let inverse = invert(text, &files["a"]).unwrap();
        assert_eq!(apply(&changed, &by_file(&inverse)["a"]).unwrap(), text);
    }

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        let run = |edits: &[Edit]| apply(b"hello", &by_file(edits)["a"]);
        assert_eq!(run(&[edit(0, 2, ""), edit(1, 3, "")]), Err(EditError::Overlap("a".to_owned())));
        assert!(matches!(run(&[edit(4, 6, "")]), Err(EditError::OutOfRange { .. })));
        assert!(matches!(run(&[edit(4, 3, "")]), Err(EditError::OutOfRange { .. })));
        assert_eq!(run(&[edit(5, 5, "!")]).unwrap(), b"hello!");
    }
}
