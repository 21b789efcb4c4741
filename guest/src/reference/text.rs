//! Files as Python strings, and numbered output.

use super::{Editor, Flavor};
use crate::budget::Stoppable;
use crate::profile::head;
use crate::workspace::VirtualPath;

/// Longer texts are cut; characters.
pub(super) const SHOWN: usize = 16_000;
const CLIPPED: &str = "<response clipped><NOTE>To save on context only part of this file has been shown to you. You \
should retry this tool after you have searched inside the file with `grep -n` in order to find the line numbers of what \
you are looking for.</NOTE>";

/// How a file's bytes became a text, and how they are written back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Latin1,
}

impl Editor<'_, '_> {
    /// A file's text with universal newlines.
    pub(super) fn read_text(&self, path: &str) -> Stoppable<Result<(String, Encoding), String>> {
        let bytes = match self.workspace.read_at(&VirtualPath::ROOT, path.as_bytes())? {
            Ok(bytes) => bytes,
            Err(error) => {
                return Ok(Err(format!("Ran into [Errno 2] {error}: '{path}' while trying to read {path}")));
            }
        };
        let bytes = crate::editor::universal_newlines(bytes);
        Ok(match (std::str::from_utf8(&bytes), self.flavor) {
            (Ok(text), _) => Ok((text.to_owned(), Encoding::Utf8)),
            (Err(_), Flavor::SweAgent) => Ok((bytes.iter().map(|byte| char::from(*byte)).collect(), Encoding::Latin1)),
            (Err(error), Flavor::Anthropic { .. }) => {
                Err(format!("Ran into {} while trying to read {path}", decode_error(&bytes, &error)))
            }
        })
    }

    /// Writes a text as the file was read.
    pub(super) fn write_text(&mut self, path: &str, text: &str, encoding: Encoding) -> Stoppable<Result<(), String>> {
        let bytes = match encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Latin1 => match text.chars().position(|c| c as u32 > 255) {
                None => text.chars().map(|c| c as u8).collect(),
                Some(at) => {
                    let character = text.chars().nth(at).unwrap_or_default() as u32;
                    return Ok(Err(format!(
                        "Ran into 'latin-1' codec can't encode character '\\u{character:04x}' in position {at}: \
                         ordinal not in range(256) while trying to write to {path}"
                    )));
                }
            },
        };
        let written = match self.workspace.resolve(&VirtualPath::ROOT, path.as_bytes()) {
            Ok(resolved) => self.workspace.write(&resolved, bytes)?,
            Err(error) => Err(error),
        };
        Ok(written.map_err(|error| {
            let number = match error {
                crate::workspace::FileError::NotFound => 2,
                crate::workspace::FileError::NotADirectory => 20,
                crate::workspace::FileError::IsADirectory => 21,
                _ => 5,
            };
            format!("Ran into [Errno {number}] {error}: '{path}' while trying to write to {path}")
        }))
    }
}

/// Python's message for bytes that are no UTF-8.
pub(crate) fn decode_error(bytes: &[u8], error: &std::str::Utf8Error) -> String {
    let at = error.valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or_default();
    match error.error_len() {
        None => format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: unexpected end of data"),
        Some(_) => {
            let is_start = matches!(byte, 0xc2..=0xf4);
            let what = if is_start { "invalid continuation byte" } else { "invalid start byte" };
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: {what}")
        }
    }
}

/// `str.expandtabs()`: blanks up to the next column that 8 divides.
pub(crate) fn expand_tabs(text: &str) -> String {
    if !text.contains('\t') {
        return text.to_owned();
    }
    let mut expanded = String::with_capacity(text.len() + text.len() / 4);
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                expanded.push(character);
                column = 0;
            }
            _ => {
                expanded.push(character);
                column += 1;
            }
        }
    }
    expanded
}

/// Whether a text is shown whole.
pub(super) fn is_short(text: &str) -> bool {
    head(text, SHOWN).len() == text.len()
}

/// Cut to the length that is shown, with a notice glued to the cut.
pub(super) fn truncated(text: &str) -> String {
    let shown = head(text, SHOWN);
    if shown.len() == text.len() { text.to_owned() } else { [shown, CLIPPED].concat() }
}

/// A text with its line numbers, under a headline.
pub(super) fn numbered(text: &str, description: &str, first: i64) -> String {
    let text = expand_tabs(&truncated(text));
    let mut output = String::with_capacity(text.len() + text.len() / 4 + 64);
    output.push_str("Here's the result of running `cat -n` on ");
    output.push_str(description);
    output.push_str(":\n");
    for (number, line) in (first..).zip(text.split('\n')) {
        crate::editor::push_number(&mut output, number);
        output.push_str(line);
        output.push('\n');
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_reach_to_the_next_stop() {
        assert_eq!(expand_tabs("a\tb\n\tc\té\t|"), "a       b\n        c       é       |");
        assert_eq!(expand_tabs("plain"), "plain");
    }

    #[test]
    fn the_notice_sticks_to_the_cut() {
        let text = numbered(&"x".repeat(SHOWN + 1), "/f", 1);
        assert!(text.contains("x<response clipped><NOTE>To save on context"), "{}", text.len());
        assert_eq!(numbered("a\n", "/f", 9), "Here's the result of running `cat -n` on /f:\n     9\ta\n    10\t\n");
    }
}
