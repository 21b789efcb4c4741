//! Lines as Python sees them, and numbered output.

use std::borrow::Cow;

use sparring_tree::content::PieceStore;
use sparring_tree::{Content, PieceSource};

use crate::budget::Stoppable;
use crate::workspace::Workspace;

/// Longer texts are cut; characters.
const SHOWN: usize = 16_000;
const CLIPPED: &str = "<response clipped><NOTE>Due to the max output limit, only part of this file has been shown to you. You \
should retry this tool after you have searched inside the file with `grep -n` in order to find the line numbers of what \
you are looking for.</NOTE>";

/// Whether a file of which these are the first bytes counts as binary: a NUL byte, or mostly
/// control characters.
pub(super) fn looks_binary(start: &[u8]) -> bool {
    if memchr::memchr(0, start).is_some() {
        return true;
    }
    let is_control = |byte: &&u8| **byte < 32 && !matches!(**byte, b'\n' | b'\r' | b'\t' | 0x0c | 0x08 | 0x1b);
    start.iter().filter(is_control).count() * 10 > start.len() * 3
}

/// Whether any carriage return stands in the content. Files of the image answer without being
/// read.
pub(super) fn has_carriage_return(content: &Content, workspace: &Workspace<'_>) -> Stoppable<bool> {
    for piece in content.pieces() {
        let may_have = match piece.source {
            PieceSource::Image => {
                workspace.image().entry_at_content(piece.offset).is_none_or(|entry| entry.flags().has_carriage_return())
            }
            PieceSource::Blob(_) => true,
        };
        if may_have && memchr::memchr(b'\r', workspace.piece(piece)?).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `\r\n` and lone `\r` as `\n`: Python's universal newlines.
pub(crate) fn universal_newlines(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\r', bytes).is_none() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\r', rest) {
        text.extend_from_slice(&rest[..at]);
        text.push(b'\n');
        let skip = if rest.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
        rest = &rest[at + skip..];
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

/// How many lines `for line in file` yields.
pub(super) fn count(newlines: u32, ends_open: bool) -> i64 {
    i64::from(newlines) + i64::from(ends_open)
}

/// Bytes as text: what is no UTF-8 as `\xNN`.
pub(super) fn display(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut text = String::with_capacity(bytes.len() + 16);
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
            }
            Cow::Owned(text)
        }
    }
}

/// `'\n'.join(text.splitlines())`: Python splits at more characters than newlines.
pub(crate) fn split_and_join(text: &str) -> Cow<'_, str> {
    let is_break = |c: char| matches!(c, '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !text.contains(is_break) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.strip_suffix(is_break).unwrap_or(text).replace(is_break, "\n"))
}

/// Numbers lines as `cat -n` would, after the cut to the shown length, under the original's
/// headline.
pub(super) fn numbered(text: &str, description: &str, first: i64) -> String {
    let (shown, notice) = match text.char_indices().nth(SHOWN) {
        Some((at, _)) if text.len() > SHOWN => (&text[..at], CLIPPED),
        _ => (text, ""),
    };
    let mut output = String::with_capacity(shown.len() + shown.len() / 4 + 128);
    output.push_str("Here's the result of running `cat -n` on ");
    output.push_str(description);
    output.push_str(":\n");
    for (number, line) in (first..).zip(shown.split('\n')) {
        push_number(&mut output, number);
        output.push_str(line);
        output.push('\n');
    }
    if !notice.is_empty() {
        output.pop();
        output.push_str(notice);
        output.push('\n');
    }
    output
}

/// A line number right-aligned in six columns, and a tab. Formatting machinery is too slow here:
/// this is most of what a view costs.
pub(crate) fn push_number(output: &mut String, number: i64) {
    let mut digits = [b' '; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let start = at.min(digits.len() - 6);
    output.extend(digits[start..].iter().map(|&digit| digit as char));
    output.push('\t');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_aligned_and_texts_cut() {
        assert_eq!(
            numbered("a\nb\n", "/x", 9),
            "Here's the result of running `cat -n` on /x:\n     9\ta\n    10\tb\n    11\t\n"
        );
        let mut output = String::new();
        push_number(&mut output, 1_234_567);
        assert_eq!(output, "1234567\t");
        let cut = numbered(&"é".repeat(SHOWN + 1), "/x", 1);
        assert!(cut.ends_with("</NOTE>\n") && cut.matches('é').count() == SHOWN);
    }

    #[test]
    fn newlines_are_universal() {
        assert_eq!(&*universal_newlines(b"a\r\nb\rc\n\r"), b"a\nb\nc\n\n");
        assert_eq!(split_and_join("a\u{c}b\n"), "a\nb");
        assert_eq!(split_and_join("a\n\n"), "a\n");
        assert_eq!(display(b"a\xffb"), "a\\xffb");
    }
}
