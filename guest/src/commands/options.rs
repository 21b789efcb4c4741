//! Command-line options as `getopt_long` of the GNU C library reads them, with its error texts.
//!
//! Options are handed out one by one, as the C programs see them: a program may print something or
//! fail on one option's value before a later, bad option is looked at.

use super::Context;
use crate::budget::Stoppable;

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A value, in the same argument or the next.
    Value,
    /// Perhaps a value, only in the same argument (`--color=always`).
    Perhaps,
}

/// A long option.
#[derive(Clone, Copy, Debug)]
pub struct Long {
    /// Without the dashes.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// The name it is handed out by: the short option that it stands for, or its own name.
    pub means: &'static str,
}

impl Long {
    /// A long option without a value.
    pub const fn flag(name: &'static str, means: &'static str) -> Self {
        Self { name, takes: Takes::Nothing, means }
    }

    /// A long option with a value.
    pub const fn value(name: &'static str, means: &'static str) -> Self {
        Self { name, takes: Takes::Value, means }
    }

    /// A long option that may have a value after `=`.
    pub const fn perhaps(name: &'static str, means: &'static str) -> Self {
        Self { name, takes: Takes::Perhaps, means }
    }
}

/// The options that a program knows.
#[derive(Clone, Copy, Debug)]
pub struct OptionTable {
    /// Letters as in C: `:` after a letter marks a value, `::` a value that may be missing. With a
    /// leading `+` the first operand ends the options.
    pub short: &'static str,
    /// In the program's own order, which shows in the message about an ambiguous abbreviation.
    pub long: &'static [Long],
}

/// An option as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given<'a> {
    /// The short option's letter, or what [`Long::means`] says.
    pub name: &'static str,
    /// Its value; always there for [`Takes::Value`].
    pub value: Option<&'a [u8]>,
    /// Which argument it stands in, the program's name being 0.
    pub argument: usize,
}

impl<'a> Given<'a> {
    /// The value, empty when there is none.
    pub fn text(&self) -> &'a [u8] {
        self.value.unwrap_or_default()
    }
}

/// What is wrong with the options: the text after the program's name and `: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError(pub Vec<u8>);

/// Reads options one by one. After the last one, [`OptionReader::operands`] has the rest.
#[derive(Clone, Debug)]
pub struct OptionReader<'a> {
    table: OptionTable,
    arguments: &'a [Vec<u8>],
    next: usize,
    /// Where inside an argument like `-rn` the next letter stands.
    cluster: Option<(usize, usize)>,
    operands: Vec<&'a [u8]>,
}

impl<'a> OptionReader<'a> {
    /// A reader of a command line whose first argument is the program's name.
    pub fn new(table: OptionTable, arguments: &'a [Vec<u8>]) -> Self {
        Self { table, arguments, next: 1, cluster: None, operands: Vec::new() }
    }

    /// The operands: those between the options, and all that follows the last option.
    pub fn operands(mut self) -> Vec<&'a [u8]> {
        self.operands.extend(self.arguments.iter().skip(self.next).map(Vec::as_slice));
        self.operands
    }

    /// The next option.
    ///
    /// # Errors
    /// What the C library prints about a bad option.
    pub fn next_option(&mut self) -> Result<Option<Given<'a>>, OptionError> {
        if let Some((argument, at)) = self.cluster.take() {
            return self.short(argument, at).map(Some);
        }
        loop {
            let arguments = self.arguments;
            let Some(argument) = arguments.get(self.next) else { return Ok(None) };
            if argument == b"--" {
                self.next += 1;
                self.operands.extend(arguments.iter().skip(self.next).map(Vec::as_slice));
                self.next = arguments.len();
                return Ok(None);
            }
            if let Some(text) = argument.strip_prefix(b"--") {
                self.next += 1;
                return self.long(text).map(Some);
            }
            if argument.len() > 1 && argument.starts_with(b"-") {
                self.next += 1;
                return self.short(self.next - 1, 1).map(Some);
            }
            if self.table.short.starts_with('+') {
                return Ok(None);
            }
            self.operands.push(argument);
            self.next += 1;
        }
    }

    fn short(&mut self, index: usize, at: usize) -> Result<Given<'a>, OptionError> {
        let argument = self.arguments.get(index).map_or(&b""[..], Vec::as_slice);
        let letter = argument.get(at).copied().unwrap_or_default();
        let short = self.table.short;
        let found = short.bytes().position(|byte| byte == letter).filter(|_| letter != b':' && letter != b'+');
        let Some(place) = found else {
            return Err(OptionError([b"invalid option -- '", &[letter][..], b"'"].concat()));
        };
        let name = short.get(place..=place).unwrap_or_default();
        let rest = argument.get(at + 1..).filter(|rest| !rest.is_empty());
        let after = short.get(place + 1..).unwrap_or_default();
        if !after.starts_with(':') {
            self.cluster = rest.map(|_| (index, at + 1));
            return Ok(Given { name, value: None, argument: index });
        }
        if rest.is_some() || after.starts_with("::") {
            return Ok(Given { name, value: rest, argument: index });
        }
        let Some(value) = self.arguments.get(self.next) else {
            return Err(OptionError([b"option requires an argument -- '", &[letter][..], b"'"].concat()));
        };
        self.next += 1;
        Ok(Given { name, value: Some(value), argument: index })
    }

    fn long(&mut self, text: &'a [u8]) -> Result<Given<'a>, OptionError> {
        let end = memchr::memchr(b'=', text);
        let (name, value) = text.split_at(end.unwrap_or(text.len()));
        let value = end.map(|_| value.get(1..).unwrap_or_default());
        let long = self.find_long(name, text)?;
        let complain = |message: &str| Err(OptionError(format!("option '--{}' {message}", long.name).into_bytes()));
        let argument = self.next - 1;
        let value = match (long.takes, value) {
            (Takes::Nothing, Some(_)) => return complain("doesn't allow an argument"),
            (Takes::Value, None) => {
                let Some(value) = self.arguments.get(self.next) else { return complain("requires an argument") };
                self.next += 1;
                Some(value.as_slice())
            }
            (_, value) => value,
        };
        Ok(Given { name: long.means, value, argument })
    }

    /// The option of this name, or the only one whose name begins so.
    fn find_long(&self, name: &[u8], text: &[u8]) -> Result<Long, OptionError> {
        let table = self.table.long;
        if let Some(long) = table.iter().find(|long| long.name.as_bytes() == name) {
            return Ok(*long);
        }
        let mut candidates = table.iter().filter(|long| long.name.as_bytes().starts_with(name));
        let Some(first) = candidates.next() else {
            return Err(OptionError([b"unrecognized option '--", text, b"'"].concat()));
        };
        let others: Vec<&Long> =
            candidates.filter(|long| long.takes != first.takes || long.means != first.means).collect();
        if others.is_empty() {
            return Ok(*first);
        }
        let mut message = [b"option '--", text, b"' is ambiguous; possibilities:"].concat();
        for long in std::iter::once(first).chain(others) {
            message.extend_from_slice(format!(" '--{}'", long.name).as_bytes());
        }
        Err(OptionError(message))
    }
}

impl Context<'_, '_> {
    /// Prints an option's error and, as most GNU programs do, where to find help. Returns
    /// `status`.
    pub fn bad_option(&mut self, error: &OptionError, status: u8) -> Stoppable<u8> {
        self.complain(&error.0)?;
        self.try_help(status)
    }

    /// Prints where to find help. Returns `status`.
    pub fn try_help(&mut self, status: u8) -> Stoppable<u8> {
        let name = super::base_name(self.name());
        self.error(&[b"Try '", name, b" --help' for more information.\n"].concat())?;
        Ok(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: OptionTable = OptionTable {
        short: "abv:o::",
        long: &[
            Long::flag("all", "a"),
            Long::value("value", "v"),
            Long::perhaps("color", "color"),
            Long::perhaps("colour", "color"),
            Long::flag("count", "count"),
        ],
    };

    /// Options as `name=value`, operands after a `|`, an error in brackets.
    fn check(table: OptionTable, line: &str, expected: &str) {
        let arguments: Vec<Vec<u8>> =
            std::iter::once("x").chain(line.split_whitespace()).map(|word| word.as_bytes().to_vec()).collect();
        let mut reader = OptionReader::new(table, &arguments);
        let mut words = Vec::new();
        loop {
            match reader.next_option() {
                Ok(Some(given)) => {
                    let value = given.value.map(|value| format!("={}", value.escape_ascii())).unwrap_or_default();
                    words.push(format!("{}{value}", given.name));
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(format!("[{}]", error.0.escape_ascii()).replace("\\'", "'"), expected, "{line}");
                    return;
                }
            }
        }
        words.push("|".to_owned());
        words.extend(reader.operands().iter().map(|operand| operand.escape_ascii().to_string()));
        assert_eq!(words.join(" "), expected, "{line}");
    }

    #[test]
    fn options_are_read_as_getopt_long_does() {
        check(TABLE, "p -ab q --all", "a b a | p q");
        check(TABLE, "-av1 -v 2 --value=3 --val 4 --value=", "a v=1 v=2 v=3 v=4 v= |");
        check(TABLE, "-o1 -o 2 --color --colo=x", "o=1 o color color=x | 2");
        check(TABLE, "-a - -- -b --all", "a | - -b --all");
        check(OptionTable { short: "+ab", ..TABLE }, "-a p -b", "a | p -b");
    }

    #[test]
    fn errors_are_worded_as_getopt_long_does() {
        check(TABLE, "-ax", "[invalid option -- 'x']");
        check(TABLE, "-av", "[option requires an argument -- 'v']");
        check(TABLE, "--nope=1", "[unrecognized option '--nope=1']");
        check(TABLE, "--al=1", "[option '--all' doesn't allow an argument]");
        check(TABLE, "--val", "[option '--value' requires an argument]");
        check(TABLE, "--co=2", "[option '--co=2' is ambiguous; possibilities: '--color' '--count']");
    }
}
