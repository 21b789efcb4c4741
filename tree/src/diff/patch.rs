//! A file's change as `git diff` prints it: header, then hunks or a notice.

use super::lines::{Lines, Whitespace};
use super::object::{ObjectId, is_binary};
use super::quote::quote_path;
use super::script::changes_of_lines;
use super::{DiffOptions, changes, unified};
use crate::mode::{Kind, Mode};

/// One side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side<'a> {
    /// Permission bits; git keeps whether a file is executable.
    pub mode: Mode,
    /// A file or a link.
    pub kind: Kind,
    /// A file's bytes or a link's target.
    pub bytes: &'a [u8],
    /// The blob's name, where it is known already.
    pub id: Option<ObjectId>,
}

impl<'a> Side<'a> {
    /// A side with a blob's bytes.
    pub fn new(kind: Kind, mode: Mode, bytes: &'a [u8]) -> Self {
        Self { mode, kind, bytes, id: None }
    }

    /// A plain file.
    pub fn file(bytes: &'a [u8]) -> Self {
        Self::new(Kind::File, Mode::FILE, bytes)
    }

    /// The blob's name.
    pub fn object_id(&self) -> ObjectId {
        self.id.unwrap_or_else(|| ObjectId::of("blob", self.bytes))
    }

    /// The mode that git stores.
    pub fn git_mode(&self) -> &'static str {
        git_mode(self.kind, self.mode)
    }
}

/// The mode that git stores for an entry, as it prints it.
pub fn git_mode(kind: Kind, mode: Mode) -> &'static str {
    match kind {
        Kind::Directory => "040000",
        Kind::Link => "120000",
        Kind::File if mode.is_executable() => "100755",
        Kind::File => "100644",
    }
}

/// A change of one path, or a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDiff<'a> {
    /// The old path.
    pub old_path: &'a [u8],
    /// The new path; the same as the old one unless the file was renamed.
    pub new_path: &'a [u8],
    /// What stood there; `None` for a new file.
    pub old: Option<Side<'a>>,
    /// What stands there; `None` for a deleted file.
    pub new: Option<Side<'a>>,
    /// For a rename, how similar the two are: 60,000 means equal.
    pub rename_score: Option<u32>,
}

impl<'a> FileDiff<'a> {
    /// A change at one path.
    pub fn at(path: &'a [u8], old: Option<Side<'a>>, new: Option<Side<'a>>) -> Self {
        Self { old_path: path, new_path: path, old, new, rename_score: None }
    }

    /// Whether a file became a link or a link a file; git shows these as a deletion and a creation.
    pub fn changes_kind(&self) -> bool {
        matches!((self.old, self.new), (Some(old), Some(new)) if old.kind != new.kind)
    }
}

/// What a patch shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchOptions {
    /// Lines of context around a change. Default 3.
    pub context: usize,
    /// Hexadecimal digits of object names. Default 7.
    pub digits: usize,
    /// How white space counts. Default: every byte does.
    pub whitespace: Whitespace,
    /// Show binary files as text (`-a`). Default off.
    pub text: bool,
    /// What stands in front of old paths. Default `a/`.
    pub old_prefix: &'static [u8],
    /// What stands in front of new paths. Default `b/`.
    pub new_prefix: &'static [u8],
}

impl Default for PatchOptions {
    fn default() -> Self {
        Self { context: 3, digits: 7, whitespace: Whitespace::Exact, text: false, old_prefix: b"a/", new_prefix: b"b/" }
    }
}

/// The whole patch of a tree, files in git's order (plain byte order of the paths). `git apply`
/// takes it. Sides that are equal are left out.
pub fn tree<'a>(changes: impl IntoIterator<Item = FileDiff<'a>>) -> Vec<u8> {
    let mut changes: Vec<_> = changes.into_iter().collect();
    changes.sort_by_key(|change| change.new_path);
    let mut out = Vec::new();
    for change in &changes {
        write_patch(&mut out, change, &PatchOptions::default());
    }
    out
}

/// Writes one file's part of a patch; nothing when both sides are equal.
pub fn write_patch(out: &mut Vec<u8>, change: &FileDiff<'_>, options: &PatchOptions) {
    if change.changes_kind() {
        write_one(out, &FileDiff { new: None, ..*change }, options);
        write_one(out, &FileDiff { old: None, ..*change }, options);
    } else {
        write_one(out, change, options);
    }
}

fn write_one(out: &mut Vec<u8>, change: &FileDiff<'_>, options: &PatchOptions) {
    let bytes = |side: Option<Side<'_>>| side.map_or(0, |side| side.bytes.len());
    let (old_bytes, new_bytes) =
        (change.old.map_or(&b""[..], |side| side.bytes), change.new.map_or(&b""[..], |side| side.bytes));
    let same_bytes = match (change.old, change.new) {
        (None, None) => return,
        (Some(old), Some(new)) => old.bytes == new.bytes,
        _ => false,
    };
    let same_mode = matches!((change.old, change.new), (Some(old), Some(new)) if old.git_mode() == new.git_mode());
    let renamed = change.old_path != change.new_path;
    if same_bytes && same_mode && !renamed {
        return;
    }
    let old_name = quote_path(options.old_prefix, change.old_path);
    let new_name = quote_path(options.new_prefix, change.new_path);
    let header_start = out.len();
    write_header(out, change, options, &old_name, &new_name, same_bytes);
    if same_bytes || bytes(change.old) + bytes(change.new) == 0 {
        return;
    }
    let old_label = if change.old.is_some() { &old_name[..] } else { b"/dev/null" };
    let new_label = if change.new.is_some() { &new_name[..] } else { b"/dev/null" };
    if !options.text && (is_binary(old_bytes) || is_binary(new_bytes)) {
        out.extend_from_slice(&[b"Binary files ", old_label, b" and ", new_label, b" differ\n"].concat());
        return;
    }
    let (old_lines, new_lines) = (Lines::of(old_bytes), Lines::of(new_bytes));
    let found = if options.context == 0 {
        changes(old_bytes, new_bytes, &DiffOptions { whitespace: options.whitespace, trim_tail: true })
    } else {
        changes_of_lines(&old_lines, &new_lines, options.whitespace)
    };
    if found.is_empty() {
        // Only white space differs, and it does not count.
        if same_mode && !renamed {
            out.truncate(header_start);
        }
        return;
    }
    for (sign, label) in [(b"--- ", old_label), (b"+++ ", new_label)] {
        out.extend_from_slice(sign);
        out.extend_from_slice(label);
        // So that `patch` does not take the rest of a name for a date.
        if label.contains(&b' ') {
            out.push(b'\t');
        }
        out.push(b'\n');
    }
    unified::write_hunks(out, &old_lines, &new_lines, &found, options.context);
}

fn write_header(
    out: &mut Vec<u8>,
    change: &FileDiff<'_>,
    options: &PatchOptions,
    old_name: &[u8],
    new_name: &[u8],
    same_bytes: bool,
) {
    out.extend_from_slice(&[b"diff --git ", old_name, b" ", new_name, b"\n"].concat());
    let mut equal_mode = None;
    match (change.old, change.new) {
        (None, Some(new)) => out.extend_from_slice(format!("new file mode {}\n", new.git_mode()).as_bytes()),
        (Some(old), None) => out.extend_from_slice(format!("deleted file mode {}\n", old.git_mode()).as_bytes()),
        (Some(old), Some(new)) if old.git_mode() != new.git_mode() => {
            let text = format!("old mode {}\nnew mode {}\n", old.git_mode(), new.git_mode());
            out.extend_from_slice(text.as_bytes());
        }
        (old, _) => equal_mode = old.map(|side| side.git_mode()),
    }
    if let Some(score) = change.rename_score {
        out.extend_from_slice(format!("similarity index {}%\nrename from ", score / 600).as_bytes());
        out.extend_from_slice(&quote_path(b"", change.old_path));
        out.extend_from_slice(b"\nrename to ");
        out.extend_from_slice(&quote_path(b"", change.new_path));
        out.push(b'\n');
    }
    if same_bytes {
        return;
    }
    let id = |side: Option<Side<'_>>| side.map_or(ObjectId::NULL, |side| side.object_id()).short(options.digits);
    out.extend_from_slice(format!("index {}..{}", id(change.old), id(change.new)).as_bytes());
    if let Some(mode) = equal_mode {
        out.extend_from_slice(format!(" {mode}").as_bytes());
    }
    out.push(b'\n');
}
