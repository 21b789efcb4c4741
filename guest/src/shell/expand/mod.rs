//! Expansion, in bash's order: braces, tilde, parameters, commands, arithmetic, word splitting,
//! patterns, quote removal.

mod arithmetic;
mod brace;
mod glob;
mod parameter;
mod segment;
mod split;
mod substitute;
mod transform;

pub(crate) use parameter::{Shape, subscript_end};
pub(crate) use segment::{Place, Segment};
pub(crate) use transform::{
    characters, double_quoted, print_quoted, quote_for_reuse, quoted_key, set_word, trace_word,
};

use super::eval::Run;
use super::syntax::Word;
use super::{Shell, syntax};

impl Shell<'_, '_> {
    /// The fields that words expand to.
    pub(crate) fn expand_words(&mut self, words: &[Word]) -> Run<Vec<Vec<u8>>> {
        let mut fields = Vec::with_capacity(words.len());
        for word in words {
            self.expand_word(word, &mut fields)?;
        }
        Ok(fields)
    }

    /// Adds the fields of one word.
    pub(crate) fn expand_word(&mut self, word: &Word, fields: &mut Vec<Vec<u8>>) -> Run<()> {
        if word.is_plain() {
            fields.push(word.text.clone());
            return Ok(());
        }
        if !self.process.options.is("braceexpand") || !word.text.contains(&b'{') {
            return self.expand_braceless(&word.text, fields);
        }
        let options = self.parse_options();
        for text in brace::expand(&word.text, &options, self.machine.budget)? {
            self.expand_braceless(&text, fields)?;
        }
        Ok(())
    }

    fn expand_braceless(&mut self, text: &[u8], fields: &mut Vec<Vec<u8>>) -> Run<()> {
        // `declare a=~/x`: words that look like assignments take a tilde behind the `=` too.
        let segments = self.segments(text, Place::Word)?;
        let pieces = split::split(segments, &self.separators());
        for field in pieces {
            self.machine.budget.write(field.len() as u64)?;
            self.push_field(&field, fields)?;
        }
        Ok(())
    }

    /// A word that is neither split nor matched against files: an assignment, a `case` subject.
    pub(crate) fn expand_text(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        let segments = self.segments(text, Place::Text)?;
        Ok(self.join_segments(segments))
    }

    /// As [`Shell::expand_text`], with a tilde behind every `:` as in an assignment.
    pub(crate) fn expand_assigned(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        let segments = self.segments(text, Place::Assignment)?;
        Ok(self.join_segments(segments))
    }

    /// The body of a here-document.
    pub(crate) fn expand_document(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        let segments = self.segments(text, Place::Document)?;
        Ok(self.join_segments(segments))
    }

    /// A pattern: what was quoted gets backslashes.
    pub(crate) fn expand_pattern(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        let segments = self.segments(text, Place::Text)?;
        let mut pattern = Vec::new();
        for segment in segments {
            match segment {
                Segment::Literal(text) | Segment::Expanded(text) => pattern.extend(text),
                Segment::Quoted(text) => escape_into(&text, &mut pattern),
                Segment::Break => pattern.push(b' '),
            }
        }
        Ok(pattern)
    }

    pub(crate) fn join_segments(&self, segments: Vec<Segment>) -> Vec<u8> {
        let mut text = Vec::new();
        for segment in segments {
            match segment {
                Segment::Literal(part) | Segment::Expanded(part) | Segment::Quoted(part) => text.extend(part),
                Segment::Break => text.push(b' '),
            }
        }
        text
    }

    /// `IFS`.
    pub(crate) fn separators(&self) -> Vec<u8> {
        match self.process.variables.get(b"IFS") {
            Some(variable) => variable.value.as_ref().and_then(|value| value.first()).unwrap_or(b" \t\n").to_vec(),
            None => b" \t\n".to_vec(),
        }
    }

    /// How the parser is to read text now.
    pub(crate) fn parse_options(&self) -> syntax::ParseOptions {
        syntax::ParseOptions {
            extglob: self.process.options.is("extglob"),
            nesting: self.machine.budget.limits().nesting,
            first_line: 1,
        }
    }
}

/// Appends `text` with a backslash before every byte that a pattern would take as special.
pub(crate) fn escape_into(text: &[u8], pattern: &mut Vec<u8>) {
    for byte in text {
        if b"*?[]\\()|!+@-^".contains(byte) {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
}
