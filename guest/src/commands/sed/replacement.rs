//! The right-hand side of `s`: parsing it and putting it together.

use super::escape;
use super::script::{CaseChange, Part};
use crate::matching::Captures;

/// Parses a replacement; also returns the highest group that it names.
pub(super) fn parse(raw: &[u8]) -> (Vec<Part>, usize) {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    let mut highest = 0;
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        at += 1;
        let part = match byte {
            b'&' => Part::Group(0),
            b'\\' => {
                let rest = raw.get(at..).unwrap_or_default();
                let next = rest.first().copied().unwrap_or(b'\\');
                let special = match next {
                    b'0'..=b'9' => Some(Part::Group(usize::from(next - b'0'))),
                    b'L' => Some(Part::Case(CaseChange::Lower)),
                    b'U' => Some(Part::Case(CaseChange::Upper)),
                    b'E' => Some(Part::Case(CaseChange::End)),
                    b'l' => Some(Part::Case(CaseChange::NextLower)),
                    b'u' => Some(Part::Case(CaseChange::NextUpper)),
                    _ => None,
                };
                match (special, escape::character(rest)) {
                    (Some(part), _) => {
                        at += 1;
                        part
                    }
                    (None, Some((byte, length))) => {
                        at += length;
                        text.push(byte);
                        continue;
                    }
                    (None, None) => {
                        at += 1;
                        text.push(next);
                        continue;
                    }
                }
            }
            _ => {
                text.push(byte);
                continue;
            }
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        if let Part::Group(group) = part {
            highest = highest.max(group);
        }
        parts.push(part);
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    (parts, highest)
}

/// Appends the replacement for one match.
pub(super) fn append(parts: &[Part], subject: &[u8], captures: &Captures, out: &mut Vec<u8>) {
    let mut all = CaseChange::End;
    let mut next = CaseChange::End;
    for part in parts {
        let text = match part {
            Part::Text(text) => text.as_slice(),
            Part::Group(group) => match captures.get(*group) {
                Some(found) => subject.get(found.start..found.end).unwrap_or_default(),
                None => continue,
            },
            Part::Case(change @ (CaseChange::NextLower | CaseChange::NextUpper)) => {
                next = *change;
                continue;
            }
            Part::Case(change) => {
                // What lasts takes a waiting `\l` or `\u` away.
                all = *change;
                next = CaseChange::End;
                continue;
            }
        };
        if text.is_empty() {
            continue;
        }
        if all == CaseChange::End && next == CaseChange::End {
            out.extend_from_slice(text);
            continue;
        }
        let first = escape::character_length(text);
        let (head, tail) = text.split_at(if next == CaseChange::End { 0 } else { first });
        change_case(head, next, out);
        change_case(tail, all, out);
        next = CaseChange::End;
    }
}

fn change_case(text: &[u8], change: CaseChange, out: &mut Vec<u8>) {
    let mut rest = text;
    while !rest.is_empty() {
        let (one, after) = rest.split_at(escape::character_length(rest));
        rest = after;
        let character = std::str::from_utf8(one).ok().and_then(|text| text.chars().next());
        match (character, change) {
            (Some(character), CaseChange::Upper | CaseChange::NextUpper) => {
                push_single(character, character.to_uppercase(), out);
            }
            (Some(character), CaseChange::Lower | CaseChange::NextLower) => {
                push_single(character, character.to_lowercase(), out);
            }
            _ => out.extend_from_slice(one),
        }
    }
}

/// The changed character where it is a single one; the C library knows no others.
fn push_single(character: char, mut changed: impl Iterator<Item = char>, out: &mut Vec<u8>) {
    let single = match (changed.next(), changed.next()) {
        (Some(single), None) => single,
        _ => character,
    };
    let mut buffer = [0; 4];
    out.extend_from_slice(single.encode_utf8(&mut buffer).as_bytes());
}
