//! Reading patches: git's own and plain unified ones.

/// A patch of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct FilePatch {
    /// The old name, without the stripped components; `None` for a new file.
    pub(super) old_name: Option<Vec<u8>>,
    /// The new name; `None` for a deleted file.
    pub(super) new_name: Option<Vec<u8>>,
    /// The mode of a new file, or the new mode.
    pub(super) new_mode: Option<u32>,
    /// The old mode.
    pub(super) old_mode: Option<u32>,
    /// Whether the file is to be made.
    pub(super) is_new: bool,
    /// Whether the file is to be deleted.
    pub(super) is_deleted: bool,
    /// Whether it is renamed.
    pub(super) is_rename: bool,
    /// Whether it is a copy.
    pub(super) is_copy: bool,
    /// Whether it names binary content that is not in it.
    pub(super) is_binary: bool,
    /// The hunks in order.
    pub(super) hunks: Vec<PatchHunk>,
}

/// A hunk.
#[derive(Clone, Debug, Default)]
pub(super) struct PatchHunk {
    /// The first old line, from 1, as written.
    pub(super) old_start: usize,
    /// The first new line, from 1, as written.
    pub(super) new_start: usize,
    /// Sign (` `, `-`, `+`), line with its newline, number of the line in the patch.
    pub(super) lines: Vec<(u8, Vec<u8>, usize)>,
}

/// Why a text is no patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PatchError {
    /// Broken at this line.
    Corrupt(usize),
    /// No name in the header that ends at this line, with this many components to strip.
    NoName(usize, usize),
    /// A header with one name only that ends before this line.
    HalfName(usize),
    /// A header without hunks or another change, that ends before this line.
    Garbage(usize),
    /// A hunk without a header before it.
    NoHeader(usize, Vec<u8>),
}

struct Reader<'t> {
    lines: Vec<&'t [u8]>,
    at: usize,
    strip: usize,
    applies: bool,
    /// Lines that git forgets to count: notices of a missing newline at the end of a hunk.
    uncounted: usize,
}

/// Reads all files' patches of a text; names lose `strip` leading components. Where they are to be
/// applied, a patch that says nothing is an error.
pub(super) fn read(text: &[u8], strip: usize, applies: bool) -> Result<Vec<FilePatch>, PatchError> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut reader = Reader { lines, at: 0, strip, applies, uncounted: 0 };
    let mut patches = Vec::new();
    while reader.at < reader.lines.len() {
        let line = reader.line();
        if line.last() != Some(&b'\n') {
            break;
        }
        if line.starts_with(b"diff --git ") {
            patches.extend(reader.git_patch()?);
        } else if line.starts_with(b"--- ")
            && reader.peek(1).starts_with(b"+++ ")
            && reader.peek(2).starts_with(b"@@ -")
        {
            patches.push(reader.plain_patch()?);
        } else if line.starts_with(b"@@ -") && numbers(line).is_some() {
            return Err(PatchError::NoHeader(reader.number(), line.trim_ascii_end().to_vec()));
        } else {
            reader.at += 1;
        }
    }
    Ok(patches)
}

impl<'t> Reader<'t> {
    fn line(&self) -> &'t [u8] {
        self.peek(0)
    }

    /// The number that git gives the line, from 1.
    fn number(&self) -> usize {
        self.at + 1 - self.uncounted
    }

    fn peek(&self, ahead: usize) -> &'t [u8] {
        self.lines.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn name(&self, text: &[u8], strip: usize) -> Option<Vec<u8>> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let unquoted =
            if text.starts_with(b"\"") { unquote(text)? } else { text.split(|&byte| byte == b'\t').next()?.to_vec() };
        if unquoted == b"/dev/null" {
            return None;
        }
        let mut name = &unquoted[..];
        for _ in 0..strip {
            let at = memchr::memchr(b'/', name)?;
            name = name.get(at + 1..)?;
        }
        (!name.is_empty()).then(|| name.to_vec())
    }

    /// A patch with git's header; `None` for a first line that nothing of a header follows.
    fn git_patch(&mut self) -> Result<Option<FilePatch>, PatchError> {
        let mut patch = FilePatch::default();
        let start = self.at;
        let default_name = self.default_name(self.line());
        let mut has_binary = false;
        self.at += 1;
        while self.at < self.lines.len() {
            let line = self.line();
            if line.last() != Some(&b'\n') {
                break;
            }
            let after = |prefix: &str| line.strip_prefix(prefix.as_bytes());
            let mode =
                |text: &[u8]| u32::from_str_radix(std::str::from_utf8(text.trim_ascii()).unwrap_or_default(), 8).ok();
            let bare = self.strip.saturating_sub(1);
            if let Some(text) = after("old mode ") {
                patch.old_mode = mode(text);
            } else if let Some(text) = after("new mode ") {
                patch.new_mode = mode(text);
            } else if let Some(text) = after("deleted file mode ") {
                (patch.is_deleted, patch.old_mode) = (true, mode(text));
            } else if let Some(text) = after("new file mode ") {
                (patch.is_new, patch.new_mode) = (true, mode(text));
            } else if let Some(text) = after("rename from ").or_else(|| after("copy from ")) {
                patch.old_name = self.name(text, bare);
                (patch.is_rename, patch.is_copy) = (line.starts_with(b"rename"), line.starts_with(b"copy"));
            } else if let Some(text) = after("rename to ").or_else(|| after("copy to ")) {
                patch.new_name = self.name(text, bare);
            } else if let Some(text) = after("--- ") {
                patch.old_name = self.name(text, self.strip);
            } else if let Some(text) = after("+++ ") {
                patch.new_name = self.name(text, self.strip);
                self.at += 1;
                break;
            } else if line.starts_with(b"Binary files ") || line.starts_with(b"GIT binary patch") {
                patch.is_binary = true;
                has_binary = true;
                self.at += 1;
                break;
            } else if let Some(text) = after("index ") {
                if let Some(at) = memchr::memchr(b' ', text).filter(|_| patch.old_mode.is_none() && !patch.is_new) {
                    patch.old_mode = mode(text.get(at..).unwrap_or_default());
                }
            } else if after("similarity ").or_else(|| after("dissimilarity ")).is_none() {
                break;
            }
            self.at += 1;
        }
        // A cut line that says nothing ends the text.
        let is_cut = self.at < self.lines.len() && self.line().last() != Some(&b'\n') && !self.line().contains(&b' ');
        if self.at == start + 1 && (default_name.is_some() || is_cut) {
            return Ok(None);
        }
        if patch.old_name.is_none() && patch.new_name.is_none() {
            (patch.old_name, patch.new_name) = (default_name.clone(), default_name);
        } else if patch.new_name.is_none() && !patch.is_deleted || patch.old_name.is_none() && !patch.is_new {
            return Err(PatchError::HalfName(self.number()));
        }
        if patch.is_new {
            patch.old_name = None;
        }
        if patch.is_deleted {
            patch.new_name = None;
        }
        if patch.old_name.is_none() && patch.new_name.is_none() {
            return Err(PatchError::NoName(self.strip, self.number() - usize::from(has_binary)));
        }
        let header_end = self.number();
        self.hunks(&mut patch)?;
        let changes_mode = patch.new_mode.is_some() && patch.old_mode.is_some() && patch.new_mode != patch.old_mode;
        let says_something = patch.is_new || patch.is_deleted || patch.is_rename || patch.is_copy || changes_mode;
        if self.applies && patch.hunks.is_empty() && !patch.is_binary && !says_something {
            return Err(PatchError::Garbage(header_end));
        }
        Ok(Some(patch))
    }

    /// The name in `diff --git a/name b/name`, where both are the same.
    fn default_name(&self, line: &[u8]) -> Option<Vec<u8>> {
        let text = line.strip_prefix(b"diff --git ")?;
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        if text.starts_with(b"\"") {
            let end = (1..text.len()).find(|at| text.get(*at) == Some(&b'"') && text.get(at - 1) != Some(&b'\\'))?;
            let (old, new) = (self.name(text.get(..=end)?, self.strip)?, self.name(text.get(end + 2..)?, self.strip)?);
            return (old == new).then_some(old);
        }
        let places = memchr::memchr_iter(b' ', text);
        places.into_iter().find_map(|at| {
            let (old, new) = (self.name(text.get(..at)?, self.strip)?, self.name(text.get(at + 1..)?, self.strip)?);
            (old == new).then_some(old)
        })
    }

    fn plain_patch(&mut self) -> Result<FilePatch, PatchError> {
        let (old, new) = (self.line(), self.peek(1));
        let is_epoch = |line: &[u8]| memchr::memmem::find(line, b"\t1970-01-01 00:00:00").is_some();
        let mut patch = FilePatch {
            old_name: self.name(old.get(4..).unwrap_or_default(), self.strip),
            new_name: self.name(new.get(4..).unwrap_or_default(), self.strip),
            ..FilePatch::default()
        };
        let is_nothing = |line: &[u8]| line.get(4..).unwrap_or_default().starts_with(b"/dev/null");
        patch.is_new = is_nothing(old) || is_epoch(old);
        patch.is_deleted = is_nothing(new) || is_epoch(new);
        self.at += 2;
        if patch.is_new {
            patch.old_name = None;
        } else if patch.is_deleted {
            patch.new_name = None;
        } else {
            // Git takes the name that is shorter, which is mostly the one without `.orig`.
            let shorter = match (&patch.old_name, &patch.new_name) {
                (Some(old), Some(new)) if new.len() < old.len() => Some(new.clone()),
                (Some(old), _) => Some(old.clone()),
                (None, new) => new.clone(),
            };
            (patch.old_name, patch.new_name) = (shorter.clone(), shorter);
        }
        if patch.old_name.is_none() && patch.new_name.is_none() {
            return Err(PatchError::NoName(self.strip, self.number()));
        }
        self.hunks(&mut patch)?;
        Ok(patch)
    }

    fn hunks(&mut self, patch: &mut FilePatch) -> Result<(), PatchError> {
        while self.line().starts_with(b"@@ -") && self.line().len() > 4 {
            let Some((old_start, mut old_left, new_start, mut new_left)) = numbers(self.line()) else {
                return Err(PatchError::Corrupt(self.number()));
            };
            if self.line().last() != Some(&b'\n') {
                return Err(PatchError::Corrupt(self.number()));
            }
            self.at += 1;
            let mut hunk = PatchHunk { old_start, new_start, lines: Vec::new() };
            while old_left > 0 || new_left > 0 {
                let line = self.line();
                let (sign, rest) = match line.split_first() {
                    Some((b'\n', _)) => (b' ', line),
                    Some((&sign, rest)) => (sign, rest),
                    None => return Err(PatchError::Corrupt(self.number())),
                };
                if line.last() != Some(&b'\n') {
                    return Err(PatchError::Corrupt(self.number()));
                }
                let (takes_old, takes_new) = (matches!(sign, b' ' | b'-'), matches!(sign, b' ' | b'+'));
                if sign == b'\\' {
                    drop_newline(&mut hunk);
                    self.at += 1;
                    continue;
                }
                if !(takes_old || takes_new) || takes_old && old_left == 0 || takes_new && new_left == 0 {
                    return Err(PatchError::Corrupt(self.number()));
                }
                old_left -= usize::from(takes_old);
                new_left -= usize::from(takes_new);
                let mut line = rest.to_vec();
                if line.last() != Some(&b'\n') {
                    line.push(b'\n');
                }
                hunk.lines.push((sign, line, self.number()));
                self.at += 1;
            }
            if self.line().starts_with(b"\\ ") {
                drop_newline(&mut hunk);
                self.uncounted += 1;
                self.at += 1;
            }
            patch.hunks.push(hunk);
        }
        Ok(())
    }
}

fn drop_newline(hunk: &mut PatchHunk) {
    if let Some((_, line, _)) = hunk.lines.last_mut()
        && line.last() == Some(&b'\n')
    {
        line.pop();
    }
}

/// The four numbers of `@@ -a,b +c,d @@`.
fn numbers(line: &[u8]) -> Option<(usize, usize, usize, usize)> {
    let text = line.strip_prefix(b"@@ -")?;
    let end = memchr::memmem::find(text, b" @@")?;
    let text = std::str::from_utf8(text.get(..end)?).ok()?;
    let (old, new) = text.split_once(" +")?;
    let pair = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((a, b), (c, d)) = (pair(old)?, pair(new)?);
    Some((a, b, c, d))
}

/// A name in double quotes, as C writes strings.
fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut out = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some(out),
            b'\\' => {
                let (&escaped, after) = rest.split_first()?;
                rest = after;
                out.push(match escaped {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'0'..=b'3' => {
                        let (more, after) = rest.split_at_checked(2)?;
                        rest = after;
                        let digits = [&[escaped], more].concat();
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 8).ok()?
                    }
                    other => other,
                });
            }
            _ => out.push(byte),
        }
    }
}

/// The patch that takes another back.
pub(super) fn reversed(patch: FilePatch) -> FilePatch {
    let mut patch = patch;
    std::mem::swap(&mut patch.old_name, &mut patch.new_name);
    // Git 2.39 takes a mode on the index line, which is that of both sides, for the new one then.
    std::mem::swap(&mut patch.old_mode, &mut patch.new_mode);
    std::mem::swap(&mut patch.is_new, &mut patch.is_deleted);
    for hunk in &mut patch.hunks {
        std::mem::swap(&mut hunk.old_start, &mut hunk.new_start);
        for (sign, ..) in &mut hunk.lines {
            *sign = match *sign {
                b'+' => b'-',
                b'-' => b'+',
                other => other,
            };
        }
        // Removals come before additions within a run of changes.
        let mut at = 0;
        while at < hunk.lines.len() {
            let end = at + hunk.lines.iter().skip(at).take_while(|(sign, ..)| *sign != b' ').count();
            if let Some(run) = hunk.lines.get_mut(at..end) {
                run.sort_by_key(|(sign, ..)| *sign != b'-');
            }
            at = end + 1;
        }
    }
    patch
}
