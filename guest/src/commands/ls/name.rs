//! Names in a listing: quoting, indicator, colour.

use sparring_tree::{Kind, Mode};

use super::entry::Entry;
use super::settings::{Indicator, Quoting, Settings};
use crate::commands::{quote, width};

/// A name as it is printed, quoted but bare.
pub(super) fn quoted(name: &[u8], settings: &Settings) -> Vec<u8> {
    // What could be taken for an indicator is quoted as well.
    let also: &[u8] = match settings.indicator {
        Indicator::Classify => b"*=>@|",
        Indicator::FileType => b"=>@|",
        Indicator::Slash | Indicator::None => b"",
    };
    let shown = match settings.quoting {
        Quoting::Literal => name.to_vec(),
        Quoting::ShellEscape => quote::escape(name, also, false),
        Quoting::ShellEscapeAlways => quote::always(name),
        Quoting::C => {
            let text = quote::c_escape(name, &[also, b"\""].concat());
            [b"\"", text.as_slice(), b"\""].concat()
        }
        Quoting::Escape => quote::c_escape(name, &[also, b" "].concat()),
    };
    if settings.hides_controls && settings.quoting == Quoting::Literal { quote::question_marks(&shown) } else { shown }
}

/// A directory's name above its listing.
pub(super) fn directory_label(name: &[u8], settings: &Settings) -> Vec<u8> {
    match settings.quoting {
        Quoting::ShellEscape => quote::file_in_message(name),
        // Unlike in names of files, spaces stay as they are.
        Quoting::Escape => quote::c_escape(name, b":"),
        _ => quoted(name, settings),
    }
}

/// The character behind a name; `None` for none.
fn indicator(kind: Kind, mode: Mode, settings: &Settings) -> Option<u8> {
    match (settings.indicator, kind) {
        (Indicator::None, _) => None,
        (_, Kind::Directory) => Some(b'/'),
        (Indicator::Slash, _) => None,
        (_, Kind::Link) => Some(b'@'),
        (Indicator::Classify, Kind::File) if mode.0 & 0o111 != 0 => Some(b'*'),
        _ => None,
    }
}

/// Whether any name of a listing is quoted, so that the others are set in.
pub(super) fn any_quoted(entries: &[Entry], settings: &Settings) -> bool {
    settings.aligns_quotes && entries.iter().any(|entry| quoted(&entry.name, settings) != entry.name)
}

/// Columns of a name with its indicator.
pub(super) fn width(entry: &Entry, settings: &Settings) -> usize {
    let shown = quoted(&entry.name, settings);
    width::of_text(&shown) + usize::from(indicator(entry.kind, entry.mode, settings).is_some())
}

/// Columns of a name without its indicator, set in where others have quotes: what `--sort=width`
/// goes by.
pub(super) fn bare_width(entry: &Entry, settings: &Settings, sets_in: bool) -> usize {
    let shown = quoted(&entry.name, settings);
    width::of_text(&shown) + usize::from(sets_in && shown == entry.name)
}

/// A name with all that belongs to it, but a link's target.
pub(super) fn print(entry: &Entry, settings: &Settings, sets_in: bool, has_indicator: bool, out: &mut Vec<u8>) {
    let shown = quoted(&entry.name, settings);
    if sets_in && shown == entry.name {
        out.push(b' ');
    }
    colored(entry.kind, entry.mode, &shown, settings, out);
    if has_indicator {
        out.extend(indicator(entry.kind, entry.mode, settings));
    }
}

/// A link's target behind its name.
pub(super) fn print_target(entry: &Entry, settings: &Settings, out: &mut Vec<u8>) {
    let Some((target, end)) = &entry.target else { return };
    if entry.kind != Kind::Link {
        return;
    }
    out.extend_from_slice(b" -> ");
    let shown = quoted(target, settings);
    match end {
        Some((kind, mode)) => {
            colored(*kind, *mode, &shown, settings, out);
            if settings.indicator != Indicator::Slash {
                out.extend(indicator(*kind, *mode, settings));
            }
        }
        None => out.extend_from_slice(&shown),
    }
}

fn colored(kind: Kind, mode: Mode, shown: &[u8], settings: &Settings, out: &mut Vec<u8>) {
    let color = match kind {
        _ if !settings.has_colors => None,
        Kind::Directory => Some("01;34"),
        Kind::Link => Some("01;36"),
        Kind::File if mode.0 & 0o111 != 0 => Some("01;32"),
        Kind::File => None,
    };
    match color {
        Some(color) => {
            out.extend_from_slice(format!("\x1b[{color}m").as_bytes());
            out.extend_from_slice(shown);
            out.extend_from_slice(b"\x1b[0m");
        }
        None => out.extend_from_slice(shown),
    }
}
