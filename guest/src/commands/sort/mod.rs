//! `sort` as in GNU coreutils 9.1, in the locale C.UTF-8: text is compared byte by byte.

mod compare;
mod key;

use std::cmp::Ordering;

use super::common::{Fault, HELP, VERSION, lines, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;
use key::{Key, Ordered};

/// `sort`.
pub(super) const SORT: Command = Command {
    name: "sort",
    summary: "Sort lines, as GNU coreutils 9.1 does; -R is refused.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "-bcCdfghik:mMno:rRsS:t:T:uVy:z",
    long: &[
        Long::flag("ignore-leading-blanks", "b"),
        Long::perhaps("check", "check"),
        Long::value("compress-program", "ignored"),
        Long::flag("debug", "ignored"),
        Long::flag("dictionary-order", "d"),
        Long::flag("ignore-case", "f"),
        Long::value("files0-from", "files0-from"),
        Long::flag("general-numeric-sort", "g"),
        Long::flag("ignore-nonprinting", "i"),
        Long::value("key", "k"),
        Long::flag("merge", "m"),
        Long::flag("month-sort", "M"),
        Long::flag("numeric-sort", "n"),
        Long::flag("human-numeric-sort", "h"),
        Long::flag("version-sort", "V"),
        Long::flag("random-sort", "R"),
        Long::value("random-source", "ignored"),
        Long::value("sort", "sort"),
        Long::value("output", "o"),
        Long::flag("reverse", "r"),
        Long::flag("stable", "s"),
        Long::value("batch-size", "ignored"),
        Long::value("buffer-size", "ignored"),
        Long::value("field-separator", "t"),
        Long::value("temporary-directory", "ignored"),
        Long::flag("unique", "u"),
        Long::flag("zero-terminated", "z"),
        Long::value("parallel", "ignored"),
        HELP,
        VERSION,
    ],
};

struct Settings {
    keys: Vec<Key>,
    global: Ordered,
    separator: Option<u8>,
    is_stable: bool,
    is_unique: bool,
    /// `-c`: tells the first line out of order, `-C`: does not.
    checks: Option<bool>,
    end: u8,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings {
        keys: Vec::new(),
        global: Ordered::default(),
        separator: None,
        is_stable: false,
        is_unique: false,
        checks: None,
        end: b'\n',
    };
    let (mut output, mut merges) = (None, false);
    let operands = or_status!(context.options(TABLE, 2, |given| {
        let text = given.text();
        match given.name {
            "c" | "check" | "C" => {
                let tells = given.name != "C" && matches!(text, b"" | b"diagnose-first");
                if settings.checks.is_some_and(|earlier| earlier != tells) {
                    return Err(Fault::Message(b"options '-cC' are incompatible".to_vec()));
                }
                settings.checks = Some(tells);
            }
            "k" => settings.keys.push(Key::parse(text)?),
            "m" => merges = true,
            "S" | "T" | "y" | "ignored" => {}
            "o" => output = given.value,
            "s" => settings.is_stable = true,
            "t" => {
                let separator = match text {
                    [byte] => *byte,
                    b"\\0" => 0,
                    b"" => return Err(Fault::Message(b"empty tab".to_vec())),
                    _ => return Err(Fault::about("multi-character tab", text)),
                };
                if settings.separator.is_some_and(|earlier| earlier != separator) {
                    return Err(Fault::Message(b"incompatible tabs".to_vec()));
                }
                settings.separator = Some(separator);
            }
            "u" => settings.is_unique = true,
            "z" => settings.end = 0,
            "R" => return Err(Fault::Message(b"random order is not simulated".to_vec())),
            "sort" => {
                let letter = match text {
                    b"general-numeric" => "g",
                    b"human-numeric" => "h",
                    b"month" => "M",
                    b"numeric" => "n",
                    b"version" => "V",
                    _ => return Err(Fault::usage_about("invalid argument", text)),
                };
                settings.global.set(letter.as_bytes()[0]);
            }
            letter => {
                if let Some(byte) = letter.bytes().next() {
                    settings.global.set(byte);
                }
            }
        }
        Ok(())
    })?);
    for key in &mut settings.keys {
        key.inherit(settings.global);
    }
    let orders = settings
        .keys
        .iter()
        .map(|key| key.order)
        .chain([settings.global].into_iter().filter(|_| settings.keys.is_empty()));
    if let Some(order) = orders.into_iter().find(|order| order.has_conflict()) {
        let message = format!("options '-{}' are incompatible", order.letters());
        return context.fail(Fault::Message(message.into_bytes()), 2);
    }
    let operands = or_standard_input(operands);
    if let (Some(_), Some(extra)) = (settings.checks, operands.get(1)) {
        let letter: &[u8] = if settings.checks == Some(true) { b"c" } else { b"C" };
        let message = [b"extra operand ", &quote::always(extra)[..], b" not allowed with -", letter].concat();
        return context.fail(Fault::Message(message), 2);
    }
    if settings.checks.is_some() && output.is_some() {
        let letters: &[u8] = if settings.checks == Some(true) { b"co" } else { b"Co" };
        return context.fail(Fault::Message([b"options '-", letters, b"' are incompatible"].concat()), 2);
    }
    // All must be there before any is read, and the output is made before that.
    if settings.checks.is_none() {
        for name in operands.iter().filter(|name| **name != b"-") {
            if let Err(error) = context.machine.workspace.stat(context.directory, name).map(|_| ()) {
                context.complain_about(b"cannot read: ", &quote::file_in_message(name), error)?;
                return Ok(2);
            }
        }
        if let Some(name) = output {
            let workspace = &mut context.machine.workspace;
            let made = match workspace.resolve(context.directory, name) {
                Ok(path) if workspace.node(&path).is_none() => workspace.write(&path, Vec::new())?,
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = made {
                context.complain_about(b"open failed: ", &quote::file_in_message(name), error)?;
                return Ok(2);
            }
        }
    }
    let mut texts = Vec::new();
    for name in &operands {
        match context.open(name)? {
            Ok(text) => texts.push(text),
            Err(error) => {
                let what: &[u8] = if error == FileError::IsADirectory { b"read failed: " } else { b"open failed: " };
                context.complain_about(what, &quote::file_in_message(name), error)?;
                return Ok(2);
            }
        }
    }
    let bare = |line: &'_ [u8]| line.len() - usize::from(line.last() == Some(&settings.end));
    let parts: Vec<Vec<&[u8]>> = texts
        .iter()
        .map(|text| lines(text, settings.end).map(|line| line.get(..bare(line)).unwrap_or(line)).collect())
        .collect();
    let mut all: Vec<&[u8]> = if merges && settings.checks.is_none() { settings.merge(&parts) } else { parts.concat() };
    if let Some(tells) = settings.checks {
        return check(context, &all, &settings, tells, operands.first().copied().unwrap_or_default());
    }
    if !merges {
        all.sort_by(|a, b| settings.compare(a, b));
    }
    if settings.is_unique {
        all.dedup_by(|b, a| settings.compare_keys(a, b) == Ordering::Equal);
    }
    let mut out = Vec::with_capacity(all.iter().map(|line| line.len() + 1).sum());
    for line in all {
        out.extend_from_slice(line);
        out.push(settings.end);
    }
    match output {
        None => context.out(&out)?,
        Some(name) => {
            let workspace = &mut context.machine.workspace;
            let written = match workspace.resolve(context.directory, name) {
                Ok(path) => workspace.write(&path, out)?,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                context.complain_about(b"open failed: ", &quote::file_in_message(name), error)?;
                return Ok(2);
            }
        }
    }
    Ok(0)
}

fn check(context: &mut Context<'_, '_>, all: &[&[u8]], settings: &Settings, tells: bool, name: &[u8]) -> Stoppable<u8> {
    for (at, pair) in all.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let ordering = settings.compare(before, after);
        let is_wrong = ordering == Ordering::Greater
            || (settings.is_unique && settings.compare_keys(before, after) == Ordering::Equal);
        if is_wrong {
            if tells {
                let number = format!(":{}: disorder: ", at + 2);
                context.complain(&[name, number.as_bytes(), after].concat())?;
            }
            return Ok(1);
        }
    }
    Ok(0)
}

impl Settings {
    /// Always the smallest of the files' next lines, whether they are sorted or not.
    fn merge<'t>(&self, parts: &[Vec<&'t [u8]>]) -> Vec<&'t [u8]> {
        let mut next = vec![0; parts.len()];
        let mut merged = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        loop {
            let mut best: Option<(usize, &'t [u8])> = None;
            for (file, (part, at)) in parts.iter().zip(&next).enumerate() {
                if let Some(line) = part.get(*at)
                    && best.is_none_or(|(_, least)| self.compare(line, least) == Ordering::Less)
                {
                    best = Some((file, line));
                }
            }
            let Some((file, line)) = best else { return merged };
            merged.push(line);
            if let Some(at) = next.get_mut(file) {
                *at += 1;
            }
        }
    }

    /// By the keys, and at last by the whole line.
    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let ordering = self.compare_keys(a, b);
        if ordering != Ordering::Equal || self.is_stable || self.is_unique {
            return ordering;
        }
        let ordering = a.cmp(b);
        if self.global.is_reversed { ordering.reverse() } else { ordering }
    }

    fn compare_keys(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.keys.is_empty() {
            return self.global.compare(self.global.trim(a), self.global.trim(b));
        }
        for key in &self.keys {
            match key.order.compare(key.part(a, self.separator), key.part(b, self.separator)) {
                Ordering::Equal => {}
                other => return other,
            }
        }
        Ordering::Equal
    }
}
