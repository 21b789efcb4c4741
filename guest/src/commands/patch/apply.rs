//! One file's patch, from its text to its new text, its backup and its rejects.

use sparring_tree::{Kind, Mode};

use super::Failure;
use super::file::Patcher;
use super::header::{Format, Header, INDEX, NEW, OLD};
use super::hunk::{Hunk, Target};
use super::read::Reader;
use super::reject::{self, Labels};
use crate::commands::quote;
use crate::workspace::VirtualPath;

/// What became of the hunks of one file.
#[derive(Default)]
struct Outcome {
    hunks: usize,
    failed: usize,
    is_mismatch: bool,
    rejects: Vec<u8>,
}

impl Patcher<'_, '_, '_> {
    /// Applies one patch to the file of this name.
    pub(super) fn patch(
        &mut self,
        reader: &mut Reader<'_>,
        header: &Header,
        name: Option<Vec<u8>>,
    ) -> Result<(), Failure> {
        let is_moved = header.renames || header.copies;
        let input_name = name.filter(|_| !self.skips);
        let target_side = usize::from(!self.is_reversed);
        let output_name = match &input_name {
            Some(_) if is_moved => header.names.get(target_side).cloned().flatten(),
            other => other.clone(),
        };
        let input = match &input_name {
            Some(name) => self.read(header, name)?,
            None => None,
        };
        let shown = quote::shell_escape(output_name.as_deref().unwrap_or_default());
        if !self.skips && header.format == Format::GitBinary {
            self.say(&[b"File ", &shown[..], b": git binary diffs are not supported.\n"].concat())?;
            (self.skips, self.has_failed) = (true, true);
        }
        if !self.skips && !self.settings.is_silent {
            let verb: &[u8] = if self.settings.is_dry { b"checking file " } else { b"patching file " };
            self.say(&[verb, &shown].concat())?;
            if input_name != output_name {
                let how: &[u8] = if header.copies { b" (copied from " } else { b" (renamed from " };
                self.say(&[how, input_name.as_deref().unwrap_or_default(), b")"].concat())?;
            }
            self.say(b"\n")?;
            if self.settings.is_verbose {
                self.say(b"Using Plan A...\n")?;
            }
        }
        if let Some(name) = output_name.as_deref().filter(|_| !self.skips && !self.settings.is_dry) {
            // The original writes beside the file, so that its directories are made first of all.
            self.place(name)?;
        }
        let text = input.clone().unwrap_or_default();
        let mut target = Target::new(&text, self.settings.ignores_blanks);
        let mut outcome = self.hunks(reader, header, &mut target, !text.is_empty())?;
        if let Some(output_name) = output_name.as_deref().filter(|_| !self.skips) {
            target.finish();
            let input_name = input_name.as_deref().unwrap_or(output_name);
            self.put(header, (input_name, output_name), input.is_some(), target.output, &mut outcome)?;
        }
        self.report(&outcome, output_name.as_deref())
    }

    /// The text of the file to patch; nothing when it is not there. A file that is none is skipped.
    fn read(&mut self, header: &Header, name: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let is_link = |mode: Option<u32>| mode.is_some_and(|mode| mode & 0o170_000 == 0o120_000);
        let wants_link = header.modes.iter().any(|mode| is_link(*mode));
        let kind = self.state(name).map(|(kind, _)| kind);
        if wants_link || kind.is_some_and(|kind| kind != Kind::File) {
            let what = if wants_link { "symbolic link" } else { "regular file" };
            let text = format!(" is not a {what} -- refusing to patch\n");
            self.say(&[b"File ", &quote::shell_escape(name)[..], text.as_bytes()].concat())?;
            (self.skips, self.has_failed) = (true, true);
            return Ok(None);
        }
        match self.context.machine.workspace.read_at(&self.directory, name)? {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(_) => Ok(None),
        }
    }

    fn hunks(
        &mut self,
        reader: &mut Reader<'_>,
        header: &Header,
        target: &mut Target<'_>,
        has_text: bool,
    ) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        let mut applies_anyway = false;
        if header.format == Format::GitBinary {
            // Its lines are passed over by the search for the next patch.
            reader.base = reader.at + 1;
            return Ok(outcome);
        }
        loop {
            let found = reader.hunk(header.format);
            let said = std::mem::take(&mut reader.said);
            self.say(&said)?;
            let Some(hunk) = found? else { return Ok(outcome) };
            outcome.hunks += 1;
            let mut hunk = if self.is_reversed { hunk.reversed() } else { hunk };
            let (mut place, mut fuzz) = (None, 0);
            if !self.skips {
                (place, fuzz) = self.locate(&mut hunk, target, &mut outcome, &mut applies_anyway)?;
            }
            let shown = place.unwrap_or(hunk.first) + target.out_offset;
            let absent = header.absent.get(usize::from(self.is_reversed)).copied().unwrap_or_default();
            let creates_again = place == Some(1) && absent == 2 && has_text;
            let is_applied = match place {
                Some(place) if !self.skips && !creates_again => target.apply(&hunk, place),
                _ => false,
            };
            let (silent, verbose) = (self.settings.is_silent, self.settings.is_verbose);
            if !is_applied {
                self.reject(header, &hunk, target.out_offset, &mut outcome);
                outcome.failed += 1;
                if verbose || (!self.skips && !silent) {
                    let what = if self.skips { "ignored" } else { "FAILED" };
                    let ends = !self.skips && target.ends_differ(&hunk, shown);
                    let ends = if ends { " (different line endings)" } else { "" };
                    self.say(format!("Hunk #{} {what} at {shown}{ends}.\n", outcome.hunks).as_bytes())?;
                }
            } else if verbose || (!silent && (fuzz > 0 || target.in_offset != 0)) {
                let mut text = format!("Hunk #{} succeeded at {shown}", outcome.hunks);
                if fuzz > 0 {
                    text.push_str(&format!(" with fuzz {fuzz}"));
                }
                if target.in_offset != 0 {
                    let plural = if target.in_offset == 1 { "" } else { "s" };
                    text.push_str(&format!(" (offset {} line{plural})", target.in_offset));
                }
                text.push_str(".\n");
                self.say(text.as_bytes())?;
            }
        }
    }

    /// Finds a hunk's place with as little fuzz as needed; the first hunk may turn out to be applied
    /// already.
    fn locate(
        &mut self,
        hunk: &mut Hunk,
        target: &mut Target<'_>,
        outcome: &mut Outcome,
        applies_anyway: &mut bool,
    ) -> Result<(Option<i64>, i64), Failure> {
        let budget = self.context.machine.budget;
        let (before, after) = hunk.contexts();
        let most = before.max(after).min(i64::try_from(self.settings.fuzz).unwrap_or(i64::MAX));
        let mut fuzz = 0;
        loop {
            let place = target.locate(hunk, fuzz, budget)?;
            outcome.is_mismatch |= place.is_none() || fuzz > 0 || target.in_offset != 0;
            if place.is_some() {
                return Ok((place, fuzz));
            }
            let may_be_reversed = outcome.hunks == 1
                && !self.settings.is_forced
                && !*applies_anyway
                && self.is_reversed == self.settings.is_reversed;
            if may_be_reversed {
                let other = hunk.reversed();
                if let Some(place) = target.locate(&other, fuzz, budget)? {
                    let what = if self.is_reversed { "Unreversed" } else { "Reversed (or previously applied)" };
                    if self.may_reverse(format!("{what} patch detected!").as_bytes())? {
                        self.is_reversed = !self.is_reversed;
                        *hunk = other;
                        return Ok((Some(place), fuzz));
                    }
                    *applies_anyway = true;
                    if self.skips {
                        return Ok((None, fuzz));
                    }
                    continue;
                }
            }
            fuzz += 1;
            if fuzz > most {
                return Ok((None, fuzz));
            }
        }
    }

    fn reject(&self, header: &Header, hunk: &Hunk, offset: i64, outcome: &mut Outcome) {
        let is_unified = header.format == Format::Unified;
        if outcome.failed == 0 {
            let side = |side: usize| {
                let name = header.names.get(side).cloned().flatten();
                let time = header.times.get(side).cloned().unwrap_or_default();
                (name, time)
            };
            let (old, new) = if self.is_reversed { (NEW, OLD) } else { (OLD, NEW) };
            let labels = Labels { index: header.names.get(INDEX).cloned().flatten(), old: side(old), new: side(new) };
            reject::write_header(&mut outcome.rejects, &labels, is_unified);
        }
        if is_unified {
            reject::write_unified(&mut outcome.rejects, hunk, offset);
        } else {
            reject::write_context(&mut outcome.rejects, hunk, offset, header.format == Format::Normal);
        }
    }

    /// Puts the output in its place, with a backup where one is due.
    fn put(
        &mut self,
        header: &Header,
        (input_name, name): (&[u8], &[u8]),
        exists: bool,
        output: Vec<u8>,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let settings = self.settings;
        let mode = |side: bool| header.modes.get(usize::from(side)).copied().flatten();
        let absent = header.absent.get(usize::from(!self.is_reversed)).copied().unwrap_or_default();
        let backs_up = settings.backs_up || (settings.backs_up_mismatch && (outcome.is_mismatch || outcome.failed > 0));
        if output.is_empty() && (settings.removes_empty || absent == 2) {
            if !settings.is_dry {
                self.doomed.push((name.to_vec(), backs_up));
            }
            return Ok(());
        }
        if !output.is_empty() && absent == 2 {
            self.has_failed = true;
            if !settings.is_silent {
                let shown = quote::shell_escape(name);
                self.say(&[b"Not deleting file ", &shown[..], b" as content differs from patch\n"].concat())?;
            }
        }
        if settings.is_dry {
            return Ok(());
        }
        let (old_mode, new_mode) = (mode(self.is_reversed), mode(!self.is_reversed));
        let new_mode = new_mode.filter(|new| old_mode != Some(*new));
        let is_moved = header.renames || header.copies;
        self.back_up(name, backs_up)?;
        if outcome.failed == outcome.hunks && new_mode.is_none() && !is_moved {
            if !exists && backs_up {
                let shown = quote::shell_escape(name);
                let failure = [b"Can't reopen file ", &shown[..], b" : No such file or directory"].concat();
                if !header.is_git {
                    return Err(Failure::Fatal(failure));
                }
                // The files of git patches are written in the end.
                self.late_failure.get_or_insert(failure);
            }
            return Ok(());
        }
        let kept = self.context.machine.workspace.stat(&self.directory, input_name).ok().map(|(_, node)| node.mode());
        let mode = new_mode.map(|bits| Mode((bits & 0o777) as u16)).or(kept).unwrap_or(Mode::FILE);
        let path = self.place(name)?;
        let written = self.context.machine.workspace.write(&path, output)?;
        if let Err(error) = written {
            let shown = quote::shell_escape(name);
            return Err(Failure::fatal(&[b"Can't create file ", &shown, b" : ", error.message().as_bytes()]));
        }
        let _is_file = self.context.machine.workspace.set_mode(&path, mode)?;
        self.doomed.retain(|(doomed, _)| doomed != name);
        if header.renames && input_name != name {
            self.doomed.push((input_name.to_vec(), backs_up));
        }
        Ok(())
    }

    /// The path of a file whose directories are made when they are missing.
    fn place(&mut self, name: &[u8]) -> Result<VirtualPath, Failure> {
        for (at, _) in name.iter().enumerate().filter(|(at, byte)| **byte == b'/' && *at > 0) {
            let workspace = &mut self.context.machine.workspace;
            if let Ok(path) = workspace.resolve(&self.directory, name.get(..at).unwrap_or_default()) {
                let _exists = workspace.make_directory(&path)?;
            }
        }
        self.context.machine.workspace.resolve(&self.directory, name).map_err(|error| {
            Failure::fatal(&[b"Can't create file ", &quote::shell_escape(name), b" : ", error.message().as_bytes()])
        })
    }

    /// Removes a file and the directories that it leaves empty.
    pub(super) fn remove(&mut self, name: &[u8]) -> Result<(), Failure> {
        let mut name = name;
        let mut is_first = true;
        loop {
            let workspace = &mut self.context.machine.workspace;
            let Ok(path) = workspace.resolve_link(&self.directory, name) else { return Ok(()) };
            if !is_first && !workspace.list(&path).is_ok_and(|entries| entries.is_empty()) {
                return Ok(());
            }
            if workspace.remove(&path)?.is_err() {
                return Ok(());
            }
            is_first = false;
            let Some(slash) = memchr::memrchr(b'/', name).filter(|slash| *slash > 0) else { return Ok(()) };
            name = name.get(..slash).unwrap_or_default();
        }
    }

    /// Copies a file as it is; an empty one when there was none.
    pub(super) fn back_up(&mut self, name: &[u8], is_due: bool) -> Result<(), Failure> {
        if !is_due {
            return Ok(());
        }
        let copy = self.place(&[name, self.settings.suffix].concat())?;
        let workspace = &mut self.context.machine.workspace;
        let Ok(path) = workspace.resolve(&self.directory, name) else { return Ok(()) };
        let _is_copied = if workspace.node(&path).is_some() {
            workspace.copy(&path, &copy)?
        } else {
            let made = workspace.write(&copy, Vec::new())?;
            made.and(workspace.set_mode(&copy, Mode(0))?)
        };
        Ok(())
    }

    /// Says how many hunks failed and keeps them.
    fn report(&mut self, outcome: &Outcome, name: Option<&[u8]>) -> Result<(), Failure> {
        if outcome.failed == 0 {
            return Ok(());
        }
        self.has_failed = true;
        let plural = if outcome.hunks == 1 { "" } else { "s" };
        let what = if self.skips { "ignored" } else { "FAILED" };
        self.say(format!("{} out of {} hunk{plural} {what}", outcome.failed, outcome.hunks).as_bytes())?;
        let file = match (name, self.settings.reject) {
            (_, Some(b"-")) | (None, _) => None,
            (Some(_), Some(reject)) => Some(reject.to_vec()),
            (Some(name), None) => Some([name, b".rej"].concat()),
        };
        if let Some(file) = file.filter(|_| !self.settings.is_dry) {
            self.say(&[b" -- saving rejects to file ", &quote::shell_escape(&file)[..]].concat())?;
            let path = self.place(&file)?;
            let workspace = &mut self.context.machine.workspace;
            let rejects = outcome.rejects.clone();
            let _is_written = if self.rejected.contains(&path) {
                workspace.append(&path, rejects)?
            } else {
                workspace.write(&path, rejects)?
            };
            self.rejected.push(path);
        }
        self.say(b"\n")
    }
}
