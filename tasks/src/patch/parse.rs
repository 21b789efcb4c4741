//! Reads unified diffs, with or without git's headers.

/// One file's part of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePatch {
    /// The file's path after the patch (before it, when the file goes), without `a/` and `b/`.
    pub path: Vec<u8>,
    /// The path before, when the file is renamed.
    pub renamed_from: Option<Vec<u8>>,
    /// Whether the file is new.
    pub added: bool,
    /// Whether the file goes.
    pub deleted: bool,
    /// Whether the patch only says that the file is binary.
    pub binary: bool,
    /// The hunks in order.
    pub hunks: Vec<Hunk>,
}

/// A stretch of changed lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The first line and the number of lines before.
    pub old: (usize, usize),
    /// The first line and the number of lines after.
    pub new: (usize, usize),
    /// What stands behind the second `@@`.
    pub section: Vec<u8>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a hunk: its sign (` `, `-`, `+`, or `\` for a notice) and its text, without line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// ` `, `-`, `+` or `\`.
    pub sign: u8,
    /// The text behind the sign.
    pub text: Vec<u8>,
}

/// Why a text is no patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// A line that no hunk can have.
    #[error("line {0}: no line of a hunk")]
    Line(usize),
    /// A hunk that holds more or fewer lines than its header says.
    #[error("line {0}: a hunk ends too early or too late")]
    Length(usize),
    /// A hunk header that cannot be read.
    #[error("line {0}: no hunk header")]
    Header(usize),
    /// A hunk without a file.
    #[error("line {0}: a hunk before any file header")]
    NoFile(usize),
}

impl Hunk {
    /// The hunk with both counts spelled out, each line ending in `\n`.
    pub fn render(&self) -> Vec<u8> {
        let mut text = format!("@@ -{},{} +{},{} @@", self.old.0, self.old.1, self.new.0, self.new.1).into_bytes();
        if !self.section.is_empty() {
            text.push(b' ');
            text.extend_from_slice(&self.section);
        }
        text.push(b'\n');
        for line in &self.lines {
            text.push(line.sign);
            text.extend_from_slice(&line.text);
            text.push(b'\n');
        }
        text
    }
}

/// Reads all files of a patch. Text around them is passed over, as `git apply` does.
pub fn parse(patch: &[u8]) -> Result<Vec<FilePatch>, PatchError> {
    let mut files: Vec<FilePatch> = Vec::new();
    // Whether the last file's `---` and `+++` lines have come: the next ones begin a file.
    let mut named = true;
    let mut old_name = Vec::new();
    let body = patch.strip_suffix(b"\n").unwrap_or(patch);
    let mut lines = body.split(|&byte| byte == b'\n').enumerate().peekable();
    while let Some((at, line)) = lines.next() {
        if let Some(names) = line.strip_prefix(b"diff --git ") {
            files.push(FilePatch { path: header_path(names), ..FilePatch::default() });
            named = false;
        } else if let Some(name) = line.strip_prefix(b"--- ").filter(|_| next_is_new_name(lines.peek())) {
            old_name = file_name(name, b"a/");
            if named {
                files.push(FilePatch::default());
            }
            named = true;
        } else if let (Some(name), Some(file)) = (line.strip_prefix(b"+++ "), files.last_mut()) {
            let new_name = file_name(name, b"b/");
            file.added |= old_name == b"/dev/null";
            file.deleted |= new_name == b"/dev/null";
            file.path = if file.deleted { std::mem::take(&mut old_name) } else { new_name };
        } else if line.starts_with(b"@@ ") {
            let hunk = hunk(line, at, &mut lines)?;
            files.last_mut().ok_or(PatchError::NoFile(at + 1))?.hunks.push(hunk);
            named = true;
        } else if let Some(file) = files.last_mut() {
            extended_header(file, line);
        }
    }
    Ok(files)
}

fn next_is_new_name(next: Option<&(usize, &[u8])>) -> bool {
    next.is_some_and(|(_, line)| line.starts_with(b"+++ "))
}

fn extended_header(file: &mut FilePatch, line: &[u8]) {
    if let Some(name) = line.strip_prefix(b"rename from ") {
        file.renamed_from = Some(unquote(name));
    } else if let Some(name) = line.strip_prefix(b"rename to ") {
        file.path = unquote(name);
    } else if line.starts_with(b"new file mode ") {
        file.added = true;
    } else if line.starts_with(b"deleted file mode ") {
        file.deleted = true;
    } else if line.starts_with(b"Binary files ") || line == b"GIT binary patch" {
        file.binary = true;
    }
}

fn hunk<'a>(
    header: &[u8],
    at: usize,
    lines: &mut std::iter::Peekable<impl Iterator<Item = (usize, &'a [u8])>>,
) -> Result<Hunk, PatchError> {
    let (old, new, section) = ranges(header).ok_or(PatchError::Header(at + 1))?;
    let mut hunk = Hunk { old, new, section, lines: Vec::new() };
    let (mut old_left, mut new_left) = (old.1, new.1);
    while old_left > 0 || new_left > 0 {
        let Some((line_at, line)) = lines.next() else { return Err(PatchError::Length(at + 1)) };
        // Some writers drop the blank in front of an empty context line.
        let (sign, text) = line.split_first().map_or((b' ', line), |(&sign, text)| (sign, text));
        let (takes_old, takes_new) = match sign {
            b' ' => (1, 1),
            b'-' => (1, 0),
            b'+' => (0, 1),
            b'\\' => (0, 0),
            _ => return Err(PatchError::Line(line_at + 1)),
        };
        let left = (old_left.checked_sub(takes_old), new_left.checked_sub(takes_new));
        let (Some(old), Some(new)) = left else { return Err(PatchError::Length(line_at + 1)) };
        (old_left, new_left) = (old, new);
        hunk.lines.push(Line { sign, text: text.to_vec() });
    }
    if let Some((_, notice)) = lines.next_if(|(_, line)| line.starts_with(b"\\")) {
        hunk.lines.push(Line { sign: b'\\', text: notice[1..].to_vec() });
    }
    Ok(hunk)
}

type Range = (usize, usize);

fn ranges(header: &[u8]) -> Option<(Range, Range, Vec<u8>)> {
    let text = header.strip_prefix(b"@@ -")?;
    let end = text.windows(3).position(|window| window == b" @@")?;
    let (old, new) = std::str::from_utf8(&text[..end]).ok()?.split_once(" +")?;
    let range = |text: &str| -> Option<Range> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, count.parse().ok()?))
    };
    let section = text[end + 3..].strip_prefix(b" ").unwrap_or(&text[end + 3..]);
    Some((range(old)?, range(new)?, section.to_vec()))
}

/// The second path of `a/x b/x`. Both are the same unless a later header says otherwise, so an
/// unquoted pair is cut in the middle.
fn header_path(names: &[u8]) -> Vec<u8> {
    if names.last() == Some(&b'"') {
        let start = names.windows(2).rposition(|window| window == b" \"").map_or(0, |at| at + 1);
        return file_name(&names[start..], b"b/");
    }
    let half = names.len() / 2;
    match (names.get(half), names.get(half + 1..)) {
        (Some(b' '), Some(second)) if names[..half].get(2..) == second.get(2..) => file_name(second, b"b/"),
        _ => {
            let start = names.windows(3).rposition(|window| window == b" b/").map_or(0, |at| at + 1);
            file_name(&names[start..], b"b/")
        }
    }
}

/// A name of a header line without its prefix and without a time behind a tab.
fn file_name(name: &[u8], prefix: &[u8]) -> Vec<u8> {
    let name = if name.first() == Some(&b'"') {
        unquote(name)
    } else {
        name.split(|&byte| byte == b'\t').next().unwrap_or(name).to_vec()
    };
    name.strip_prefix(prefix).map(<[u8]>::to_vec).unwrap_or(name)
}

/// A path as git quotes it.
fn unquote(name: &[u8]) -> Vec<u8> {
    let Some(inner) = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")) else { return name.to_vec() };
    let mut path = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            path.push(byte);
            continue;
        }
        path.push(match rest.next() {
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 0x0b,
            Some(b'f') => 0x0c,
            Some(b'r') => b'\r',
            Some(digit @ b'0'..=b'3') => {
                let low = rest.by_ref().take(2).fold(0, |sum, next| (sum << 3) | (next & 7));
                (digit & 7) << 6 | low
            }
            Some(other) => other,
            None => b'\\',
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;
    use crate::patch::render;

    #[test]
    fn what_git_prints_is_read() {
        let before = tree(&[("a b", "1\n2\n"), ("gone", "x"), ("é\"", "1\n"), ("bin", "\0"), ("mode", "-- \n++ \n")]);
        let after = tree(&[("a b", "1\n3\n"), ("new/x", "y\n"), ("é\"", "2\n"), ("bin", "\0\0"), ("mode", "++ \n")]);
        let files = parse(&render(&between(&before, &after))).unwrap();
        let shown: Vec<_> = files
            .iter()
            .map(|file| (String::from_utf8_lossy(&file.path), file.added, file.deleted, file.binary, file.hunks.len()))
            .map(|(path, ..)| path)
            .collect();
        assert_eq!(shown, ["a b", "bin", "gone", "mode", "new/x", "é\""]);
        assert!(files[1].binary && files[2].deleted && files[4].added);
        assert_eq!(files[0].hunks[0].lines.len(), 3);
        assert_eq!(files[2].hunks[0].lines[1].text, b" No newline at end of file");
        assert_eq!(files[3].hunks[0].lines[0], Line { sign: b'-', text: b"-- ".to_vec() });
    }

    #[test]
    fn plain_diffs_and_renames() {
        let files =
            parse(b"--- old/x.py\t2020-01-01\n+++ b/x.py\n@@ -1,2 +1,1 @@ def f\n a\n-b\n\ntrailing text\n").unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!((files[0].path.as_slice(), files[0].hunks[0].section.as_slice()), (&b"x.py"[..], &b"def f"[..]));
        assert_eq!(files[0].hunks[0].render(), b"@@ -1,2 +1,1 @@ def f\n a\n-b\n");
        let files = parse(b"diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n").unwrap();
        assert_eq!((files[0].renamed_from.as_deref(), files[0].path.as_slice()), (Some(&b"x"[..]), &b"y"[..]));
        let two = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n";
        assert_eq!(parse(two).unwrap().len(), 2);
        assert!(parse(b"").unwrap().is_empty());
    }

    #[test]
    fn broken_hunks_are_refused() {
        let file = "--- a/x\n+++ b/x\n";
        for (text, error) in [
            ("@@ -1 +1 @@\n-a\n+b\n", PatchError::NoFile(1)),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @\n", PatchError::Header(3)),
            ("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n+b\n", PatchError::Length(3)),
            ("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n-b\n", PatchError::Length(5)),
            ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n*a\n", PatchError::Line(4)),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(error), "{text}");
        }
        assert!(parse(format!("{file}@@ -1,2 +1,2 @@\n\n-a\n+b\n").as_bytes()).is_ok());
    }
}
