//! `git apply`.

use std::collections::BTreeMap;

use sparring_tree::diff::{Lines, quote_path};
use sparring_tree::{Kind, Mode};

use super::apply_report::Blanks;
use super::compare::Tree;
use super::delta::Blob;
use super::options::Takes;
use super::patch::{self, FilePatch, PatchError, PatchHunk};
use super::{Attempt, Failure, Git};

/// What a patched path becomes: mode and bytes, or nothing.
pub(super) type Patched = Option<(Kind, Mode, Vec<u8>)>;

impl Git<'_, '_, '_> {
    /// `git apply`.
    pub(super) fn apply(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'R', "reverse", Takes::Nothing),
            (b'p', "p", Takes::Value),
            (b'C', "C", Takes::Value),
            (b'v', "verbose", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (b'3', "3way", Takes::Nothing),
            (0, "check", Takes::Nothing),
            (0, "stat", Takes::Nothing),
            (0, "numstat", Takes::Nothing),
            (0, "summary", Takes::Nothing),
            (0, "index", Takes::Nothing),
            (0, "cached", Takes::Nothing),
            (0, "apply", Takes::Nothing),
            (0, "reject", Takes::Nothing),
            (0, "whitespace", Takes::Value),
            (0, "ignore-whitespace", Takes::Nothing),
            (0, "ignore-space-change", Takes::Nothing),
            (0, "recount", Takes::Nothing),
            (0, "unidiff-zero", Takes::Nothing),
            (0, "allow-empty", Takes::Nothing),
            (0, "directory", Takes::Value),
            (0, "binary", Takes::Nothing),
        ];
        let parsed = self.parse("apply [<options>] [<patch>...]", &specs, arguments)?;
        let strip = match parsed.value("p").map(|text| std::str::from_utf8(text).unwrap_or_default().parse()) {
            Some(Ok(strip)) => strip,
            Some(Err(_)) => return self.fatal(&[b"option -p expects a non-negative integer"]),
            None => 1,
        };
        let files = if parsed.operands.is_empty() { vec![&b"-"[..]] } else { parsed.operands.clone() };
        let mut failed = false;
        for file in files {
            let (text, shown) = if file == b"-" {
                (self.context.input()?, b"<stdin>".to_vec())
            } else {
                match self.context.machine.workspace.read_at(&self.directory, file)? {
                    Ok(bytes) => (bytes.to_vec(), file.to_vec()),
                    Err(error) => {
                        return self.fail(
                            128,
                            b"error: ",
                            &[b"can't open patch '", file, b"': ", error.message().as_bytes()],
                        );
                    }
                }
            };
            let applies =
                !(parsed.has("stat") || parsed.has("numstat") || parsed.has("summary")) || parsed.has("apply");
            let patches = self.read_patches(&text, strip, parsed.has("allow-empty"), applies)?;
            let reverse = parsed.has("reverse");
            let mut patches: Vec<FilePatch> =
                if reverse { patches.into_iter().map(patch::reversed).collect() } else { patches };
            if reverse {
                patches.reverse();
            }
            let directory = parsed.value("directory").map(|text| text.strip_suffix(b"/").unwrap_or(text));
            for patch in &mut patches {
                for name in [&mut patch.old_name, &mut patch.new_name].into_iter().flatten() {
                    if let Some(directory) = directory {
                        *name = [directory, b"/", name].concat();
                    }
                    if !self.prefix.is_empty() {
                        *name = [&self.prefix[..], b"/", name].concat();
                    }
                }
            }
            failed |= !self.apply_all(&patches, &parsed, &shown)?;
        }
        Ok(u8::from(failed))
    }

    fn read_patches(&mut self, text: &[u8], strip: usize, allow_empty: bool, applies: bool) -> Attempt<Vec<FilePatch>> {
        match patch::read(text, strip, applies) {
            Ok(patches) if patches.is_empty() && !allow_empty => {
                self.fail(128, b"error: ", &[b"No valid patches in input (allow with \"--allow-empty\")"])
            }
            Ok(patches) => Ok(patches),
            Err(PatchError::Corrupt(line)) => {
                self.fail(128, b"error: ", &[format!("corrupt patch at line {line}").as_bytes()])
            }
            Err(PatchError::HalfName(line)) => {
                let text = format!("git diff header lacks filename information (line {line})");
                self.fail(128, b"error: ", &[text.as_bytes()])
            }
            Err(PatchError::Garbage(line)) => {
                self.fail(128, b"error: ", &[format!("patch with only garbage at line {line}").as_bytes()])
            }
            Err(PatchError::NoHeader(line, header)) => {
                let text = format!("patch fragment without header at line {line}: ");
                self.fail(128, b"error: ", &[text.as_bytes(), &header])
            }
            Err(PatchError::NoName(strip, line)) => {
                let plural = if strip == 1 { "" } else { "s" };
                let text = format!(
                    "git diff header lacks filename information when removing {strip} leading pathname component{plural} (line {line})"
                );
                self.fail(128, b"error: ", &[text.as_bytes()])
            }
        }
    }

    /// Applies all patches or, where one fails, none.
    fn apply_all(&mut self, patches: &[FilePatch], parsed: &super::options::Parsed<'_>, shown: &[u8]) -> Attempt<bool> {
        let summary_only =
            (parsed.has("stat") || parsed.has("numstat") || parsed.has("summary")) && !parsed.has("apply");
        let checks_only = parsed.has("check");
        let verbose = parsed.has("verbose");
        // Without applying anything git says nothing of blanks.
        let warns = !checks_only && !summary_only && !matches!(parsed.value("whitespace"), Some(b"nowarn"));
        let mut blanks = Blanks::new(shown, warns);
        self.warn_about_blanks(patches, &mut blanks)?;
        if summary_only {
            self.summarise(patches, parsed)?;
            return Ok(true);
        }
        let mut results: BTreeMap<Vec<u8>, Patched> = BTreeMap::new();
        let mut failed = false;
        for patch in patches {
            let name = patch.new_name.as_ref().or(patch.old_name.as_ref()).cloned().unwrap_or_default();
            if verbose {
                self.note_bytes(&[b"Checking patch ", &quote_path(b"", &name), b"..."])?;
            }
            match self.apply_one(patch, &mut results, parsed, &mut blanks) {
                Ok(new) => {
                    if let (Some(old_name), false) = (&patch.old_name, patch.is_copy) {
                        results.insert(old_name.clone(), None);
                    }
                    results.insert(name, new);
                }
                Err(Failure::Exit(_)) => failed = true,
                Err(stop) => return Err(stop),
            }
        }
        if failed {
            return Ok(false);
        }
        if checks_only {
            self.sum_up_blanks(&blanks)?;
            return Ok(true);
        }
        let (index, cached) = (parsed.has("index") || parsed.has("3way"), parsed.has("cached"));
        let ordered = results
            .iter()
            .filter(|(_, result)| result.is_none())
            .chain(results.iter().filter(|(_, result)| result.is_some()));
        for (path, result) in ordered {
            let blob = match result {
                None => None,
                Some((Kind::Link, _, target)) => Some(Blob::Link(target.clone())),
                Some((_, mode, bytes)) => {
                    let content = self.context.machine.workspace.make_blob(bytes.clone())?;
                    Some(Blob::File { executable: mode.is_executable(), content })
                }
            };
            if !cached {
                self.put(path, blob.as_ref())?;
            }
            if index || cached {
                self.stage(path, blob);
            }
        }
        if verbose {
            for patch in patches {
                let name = patch.new_name.as_ref().or(patch.old_name.as_ref()).cloned().unwrap_or_default();
                self.note_bytes(&[b"Applied patch ", &quote_path(b"", &name), b" cleanly."])?;
            }
        }
        self.sum_up_blanks(&blanks)?;
        Ok(true)
    }

    /// What one patch makes of its file.
    fn apply_one(
        &mut self,
        patch: &FilePatch,
        done: &mut BTreeMap<Vec<u8>, Patched>,
        parsed: &super::options::Parsed<'_>,
        blanks: &mut Blanks<'_>,
    ) -> Attempt<Patched> {
        let cached = parsed.has("cached");
        let tree = if cached { self.index_tree() } else { Tree::Worktree };
        let mut before: Patched = None;
        if let Some(name) = &patch.old_name {
            let found = match done.get(name) {
                Some(result) => result.clone(),
                None => match self.blob_at(&tree, name) {
                    Some(blob) => Some((blob.kind(), blob.mode(), self.bytes(&blob)?.to_vec())),
                    None => None,
                },
            };
            if matches!(done.get(name), Some(None)) {
                return self.error(1, &[b"path ", name, b" has been renamed/deleted"]);
            }
            if found.is_none() {
                if cached || parsed.has("index") || parsed.has("3way") {
                    return self.error(1, &[name, b": does not exist in index"]);
                }
                return self.error(1, &[name, b": No such file or directory"]);
            }
            if parsed.has("index") {
                let index = self.index_tree();
                let (staged, now) = (self.blob_at(&index, name), self.worktree_blob(name));
                if staged.is_none() {
                    return self.error(1, &[name, b": does not exist in index"]);
                }
                if !self.same_entry(&staged, &now)? {
                    return self.error(1, &[name, b": does not match index"]);
                }
            }
            if let (Some((kind, mode, _)), Some(expected)) = (&found, patch.old_mode) {
                let now = sparring_tree::diff::git_mode(*kind, *mode);
                if now != format!("{expected:o}") {
                    let text = format!(" has type {now}, expected {expected:o}");
                    self.note_bytes(&[b"warning: ", name, text.as_bytes()])?;
                }
            }
            before = found;
        } else if let Some(name) = &patch.new_name {
            let was_removed = matches!(done.get(name), Some(None));
            let index = self.index_tree();
            if (cached || parsed.has("index")) && !was_removed && self.blob_at(&index, name).is_some() {
                return self.error(1, &[name, b": already exists in index"]);
            }
            let is_there = self.worktree_blob(name).is_some() || self.is_directory(name);
            if !cached && !was_removed && is_there {
                return self.error(1, &[name, b": already exists in working directory"]);
            }
        }
        let name = patch.old_name.as_ref().or(patch.new_name.as_ref()).cloned().unwrap_or_default();
        if patch.is_binary {
            self.note_bytes(&[b"error: cannot apply binary patch to '", &name, b"' without full index line"])?;
            return self.error(1, &[&name, b": patch does not apply"]);
        }
        let (kind, mode, bytes) = before.unwrap_or((Kind::File, Mode::FILE, Vec::new()));
        let bytes = self.apply_hunks(&name, &bytes, &patch.hunks, parsed, blanks)?;
        if patch.is_deleted && patch.new_name.is_none() {
            if !bytes.is_empty() {
                // To the patches that follow it is gone all the same.
                done.insert(name.clone(), None);
                self.note("error: removal patch leaves file contents")?;
                return self.error(1, &[&name, b": patch does not apply"]);
            }
            return Ok(None);
        }
        let (kind, mode) = match patch.new_mode {
            Some(0o120000) => (Kind::Link, Mode::LINK),
            Some(bits) if bits & 0o100 != 0 => (Kind::File, Mode::EXECUTABLE),
            Some(_) => (Kind::File, Mode::FILE),
            None => (kind, mode),
        };
        Ok(Some((kind, mode, bytes)))
    }

    fn apply_hunks(
        &mut self,
        name: &[u8],
        bytes: &[u8],
        hunks: &[PatchHunk],
        parsed: &super::options::Parsed<'_>,
        blanks: &mut Blanks<'_>,
    ) -> Attempt<Vec<u8>> {
        let mut image: Vec<Vec<u8>> = {
            let lines = Lines::of(bytes);
            (0..lines.len()).map(|line| lines.get(line).to_vec()).collect()
        };
        let loose = parsed.has("ignore-whitespace") || parsed.has("ignore-space-change");
        for (number, hunk) in hunks.iter().enumerate() {
            let signed = |sign: u8| hunk.lines.iter().filter(move |(other, ..)| *other == b' ' || *other == sign);
            let old: Vec<&[u8]> = signed(b'-').map(|(_, line, _)| line.as_slice()).collect();
            let new: Vec<Vec<u8>> = signed(b'+').map(|(_, line, _)| line.clone()).collect();
            let leads = hunk.lines.first().is_some_and(|(sign, ..)| *sign == b' ');
            let trails = hunk.lines.last().is_some_and(|(sign, ..)| *sign == b' ');
            let zero = parsed.has("unidiff-zero");
            let at_start = hunk.old_start == 0 || hunk.old_start == 1 && !zero;
            let at_end = !zero && !trails;
            let _ = leads;
            let wanted = hunk.new_start.saturating_sub(1);
            let Some(place) = find(&image, &old, wanted, at_start, at_end, loose) else {
                let line = hunk.old_start;
                if parsed.has("verbose") {
                    self.note_bytes(&[b"error: while searching for:\n", &old.concat()])?;
                }
                self.note_bytes(&[b"error: patch failed: ", name, b":", line.to_string().as_bytes()])?;
                return self.error(1, &[name, b": patch does not apply"]);
            };
            if place + old.len() >= image.len() {
                self.warn_about_blank_end(hunk, blanks)?;
            }
            let offset = place as i64 - wanted as i64;
            if offset != 0 && parsed.has("verbose") {
                let plural = if offset == 1 { "" } else { "s" };
                self.note(&format!("Hunk #{} succeeded at {} (offset {offset} line{plural}).", number + 1, place + 1))?;
            }
            image.splice(place..place + old.len(), new);
        }
        Ok(image.concat())
    }
}

/// Where the old lines stand, nearest to where they are expected.
fn find(image: &[Vec<u8>], old: &[&[u8]], wanted: usize, at_start: bool, at_end: bool, loose: bool) -> Option<usize> {
    let last = image.len().checked_sub(old.len())?;
    let visible = |line: &[u8]| line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>();
    let matches = |place: usize| {
        let here = image.get(place..place + old.len()).unwrap_or_default();
        here.iter().zip(old).enumerate().all(|(at, (now, wanted))| {
            // Git compares bytes up to the end of the hunk: a last line without its newline
            // also matches one that has it.
            let is_cut = at + 1 == old.len() && !at_end && wanted.last() != Some(&b'\n');
            let rest = now.strip_prefix(*wanted).filter(|rest| rest.is_empty() || is_cut);
            rest.is_some_and(|rest| rest.trim_ascii().is_empty()) || loose && visible(now) == visible(wanted)
        })
    };
    let allowed = |place: usize| (!at_start || place == 0) && (!at_end || place == last) && matches(place);
    let start = wanted.min(last);
    let start = if at_start {
        0
    } else if at_end {
        last
    } else {
        start
    };
    (0..=image.len()).find_map(|distance| {
        // A later place is tried before an earlier one at the same distance.
        let later = Some(start + distance).filter(|place| *place <= last);
        let earlier = start.checked_sub(distance);
        later.into_iter().chain(earlier).find(|place| allowed(*place))
    })
}
