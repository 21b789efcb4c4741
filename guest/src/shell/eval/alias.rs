//! Aliases. bash replaces them while it reads; here they are replaced when the command runs, from
//! the aliases that were there when its line was read. An alias must therefore be made of whole
//! commands: one that opens a loop which the rest of the line closes does not work.

use super::Run;
use crate::shell::Shell;
use crate::shell::syntax::{Command, SimpleCommand};

impl Shell<'_, '_> {
    /// The text that a simple command stands for when its first word is an alias.
    pub(super) fn alias_text(&self, simple: &SimpleCommand) -> Option<Vec<u8>> {
        if self.line_aliases.is_empty() {
            return None;
        }
        let (first, rest) = simple.words.split_first()?;
        let value = self.line_aliases.get(&first.text)?;
        let mut text = value.clone();
        let mut may_expand = value.ends_with(b" ");
        for word in rest {
            text.push(b' ');
            // An alias that ends in a blank lets the next word be an alias too.
            let next = if may_expand { self.line_aliases.get(&word.text) } else { None };
            may_expand = next.is_some_and(|next| next.ends_with(b" "));
            text.extend_from_slice(next.unwrap_or(&word.text));
        }
        Some(text)
    }

    /// Runs an alias's text with the command's assignments and redirections.
    pub(super) fn run_alias(&mut self, simple: &SimpleCommand, command: &Command, text: &[u8]) -> Run<()> {
        let assignments: Vec<&[u8]> = simple.assignments.iter().map(|word| word.text.as_slice()).collect();
        let text = [&assignments.join(&b' ')[..], b" ", text].concat();
        let Some(name) = simple.words.first().map(|word| word.text.clone()) else { return Ok(()) };
        let value = self.line_aliases.remove(&name);
        let saved = self.process.descriptors.clone();
        let result = match self.redirect_all(&command.redirects) {
            Ok(true) => self.run_text(&text, b"alias"),
            Ok(false) => {
                self.process.status = 1;
                Ok(())
            }
            Err(interrupt) => Err(interrupt),
        };
        self.process.descriptors = saved;
        if let Some(value) = value {
            self.line_aliases.insert(name, value);
        }
        result
    }
}
