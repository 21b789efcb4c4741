//! Splits xargs's input into items.

/// How the input is split.
#[derive(Clone, Debug, Default)]
pub(super) struct Splitting {
    /// `-0`, `-d`: this byte ends an item and nothing else is special.
    pub(super) delimiter: Option<u8>,
    /// `-I`: an item is a line without its leading blanks.
    pub(super) whole_lines: bool,
    /// `-E`: this item ends the input.
    pub(super) end: Option<Vec<u8>>,
}

/// An item of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: Vec<u8>,
    /// How many lines had ended when the item ended; a line that ends with a blank goes on.
    pub(super) lines: u64,
}

/// What is wrong with the input: the text after `xargs: `.
pub(super) type Problem = &'static str;

/// Reads items one by one.
#[derive(Debug)]
pub(super) struct Items<'i> {
    input: &'i [u8],
    at: usize,
    lines: u64,
    splitting: &'i Splitting,
    /// A NUL byte was met where none should be.
    pub(super) met_nul: bool,
}

impl<'i> Items<'i> {
    pub(super) fn new(input: &'i [u8], splitting: &'i Splitting) -> Self {
        Self { input, at: 0, lines: 0, splitting, met_nul: false }
    }

    /// The next item.
    ///
    /// # Errors
    /// An open quote.
    pub(super) fn next_item(&mut self) -> Result<Option<Item>, Problem> {
        let text = match self.splitting.delimiter {
            Some(delimiter) => self.delimited(delimiter),
            None => self.word()?,
        };
        let Some(mut text) = text else { return Ok(None) };
        if self.splitting.delimiter.is_none() && self.splitting.end.as_deref() == Some(text.as_slice()) {
            self.at = self.input.len();
            return Ok(None);
        }
        // What the system is given ends at the first NUL byte; with `-I` the whole argument does.
        if !self.splitting.whole_lines {
            end_at_nul(&mut text);
        }
        Ok(Some(Item { text, lines: self.lines }))
    }

    fn delimited(&mut self, delimiter: u8) -> Option<Vec<u8>> {
        let rest = self.input.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
        self.at += length + 1;
        self.lines += 1;
        rest.get(..length).map(<[u8]>::to_vec)
    }

    fn word(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let mut text = Vec::new();
        // Something stands here, if only an empty pair of quotes.
        let mut is_item = false;
        loop {
            let Some(&byte) = self.input.get(self.at) else {
                return Ok(is_item.then_some(text));
            };
            self.at += 1;
            match byte {
                b'\n' if is_item => {
                    let before = self.at.checked_sub(2).and_then(|before| self.input.get(before));
                    if !matches!(before, Some(b' ' | b'\t')) {
                        self.lines += 1;
                    }
                    return Ok(Some(text));
                }
                b'\n' => {}
                _ if is_space(byte) && !is_item => {}
                _ if is_space(byte) && !self.splitting.whole_lines => return Ok(Some(text)),
                b'\'' | b'"' => {
                    self.quoted(byte, &mut text)?;
                    is_item = true;
                }
                b'\\' => {
                    text.extend(self.input.get(self.at));
                    self.at += 1;
                    is_item = true;
                }
                0 => {
                    self.met_nul = true;
                    is_item = true;
                    text.push(0);
                }
                byte => {
                    text.push(byte);
                    is_item = true;
                }
            }
        }
    }

    fn quoted(&mut self, quote: u8, text: &mut Vec<u8>) -> Result<(), Problem> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        match memchr::memchr2(quote, b'\n', rest) {
            Some(end) if rest.get(end) == Some(&quote) => {
                text.extend_from_slice(rest.get(..end).unwrap_or_default());
                self.at += end + 1;
                Ok(())
            }
            _ if quote == b'"' => {
                Err("unmatched double quote; by default quotes are special to xargs unless you use the -0 option")
            }
            _ => Err("unmatched single quote; by default quotes are special to xargs unless you use the -0 option"),
        }
    }
}

/// Cuts an argument off where C's strings end.
pub(super) fn end_at_nul(text: &mut Vec<u8>) {
    if let Some(nul) = memchr::memchr(0, text) {
        text.truncate(nul);
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
