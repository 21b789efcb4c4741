//! `set -x`.

use super::Run;
use crate::shell::Shell;
use crate::shell::expand::trace_word;
use crate::shell::syntax::Word;

impl Shell<'_, '_> {
    fn traces(&self) -> bool {
        self.process.options.is("xtrace")
    }

    /// Prints one line behind `PS4`, whose first byte is repeated in command substitutions.
    pub(crate) fn trace_line(&mut self, text: &[u8]) -> Run<()> {
        if !self.traces() {
            return Ok(());
        }
        let prompt = self.scalar(b"PS4").unwrap_or_else(|| b"+ ".to_vec());
        let mut line = Vec::new();
        if let Some(first) = prompt.first() {
            line.extend(std::iter::repeat_n(*first, self.substitutions as usize));
        }
        line.extend_from_slice(&prompt);
        line.extend_from_slice(text);
        line.push(b'\n');
        self.error(&line)
    }

    pub(super) fn trace_words(&mut self, words: &[Vec<u8>]) -> Run<()> {
        if !self.traces() {
            return Ok(());
        }
        let shown: Vec<Vec<u8>> = words.iter().map(|word| trace_word(word)).collect();
        self.trace_line(&shown.join(&b' '))
    }

    pub(super) fn trace_assignment(&mut self, left: &[u8], value: &[u8]) -> Run<()> {
        if !self.traces() {
            return Ok(());
        }
        let shown = if value.is_empty() { Vec::new() } else { trace_word(value) };
        self.trace_line(&[left, &shown].concat())
    }

    pub(super) fn trace_for(&mut self, name: &[u8], words: Option<&[Word]>) -> Run<()> {
        if !self.traces() {
            return Ok(());
        }
        let words = match words {
            Some(words) => words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(&b' '),
            None => b"\"$@\"".to_vec(),
        };
        self.trace_line(&[b"for ", name, b" in ", &words].concat())
    }

    pub(super) fn trace_binary(&mut self, left: &[u8], operator: &[u8], right: &[u8]) -> Run<()> {
        if !self.traces() {
            return Ok(());
        }
        let left = trace_word(left);
        self.trace_line(&[b"[[ ", &left[..], b" ", operator, b" ", right, b" ]]"].concat())
    }
}
