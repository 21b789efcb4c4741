//! How differences are shown: the options that `diff`, `show`, `log`, `stash show` share.

use sparring_tree::diff::{self, FileDiff, PatchOptions, StatOptions, Whitespace};

use super::{Attempt, Git};

/// What to show of differences.
#[derive(Clone, Debug, Default)]
pub(super) struct DiffView {
    pub(super) patch_options: PatchOptions,
    stat_options: StatOptions,
    /// `-p` was given.
    pub(super) patch: bool,
    pub(super) stat: bool,
    numstat: bool,
    shortstat: bool,
    summary: bool,
    raw: bool,
    name_only: bool,
    name_status: bool,
    /// `-s`: nothing at all.
    nothing: bool,
    no_renames: bool,
    /// `-z`: entries end in NUL and names are not quoted.
    nul: bool,
    /// `--exit-code` or `--quiet`.
    pub(super) exit_code: bool,
    quiet: bool,
    /// `-R`.
    reverse: bool,
    /// `--diff-filter`.
    filter: Vec<u8>,
    relative: bool,
    /// Paths of the worktree whose content no object has yet: `--raw` shows no name for them.
    pub(super) unhashed: std::collections::BTreeSet<Vec<u8>>,
}

impl DiffView {
    /// Takes an option if it is one of these; `next` is the argument after it and is taken when
    /// the option needs it. Returns how many arguments were taken.
    pub(super) fn take(&mut self, argument: &[u8], next: Option<&[u8]>) -> usize {
        let number = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok());
        match argument {
            b"-p" | b"-u" | b"--patch" => self.patch = true,
            b"-s" | b"--no-patch" => self.nothing = true,
            b"--stat" => self.stat = true,
            b"--numstat" => self.numstat = true,
            b"--shortstat" => self.shortstat = true,
            b"--summary" => self.summary = true,
            b"--raw" => self.raw = true,
            b"--name-only" => self.name_only = true,
            b"--name-status" => self.name_status = true,
            b"--patch-with-stat" => (self.patch, self.stat) = (true, true),
            b"--compact-summary" => (self.stat, self.summary) = (true, true),
            b"-M"
            | b"--find-renames"
            | b"-C"
            | b"--find-copies"
            | b"--minimal"
            | b"--no-color"
            | b"--no-ext-diff"
            | b"--color=never"
            | b"--no-textconv"
            | b"--no-color-moved"
            | b"--indent-heuristic"
            | b"--full-index"
            | b"--diff-algorithm=myers"
            | b"--diff-algorithm=default" => {
                if argument == b"--full-index" {
                    self.patch_options.digits = 40;
                }
            }
            b"--no-renames" => self.no_renames = true,
            b"-z" => self.nul = true,
            b"--exit-code" => self.exit_code = true,
            b"--quiet" => (self.exit_code, self.quiet) = (true, true),
            b"-R" => {
                self.reverse = !self.reverse;
                let options = &mut self.patch_options;
                std::mem::swap(&mut options.old_prefix, &mut options.new_prefix);
            }
            b"-w" | b"--ignore-all-space" => self.patch_options.whitespace = Whitespace::IgnoreAll,
            b"-b" | b"--ignore-space-change" => self.patch_options.whitespace = Whitespace::IgnoreChange,
            b"--ignore-space-at-eol" => self.patch_options.whitespace = Whitespace::IgnoreAtEnd,
            b"--ignore-cr-at-eol" => self.patch_options.whitespace = Whitespace::IgnoreCarriageReturnAtEnd,
            b"-a" | b"--text" => self.patch_options.text = true,
            b"--no-prefix" => (self.patch_options.old_prefix, self.patch_options.new_prefix) = (b"", b""),
            b"--relative" => self.relative = true,
            b"-U" | b"--unified" => {
                let Some(context) = next.and_then(number) else { return 0 };
                self.set_context(context);
                return 2;
            }
            _ => return self.take_value(argument),
        }
        1
    }

    fn take_value(&mut self, argument: &[u8]) -> usize {
        let number = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok());
        let after = |prefix: &str| argument.strip_prefix(prefix.as_bytes());
        if let Some(context) = after("-U").or_else(|| after("--unified=")).and_then(number) {
            self.set_context(context);
        } else if let Some(letters) = after("--diff-filter=") {
            self.filter = letters.to_vec();
        } else if let Some(digits) = after("--abbrev=").and_then(number) {
            self.patch_options.digits = digits.clamp(4, 40);
        } else if let Some(widths) = after("--stat=") {
            self.stat = true;
            let mut widths = widths.split(|&byte| byte == b',').map(number);
            self.stat_options.width = widths.next().flatten().unwrap_or(80);
            self.stat_options.name_width = widths.next().flatten().unwrap_or(0);
        } else if let Some(width) = after("--stat-width=").and_then(number) {
            (self.stat, self.stat_options.width) = (true, width);
        } else if let Some(width) = after("--stat-graph-width=").and_then(number) {
            (self.stat, self.stat_options.graph_width) = (true, width);
        } else if let Some(width) = after("--stat-name-width=").and_then(number) {
            (self.stat, self.stat_options.name_width) = (true, width);
        } else if after("-M").and_then(|text| number(text.strip_suffix(b"%").unwrap_or(text))).is_none() {
            return 0;
        }
        1
    }

    fn set_context(&mut self, context: usize) {
        self.patch_options.context = context;
        self.patch = true;
    }

    /// Whether some form of output was asked for.
    pub(super) fn is_chosen(&self) -> bool {
        self.patch || self.nothing || self.shows_list() || self.stat || self.numstat || self.shortstat || self.summary
    }

    /// Whether differences are shown at all.
    pub(super) fn shows_something(&self) -> bool {
        !self.nothing && self.is_chosen()
    }

    /// Whether both the graph and the patch are shown.
    pub(super) fn shows_stat_and_patch(&self) -> bool {
        self.stat && self.patch
    }

    fn shows_list(&self) -> bool {
        self.raw || self.name_only || self.name_status
    }

    /// Looking for renames names the content of whatever may be the new name of what is gone.
    pub(super) fn name_candidates(&mut self, changes: &[FileDiff<'_>]) {
        if !self.no_renames && changes.iter().any(|change| change.new.is_none()) {
            for change in changes.iter().filter(|change| change.old.is_none()) {
                self.unhashed.remove(change.new_path);
            }
        }
    }

    /// Prepares differences: renames, direction, filter.
    pub(super) fn prepare<'a>(&self, changes: Vec<FileDiff<'a>>) -> Vec<FileDiff<'a>> {
        let mut changes = changes;
        if self.reverse {
            for change in &mut changes {
                (change.old, change.new) = (change.new, change.old);
            }
        }
        if !self.no_renames {
            changes = diff::pair_renames(changes);
        }
        changes.retain(|change| self.passes(change));
        changes
    }

    fn passes(&self, change: &FileDiff<'_>) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let letter = diff::status_letter(change);
        let wanted: Vec<u8> = self.filter.iter().copied().filter(u8::is_ascii_uppercase).collect();
        let is_unwanted = self.filter.contains(&letter.to_ascii_lowercase());
        !is_unwanted && (wanted.is_empty() || wanted.contains(&letter))
    }

    /// Writes prepared differences.
    pub(super) fn write(&self, out: &mut Vec<u8>, changes: &[FileDiff<'_>]) {
        if self.nothing || self.quiet || changes.is_empty() {
            return;
        }
        let start = out.len();
        for change in changes {
            if self.raw {
                self.write_raw(out, change);
            } else if self.name_status {
                self.write_list_entry(out, change, diff::write_name_status);
            } else if self.name_only {
                self.write_list_entry(out, change, diff::write_name_only);
            }
        }
        if self.stat || self.numstat || self.shortstat {
            let mut stats = Vec::new();
            for change in changes {
                let stat = diff::file_stat(change, &self.patch_options);
                // A change of ignored white space alone leaves no trace.
                let is_nothing = stat.added + stat.deleted == 0 && !stat.binary && change.rename_score.is_none();
                let ignores = self.patch_options.whitespace != Whitespace::Exact;
                if !(is_nothing && ignores && change.old.is_some() && change.new.is_some()) {
                    stats.push(stat);
                }
            }
            if self.numstat {
                diff::write_numstat(out, &stats);
            }
            if self.stat {
                diff::write_stat(out, &stats, &self.stat_options);
            } else if self.shortstat {
                diff::write_shortstat(out, &stats);
            }
        }
        if self.summary {
            changes.iter().for_each(|change| diff::write_summary(out, change));
        }
        if self.patch {
            if out.len() > start {
                out.push(b'\n');
            }
            changes.iter().for_each(|change| diff::write_patch(out, change, &self.patch_options));
        }
    }

    fn write_list_entry(&self, out: &mut Vec<u8>, change: &FileDiff<'_>, write: fn(&mut Vec<u8>, &FileDiff<'_>)) {
        if !self.nul {
            return write(out, change);
        }
        if self.name_status {
            match change.rename_score {
                Some(score) => {
                    out.extend_from_slice(format!("R{:03}\0", score / 600).as_bytes());
                    out.extend_from_slice(change.old_path);
                }
                None => out.push(diff::status_letter(change)),
            }
            out.push(0);
        }
        out.extend_from_slice(change.new_path);
        out.push(0);
    }

    fn write_raw(&self, out: &mut Vec<u8>, change: &FileDiff<'_>) {
        let mode = |side: Option<diff::Side<'_>>| side.map_or("000000", |side| side.git_mode());
        let id = |side: Option<diff::Side<'_>>| {
            side.map_or(diff::ObjectId::NULL, |side| side.object_id()).short(self.patch_options.digits)
        };
        let is_unhashed = self.unhashed.contains(change.new_path);
        let new_id = if is_unhashed { diff::ObjectId::NULL.short(self.patch_options.digits) } else { id(change.new) };
        let words = [mode(change.old), mode(change.new), &id(change.old), &new_id].join(" ");
        out.extend_from_slice(format!(":{words} ").as_bytes());
        diff::write_name_status(out, change);
    }
}

impl<'a> Git<'_, '_, 'a> {
    /// Prints differences as `view` says; returns whether there were any.
    pub(super) fn print_differences(&mut self, view: &DiffView, changes: Vec<FileDiff<'a>>) -> Attempt<bool> {
        let mut changes = changes;
        if view.relative && !self.prefix.is_empty() {
            let prefix = self.prefix.clone();
            changes.retain(|change| sparring_tree::path::is_below(change.new_path, &prefix));
            for change in &mut changes {
                let shorter = change.new_path.get(prefix.len() + 1..).unwrap_or_default();
                (change.old_path, change.new_path) = (shorter, shorter);
            }
        }
        let changes = view.prepare(changes);
        let mut out = Vec::new();
        view.write(&mut out, &changes);
        self.out(&out)?;
        Ok(!changes.is_empty())
    }
}
