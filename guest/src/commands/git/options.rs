//! Options as git reads them: clusters of letters, `--name=value`, `--no-name`, unique
//! abbreviations, operands anywhere before `--`.

use super::{Attempt, Failure, Git};

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// A value, attached or in the next argument.
    Value,
    /// Perhaps a value, attached.
    Perhaps,
}

/// An option: its letter (0 for none), its name, what it takes.
pub(super) type Spec = (u8, &'static str, Takes);

/// The options and operands of a command line.
#[derive(Debug, Default)]
pub(super) struct Parsed<'w> {
    options: Vec<(String, Option<&'w [u8]>)>,
    /// The operands, those after `--` included.
    pub(super) operands: Vec<&'w [u8]>,
    /// How many operands stood before `--`; `None` without a `--`.
    pub(super) dashes: Option<usize>,
}

impl<'w> Parsed<'w> {
    /// Whether an option was given and not taken back by a later `--no-` form.
    pub(super) fn has(&self, name: &str) -> bool {
        let last =
            self.options.iter().rev().find(|(other, _)| other == name || other.strip_prefix("no-") == Some(name));
        last.is_some_and(|(other, _)| other == name)
    }

    /// The last value of an option.
    pub(super) fn value(&self, name: &str) -> Option<&'w [u8]> {
        self.options.iter().rev().find(|(other, _)| other == name).and_then(|(_, value)| *value)
    }

    /// All values of an option.
    pub(super) fn values(&self, name: &str) -> Vec<&'w [u8]> {
        self.options.iter().filter(|(other, _)| other == name).filter_map(|(_, value)| *value).collect()
    }

    /// Operands before `--` and after it; without one all are before.
    pub(super) fn split(&self) -> (&[&'w [u8]], &[&'w [u8]]) {
        self.operands.split_at(self.dashes.unwrap_or(self.operands.len()))
    }
}

impl Git<'_, '_, '_> {
    /// Reads options. An unknown one ends the subcommand with status 129 and its usage line.
    pub(super) fn parse<'w>(&mut self, usage: &str, specs: &[Spec], arguments: &[&'w [u8]]) -> Attempt<Parsed<'w>> {
        let mut parsed = Parsed::default();
        let mut rest = arguments;
        while let Some((argument, after)) = rest.split_first() {
            rest = after;
            if *argument == b"--" {
                parsed.dashes = Some(parsed.operands.len());
                parsed.operands.extend(rest);
                break;
            }
            if let Some(text) = argument.strip_prefix(b"--") {
                self.parse_long(usage, specs, text, &mut rest, &mut parsed)?;
            } else if argument.len() > 1 && argument.starts_with(b"-") {
                self.parse_letters(usage, specs, argument, &mut rest, &mut parsed)?;
            } else {
                parsed.operands.push(argument);
            }
        }
        Ok(parsed)
    }

    fn parse_long<'w>(
        &mut self,
        usage: &str,
        specs: &[Spec],
        text: &'w [u8],
        rest: &mut &[&'w [u8]],
        parsed: &mut Parsed<'w>,
    ) -> Attempt<()> {
        let end = memchr::memchr(b'=', text);
        let (name, value) = text.split_at(end.unwrap_or(text.len()));
        let value = end.map(|_| value.get(1..).unwrap_or_default());
        let find = |name: &[u8]| {
            let exact = specs.iter().find(|spec| spec.1.as_bytes() == name);
            let mut begins = specs.iter().filter(|spec| spec.1.as_bytes().starts_with(name));
            exact.or_else(|| begins.next().filter(|_| begins.next().is_none()))
        };
        if let Some(spec) = find(name) {
            let value = match (spec.2, value) {
                (Takes::Nothing, Some(_)) => {
                    return self.error(129, &[b"option `", spec.1.as_bytes(), b"' takes no value"]);
                }
                (Takes::Value, None) => match rest.split_first() {
                    Some((value, after)) => {
                        *rest = after;
                        Some(*value)
                    }
                    None => return self.error(129, &[b"option `", spec.1.as_bytes(), b"' requires a value"]),
                },
                (_, value) => value,
            };
            parsed.options.push((spec.1.to_owned(), value));
            return Ok(());
        }
        if let Some(spec) = name.strip_prefix(b"no-").and_then(find) {
            parsed.options.push((format!("no-{}", spec.1), None));
            return Ok(());
        }
        self.unknown_option(usage, &[b"unknown option `", text, b"'"])
    }

    fn parse_letters<'w>(
        &mut self,
        usage: &str,
        specs: &[Spec],
        argument: &'w [u8],
        rest: &mut &[&'w [u8]],
        parsed: &mut Parsed<'w>,
    ) -> Attempt<()> {
        let mut at = 1;
        while let Some(letter) = argument.get(at) {
            at += 1;
            let after = argument.get(at..).unwrap_or_default();
            // `-3` is what `-n 3` is where a command has such an option.
            if letter.is_ascii_digit() && specs.iter().any(|spec| spec.1 == "max-count") {
                let end = after.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(after.len());
                parsed.options.push(("max-count".to_owned(), argument.get(at - 1..at + end)));
                at += end;
                continue;
            }
            let Some(spec) = specs.iter().find(|spec| spec.0 == *letter) else {
                return self.unknown_option(usage, &[b"unknown switch `", &[*letter], b"'"]);
            };
            let value = match spec.2 {
                Takes::Nothing => None,
                _ if !after.is_empty() => Some(after),
                Takes::Perhaps => None,
                Takes::Value => match rest.split_first() {
                    Some((value, others)) => {
                        *rest = others;
                        Some(*value)
                    }
                    None => return self.error(129, &[b"switch `", &[*letter], b"' requires a value"]),
                },
            };
            parsed.options.push((spec.1.to_owned(), value));
            if value.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn unknown_option<T>(&mut self, usage: &str, message: &[&[u8]]) -> Attempt<T> {
        let text = [b"error: ", &message.concat()[..], b"\nusage: git ", usage.as_bytes(), b"\n"].concat();
        self.context.error(&text)?;
        Err(Failure::Exit(129))
    }
}
