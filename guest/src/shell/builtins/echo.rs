//! `echo`.

use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::syntax::{digits, push_code_point};

impl Shell<'_, '_> {
    /// Writes a builtin's output; a closed standard output is an error of the builtin.
    pub(crate) fn print(&mut self, name: &[u8], text: &[u8]) -> Run<i32> {
        if self.process.descriptors.get(1).is_none() && !text.is_empty() {
            self.complain_as(name, b"write error: Bad file descriptor")?;
            return Ok(1);
        }
        self.out(text)?;
        Ok(0)
    }
}

/// `echo`
pub(super) fn echo(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let mut newline = true;
    let mut escapes = shell.process.options.is("xpg_echo");
    let mut operands = words.get(1..).unwrap_or_default();
    while let Some((word, rest)) = operands.split_first() {
        let Some(letters) = word
            .strip_prefix(b"-")
            .filter(|letters| !letters.is_empty() && letters.iter().all(|letter| matches!(letter, b'n' | b'e' | b'E')))
        else {
            break;
        };
        for letter in letters {
            match letter {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = false,
            }
        }
        operands = rest;
    }
    let mut text = operands.join(&b' ');
    if escapes {
        let (expanded, stopped) = expand_escapes(&text, true);
        text = expanded;
        newline &= !stopped;
    }
    if newline {
        text.push(b'\n');
    }
    shell.print(&words[0], &text)
}

/// Expands backslash escapes; true when `\c` ended the text. With `zero_octal`, octal numbers
/// begin with `\0`, as in `echo -e` and `printf %b`.
pub(super) fn expand_escapes(text: &[u8], zero_octal: bool) -> (Vec<u8>, bool) {
    let mut expanded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            expanded.push(byte);
            continue;
        }
        let Some(&escape) = text.get(at) else {
            expanded.push(b'\\');
            break;
        };
        at += 1;
        match escape {
            b'a' => expanded.push(7),
            b'b' => expanded.push(8),
            b'c' => return (expanded, true),
            b'e' | b'E' => expanded.push(0x1b),
            b'f' => expanded.push(0x0c),
            b'n' => expanded.push(b'\n'),
            b'r' => expanded.push(b'\r'),
            b't' => expanded.push(b'\t'),
            b'v' => expanded.push(0x0b),
            b'\\' => expanded.push(b'\\'),
            b'0' if zero_octal => {
                let (number, used) = digits(&text[at..], 8, 3);
                at += used;
                expanded.push((number & 0xff) as u8);
            }
            b'0'..=b'7' if !zero_octal => {
                let (number, used) = digits(&text[at - 1..], 8, 3);
                at += used - 1;
                expanded.push((number & 0xff) as u8);
            }
            b'"' | b'\'' | b'?' if !zero_octal => expanded.push(escape),
            b'x' | b'u' | b'U' => {
                let most = match escape {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let (number, used) = digits(&text[at..], 16, most);
                at += used;
                match (used, escape) {
                    (0, _) => expanded.extend([b'\\', escape]),
                    (_, b'x') => expanded.push((number & 0xff) as u8),
                    _ => push_code_point(number, &mut expanded),
                }
            }
            other => expanded.extend([b'\\', other]),
        }
    }
    (expanded, false)
}
