//! `-printf` and `-ls` of `find`.

use super::Settings;
use super::evaluate::{Visit, other_letter};
use crate::commands::calendar::{self, Moment};
use crate::commands::quote;
use crate::workspace::{Node, Workspace};
use crate::world;

/// A format, taken apart.
pub(super) struct Format(Vec<Piece>);

enum Piece {
    Text(Vec<u8>),
    /// Flags and width as in C, and the letter.
    Field {
        left: bool,
        zeros: bool,
        width: usize,
        precision: Option<usize>,
        letter: u8,
    },
    /// `%t`, `%Tk`: which time counts not, there is but one; the letter after it.
    Time(Option<u8>),
    /// `\c`: nothing more is printed.
    Stop,
}

impl Format {
    /// Reads a format. Returns warnings with it.
    ///
    /// # Errors
    /// The message about a format that ends in `%`.
    pub(super) fn parse(text: &[u8]) -> Result<(Self, Vec<Vec<u8>>), &'static str> {
        let (mut pieces, mut warnings, mut plain) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match byte {
                b'\\' => at = escape(text, at, &mut plain, &mut pieces, &mut warnings),
                b'%' => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    at = field(text, at, &mut pieces, &mut warnings)?;
                }
                _ => plain.push(byte),
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok((Self(pieces), warnings))
    }

    /// Prints an entry.
    pub(super) fn print<'a>(
        &self,
        visit: &Visit<'_, 'a>,
        workspace: &Workspace<'a>,
        settings: &Settings,
        out: &mut Vec<u8>,
    ) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Stop => return,
                Piece::Time(letter) => out.extend_from_slice(&time(*letter, world::modified(&visit.node))),
                Piece::Field { left, zeros, width, precision, letter } => {
                    let mut text = value(*letter, visit, workspace, settings);
                    if let Some(precision) = precision
                        && text.len() > *precision
                        && !is_number(*letter)
                    {
                        text.truncate(*precision);
                    }
                    let fill = width.saturating_sub(text.len());
                    let filler = if *zeros && is_number(*letter) && !*left { b'0' } else { b' ' };
                    if !*left {
                        out.extend(std::iter::repeat_n(filler, fill));
                    }
                    out.extend_from_slice(&text);
                    if *left {
                        out.extend(std::iter::repeat_n(b' ', fill));
                    }
                }
            }
        }
    }
}

fn is_number(letter: u8) -> bool {
    matches!(letter, b'd' | b'm')
}

/// Reads what follows a backslash; returns where the format goes on.
fn escape(text: &[u8], at: usize, plain: &mut Vec<u8>, pieces: &mut Vec<Piece>, warnings: &mut Vec<Vec<u8>>) -> usize {
    let Some(&letter) = text.get(at) else {
        warnings.push(b"warning: escape `\\' followed by nothing at all".to_vec());
        plain.push(b'\\');
        return at;
    };
    let simple = match letter {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'0'..=b'7' => {
            let digits = text.get(at..).unwrap_or_default().iter().take(3).take_while(|b| (b'0'..=b'7').contains(*b));
            let digits: Vec<u8> = digits.copied().collect();
            let number = digits.iter().fold(0_u32, |number, digit| number * 8 + u32::from(digit - b'0'));
            plain.push(number as u8);
            return at + digits.len();
        }
        b'c' => {
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(plain)));
            }
            pieces.push(Piece::Stop);
            return text.len();
        }
        other => {
            warnings.push([b"warning: unrecognized escape `\\", &[other][..], b"'"].concat());
            plain.extend_from_slice(&[b'\\', other]);
            return at + 1;
        }
    };
    plain.push(simple);
    at + 1
}

/// Reads what follows a percent sign; returns where the format goes on.
fn field(
    text: &[u8],
    start: usize,
    pieces: &mut Vec<Piece>,
    warnings: &mut Vec<Vec<u8>>,
) -> Result<usize, &'static str> {
    let mut at = start;
    if text.get(at) == Some(&b'%') {
        pieces.push(Piece::Text(b"%".to_vec()));
        return Ok(at + 1);
    }
    let (mut left, mut zeros) = (false, false);
    while let Some(flag) = text.get(at).filter(|byte| b"-+ #0".contains(byte)) {
        left |= *flag == b'-';
        zeros |= *flag == b'0';
        at += 1;
    }
    let number = |at: &mut usize| {
        let mut value = 0_usize;
        while let Some(digit) = text.get(*at).filter(|byte| byte.is_ascii_digit()) {
            value = (value * 10 + usize::from(digit - b'0')).min(10_000);
            *at += 1;
        }
        value
    };
    let width = number(&mut at);
    let mut precision = None;
    if text.get(at) == Some(&b'.') {
        at += 1;
        precision = Some(number(&mut at));
    }
    let Some(&letter) = text.get(at) else { return Err("error: % at end of format string") };
    at += 1;
    match letter {
        b'a' | b'c' | b't' => pieces.push(Piece::Time(None)),
        b'A' | b'B' | b'C' | b'T' => {
            let Some(&kind) = text.get(at) else {
                warnings.push(
                    [b"warning: format directive `%", &[letter][..], b"' should be followed by another character"]
                        .concat(),
                );
                pieces.push(Piece::Text([b"%", &[letter][..]].concat()));
                return Ok(at);
            };
            at += 1;
            pieces.push(Piece::Time(Some(kind)));
        }
        b'b' | b'd' | b'D' | b'f' | b'F' | b'g' | b'G' | b'h' | b'H' | b'i' | b'k' | b'l' | b'm' | b'M' | b'n'
        | b'p' | b'P' | b's' | b'S' | b'u' | b'U' | b'y' | b'Y' => {
            pieces.push(Piece::Field { left, zeros, width, precision, letter });
        }
        other => {
            warnings.push([b"warning: unrecognized format directive `%", &[other][..], b"'"].concat());
            pieces.push(Piece::Text(text.get(start - 1..at).unwrap_or_default().to_vec()));
        }
    }
    Ok(at)
}

fn value<'a>(letter: u8, visit: &Visit<'_, 'a>, workspace: &Workspace<'a>, settings: &Settings) -> Vec<u8> {
    let node = &visit.node;
    let usage = world::disk_usage(node);
    match letter {
        b'p' => visit.text.to_vec(),
        b'f' => visit.name_as_typed(),
        b'h' => {
            let slashes = visit.text.iter().rev().take_while(|byte| **byte == b'/').count();
            let bare = visit.text.get(..visit.text.len() - slashes).unwrap_or_default();
            match bare.iter().rposition(|byte| *byte == b'/') {
                Some(0) => b"/".to_vec(),
                Some(at) => bare.get(..at).unwrap_or_default().to_vec(),
                None if bare.is_empty() => b"/".to_vec(),
                None => b".".to_vec(),
            }
        }
        b'P' => {
            let rest = visit.text.get(visit.start.len()..).unwrap_or_default();
            rest.strip_prefix(b"/").unwrap_or(rest).to_vec()
        }
        b'H' => visit.start.to_vec(),
        b'd' => visit.depth.to_string().into_bytes(),
        b'D' => world::DEVICE.to_string().into_bytes(),
        b'F' => b"ext4".to_vec(),
        b'g' | b'u' => world::USER.as_bytes().to_vec(),
        b'G' | b'U' => world::USER_ID.to_string().into_bytes(),
        b'i' => world::inode(visit.path).to_string().into_bytes(),
        b'b' => (usage / 512).to_string().into_bytes(),
        b'k' => (usage / 1024).to_string().into_bytes(),
        b's' => node.size().to_string().into_bytes(),
        b'S' => match node.size() {
            0 => b"1".to_vec(),
            size => sparseness(usage, size),
        },
        b'l' => node.target().unwrap_or_default().to_vec(),
        b'm' => format!("{:o}", node.mode().0).into_bytes(),
        b'M' => world::mode_text(node.kind(), node.mode(), matches!(node, Node::Device(_))).to_vec(),
        b'n' => world::link_count(workspace, visit.path, node).to_string().into_bytes(),
        b'y' => vec![visit.letter()],
        _ => match other_letter(visit, workspace, settings) {
            b'l' if !settings.follows_links => b"N".to_vec(),
            letter => vec![letter],
        },
    }
}

/// Blocks by size, as `%g` prints it: six digits that count.
fn sparseness(usage: u64, size: u64) -> Vec<u8> {
    // In millionths of the first digit that counts, so that no float is needed.
    let (whole, mut digits) = (usage / size, 6);
    if whole > 0 {
        digits -= whole.to_string().len();
    }
    let scale = 10_u128.pow(digits as u32);
    let rounded = (u128::from(usage) * scale * 2 + u128::from(size)) / (u128::from(size) * 2);
    let mut text = (rounded / scale).to_string();
    let fraction = format!("{:0digits$}", rounded % scale);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() && digits > 0 {
        text = format!("{text}.{fraction}");
    }
    text.into_bytes()
}

/// Times have ten digits after the point; the last is always 0.
fn time(letter: Option<u8>, seconds: i64) -> Vec<u8> {
    let moment = Moment::of(seconds);
    let format: &[u8] = match letter {
        None | Some(b'c') => b"%a %b %e %H:%M:%S.0000000000 %Y",
        Some(b'@') => b"%s.0000000000",
        Some(b'+') => b"%Y-%m-%d+%H:%M:%S.0000000000",
        Some(b'S') => b"%S.0000000000",
        Some(b'T' | b'X') => b"%H:%M:%S.0000000000",
        Some(b'r') => b"%I:%M:%S.0000000000 %p",
        Some(letter) => return calendar::format(&[b'%', letter], &moment),
    };
    calendar::format(format, &moment)
}

/// The line of `-ls`.
pub(super) fn list_line<'a>(visit: &Visit<'_, 'a>, workspace: &Workspace<'a>) -> Vec<u8> {
    let node = &visit.node;
    let mut line = format!(
        "{:>9} {:>6} {} {:>3} {:<8} {:<8} {:>8} ",
        world::inode(visit.path),
        world::disk_usage(node) / 1024,
        String::from_utf8_lossy(&world::mode_text(node.kind(), node.mode(), matches!(node, Node::Device(_)))),
        world::link_count(workspace, visit.path, node),
        world::USER,
        world::USER,
        node.size(),
    )
    .into_bytes();
    line.extend_from_slice(&calendar::format(b"%b %e %H:%M ", &Moment::of(world::modified(node))));
    line.extend_from_slice(&quote::c_escape(visit.text, b" "));
    if let Some(target) = node.target() {
        line.extend_from_slice(b" -> ");
        line.extend_from_slice(&quote::c_escape(target, b" "));
    }
    line.push(b'\n');
    line
}
