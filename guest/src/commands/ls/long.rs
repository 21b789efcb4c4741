//! The layout with details: `ls -l`.

use super::entry::Entry;
use super::name;
use super::settings::{Settings, TimeStyle};
use crate::commands::calendar::{self, Moment};
use crate::world;

pub(super) fn lines(entries: &[Entry], settings: &Settings) -> Vec<u8> {
    let widest = |text: &dyn Fn(&Entry) -> String| entries.iter().map(|entry| text(entry).len()).max().unwrap_or(0);
    let inode = widest(&|entry| entry.inode.to_string());
    let blocks = widest(&|entry| settings.blocks(entry.usage));
    let links = widest(&|entry| entry.links.to_string());
    let size = widest(&|entry| size_text(entry, settings));
    let owner = if settings.has_numbers { world::USER_ID.to_string() } else { world::USER.to_owned() };
    let sets_in = name::any_quoted(entries, settings);
    let mut out = Vec::new();
    for entry in entries {
        let mut line = String::new();
        if settings.shows_inode {
            line += &format!("{:>inode$} ", entry.inode);
        }
        if settings.shows_blocks {
            line += &format!("{:>blocks$} ", settings.blocks(entry.usage));
        }
        line += &String::from_utf8_lossy(&world::mode_text(entry.kind, entry.mode, entry.is_device));
        line += &format!(" {:>links$} ", entry.links);
        for is_shown in [settings.shows_owner, settings.shows_group] {
            if is_shown {
                line += &format!("{owner} ");
            }
        }
        line += &format!("{:>size$} ", size_text(entry, settings));
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(&time(entry.modified, &settings.time));
        out.push(b' ');
        let is_link = entry.target.is_some() && entry.kind == sparring_tree::Kind::Link;
        name::print(entry, settings, sets_in, !is_link, &mut out);
        name::print_target(entry, settings, &mut out);
        out.push(settings.end);
    }
    out
}

fn size_text(entry: &Entry, settings: &Settings) -> String {
    if entry.is_device { format!("1, {}", entry.minor) } else { settings.size(entry.size) }
}

fn time(seconds: i64, style: &TimeStyle) -> Vec<u8> {
    // Half a year of 365.2425 days.
    const RECENT: i64 = 31_556_952 / 2;
    let moment = Moment::of(seconds);
    match style {
        TimeStyle::Format(format) => calendar::format(format, &moment),
        TimeStyle::Locale if seconds <= world::NOW && world::NOW - seconds < RECENT => {
            calendar::format(b"%b %e %H:%M", &moment)
        }
        TimeStyle::Locale => calendar::format(b"%b %e  %Y", &moment),
    }
}
