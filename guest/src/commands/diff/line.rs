//! One line of output.

use super::settings::Settings;

/// Text that grows by lines.
pub(super) struct Lines<'s> {
    pub(super) out: Vec<u8>,
    settings: &'s Settings<'s>,
}

impl<'s> Lines<'s> {
    pub(super) fn new(settings: &'s Settings<'s>) -> Self {
        Self { out: Vec::new(), settings }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A line with `<`, `!`, `+` or a space in front, and a blank or tab after that.
    pub(super) fn marked(&mut self, mark: &str, line: &[u8]) {
        let is_bare = self.settings.bare_empty && line == b"\n";
        if !(is_bare && mark == " ") {
            self.text(mark);
        }
        let blank = if is_bare {
            ""
        } else if self.settings.initial_tab {
            "\t"
        } else {
            " "
        };
        self.text(blank);
        let again = [mark, blank].concat();
        self.body(&again, line);
    }

    /// A line of a unified hunk: `sign` alone in front.
    pub(super) fn signed(&mut self, sign: u8, line: &[u8]) {
        let is_bare = self.settings.bare_empty && line == b"\n";
        match (sign, self.settings.initial_tab) {
            (b' ', _) if is_bare => {}
            (b' ', true) => self.out.push(b'\t'),
            (sign, true) if !is_bare => self.out.extend_from_slice(&[sign, b'\t']),
            (sign, _) => self.out.push(sign),
        }
        self.body("", line);
    }

    /// A line as it is.
    pub(super) fn plain(&mut self, line: &[u8]) {
        self.body("", line);
    }

    fn body(&mut self, mark: &str, line: &[u8]) {
        if self.settings.expands_tabs {
            self.expanded(mark, line);
        } else {
            self.out.extend_from_slice(line);
        }
        if line.last() != Some(&b'\n') {
            self.text("\n\\ No newline at end of file\n");
        }
    }

    fn expanded(&mut self, mark: &str, line: &[u8]) {
        let size = self.settings.tab_size;
        let mut column = 0;
        for (at, &byte) in line.iter().enumerate() {
            match byte {
                b'\t' => {
                    let spaces = size - column % size;
                    column += spaces;
                    self.out.extend(std::iter::repeat_n(b' ', spaces));
                    continue;
                }
                b'\r' => {
                    self.out.push(byte);
                    // The mark is repeated where the text starts over.
                    if !mark.is_empty() && line.get(at + 1).is_some_and(|next| *next != b'\n') {
                        self.text(mark);
                    }
                    column = 0;
                    continue;
                }
                8 if column == 0 => continue,
                8 => column -= 1,
                b' '..=b'~' => column += 1,
                _ => {}
            }
            self.out.push(byte);
        }
    }
}
