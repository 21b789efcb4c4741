//! Backslash escapes of `echo -e`, `printf` formats and `printf %b`.

/// Whose escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `echo -e` of coreutils: octal as `\0NNN`, unknown ones stay, `\c` ends.
    Program,
    /// `echo -e` of bash: `\u00e9` as well.
    Echo,
    /// `%b` also takes `\NNN`.
    Argument,
    /// A format: octal as `\NNN`, `\"` is `"`.
    Format,
}

/// Appends `text` with its escapes replaced; false when `\c` ended the output.
pub(crate) fn expand(text: &[u8], style: Style, out: &mut Vec<u8>) -> bool {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match one(text, &mut at, style, out) {
            Outcome::Done => {}
            Outcome::Stop => return false,
        }
    }
    true
}

/// What an escape leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Go on.
    Done,
    /// `\c`: no more output.
    Stop,
}

/// Reads one escape, `at` standing behind the backslash.
pub(crate) fn one(text: &[u8], at: &mut usize, style: Style, out: &mut Vec<u8>) -> Outcome {
    let Some(&letter) = text.get(*at) else {
        out.push(b'\\');
        return Outcome::Done;
    };
    *at += 1;
    let simple = match letter {
        b'a' => 7,
        b'b' => 8,
        b'e' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'"' if style == Style::Format => b'"',
        b'c' => return Outcome::Stop,
        b'x' => {
            let (value, length) = digits(text, *at, 16, 2);
            if length == 0 {
                out.extend_from_slice(b"\\x");
                return Outcome::Done;
            }
            *at += length;
            value as u8
        }
        b'0' if style != Style::Format => {
            let (value, length) = digits(text, *at, 8, 3);
            *at += length;
            value as u8
        }
        b'0'..=b'7' if !matches!(style, Style::Echo | Style::Program) => {
            let (value, length) = digits(text, *at - 1, 8, 3);
            *at += length - 1;
            value as u8
        }
        b'u' | b'U' if style != Style::Program => {
            let (value, length) = digits(text, *at, 16, if letter == b'u' { 4 } else { 8 });
            if length == 0 {
                out.extend_from_slice(&[b'\\', letter]);
                return Outcome::Done;
            }
            *at += length;
            match char::from_u32(value) {
                Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                None => out.extend_from_slice(&[b'\\', letter]),
            }
            return Outcome::Done;
        }
        _ => {
            out.extend_from_slice(&[b'\\', letter]);
            return Outcome::Done;
        }
    };
    out.push(simple);
    Outcome::Done
}

fn digits(text: &[u8], start: usize, base: u32, most: usize) -> (u32, usize) {
    let (mut value, mut length) = (0_u32, 0);
    while length < most
        && let Some(digit) = text.get(start + length).and_then(|byte| char::from(*byte).to_digit(base))
    {
        value = value.wrapping_mul(base).wrapping_add(digit);
        length += 1;
    }
    (value, length)
}
