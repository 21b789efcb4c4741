//! `uniq` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, NotANumber, VERSION, lines, number, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;

/// `uniq`.
pub(super) const UNIQ: Command =
    Command { name: "uniq", summary: "Leave out repeated lines.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "0123456789cdDf:is:uw:z",
    long: &[
        Long::flag("count", "c"),
        Long::flag("repeated", "d"),
        Long::perhaps("all-repeated", "D"),
        Long::perhaps("group", "group"),
        Long::flag("ignore-case", "i"),
        Long::flag("unique", "u"),
        Long::value("skip-fields", "f"),
        Long::value("skip-chars", "s"),
        Long::value("check-chars", "w"),
        Long::flag("zero-terminated", "z"),
        HELP,
        VERSION,
    ],
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separation {
    None,
    Prepend,
    Append,
    Separate,
    Both,
}

struct Settings {
    counts: bool,
    shows_single: bool,
    shows_first_repeated: bool,
    all_repeated: Option<Separation>,
    groups: Option<Separation>,
    ignores_case: bool,
    fields: usize,
    skipped: usize,
    compared: usize,
    end: u8,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings {
        counts: false,
        shows_single: true,
        shows_first_repeated: true,
        all_repeated: None,
        groups: None,
        ignores_case: false,
        fields: 0,
        skipped: 0,
        compared: usize::MAX,
        end: b'\n',
    };
    let (mut has_output_option, mut has_new_fields) = (false, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        let text = given.text();
        match given.name {
            "c" => (settings.counts, has_output_option) = (true, true),
            "d" => (settings.shows_single, has_output_option) = (false, true),
            "u" => (settings.shows_first_repeated, has_output_option) = (false, true),
            "D" => {
                has_output_option = true;
                settings.shows_single = false;
                settings.all_repeated = Some(match text {
                    b"" | b"none" => Separation::None,
                    b"prepend" => Separation::Prepend,
                    b"separate" => Separation::Separate,
                    _ => return Err(Fault::usage_about("invalid argument", text)),
                });
            }
            "group" => {
                settings.groups = Some(match text {
                    b"" | b"separate" => Separation::Separate,
                    b"prepend" => Separation::Prepend,
                    b"append" => Separation::Append,
                    b"both" => Separation::Both,
                    _ => return Err(Fault::usage_about("invalid argument", text)),
                });
            }
            "i" => settings.ignores_case = true,
            "f" => (settings.fields, has_new_fields) = (size(text, "invalid number of fields to skip")?, true),
            "s" => settings.skipped = size(text, "invalid number of bytes to skip")?,
            "w" => settings.compared = size(text, "invalid number of bytes to compare")?,
            "z" => settings.end = 0,
            digit => {
                if std::mem::take(&mut has_new_fields) {
                    settings.fields = 0;
                }
                settings.fields = settings.fields.saturating_mul(10).saturating_add(digit.parse().unwrap_or(0));
            }
        }
        Ok(())
    })?);
    if let Some(extra) = operands.get(2) {
        return context.fail(Fault::usage_about("extra operand", extra), 1);
    }
    if settings.groups.is_some() && has_output_option {
        return context.fail(Fault::Usage(b"--group is mutually exclusive with -c/-d/-D/-u".to_vec()), 1);
    }
    if settings.counts && settings.all_repeated.is_some() {
        let message = b"printing all duplicated lines and repeat counts is meaningless".to_vec();
        return context.fail(Fault::Usage(message), 1);
    }
    let name = operands.first().copied().unwrap_or(b"-");
    if name != b"-"
        && let Err(error) = context.machine.workspace.stat(context.directory, name).map(|_| ())
    {
        context.complain_about(b"", &quote::file_in_message(name), error)?;
        return Ok(1);
    }
    // The output is made before the input is read, even when both are one file.
    let mut place = None;
    if let Some(output) = operands.get(1).filter(|name| **name != b"-") {
        let workspace = &mut context.machine.workspace;
        let made = match workspace.resolve(context.directory, output) {
            Ok(path) => workspace.write(&path, Vec::new())?.map(|()| path),
            Err(error) => Err(error),
        };
        match made {
            Ok(path) => place = Some(path),
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(output), error)?;
                return Ok(1);
            }
        }
    }
    let Ok(text) = context.open(name)? else {
        context.complain(&[b"error reading ", &quote::always(name)[..]].concat())?;
        return Ok(1);
    };
    let out = settings.filter(&text);
    match place {
        None => context.out(&out)?,
        // It was there a moment ago.
        Some(path) => _ = context.machine.workspace.write(&path, out)?,
    }
    Ok(0)
}

fn size(text: &[u8], what: &str) -> Result<usize, Fault> {
    match number(text, "") {
        Ok(value) => Ok(usize::try_from(value).unwrap_or(usize::MAX)),
        Err(NotANumber::TooLarge) => Ok(usize::MAX),
        Err(NotANumber::Invalid) => {
            Err(Fault::Message([&quote::file_in_message(text)[..], b": ", what.as_bytes()].concat()))
        }
    }
}

impl Settings {
    fn filter(&self, text: &[u8]) -> Vec<u8> {
        let all: Vec<&[u8]> =
            lines(text, self.end).map(|line| line.strip_suffix(&[self.end]).unwrap_or(line)).collect();
        let mut out = Vec::with_capacity(text.len());
        let mut has_printed = false;
        for group in all.chunk_by(|a, b| self.is_equal(a, b)) {
            let Some(first) = group.first() else { continue };
            let mut print = |line: &[u8]| {
                if self.counts {
                    out.extend_from_slice(format!("{:7} ", group.len()).as_bytes());
                }
                out.extend_from_slice(line);
                out.push(self.end);
            };
            if let Some(separation) = self.groups {
                let is_before = matches!(separation, Separation::Prepend | Separation::Both)
                    || (has_printed && matches!(separation, Separation::Separate));
                if is_before && !(has_printed && separation == Separation::Both) {
                    out.push(self.end);
                }
                for line in group {
                    out.extend_from_slice(line);
                    out.push(self.end);
                }
                if matches!(separation, Separation::Append | Separation::Both) {
                    out.push(self.end);
                }
                has_printed = true;
                continue;
            }
            if group.len() == 1 {
                if self.shows_single {
                    print(first);
                }
                continue;
            }
            if !self.shows_first_repeated && self.all_repeated.is_none() {
                continue;
            }
            match self.all_repeated {
                Some(separation) => {
                    let is_before =
                        separation == Separation::Prepend || (separation == Separation::Separate && has_printed);
                    if is_before {
                        out.push(self.end);
                    }
                    // `-D -u`: all but the last of each group.
                    let count = group.len() - usize::from(!self.shows_first_repeated);
                    for line in group.iter().take(count) {
                        out.extend_from_slice(line);
                        out.push(self.end);
                    }
                    has_printed = true;
                }
                None => print(first),
            }
        }
        out
    }

    fn is_equal(&self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = (self.compared_part(a), self.compared_part(b));
        if self.ignores_case { a.eq_ignore_ascii_case(b) } else { a == b }
    }

    fn compared_part<'t>(&self, line: &'t [u8]) -> &'t [u8] {
        let mut at = 0;
        for _ in 0..self.fields {
            let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
            let rest = line.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let blanks = rest.iter().take_while(is_blank).count();
            let text = rest.iter().skip(blanks).take_while(|byte| !is_blank(byte)).count();
            at += blanks + text;
        }
        let start = at.saturating_add(self.skipped).min(line.len());
        let rest = line.get(start..).unwrap_or_default();
        rest.get(..self.compared).unwrap_or(rest)
    }
}
