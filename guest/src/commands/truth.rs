//! `test` and `[` as in GNU coreutils 9.1 and, with the same core, in bash 5.2.

use std::cmp::Ordering;

use sparring_tree::Kind;

use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::workspace::{Node, VirtualPath};
use crate::world;

/// `test`.
pub(super) const TEST: Command =
    Command { name: "test", summary: "Evaluate a condition.", buffering: Buffering::Blocks, run };
/// `[`.
pub(super) const BRACKET: Command =
    Command { name: "[", summary: "Evaluate a condition.", buffering: Buffering::Blocks, run };

/// Whose messages are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// The program: `‘a’: unary operator expected`.
    Program,
    /// bash's builtin: `a: unary operator expected`.
    Bash,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut words: Vec<&[u8]> = context.arguments.iter().skip(1).map(Vec::as_slice).collect();
    if super::base_name(context.name()) == b"[" && words.pop() != Some(b"]") {
        context.complain("missing ‘]’".as_bytes())?;
        return Ok(2);
    }
    match evaluate(&words, context.machine, context.directory, Flavour::Program) {
        Ok(holds) => Ok(u8::from(!holds)),
        Err(message) => {
            context.complain(&message)?;
            Ok(2)
        }
    }
}

/// Whether the condition holds.
///
/// # Errors
/// What is wrong with it, without the command's name. The exit status is 2 then.
pub fn evaluate(
    words: &[&[u8]],
    machine: &Machine<'_>,
    directory: &VirtualPath,
    flavour: Flavour,
) -> Result<bool, Vec<u8>> {
    let mut condition = Condition { words, at: 0, machine, directory, flavour, depth: 0 };
    let holds = match words.len() {
        0 => false,
        count @ 1..=4 => condition.posix(count)?,
        _ => condition.or()?,
    };
    match words.get(condition.at) {
        Some(_) if words.is_empty() => Ok(holds),
        Some(extra) => Err(match flavour {
            Flavour::Program => [b"extra argument ", &super::quote::curly(extra)[..]].concat(),
            Flavour::Bash => b"too many arguments".to_vec(),
        }),
        None => Ok(holds),
    }
}

struct Condition<'t, 'a> {
    words: &'t [&'t [u8]],
    at: usize,
    machine: &'t Machine<'a>,
    directory: &'t VirtualPath,
    flavour: Flavour,
    depth: u32,
}

const UNARY: &[u8] = b"bcdefghknprstuwxzGLNOS";

impl Flavour {
    fn is_binary(self, word: &[u8]) -> bool {
        match word {
            b"=" | b"!=" | b"==" | b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" | b"-nt" | b"-ot" | b"-ef" => {
                true
            }
            b"<" | b">" => self == Self::Bash,
            _ => false,
        }
    }

    fn is_unary(self, word: &[u8]) -> bool {
        let is_known = |letter: &u8| UNARY.contains(letter) || (self == Self::Bash && b"aov".contains(letter));
        matches!(word, [b'-', letter] if is_known(letter))
    }
}

impl<'t> Condition<'t, '_> {
    fn word(&self, offset: usize) -> &'t [u8] {
        self.words.get(self.at + offset).copied().unwrap_or_default()
    }

    fn named(&self, word: &[u8], rest: &str) -> Vec<u8> {
        let name = if self.flavour == Flavour::Bash { word.to_vec() } else { super::quote::curly(word) };
        [&name[..], rest.as_bytes()].concat()
    }

    /// One to four words have fixed meanings.
    fn posix(&mut self, count: usize) -> Result<bool, Vec<u8>> {
        match count {
            0 => Err(self.missing()),
            1 => {
                let word = self.word(0);
                self.at += 1;
                Ok(!word.is_empty())
            }
            2 => self.two(),
            3 => {
                if self.flavour.is_binary(self.word(1)) {
                    return self.binary();
                }
                if self.word(0) == b"!" {
                    self.at += 1;
                    return Ok(!self.two()?);
                }
                if self.word(0) == b"(" && self.word(2) == b")" {
                    self.at += 1;
                    let holds = self.posix(1)?;
                    self.at += 1;
                    return Ok(holds);
                }
                if matches!(self.word(1), b"-a" | b"-o") {
                    return self.or();
                }
                Err(self.named(self.word(1), ": binary operator expected"))
            }
            4 => {
                if self.word(0) == b"!" {
                    self.at += 1;
                    return Ok(!self.posix(3)?);
                }
                if self.word(0) == b"(" && self.word(3) == b")" {
                    self.at += 1;
                    let holds = self.two()?;
                    self.at += 1;
                    return Ok(holds);
                }
                self.or()
            }
            _ => self.or(),
        }
    }

    fn two(&mut self) -> Result<bool, Vec<u8>> {
        let word = self.word(0);
        if word == b"!" {
            self.at += 1;
            return Ok(!self.posix(1)?);
        }
        match (self.flavour, word) {
            (Flavour::Program, [b'-', _]) => self.unary(),
            (Flavour::Program, _) => Err(self.missing()),
            (Flavour::Bash, _) if self.flavour.is_unary(word) => self.unary(),
            (Flavour::Bash, _) => Err(self.named(word, ": unary operator expected")),
        }
    }

    fn or(&mut self) -> Result<bool, Vec<u8>> {
        let mut holds = self.and()?;
        while self.words.get(self.at) == Some(&&b"-o"[..]) {
            self.at += 1;
            holds |= self.and()?;
        }
        Ok(holds)
    }

    fn and(&mut self) -> Result<bool, Vec<u8>> {
        let mut holds = self.term()?;
        while self.words.get(self.at) == Some(&&b"-a"[..]) {
            self.at += 1;
            holds &= self.term()?;
        }
        Ok(holds)
    }

    fn term(&mut self) -> Result<bool, Vec<u8>> {
        const DEEPEST: u32 = 200;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(b"expression nested too deeply".to_vec());
        }
        let mut is_negated = false;
        while self.words.get(self.at) == Some(&&b"!"[..]) {
            is_negated = !is_negated;
            self.at += 1;
        }
        let Some(&word) = self.words.get(self.at) else { return Err(self.missing()) };
        let left = self.words.len() - self.at;
        let holds = if word == b"(" {
            self.at += 1;
            self.group()?
        } else if left >= 3 && self.flavour.is_binary(self.word(1)) {
            self.binary()?
        } else if self.flavour.is_unary(word) || (self.flavour == Flavour::Program && matches!(word, [b'-', _])) {
            self.unary()?
        } else {
            self.at += 1;
            !word.is_empty()
        };
        self.depth -= 1;
        Ok(holds != is_negated)
    }

    /// What stands in parentheses: up to four words as if they stood alone.
    fn group(&mut self) -> Result<bool, Vec<u8>> {
        const FIXED: usize = 4;
        if self.at >= self.words.len() {
            return Err(self.missing());
        }
        let ahead = self.words.get(self.at..).unwrap_or_default();
        let inside = ahead.iter().skip(1).position(|word| *word == b")").map(|at| at + 1);
        let count = inside.filter(|count| *count <= FIXED).unwrap_or(ahead.len());
        let holds = self.posix(count)?;
        match self.words.get(self.at) {
            Some(&b")") => {
                self.at += 1;
                Ok(holds)
            }
            Some(found) => Err(match self.flavour {
                Flavour::Program => ["‘)’ expected, found ".as_bytes(), &super::quote::curly(found)[..]].concat(),
                Flavour::Bash => [b"`)' expected, found ", *found].concat(),
            }),
            None if self.flavour == Flavour::Bash => Err(b"`)' expected".to_vec()),
            None => Err("‘)’ expected".as_bytes().to_vec()),
        }
    }

    fn missing(&self) -> Vec<u8> {
        match self.flavour {
            Flavour::Bash => b"argument expected".to_vec(),
            Flavour::Program => {
                let last = self.words.last().copied().unwrap_or_default();
                ["missing argument after ".as_bytes(), &super::quote::curly(last)[..]].concat()
            }
        }
    }

    fn unary(&mut self) -> Result<bool, Vec<u8>> {
        let (operator, operand) = (self.word(0), self.word(1));
        if !self.flavour.is_unary(operator) {
            return Err(self.named(operator, ": unary operator expected"));
        }
        if self.at + 1 >= self.words.len() {
            return Err(self.missing());
        }
        self.at += 2;
        let letter = operator.get(1).copied().unwrap_or_default();
        match letter {
            b'n' => return Ok(!operand.is_empty()),
            b'z' => return Ok(operand.is_empty()),
            b't' => {
                self.integer(operand)?;
                return Ok(false);
            }
            b'o' | b'v' => return Ok(false),
            b'h' | b'L' => {
                let found = self.machine.workspace.stat_link(self.directory, operand);
                return Ok(found.is_ok_and(|(_, node)| node.kind() == Kind::Link));
            }
            _ => {}
        }
        let Ok((_, node)) = self.machine.workspace.stat(self.directory, operand) else { return Ok(false) };
        let is_device = matches!(node, Node::Device(_));
        Ok(match letter {
            b'd' => node.kind() == Kind::Directory,
            b'f' => node.kind() == Kind::File && !is_device,
            b'c' => is_device,
            b's' => node.size() > 0,
            b'x' => node.kind() == Kind::Directory || node.mode().0 & 0o111 != 0,
            b'g' => node.mode().0 & 0o2000 != 0,
            b'u' => node.mode().0 & 0o4000 != 0,
            b'k' => node.mode().0 & 0o1000 != 0,
            b'b' | b'p' | b'S' => false,
            b'N' => world::modified(&node) > world::IMAGE_TIME,
            _ => true,
        })
    }

    fn binary(&mut self) -> Result<bool, Vec<u8>> {
        let (left, operator, right) = (self.word(0), self.word(1), self.word(2));
        self.at += 3;
        let time = |name: &[u8]| {
            self.machine.workspace.stat(self.directory, name).ok().map(|(_, node)| world::modified(&node))
        };
        Ok(match operator {
            b"=" | b"==" => left == right,
            b"!=" => left != right,
            b"<" => left < right,
            b">" => left > right,
            b"-nt" => time(left) > time(right),
            b"-ot" => time(left) < time(right),
            b"-ef" => {
                let place = |name: &[u8]| self.machine.workspace.stat(self.directory, name).ok().map(|(path, _)| path);
                place(left).is_some() && place(left) == place(right)
            }
            _ => {
                let ordering = compare_integers(&self.integer(left)?, &self.integer(right)?);
                match operator {
                    b"-eq" => ordering == Ordering::Equal,
                    b"-ne" => ordering != Ordering::Equal,
                    b"-lt" => ordering == Ordering::Less,
                    b"-le" => ordering != Ordering::Greater,
                    b"-gt" => ordering == Ordering::Greater,
                    _ => ordering != Ordering::Less,
                }
            }
        })
    }

    /// Sign and digits without leading zeros: of any length.
    fn integer(&self, text: &[u8]) -> Result<(bool, Vec<u8>), Vec<u8>> {
        let trimmed = text.trim_ascii();
        let (is_negative, digits) = match trimmed.split_first() {
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            _ => (false, trimmed),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(match self.flavour {
                Flavour::Program => ["invalid integer ".as_bytes(), &super::quote::curly(text)[..]].concat(),
                Flavour::Bash => [text, b": integer expression expected"].concat(),
            });
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let digits = digits.get(zeros..).unwrap_or_default().to_vec();
        Ok((is_negative && !digits.is_empty(), digits))
    }
}

fn compare_integers(a: &(bool, Vec<u8>), b: &(bool, Vec<u8>)) -> Ordering {
    let size = |a: &[u8], b: &[u8]| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
    match (a.0, b.0) {
        (false, false) => size(&a.1, &b.1),
        (true, true) => size(&b.1, &a.1),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}
