//! The styles without context: normal, `-e`, `-f` and `-n`.

use super::hunk::Hunk;
use super::line::Lines;
use super::settings::Style;
use super::texts::Texts;

/// `3,5c3`, the old lines after `<`, the new ones after `>`.
pub(super) fn write(out: &mut Lines<'_>, texts: &Texts<'_>, hunks: &[Hunk<'_>]) {
    for hunk in hunks {
        let old = range(',', hunk.old_start, hunk.old_end);
        let new = range(',', hunk.new_start, hunk.new_end);
        out.text(&format!("{old}{}{new}\n", hunk.letter()));
        if hunk.shows_old {
            (hunk.old_start..hunk.old_end).for_each(|line| out.marked("<", texts.old.get(line)));
        }
        if hunk.shows_old && hunk.shows_new {
            out.text("---\n");
        }
        if hunk.shows_new {
            (hunk.new_start..hunk.new_end).for_each(|line| out.marked(">", texts.new.get(line)));
        }
    }
}

/// A script for `ed`, from the last change to the first; for people from the first; for RCS.
pub(super) fn write_script(out: &mut Lines<'_>, texts: &Texts<'_>, hunks: &[Hunk<'_>], style: Style) {
    match style {
        Style::Ed => hunks.iter().rev().for_each(|hunk| write_ed(out, texts, hunk)),
        Style::ForwardEd => hunks.iter().for_each(|hunk| {
            out.text(&format!("{}{}\n", hunk.letter(), range(' ', hunk.old_start, hunk.old_end)));
            if hunk.shows_new {
                (hunk.new_start..hunk.new_end).for_each(|line| out.plain(texts.new.get(line)));
                out.text(".\n");
            }
        }),
        _ => hunks.iter().for_each(|hunk| {
            if hunk.shows_old {
                out.text(&format!("d{} {}\n", hunk.old_start + 1, hunk.old_end - hunk.old_start));
            }
            if hunk.shows_new {
                out.text(&format!("a{} {}\n", hunk.old_end, hunk.new_end - hunk.new_start));
                (hunk.new_start..hunk.new_end).for_each(|line| out.out.extend_from_slice(texts.new.get(line)));
            }
        }),
    }
}

fn write_ed(out: &mut Lines<'_>, texts: &Texts<'_>, hunk: &Hunk<'_>) {
    out.text(&format!("{}{}\n", range(',', hunk.old_start, hunk.old_end), hunk.letter()));
    if !hunk.shows_new {
        return;
    }
    let mut inserts = true;
    for line in hunk.new_start..hunk.new_end {
        if !std::mem::replace(&mut inserts, true) {
            out.text("a\n");
        }
        if texts.new.get(line) == b".\n" {
            // A lone dot would end the insertion: two dots, of which one is taken away again.
            out.text("..\n.\ns/.//\n");
            inserts = false;
        } else {
            out.plain(texts.new.get(line));
        }
    }
    if inserts {
        out.text(".\n");
    }
}

/// `first,last` counted from 1, one number for one line, the line before for none.
fn range(separator: char, start: usize, end: usize) -> String {
    if end > start + 1 { format!("{}{separator}{end}", start + 1) } else { end.to_string() }
}
