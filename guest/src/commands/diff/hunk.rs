//! Which changes are printed together, and which are not worth printing.

use sparring_tree::diff::{Change, Lines};

use super::settings::{Blanks, Settings};
use super::texts::{Texts, is_blank};
use crate::budget::{Budget, Stoppable};

/// Changes that are printed together, and the lines from the first of them to the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hunk<'t> {
    pub(super) changes: &'t [Change],
    pub(super) old_start: usize,
    pub(super) old_end: usize,
    pub(super) new_start: usize,
    pub(super) new_end: usize,
    /// Whether any old line is changed or gone.
    pub(super) shows_old: bool,
    /// Whether any new line is changed or new.
    pub(super) shows_new: bool,
}

impl<'t> Hunk<'t> {
    /// A hunk, or nothing when all its lines may be ignored.
    fn of(
        changes: &'t [Change],
        texts: &Texts<'_>,
        settings: &Settings<'_>,
        budget: &Budget,
    ) -> Stoppable<Option<Self>> {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return Ok(None) };
        let mut is_ignorable = may_ignore(settings);
        for change in changes {
            let sides =
                [(&texts.old, change.old_start, change.old_end()), (&texts.new, change.new_start, change.new_end())];
            for (lines, start, end) in sides {
                is_ignorable = is_ignorable && all_ignorable(lines, start, end, settings, budget)?;
            }
        }
        if is_ignorable {
            return Ok(None);
        }
        Ok(Some(Self {
            changes,
            old_start: first.old_start,
            old_end: last.old_end(),
            new_start: first.new_start,
            new_end: last.new_end(),
            shows_old: changes.iter().any(|change| change.old_length > 0),
            shows_new: changes.iter().any(|change| change.new_length > 0),
        }))
    }

    /// `a`, `c` or `d`.
    pub(super) fn letter(&self) -> char {
        match (self.shows_old, self.shows_new) {
            (true, true) => 'c',
            (true, false) => 'd',
            (false, _) => 'a',
        }
    }
}

/// Every change as a hunk of its own.
pub(super) fn single<'t>(texts: &'t Texts<'_>, settings: &Settings<'_>, budget: &Budget) -> Stoppable<Vec<Hunk<'t>>> {
    let mut hunks = Vec::with_capacity(texts.changes.len());
    for change in texts.changes.chunks(1) {
        hunks.extend(Hunk::of(change, texts, settings, budget)?);
    }
    Ok(hunks)
}

/// Changes whose contexts touch as one hunk.
pub(super) fn with_context<'t>(
    texts: &'t Texts<'_>,
    settings: &Settings<'_>,
    budget: &Budget,
) -> Stoppable<Vec<Hunk<'t>>> {
    let mut ignorable = Vec::with_capacity(texts.changes.len());
    for change in texts.changes.chunks(1) {
        ignorable.push(may_ignore(settings) && Hunk::of(change, texts, settings, budget)?.is_none());
    }
    let (mut hunks, mut start) = (Vec::new(), 0);
    for (at, pair) in texts.changes.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        // An ignorable change joins a hunk only inside its context.
        let reach = match ignorable.get(at + 1) {
            Some(true) => settings.context,
            _ => settings.context * 2 + 1,
        };
        if after.old_start - before.old_end() >= reach {
            hunks.extend(Hunk::of(texts.changes.get(start..=at).unwrap_or_default(), texts, settings, budget)?);
            start = at + 1;
        }
    }
    hunks.extend(Hunk::of(texts.changes.get(start..).unwrap_or_default(), texts, settings, budget)?);
    Ok(hunks)
}

fn may_ignore(settings: &Settings<'_>) -> bool {
    settings.ignores_blank_lines || settings.ignored.is_some()
}

fn all_ignorable(
    lines: &Lines<'_>,
    start: usize,
    end: usize,
    settings: &Settings<'_>,
    budget: &Budget,
) -> Stoppable<bool> {
    let skips_blanks = settings.blanks >= Blanks::Trailing;
    for line in start..end {
        let line = lines.get(line);
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let is_empty = body.is_empty() || (skips_blanks && body.iter().all(|byte| is_blank(*byte)));
        if settings.ignores_blank_lines && is_empty {
            continue;
        }
        match &settings.ignored {
            Some(pattern) if pattern.is_match(body, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}
