//! `expr` as GNU coreutils 9.1 has it.
//!
//! Numbers have 128 bits here; the program counts without end. Nobody who calls it comes near.

use std::cmp::Ordering;

use super::{Buffering, Command, Context, quote};
use crate::budget::{Stop, Stoppable};
use crate::matching::{Options, Pattern, Syntax, step_length};

/// `expr`.
pub(super) const EXPR: Command =
    Command { name: "expr", summary: "evaluate an expression (GNU coreutils 9.1)", buffering: Buffering::Blocks, run };

/// The value is empty or 0.
const FALSE: u8 = 1;
/// The expression is none.
const INVALID: u8 = 2;

const HELP: &str = "\
Usage: expr EXPRESSION
  or:  expr OPTION

      --help        display this help and exit
      --version     output version information and exit

Print the value of EXPRESSION to standard output.  A blank line below
separates increasing precedence groups.  EXPRESSION may be:

  ARG1 | ARG2       ARG1 if it is neither null nor 0, otherwise ARG2

  ARG1 & ARG2       ARG1 if neither argument is null or 0, otherwise 0

  ARG1 < ARG2       ARG1 is less than ARG2
  ARG1 <= ARG2      ARG1 is less than or equal to ARG2
  ARG1 = ARG2       ARG1 is equal to ARG2
  ARG1 != ARG2      ARG1 is unequal to ARG2
  ARG1 >= ARG2      ARG1 is greater than or equal to ARG2
  ARG1 > ARG2       ARG1 is greater than ARG2

  ARG1 + ARG2       arithmetic sum of ARG1 and ARG2
  ARG1 - ARG2       arithmetic difference of ARG1 and ARG2

  ARG1 * ARG2       arithmetic product of ARG1 and ARG2
  ARG1 / ARG2       arithmetic quotient of ARG1 divided by ARG2
  ARG1 % ARG2       arithmetic remainder of ARG1 divided by ARG2

  STRING : REGEXP   anchored pattern match of REGEXP in STRING

  match STRING REGEXP        same as STRING : REGEXP
  substr STRING POS LENGTH   substring of STRING, POS counted from 1
  index STRING CHARS         index in STRING where any CHARS is found, or 0
  length STRING              length of STRING
  + TOKEN                    interpret TOKEN as a string, even if it is a
                               keyword like 'match' or an operator like '/'

  ( EXPRESSION )             value of EXPRESSION

Beware that many operators need to be escaped or quoted for shells.
Comparisons are arithmetic if both ARGs are numbers, else lexicographical.
Pattern matches return the string matched between \\( and \\) or null; if
\\( and \\) are not used, they return the number of characters matched or 0.

Exit status is 0 if EXPRESSION is neither null nor 0, 1 if EXPRESSION is null
or 0, 2 if EXPRESSION is syntactically invalid, and 3 if an error occurred.

GNU coreutils online help: <https://www.gnu.org/software/coreutils/>
Report any translation bugs to <https://translationproject.org/team/>
Full documentation <https://www.gnu.org/software/coreutils/expr>
or available locally via: info '(coreutils) expr invocation'
";

const VERSION: &str = "\
expr (GNU coreutils) 9.1
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.

Written by Mike Parker, James Youngman, and Paul Eggert.
";

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = context.arguments.get(1..).unwrap_or_default();
    match arguments {
        [only] if only == b"--help" => {
            context.out(HELP.as_bytes())?;
            return Ok(0);
        }
        [only] if only == b"--version" => {
            context.out(VERSION.as_bytes())?;
            return Ok(0);
        }
        _ => {}
    }
    let words = match arguments {
        [first, rest @ ..] if first == b"--" => rest,
        _ => arguments,
    };
    if words.is_empty() {
        context.complain(b"missing operand")?;
        return context.try_help(INVALID);
    }
    let mut evaluation = Evaluation { words, at: 0, context };
    let outcome = evaluation.either(true).and_then(|value| match evaluation.words.get(evaluation.at) {
        Some(word) => Err(Fault::about("syntax error: unexpected argument ", word)),
        None => Ok(value),
    });
    match outcome {
        Ok(value) => {
            context.out(&[&value.text()[..], b"\n"].concat())?;
            Ok(if value.is_null() { FALSE } else { 0 })
        }
        Err(Fault::Stop(stop)) => Err(stop),
        Err(Fault::Message(message)) => {
            context.complain(&message)?;
            Ok(INVALID)
        }
    }
}

/// Why there is no value.
enum Fault {
    Stop(Stop),
    Message(Vec<u8>),
}

impl Fault {
    fn about(text: &str, word: &[u8]) -> Self {
        Self::Message([text.as_bytes(), &quote::curly(word)].concat())
    }

    fn message(text: &str) -> Self {
        Self::Message(text.as_bytes().to_vec())
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Number(i128),
    Text(Vec<u8>),
}

impl Value {
    const ZERO: Self = Self::Number(0);

    fn text(&self) -> Vec<u8> {
        match self {
            Self::Number(number) => number.to_string().into_bytes(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whether it is 0 or empty.
    fn is_null(&self) -> bool {
        match self {
            Self::Number(number) => *number == 0,
            Self::Text(text) => {
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                text.is_empty() || (!digits.is_empty() && digits.iter().all(|byte| *byte == b'0'))
            }
        }
    }

    /// The integer that it is; `None` for other text.
    fn number(&self) -> Option<i128> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => {
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
                    return None;
                }
                std::str::from_utf8(text).ok()?.parse().ok()
            }
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.text().cmp(&other.text()),
        }
    }
}

/// The words that are evaluated. What is not needed (`0 & ...`) is read without being computed.
struct Evaluation<'w, 'x, 'c, 'a> {
    words: &'w [Vec<u8>],
    at: usize,
    context: &'x mut Context<'c, 'a>,
}

type Outcome = Result<Value, Fault>;

impl<'w> Evaluation<'w, '_, '_, '_> {
    /// Takes the next word when it is this one.
    fn takes(&mut self, word: &str) -> bool {
        let takes = self.words.get(self.at).is_some_and(|own| own == word.as_bytes());
        self.at += usize::from(takes);
        takes
    }

    /// Takes the next word when it is one of these.
    fn takes_one<'o>(&mut self, words: &[&'o str]) -> Option<&'o str> {
        words.iter().find(|word| self.takes(word)).copied()
    }

    fn previous(&self) -> &'w [u8] {
        self.words.get(self.at.wrapping_sub(1)).map_or(b"", Vec::as_slice)
    }

    fn word(&mut self) -> Result<&'w [u8], Fault> {
        let Some(word) = self.words.get(self.at) else {
            return Err(Fault::about("syntax error: missing argument after ", self.previous()));
        };
        self.at += 1;
        Ok(word)
    }

    /// `|`
    fn either(&mut self, counts: bool) -> Outcome {
        let mut left = self.both(counts)?;
        while self.takes("|") {
            let right = self.both(counts && left.is_null())?;
            if left.is_null() {
                left = if right.is_null() { Value::ZERO } else { right };
            }
        }
        Ok(left)
    }

    /// `&`
    fn both(&mut self, counts: bool) -> Outcome {
        let mut left = self.comparison(counts)?;
        while self.takes("&") {
            let right = self.comparison(counts && !left.is_null())?;
            if left.is_null() || right.is_null() {
                left = Value::ZERO;
            }
        }
        Ok(left)
    }

    fn comparison(&mut self, counts: bool) -> Outcome {
        let mut left = self.sum(counts)?;
        while let Some(operator) = self.takes_one(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum(counts)?;
            if counts {
                let order = left.order(&right);
                let holds = match operator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    "=" | "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    ">=" => order.is_ge(),
                    _ => order.is_gt(),
                };
                left = Value::Number(i128::from(holds));
            }
        }
        Ok(left)
    }

    fn sum(&mut self, counts: bool) -> Outcome {
        let mut left = self.product(counts)?;
        while let Some(operator) = self.takes_one(&["+", "-"]) {
            let right = self.product(counts)?;
            if counts {
                left = compute(operator, &left, &right)?;
            }
        }
        Ok(left)
    }

    fn product(&mut self, counts: bool) -> Outcome {
        let mut left = self.matching(counts)?;
        while let Some(operator) = self.takes_one(&["*", "/", "%"]) {
            let right = self.matching(counts)?;
            if counts {
                left = compute(operator, &left, &right)?;
            }
        }
        Ok(left)
    }

    /// `:`
    fn matching(&mut self, counts: bool) -> Outcome {
        let mut left = self.function(counts)?;
        while self.takes(":") {
            let right = self.function(counts)?;
            if counts {
                left = self.matched(&left, &right)?;
            }
        }
        Ok(left)
    }

    /// `match`, `substr` and their kin.
    fn function(&mut self, counts: bool) -> Outcome {
        self.context.machine.budget.enter()?;
        let outcome = self.function_inside(counts);
        self.context.machine.budget.leave();
        outcome
    }

    fn function_inside(&mut self, counts: bool) -> Outcome {
        if self.takes("+") {
            return Ok(Value::Text(self.word()?.to_vec()));
        }
        match self.takes_one(&["length", "match", "index", "substr"]) {
            None => self.operand(counts),
            Some("length") => {
                let text = self.function(counts)?.text();
                Ok(Value::Number(characters(&text).count() as i128))
            }
            Some("match") => {
                let text = self.function(counts)?;
                let pattern = self.function(counts)?;
                if counts { self.matched(&text, &pattern) } else { Ok(text) }
            }
            Some("index") => {
                let text = self.function(counts)?.text();
                let wanted = self.function(counts)?.text();
                let found = characters(&text).position(|one| characters(&wanted).any(|other| other == one));
                Ok(Value::Number(found.map_or(0, |at| at as i128 + 1)))
            }
            Some(_) => {
                let text = self.function(counts)?.text();
                let start = self.function(counts)?.number();
                let length = self.function(counts)?.number();
                let (Some(start @ 1..), Some(length @ 1..)) = (start, length) else {
                    return Ok(Value::Text(Vec::new()));
                };
                let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(Value::Text(characters(&text).skip(skipped).take(length).collect::<Vec<_>>().concat()))
            }
        }
    }

    fn operand(&mut self, counts: bool) -> Outcome {
        if self.takes("(") {
            let value = self.either(counts)?;
            let Some(word) = self.words.get(self.at) else {
                return Err(Fault::about("syntax error: expecting ')' after ", self.previous()));
            };
            if !self.takes(")") {
                return Err(Fault::about("syntax error: expecting ')' instead of ", word));
            }
            return Ok(value);
        }
        if self.takes(")") {
            return Err(Fault::message("syntax error: unexpected ')'"));
        }
        Ok(Value::Text(self.word()?.to_vec()))
    }

    /// What of the text a pattern takes from its beginning: the first group, or how many
    /// characters.
    fn matched(&self, text: &Value, pattern: &Value) -> Outcome {
        let (text, pattern) = (text.text(), pattern.text());
        let budget = self.context.machine.budget;
        budget.scan(text.len() as u64)?;
        let pattern = Pattern::compile(&pattern, Syntax::PosixBasic, Options::default())
            .map_err(|error| Fault::message(error.text()))?;
        let found = pattern.captures_at(&text, 0, budget)?.filter(|found| found.whole().start == 0);
        if pattern.groups() > 0 {
            let group = found.and_then(|found| found.get(1));
            let part = group.and_then(|group| text.get(group.start..group.end));
            return Ok(Value::Text(part.unwrap_or_default().to_vec()));
        }
        let end = found.map_or(0, |found| found.whole().end);
        Ok(Value::Number(characters(text.get(..end).unwrap_or_default()).count() as i128))
    }
}

fn compute(operator: &str, left: &Value, right: &Value) -> Outcome {
    let (Some(left), Some(right)) = (left.number(), right.number()) else {
        return Err(Fault::message("non-integer argument"));
    };
    if right == 0 && matches!(operator, "/" | "%") {
        return Err(Fault::message("division by zero"));
    }
    let result = match operator {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Value::Number).ok_or_else(|| Fault::message("Numerical result out of range"))
}

/// The characters of a text; a stray byte counts as one.
fn characters(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = step_length(rest, 0).max(1);
        let (one, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_nothing_are_null() {
        for (text, is_null) in [("", true), ("0", true), ("-00", true), ("-", false), ("0x", false), ("1", false)] {
            assert_eq!(Value::Text(text.as_bytes().to_vec()).is_null(), is_null, "{text}");
        }
    }

    #[test]
    fn integers_compare_by_value_and_the_rest_as_text() {
        let text = |text: &str| Value::Text(text.as_bytes().to_vec());
        assert_eq!(text("10").order(&text("9")), Ordering::Greater);
        assert_eq!(text("10").order(&text("9x")), Ordering::Less);
        assert_eq!(text("01").order(&text("1")), Ordering::Equal);
    }
}
