//! Where the next patch starts, and what its header says.

use super::Failure;
use super::names::{fetch, quoted, stripped};
use super::read::Reader;

/// How a patch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Unified,
    Context,
    Normal,
    /// Known, so that it can be refused.
    Ed,
    GitBinary,
}

impl Format {
    pub(super) fn article(self) -> &'static str {
        match self {
            Self::Unified => "a unified diff",
            Self::Context => "a new-style context diff",
            Self::Normal => "a normal diff",
            Self::Ed => "an ed script",
            Self::GitBinary => "a git binary diff",
        }
    }
}

/// Old, new: the two sides of a patch.
pub(super) const OLD: usize = 0;
pub(super) const NEW: usize = 1;
/// The name after `Index:`.
pub(super) const INDEX: usize = 2;

/// What stands above the first hunk.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    /// The line, from 0, where the hunks start.
    pub(super) start: usize,
    pub(super) names: [Option<Vec<u8>>; 3],
    /// What follows the names.
    pub(super) times: [Vec<u8>; 2],
    /// Whether the file is said not to exist: not (0), perhaps (1), for sure (2).
    pub(super) absent: [u8; 2],
    pub(super) modes: [Option<u32>; 2],
    pub(super) is_git: bool,
    pub(super) renames: bool,
    pub(super) copies: bool,
}

/// What is known while the header is read.
struct Search {
    header: Header,
    /// Whether a side's time is the start of 1970.
    is_epoch: [bool; 2],
    has_extended: bool,
    needs_header: bool,
}

/// Finds the next patch; nothing when only garbage follows.
pub(super) fn find(
    reader: &mut Reader<'_>,
    wanted: Option<Format>,
    strip: Option<usize>,
    needs_header: bool,
) -> Result<Option<Header>, Failure> {
    reader.at = reader.base;
    (reader.indent, reader.strips_return) = (0, false);
    // The header itself is read as it is.
    let mut strips_return = false;
    let found = search(reader, &mut strips_return, wanted, strip, needs_header);
    reader.strips_return = strips_return;
    found
}

fn search(
    reader: &mut Reader<'_>,
    strips_return: &mut bool,
    wanted: Option<Format>,
    strip: Option<usize>,
    needs_header: bool,
) -> Result<Option<Header>, Failure> {
    let header = Header {
        format: Format::Unified,
        start: 0,
        names: [None, None, None],
        times: [Vec::new(), Vec::new()],
        absent: [0; 2],
        modes: [None; 2],
        is_git: false,
        renames: false,
        copies: false,
    };
    let needs_header = needs_header && wanted != Some(Format::Normal);
    let mut search = Search { header, is_epoch: [false; 2], has_extended: false, needs_header };
    let allows = |format: Format| wanted.is_none_or(|wanted| wanted == format);
    let (mut was_stars, mut was_command, mut ed_start) = (false, false, None);
    loop {
        let before = reader.at;
        let Some(line) = reader.line() else {
            search.header.start = before;
            if let Some(start) = ed_start {
                search.header.start = start;
                return Ok(Some(Header { format: Format::Ed, ..search.header }));
            }
            return Ok(search.has_extended.then_some(search.header));
        };
        // Comments may stand before the line.
        let this = reader.at - 1;
        let mut indent = 0;
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'X'));
        let start = blanks.inspect(|byte| indent += if **byte == b'\t' { 8 - indent % 8 } else { 1 }).count();
        let text = line.get(start..).unwrap_or_default();
        let has_return = line.ends_with(b"\r\n");
        let is_command = is_normal_command(text);
        if text.starts_with(b"diff --git ") && search.has_extended {
            search.header.start = this;
            return Ok(Some(search.header));
        }
        if text.starts_with(b"GIT binary patch") && search.header.is_git {
            search.header.start = this;
            return Ok(Some(Header { format: Format::GitBinary, ..search.header }));
        }
        if search.take(text, strip, was_stars) {
            *strips_return = has_return;
        }
        if search.needs_header {
            continue;
        }
        if ed_start.is_none() && wanted.is_none() && is_ed_command(text) {
            ed_start = Some(this);
        }
        if ed_start.is_some() && text == b".\n" {
            search.header.start = ed_start.unwrap_or(this);
            return Ok(Some(Header { format: Format::Ed, ..search.header }));
        }
        if allows(Format::Unified) && text.starts_with(b"@@ -") {
            reader.indent = indent;
            search.unified(text);
            search.header.start = this;
            return Ok(Some(search.header));
        }
        let is_stars = text.starts_with(b"********");
        if allows(Format::Context) && was_stars && text.starts_with(b"*** ") {
            (reader.indent, reader.strips_return, *strips_return) = (indent, has_return, has_return);
            search.header.start = this - 1;
            search.header.format = Format::Context;
            search.context(reader, text)?;
            return Ok(Some(search.header));
        }
        if allows(Format::Normal) && was_command && (text.starts_with(b"< ") || text.starts_with(b"> ")) {
            (reader.indent, reader.strips_return, *strips_return) = (indent, has_return, has_return);
            search.header.start = this - 1;
            search.header.format = Format::Normal;
            return Ok(Some(search.header));
        }
        (was_stars, was_command) = (is_stars, is_command);
    }
}

impl Search {
    /// Takes what a line says. True when its end says how all lines end.
    fn take(&mut self, text: &[u8], strip: Option<usize>, was_stars: bool) -> bool {
        let rest = |prefix: &str| text.strip_prefix(prefix.as_bytes());
        let header = &mut self.header;
        if let Some(rest) = rest("*** ").filter(|_| !was_stars) {
            self.fetch(OLD, rest, strip);
            return false;
        }
        // The sides of a unified diff are put right when its first hunk is seen.
        if let Some(rest) = rest("+++ ") {
            self.fetch(OLD, rest, strip);
            return true;
        }
        if let Some(rest) = rest("Index:") {
            let found = fetch(rest, strip);
            if found.name.is_some() {
                header.names[INDEX] = found.name;
            }
            self.needs_header = false;
            return true;
        }
        if let Some(rest) = rest("diff --git ") {
            let names = git_names(rest, strip);
            header.is_git = true;
            [header.names[OLD], header.names[NEW]] = names;
            self.needs_header = false;
            return false;
        }
        if header.is_git {
            let mode = |text: &[u8]| u32::from_str_radix(std::str::from_utf8(text.trim_ascii()).ok()?, 8).ok();
            if let Some((old, new, bits)) = rest("index ").and_then(index_line) {
                let is_zero = |id: &[u8]| id.iter().all(|byte| *byte == b'0');
                header.absent = [if is_zero(old) { 2 } else { 0 }, if is_zero(new) { 2 } else { 0 }];
                if let Some(bits) = mode(bits) {
                    header.modes = [Some(bits), Some(bits)];
                }
                self.has_extended = true;
            } else if let Some(rest) = rest("old mode ") {
                header.modes[OLD] = mode(rest);
                self.has_extended = true;
            } else if let Some(rest) = rest("new mode ") {
                header.modes[NEW] = mode(rest);
                self.has_extended = true;
            } else if let Some(rest) = rest("deleted file mode ") {
                (header.modes[OLD], header.absent[NEW]) = (mode(rest), 2);
                self.has_extended = true;
            } else if let Some(rest) = rest("new file mode ") {
                (header.modes[NEW], header.absent[OLD]) = (mode(rest), 2);
                self.has_extended = true;
            } else if rest("rename from ").or(rest("rename to ")).is_some() {
                header.renames = true;
                self.has_extended = true;
            } else if rest("copy from ").or(rest("copy to ")).is_some() {
                header.copies = true;
                self.has_extended = true;
            }
        }
        let mut text = text;
        while let Some(inner) = text.strip_prefix(b"- ") {
            text = inner;
        }
        if let Some(rest) = text.strip_prefix(b"--- ") {
            self.fetch(NEW, rest, strip);
            return true;
        }
        false
    }

    fn fetch(&mut self, side: usize, text: &[u8], strip: Option<usize>) {
        let found = fetch(text, strip);
        self.needs_header = false;
        if let (Some(epoch), Some(time), Some(name)) =
            (self.is_epoch.get_mut(side), self.header.times.get_mut(side), self.header.names.get_mut(side))
        {
            *epoch = found.is_epoch;
            if found.name.is_some() {
                (*name, *time) = (found.name, found.rest.unwrap_or_default());
            }
        }
    }

    fn unified(&mut self, text: &[u8]) {
        self.header.names.swap(OLD, NEW);
        self.header.times.swap(OLD, NEW);
        self.is_epoch.swap(OLD, NEW);
        let says_zero = |text: &[u8]| text.starts_with(b"0") && !text.get(1).is_some_and(u8::is_ascii_digit);
        let rest = text.get(4..).unwrap_or_default();
        if says_zero(rest) {
            self.header.absent[OLD] = 1 + u8::from(self.is_epoch[OLD]);
        }
        let new =
            rest.iter().position(|byte| *byte == b'+').map_or(&b""[..], |at| rest.get(at + 1..).unwrap_or_default());
        if says_zero(new) {
            self.header.absent[NEW] = 1 + u8::from(self.is_epoch[NEW]);
        }
    }

    fn context(&mut self, reader: &mut Reader<'_>, text: &[u8]) -> Result<(), Failure> {
        let rest = text.get(4..).unwrap_or_default();
        if rest.starts_with(b"0") && !rest.get(1).is_some_and(u8::is_ascii_digit) {
            self.header.absent[OLD] = 1 + u8::from(self.is_epoch[OLD]);
        }
        // The first hunk says whether nothing is left of the file.
        let (at, base, uncounted) = (reader.at, reader.base, reader.uncounted);
        reader.at = self.header.start;
        if let Some(hunk) = reader.hunk(Format::Context)?
            && hunk.counts().1 == 0
            && hunk.new_first == 1
        {
            self.header.absent[NEW] = 1 + u8::from(self.is_epoch[NEW]);
        }
        (reader.at, reader.base, reader.uncounted) = (at, base, uncounted);
        Ok(())
    }
}

/// The two names of `diff --git a/x b/x`.
fn git_names(text: &[u8], strip: Option<usize>) -> [Option<Vec<u8>>; 2] {
    let one = |text: &[u8]| -> Option<(Option<Vec<u8>>, usize)> {
        let skipped = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = text.get(skipped..)?;
        let (name, left) = match quoted(rest) {
            Some((name, after)) => (name, after.len()),
            None => {
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                (rest.get(..end)?.to_vec(), rest.len() - end)
            }
        };
        let name = stripped(&name, strip).map(<[u8]>::to_vec);
        Some((name, text.len() - left))
    };
    let Some((Some(old), end)) = one(text) else { return [None, None] };
    let rest = text.get(end..).unwrap_or_default();
    match one(rest) {
        Some((Some(new), end)) if rest.get(end..).unwrap_or_default().trim_ascii().is_empty() => [Some(old), Some(new)],
        _ => [None, None],
    }
}

/// `1234..5678 100644`.
fn index_line(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (old, rest) = text.split_at(digits(text));
    let rest = rest.strip_prefix(b"..")?;
    let (new, rest) = rest.split_at(digits(rest));
    (rest.first().is_none_or(u8::is_ascii_whitespace)).then_some((old, new, rest))
}

/// `1,2c3`, as a normal diff has it.
fn is_normal_command(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b',').count();
    if !text.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let rest = text.get(digits(text)..).unwrap_or_default();
    let Some(rest) = rest.split_first().filter(|(kind, _)| matches!(kind, b'a' | b'c' | b'd')).map(|(_, rest)| rest)
    else {
        return false;
    };
    let rest = rest.get(digits(rest)..).unwrap_or_default().trim_ascii_start();
    rest.is_empty()
}

/// `3d`, `1,2c`, `s/.//`: what an ed script starts with.
fn is_ed_command(text: &[u8]) -> bool {
    let Some(text) = text.strip_suffix(b"\n") else { return false };
    let count = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b',').count();
    matches!(text.get(count..), Some(b"a" | b"c" | b"d" | b"i")) && count > 0
}
