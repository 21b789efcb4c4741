//! Patches, one file after the other.

use sparring_tree::Kind;

use super::Failure;
use super::header::{Format, Header, INDEX, NEW, OLD, find};
use super::names::{best, components, is_safe};
use super::options::Settings;
use super::read::Reader;
use crate::commands::{Context, quote};
use crate::workspace::VirtualPath;

/// A patch, and the file that it is for, where one was found.
type Next = (Header, Option<Vec<u8>>);

/// A run of the program.
pub(super) struct Patcher<'w, 'c, 'a> {
    pub(super) context: &'w mut Context<'c, 'a>,
    pub(super) settings: &'w Settings<'c>,
    pub(super) directory: VirtualPath,
    /// Whether the patch at hand is left out.
    pub(super) skips: bool,
    pub(super) is_reversed: bool,
    pub(super) has_failed: bool,
    /// Files that are removed in the end, and whether a copy is kept.
    pub(super) doomed: Vec<(Vec<u8>, bool)>,
    /// What is wrong, to be said in the end.
    pub(super) late_failure: Option<Vec<u8>>,
    /// Whether a format on the command line still counts: it does for the first patch.
    is_first: bool,
    /// Files with rejects of this run.
    pub(super) rejected: Vec<VirtualPath>,
}

impl<'w, 'c, 'a> Patcher<'w, 'c, 'a> {
    /// Applies all patches of the input. Returns the exit status.
    pub(super) fn run(context: &'w mut Context<'c, 'a>, settings: &'w Settings<'c>) -> Result<u8, Failure> {
        let directory = settings.directory.clone();
        let text = match settings.input {
            None => context.input()?,
            Some(name) => match context.machine.workspace.read_at(&directory, name)? {
                Ok(text) => text.to_vec(),
                Err(error) => {
                    return Err(Failure::fatal(&[
                        b"Can't open patch file ",
                        &quote::shell_escape(name),
                        b" : ",
                        error.message().as_bytes(),
                    ]));
                }
            },
        };
        let mut patcher = Self {
            context,
            settings,
            directory,
            skips: false,
            is_reversed: settings.is_reversed,
            has_failed: false,
            doomed: Vec::new(),
            late_failure: None,
            is_first: true,
            rejected: Vec::new(),
        };
        let mut reader = Reader::new(&text);
        while let Some((header, name)) = patcher.next(&mut reader)? {
            patcher.patch(&mut reader, &header, name)?;
            (patcher.skips, patcher.is_reversed, patcher.is_first) = (false, settings.is_reversed, false);
        }
        if let Some(message) = patcher.late_failure {
            return Err(Failure::Fatal(message));
        }
        for (name, backs_up) in std::mem::take(&mut patcher.doomed) {
            patcher.back_up(&name, backs_up)?;
            patcher.remove(&name)?;
        }
        Ok(u8::from(patcher.has_failed))
    }

    pub(super) fn say(&mut self, text: &[u8]) -> Result<(), Failure> {
        Ok(self.context.out(text)?)
    }

    /// The next patch and the file that it is for.
    fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<Next>, Failure> {
        let settings = self.settings;
        if reader.is_done() {
            if settings.is_verbose {
                self.say(b"done\n")?;
            }
            return Ok(None);
        }
        if settings.is_verbose {
            self.say(b"Hmm...")?;
        }
        let is_first = reader.base == 0;
        let base = reader.base;
        let found = find(reader, settings.format.filter(|_| self.is_first), settings.strip, settings.file.is_none());
        let said = std::mem::take(&mut reader.said);
        self.say(&said)?;
        let Some(header) = found? else {
            if settings.is_verbose {
                self.say(if is_first {
                    b"  I can't seem to find a patch in there anywhere.\n"
                } else {
                    b"  Ignoring the trailing garbage.\ndone\n"
                })?;
            }
            if is_first && !reader.is_empty() {
                return Err(Failure::fatal(&[b"Only garbage was found in the patch input."]));
            }
            return Ok(None);
        };
        if header.format == Format::Ed {
            return Err(Failure::fatal(&[b"ed scripts are not simulated"]));
        }
        let mut header = header;
        let name = self.choose(&mut header)?;
        reader.at = header.start;
        if self.skips {
            return Ok(Some((header, None)));
        }
        if settings.is_verbose {
            let what = if is_first { "  Looks like" } else { "  The next patch looks like" };
            self.say(format!("{what} {} to me...\n", header.format.article()).as_bytes())?;
        }
        reader.strips_return &= !settings.keeps_returns;
        if !settings.is_silent {
            if reader.indent > 0 {
                let plural = if reader.indent == 1 { "" } else { "s" };
                self.say(format!("(Patch is indented {} space{plural}.)\n", reader.indent).as_bytes())?;
            }
            if reader.strips_return {
                self.say(b"(Stripping trailing CRs from patch; use --binary to disable.)\n")?;
            }
            if name.is_none() {
                let line = (header.start + 1).min(reader.length()) - reader.uncounted;
                self.say(format!("can't find file to patch at input line {line}\n").as_bytes())?;
                if header.format != Format::Normal {
                    self.say(match settings.strip {
                        None => b"Perhaps you should have used the -p or --strip option?\n",
                        Some(_) => b"Perhaps you used the wrong -p or --strip option?\n",
                    })?;
                }
            }
        }
        if (settings.is_verbose || name.is_none()) && base < header.start {
            self.say(b"The text leading up to this was:\n--------------------------\n")?;
            let leading: Vec<u8> =
                reader.raw(base, header.start).iter().flat_map(|line| [b"|", *line].concat()).collect();
            self.say(&leading)?;
            self.say(b"--------------------------\n")?;
        }
        if name.is_none() {
            if settings.is_forced || settings.is_batch {
                self.say(b"No file to patch.  Skipping patch.\n")?;
            } else {
                self.say(b"File to patch: \nSkip this patch? [y] \n")?;
                if !settings.is_silent {
                    self.say(b"Skipping patch.\n")?;
                }
            }
            (self.skips, self.has_failed) = (true, true);
        }
        Ok(Some((header, name)))
    }

    /// The file that a patch is for.
    fn choose(&mut self, header: &mut Header) -> Result<Option<Vec<u8>>, Failure> {
        if let Some(file) = self.settings.file {
            let state = self.state(file);
            if state.is_none_or(|(kind, _)| kind == Kind::File) {
                self.ask_about_existence(header, file, state.is_none(), state.is_none_or(|(_, size)| size == 0))?;
            }
            return Ok(Some(file.to_vec()));
        }
        if header.names[OLD].is_some() || header.names[NEW].is_some() {
            header.names[INDEX] = None;
        }
        let states: Vec<Option<(Kind, u64)>> =
            header.names.iter().map(|name| name.as_deref().and_then(|name| self.state_after(name))).collect();
        let exists: Vec<bool> = states.iter().map(Option::is_some).collect();
        let mut chosen = self.first_safe(header, &best(&header.names, &exists))?;
        let last = header.names.iter().rposition(Option::is_some);
        if let Some(at) = chosen.or(last) {
            let name = header.names.get(at).cloned().flatten().unwrap_or_default();
            let state = states.get(at).copied().flatten().filter(|_| chosen.is_some());
            let is_empty = state.is_none_or(|(_, size)| size == 0);
            if state.is_none_or(|(kind, _)| kind == Kind::File)
                && self.ask_about_existence(header, &name, chosen.is_none(), is_empty)?
                && chosen.is_none()
            {
                chosen = Some(at);
            }
        }
        if chosen.is_none() && header.absent.get(usize::from(self.is_reversed)).is_some_and(|absent| *absent > 0) {
            let missing: Vec<Option<usize>> =
                header.names.iter().map(|name| name.as_deref().map(|name| self.missing_directories(name))).collect();
            let least = missing.iter().flatten().min().copied();
            let takes: Vec<bool> = missing.iter().map(|count| count.is_some() && *count == least).collect();
            chosen = self.first_safe(header, &best(&header.names, &takes))?;
        }
        if header.renames || header.copies {
            let is_valid = |at: usize| header.names.get(at).and_then(|n| n.as_deref()).is_some_and(is_safe);
            if !matches!(chosen, Some(OLD | NEW)) || !is_valid(OLD) || !is_valid(NEW) {
                let what = if header.renames { "rename" } else { "copy" };
                self.say(format!("Cannot {what} file without two valid file names\n").as_bytes())?;
                self.skips = true;
            }
        }
        Ok(chosen.and_then(|at| header.names.get(at).cloned().flatten()))
    }

    /// The first of these names that stays below the directory.
    fn first_safe(&mut self, header: &Header, candidates: &[usize]) -> Result<Option<usize>, Failure> {
        let mut told: Vec<Vec<u8>> = Vec::new();
        for &at in candidates {
            let Some(name) = header.names.get(at).cloned().flatten() else { continue };
            if is_safe(&name) {
                return Ok(Some(at));
            }
            if !told.contains(&name) {
                self.say(
                    &[b"Ignoring potentially dangerous file name ", &quote::shell_escape(&name)[..], b"\n"].concat(),
                )?;
                told.push(name);
            }
        }
        Ok(None)
    }

    fn missing_directories(&self, name: &[u8]) -> usize {
        let mut existing = 0;
        for (at, _) in name.iter().enumerate().filter(|(at, byte)| **byte == b'/' && *at > 0) {
            if self.state(name.get(..at).unwrap_or_default()).is_some_and(|(kind, _)| kind == Kind::Directory) {
                existing += 1;
            }
        }
        components(name).saturating_sub(existing)
    }

    /// As [`Patcher::state`], where a file that is to be removed is gone.
    fn state_after(&self, name: &[u8]) -> Option<(Kind, u64)> {
        self.state(name).filter(|_| !self.doomed.iter().any(|(doomed, _)| doomed == name))
    }

    pub(super) fn state(&self, name: &[u8]) -> Option<(Kind, u64)> {
        let workspace = &self.context.machine.workspace;
        let found = if self.settings.follows_links {
            workspace.stat(&self.directory, name)
        } else {
            workspace.stat_link(&self.directory, name)
        };
        found.ok().map(|(_, node)| (node.kind(), node.size()))
    }

    /// Whether the patch creates what is there or deletes what is not; says so.
    fn ask_about_existence(
        &mut self,
        header: &Header,
        name: &[u8],
        is_missing: bool,
        is_empty: bool,
    ) -> Result<bool, Failure> {
        let absent = |side: bool| header.absent.get(usize::from(side)).copied().unwrap_or_default();
        let reversed = self.is_reversed;
        if u8::from(!is_empty) >= absent(reversed ^ is_empty) {
            return Ok(false);
        }
        // Empty files may be made and deleted when the patch knows that they are empty.
        if is_empty && absent(reversed ^ is_missing) == 1 && absent(!reversed ^ is_missing) == 2 {
            return Ok(false);
        }
        let (would, is) = match (is_missing, is_empty) {
            (true, _) => ("delete", "does not exist"),
            (_, true) => ("empty out", "is already empty"),
            _ => ("create", "already exists"),
        };
        let when = if reversed { ", when reversed," } else { "" };
        let question = [
            format!("The next patch{when} would {would} the file ").as_bytes(),
            &quote::shell_escape(name),
            format!(",\nwhich {is}!").as_bytes(),
        ]
        .concat();
        self.is_reversed ^= self.may_reverse(&question)?;
        Ok(true)
    }

    /// Asks whether to turn the patch around, which nobody answers.
    pub(super) fn may_reverse(&mut self, question: &[u8]) -> Result<bool, Failure> {
        let settings = self.settings;
        if settings.is_forward || !(settings.is_forced && settings.is_silent) {
            self.say(question)?;
        }
        if settings.is_forward {
            self.say(b"  Skipping patch.\n")?;
            self.skips = true;
        } else if settings.is_forced {
            if !settings.is_silent {
                self.say(b"  Applying it anyway.\n")?;
            }
        } else if settings.is_batch {
            self.say(if self.is_reversed { b"  Ignoring -R.\n" } else { b"  Assuming -R.\n" })?;
            return Ok(true);
        } else {
            self.say(if self.is_reversed { b"  Ignore -R? [n] \n" } else { b"  Assume -R? [n] \n" })?;
            self.say(b"Apply anyway? [n] \n")?;
            if !settings.is_silent {
                self.say(b"Skipping patch.\n")?;
            }
            self.skips = true;
        }
        Ok(false)
    }
}
