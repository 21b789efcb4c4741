//! The styles with context: `-u` and `-c`.

use super::hunk::Hunk;
use super::line::Lines;
use super::settings::Settings;
use super::texts::Texts;
use crate::budget::{Budget, Stoppable};

/// A hunk with the lines around it.
struct Shown<'h> {
    hunk: &'h Hunk<'h>,
    old_start: usize,
    old_end: usize,
    new_start: usize,
    new_end: usize,
}

impl<'h> Shown<'h> {
    fn of(hunk: &'h Hunk<'h>, texts: &Texts<'_>, context: usize) -> Self {
        Self {
            hunk,
            old_start: hunk.old_start.saturating_sub(context),
            old_end: hunk.old_end.saturating_add(context).min(texts.old.len()),
            new_start: hunk.new_start.saturating_sub(context),
            new_end: hunk.new_end.saturating_add(context).min(texts.new.len()),
        }
    }
}

/// Unified hunks.
pub(super) fn write_unified(
    out: &mut Lines<'_>,
    texts: &Texts<'_>,
    hunks: &[Hunk<'_>],
    settings: &Settings<'_>,
    budget: &Budget,
) -> Stoppable<()> {
    let mut functions = Functions::default();
    for hunk in hunks {
        let shown = Shown::of(hunk, texts, settings.context);
        let old = unified_range(shown.old_start, shown.old_end);
        let new = unified_range(shown.new_start, shown.new_end);
        out.text(&format!("@@ -{old} +{new} @@"));
        functions.write(out, texts, shown.old_start, settings, budget)?;
        out.text("\n");
        let mut at = shown.old_start;
        for change in shown.hunk.changes {
            (at..change.old_start).for_each(|line| out.signed(b' ', texts.old.get(line)));
            (change.old_start..change.old_end()).for_each(|line| out.signed(b'-', texts.old.get(line)));
            (change.new_start..change.new_end()).for_each(|line| out.signed(b'+', texts.new.get(line)));
            at = change.old_end();
        }
        (at..shown.old_end).for_each(|line| out.signed(b' ', texts.old.get(line)));
    }
    Ok(())
}

/// Context hunks: the old lines, then the new ones.
pub(super) fn write_context(
    out: &mut Lines<'_>,
    texts: &Texts<'_>,
    hunks: &[Hunk<'_>],
    settings: &Settings<'_>,
    budget: &Budget,
) -> Stoppable<()> {
    let mut functions = Functions::default();
    for hunk in hunks {
        let shown = Shown::of(hunk, texts, settings.context);
        out.text("***************");
        functions.write(out, texts, shown.old_start, settings, budget)?;
        out.text(&format!("\n*** {} ****\n", context_range(shown.old_start, shown.old_end)));
        if hunk.shows_old {
            let mut at = shown.old_start;
            for change in hunk.changes {
                (at..change.old_start).for_each(|line| out.marked(" ", texts.old.get(line)));
                let mark = if change.new_length > 0 { "!" } else { "-" };
                (change.old_start..change.old_end()).for_each(|line| out.marked(mark, texts.old.get(line)));
                at = change.old_end();
            }
            (at..shown.old_end).for_each(|line| out.marked(" ", texts.old.get(line)));
        }
        out.text(&format!("--- {} ----\n", context_range(shown.new_start, shown.new_end)));
        if hunk.shows_new {
            let mut at = shown.new_start;
            for change in hunk.changes {
                (at..change.new_start).for_each(|line| out.marked(" ", texts.new.get(line)));
                let mark = if change.old_length > 0 { "!" } else { "+" };
                (change.new_start..change.new_end()).for_each(|line| out.marked(mark, texts.new.get(line)));
                at = change.new_end();
            }
            (at..shown.new_end).for_each(|line| out.marked(" ", texts.new.get(line)));
        }
    }
    Ok(())
}

fn unified_range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{end},0"),
        1 => end.to_string(),
        count => format!("{},{count}", start + 1),
    }
}

fn context_range(start: usize, end: usize) -> String {
    if end <= start + 1 { end.to_string() } else { format!("{},{end}", start + 1) }
}

/// The nearest line above each hunk that `-p` or `-F` names; hunks come in order.
#[derive(Default)]
struct Functions {
    searched: usize,
    found: Option<usize>,
}

impl Functions {
    fn write(
        &mut self,
        out: &mut Lines<'_>,
        texts: &Texts<'_>,
        before: usize,
        settings: &Settings<'_>,
        budget: &Budget,
    ) -> Stoppable<()> {
        /// Bytes of the line that are shown.
        const SHOWN: usize = 40;
        let Some(pattern) = &settings.function else { return Ok(()) };
        for line in (self.searched..before).rev() {
            let text = texts.old.get(line);
            if pattern.is_match(text.strip_suffix(b"\n").unwrap_or(text), budget)? {
                self.found = Some(line);
                break;
            }
        }
        self.searched = before;
        if let Some(line) = self.found {
            let text = texts.old.get(line).trim_ascii_start();
            let text = text.get(..text.len().min(SHOWN)).unwrap_or(text);
            let text = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
            out.text(" ");
            out.out.extend_from_slice(text.trim_ascii_end());
        }
        Ok(())
    }
}
