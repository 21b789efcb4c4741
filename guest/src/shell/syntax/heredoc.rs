//! Here-documents: their bodies follow the line on which the operator stands.

use std::rc::Rc;

use super::ast::HereDocument;
use super::parser::{Parse, Parser};

/// A here-document whose body has not been read yet.
#[derive(Debug)]
pub(super) struct PendingHere {
    document: Rc<HereDocument>,
}

impl Parser<'_> {
    /// Registers `<<` or `<<-` with its delimiter word.
    pub(super) fn here_document(&mut self, word: &[u8], strip_tabs: bool) -> Rc<HereDocument> {
        let (delimiter, quoted) = super::word::remove_quotes(word);
        let document = Rc::new(HereDocument { delimiter, quoted, strip_tabs, ..HereDocument::default() });
        self.state.pending.push(PendingHere { document: Rc::clone(&document) });
        document
    }

    /// At a newline: reads the bodies that the line announced.
    pub(super) fn read_here_documents(&mut self) -> Parse<()> {
        // Messages show the line that announced the documents, not the last one of a body.
        let line_start = self.position.line_start;
        for pending in std::mem::take(&mut self.state.pending) {
            let start_line = self.position.line;
            let body = self.here_body(&pending.document, start_line)?;
            // Each document is registered once, so its cell is empty here.
            let _ = pending.document.body.set(body);
        }
        self.position.line_start = line_start;
        Ok(())
    }

    /// At the `)` of a command substitution: a body that has not come is empty.
    pub(super) fn finish_here_documents(&mut self) -> Parse<()> {
        let pending = std::mem::take(&mut self.state.pending);
        if !pending.is_empty() {
            let message = format!("command substitution: {} unterminated here-document", pending.len());
            let plural = if pending.len() == 1 { "" } else { "s" };
            self.warn(self.position.line, format!("{message}{plural}").into_bytes());
        }
        Ok(())
    }

    fn here_body(&mut self, document: &HereDocument, start_line: u32) -> Parse<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line_before = self.position.line;
            let Some(line) = self.here_line(!document.quoted)? else {
                self.position.line = line_before;
                self.position.line_ended = true;
                let mut message =
                    format!("here-document at line {start_line} delimited by end-of-file (wanted `").into_bytes();
                message.extend_from_slice(&document.delimiter);
                message.extend_from_slice(b"')");
                self.warn(line_before, message);
                return Ok(body);
            };
            let text = if document.strip_tabs { strip_tabs(&line) } else { &line };
            if text.strip_suffix(b"\n").unwrap_or(text) == document.delimiter {
                return Ok(body);
            }
            if self.state.in_substitution && self.delimiter_then_paren(document, text) {
                return Ok(body);
            }
            body.extend_from_slice(text);
        }
    }

    /// `$(cat <<EOF` ... `EOF)`: inside a substitution the delimiter may be followed by its `)`.
    fn delimiter_then_paren(&mut self, document: &HereDocument, text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(document.delimiter.as_slice()) else {
            return false;
        };
        if !rest.starts_with(b")") {
            return false;
        }
        self.position.offset -= rest.len();
        self.position.line_ended = false;
        true
    }

    /// A line with its newline; continuation lines are joined when `splice`.
    fn here_line(&mut self, splice: bool) -> Parse<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut escaped = false;
        while let Some(byte) = self.get(false)? {
            if splice && escaped && byte == b'\n' {
                line.pop();
                escaped = false;
                continue;
            }
            escaped = byte == b'\\' && !escaped;
            line.push(byte);
            if byte == b'\n' {
                return Ok(Some(line));
            }
        }
        Ok((!line.is_empty()).then_some(line))
    }
}

fn strip_tabs(line: &[u8]) -> &[u8] {
    let tabs = line.iter().take_while(|byte| **byte == b'\t').count();
    line.get(tabs..).unwrap_or_default()
}
