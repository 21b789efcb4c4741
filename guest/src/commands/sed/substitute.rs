//! `s` and `y`.

use super::escape::character_length;
use super::execute::{Executor, Failure};
use super::replacement;
use super::script::Substitution;

/// A match costs as much as scanning this many bytes.
const MATCH_BYTES: usize = 32;

impl<'s> Executor<'_, '_, '_, 's> {
    /// `s`.
    pub(super) fn substitute(&mut self, substitution: &'s Substitution) -> Result<(), Failure> {
        let pattern = self.last_used(substitution.pattern.as_ref())?;
        let budget = self.context.machine.budget;
        let text = std::mem::take(&mut self.pattern.text);
        let subject = pattern.on(&text);
        let mut result = Vec::new();
        let (mut at, mut copied, mut count) = (0, 0, 0);
        let mut replaced = false;
        // An empty match right behind the last match does not count.
        let mut last_end = None;
        while at <= text.len() {
            let Some(captures) = subject.captures_at(at, budget)? else { break };
            let whole = captures.whole();
            if whole.start == whole.end && last_end == Some(whole.start) {
                at = whole.start + 1;
                last_end = None;
                continue;
            }
            count += 1;
            if count >= substitution.from_match {
                let before = result.len();
                budget.write((whole.start - copied) as u64)?;
                result.extend_from_slice(text.get(copied..whole.start).unwrap_or_default());
                replacement::append(&substitution.replacement, &text, &captures, &mut result);
                // What the replacement brings is work as well, and so is each match: a script can
                // double its pattern space in every cycle.
                budget.scan((result.len() - before + MATCH_BYTES) as u64)?;
                copied = whole.end;
                replaced = true;
                if !substitution.global {
                    break;
                }
            }
            last_end = Some(whole.end);
            // GNU sed goes on after one byte here, even inside a character.
            at = if whole.start == whole.end { whole.end + 1 } else { whole.end };
        }
        if !replaced {
            self.pattern.text = text;
            return Ok(());
        }
        result.extend_from_slice(text.get(copied..).unwrap_or_default());
        self.pattern.text = result;
        self.substituted = true;
        if substitution.execute {
            let line = std::mem::take(&mut self.pattern.text);
            self.pattern.text = self.output_of(&line)?;
            if self.pattern.text.last() == Some(&b'\n') {
                self.pattern.text.pop();
            }
        }
        if substitution.print {
            self.print(super::output::Place::Main)?;
        }
        if let Some(index) = substitution.write {
            let place = self.outputs.named(index);
            self.print(place)?;
        }
        Ok(())
    }

    /// `y`.
    pub(super) fn transliterate(&mut self, pairs: &[(Vec<u8>, Vec<u8>)]) {
        let text = std::mem::take(&mut self.pattern.text);
        let mut rest = text.as_slice();
        while !rest.is_empty() {
            let (one, after) = rest.split_at(character_length(rest));
            let new = pairs.iter().find(|(from, _)| from == one).map_or(one, |(_, to)| to.as_slice());
            self.pattern.text.extend_from_slice(new);
            rest = after;
        }
    }
}
