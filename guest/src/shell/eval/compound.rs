//! `if`, loops, `case`, groups, subshells, function definitions.

use super::{Interrupt, Run};
use crate::machine::Provenance;
use crate::shell::Shell;
use crate::shell::pattern;
use crate::shell::syntax::{CaseClause, CaseEnd, CommandKind, List, Word, is_identifier};

impl Shell<'_, '_> {
    /// Runs a compound command whose redirections are in place.
    pub(super) fn run_compound(&mut self, kind: &CommandKind) -> Run<()> {
        match kind {
            CommandKind::Group(list) => self.run_list(list),
            CommandKind::Subshell(list) => {
                let saved = self.enter_subshell()?;
                let result = self.run_list(list);
                self.leave_subshell(saved, result).map(|_| ())
            }
            CommandKind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.run_condition(condition)?;
                    if self.process.status == 0 {
                        return self.run_list(body);
                    }
                }
                self.process.status = 0;
                otherwise.as_ref().map_or(Ok(()), |body| self.run_list(body))
            }
            CommandKind::While { until, condition, body } => self.run_while(*until, condition, body),
            CommandKind::For { select, name, words, body } => self.run_for(*select, name, words.as_deref(), body),
            CommandKind::ArithmeticFor { expressions, body } => self.run_arithmetic_for(expressions, body),
            CommandKind::Case { subject, clauses } => self.run_case(subject, clauses),
            CommandKind::Arithmetic(text) => {
                let expanded = self.expand_arithmetic_text(text)?;
                self.trace_line(&[b"(( ", expanded.trim_ascii(), b" ))"].concat())?;
                let value = self.evaluate(&expanded, b"((: ")?;
                self.process.status = i32::from(value.is_none_or(|value| value == 0));
                Ok(())
            }
            CommandKind::Condition(condition) => {
                let result = self.condition(condition)?;
                self.process.status = result;
                Ok(())
            }
            CommandKind::Function(function) => {
                let name = &function.name.text;
                if name.iter().any(|byte| matches!(byte, b'$' | b'\'' | b'"' | b'`' | b'\\')) {
                    self.complain(&[b"`", &name[..], b"': not a valid identifier"].concat())?;
                    self.process.status = 1;
                    return Ok(());
                }
                self.process.functions.insert(name.clone(), std::rc::Rc::clone(function));
                self.process.status = 0;
                Ok(())
            }
            CommandKind::Coprocess => {
                self.machine.effects.note(Provenance::Refused);
                self.complain(b"coproc: cannot start a co-process: Resource temporarily unavailable")?;
                self.process.status = 1;
                Ok(())
            }
            CommandKind::Simple(_) => Ok(()),
        }
    }

    /// A condition: `set -e` does not count in it.
    fn run_condition(&mut self, list: &List) -> Run<()> {
        self.process.errors_ignored += 1;
        let result = self.run_list(list);
        self.process.errors_ignored = self.process.errors_ignored.saturating_sub(1);
        result
    }

    /// Runs a loop's body; false when the loop ends.
    fn run_body(&mut self, body: &List) -> Run<bool> {
        self.machine.budget.shell_step()?;
        self.process.loops += 1;
        let result = self.run_list(body);
        self.process.loops = self.process.loops.saturating_sub(1);
        match result {
            Ok(()) => Ok(true),
            Err(Interrupt::Break(1)) => Ok(false),
            Err(Interrupt::Break(levels)) => Err(Interrupt::Break(levels - 1)),
            Err(Interrupt::Continue(1)) => Ok(true),
            Err(Interrupt::Continue(levels)) => Err(Interrupt::Continue(levels - 1)),
            Err(other) => Err(other),
        }
    }

    fn run_while(&mut self, until: bool, condition: &List, body: &List) -> Run<()> {
        let mut status = 0;
        loop {
            // `break` may stand in the condition too.
            self.process.loops += 1;
            let checked = self.run_condition(condition);
            self.process.loops = self.process.loops.saturating_sub(1);
            match checked {
                Ok(()) => {}
                Err(Interrupt::Break(1)) => break,
                Err(Interrupt::Break(levels)) => return Err(Interrupt::Break(levels - 1)),
                Err(Interrupt::Continue(1)) => continue,
                Err(Interrupt::Continue(levels)) => return Err(Interrupt::Continue(levels - 1)),
                Err(other) => return Err(other),
            }
            if (self.process.status == 0) == until {
                break;
            }
            let goes_on = self.run_body(body)?;
            status = self.process.status;
            if !goes_on {
                break;
            }
        }
        self.process.status = status;
        Ok(())
    }

    fn run_for(&mut self, select: bool, name: &Word, words: Option<&[Word]>, body: &List) -> Run<()> {
        let line = self.process.line;
        if !is_identifier(&name.text) {
            self.complain(&[b"`", &name.text[..], b"': not a valid identifier"].concat())?;
            self.process.status = 1;
            return Ok(());
        }
        let items = match words {
            Some(words) => self.expand_words(words)?,
            None => self.process.positional.clone(),
        };
        if select {
            return self.run_select(&name.text, &items, body);
        }
        let mut status = 0;
        for item in items {
            self.process.line = line;
            self.trace_for(&name.text, words)?;
            self.assign(&name.text, item, false)?;
            let goes_on = self.run_body(body)?;
            status = self.process.status;
            if !goes_on {
                break;
            }
        }
        self.process.status = status;
        Ok(())
    }

    /// `select`: the menu goes to standard error, choices come from standard input.
    fn run_select(&mut self, name: &[u8], items: &[Vec<u8>], body: &List) -> Run<()> {
        if items.is_empty() {
            self.process.status = 0;
            return Ok(());
        }
        let width = items.len().to_string().len();
        let menu: Vec<u8> = items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| [format!("{:>width$}) ", index + 1).as_bytes(), item, b"\n"].concat())
            .collect();
        let mut shows_menu = true;
        loop {
            if shows_menu {
                self.error(&menu)?;
            }
            let prompt = self.scalar(b"PS3").unwrap_or_else(|| b"#? ".to_vec());
            self.error(&prompt)?;
            let Some(line) = self.read_line(b'\n')? else {
                self.error(b"\n")?;
                self.process.status = 1;
                return Ok(());
            };
            let reply = line.strip_suffix(b"\n").unwrap_or(&line).to_vec();
            self.assign(b"REPLY", reply.clone(), false)?;
            shows_menu = reply.is_empty();
            if shows_menu {
                continue;
            }
            let number = std::str::from_utf8(reply.trim_ascii()).ok().and_then(|text| text.parse::<usize>().ok());
            let chosen = number.and_then(|number| items.get(number.wrapping_sub(1))).cloned().unwrap_or_default();
            self.assign(name, chosen, false)?;
            if !self.run_body(body)? {
                return Ok(());
            }
        }
    }

    fn run_arithmetic_for(&mut self, [start, condition, step]: &[Vec<u8>; 3], body: &List) -> Run<()> {
        let line = self.process.line;
        let mut status = 0;
        if self.for_expression(start)?.is_none() {
            return Ok(());
        }
        loop {
            self.process.line = line;
            let holds = if condition.trim_ascii().is_empty() { Some(1) } else { self.for_expression(condition)? };
            match holds {
                None => return Ok(()),
                Some(0) => break,
                Some(_) => {}
            }
            let goes_on = self.run_body(body)?;
            status = self.process.status;
            if !goes_on {
                break;
            }
            self.process.line = line;
            if self.for_expression(step)?.is_none() {
                return Ok(());
            }
        }
        self.process.status = status;
        Ok(())
    }

    fn for_expression(&mut self, text: &[u8]) -> Run<Option<i64>> {
        let expanded = self.expand_arithmetic_text(text)?;
        let value = self.evaluate(&expanded, b"((: ")?;
        if value.is_none() {
            self.process.status = 1;
        }
        Ok(value)
    }

    fn run_case(&mut self, subject: &Word, clauses: &[CaseClause]) -> Run<()> {
        self.trace_line(&[b"case ", &subject.text[..], b" in"].concat())?;
        let subject = self.expand_text(&subject.text)?;
        let options = self.pattern_options();
        self.process.status = 0;
        let mut runs = false;
        for clause in clauses {
            if !runs {
                for word in &clause.patterns {
                    let text = self.expand_pattern(&word.text)?;
                    if pattern::matches(&text, &subject, options, self.machine.budget)? {
                        runs = true;
                        break;
                    }
                }
            }
            if !runs {
                continue;
            }
            self.run_list(&clause.body)?;
            match clause.end {
                CaseEnd::Break => return Ok(()),
                CaseEnd::FallThrough => {}
                CaseEnd::Continue => runs = false,
            }
        }
        Ok(())
    }
}
