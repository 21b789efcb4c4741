//! Lists, `&&`, `||`, pipelines.

use super::{Interrupt, Run};
use crate::commands;
use crate::machine::{Demand, Provenance};
use crate::shell::Shell;
use crate::shell::syntax::{AndOr, Command, CommandKind, Connector, List, Pipeline, Redirect, TimeFormat, Word};
use crate::shell::variables::Value;

impl Shell<'_, '_> {
    /// Runs the commands of a list in order.
    pub(crate) fn run_list(&mut self, list: &List) -> Run<()> {
        for item in &list.items {
            if item.background {
                self.run_background(&item.chain)?;
            } else {
                self.run_chain(&item.chain)?;
            }
        }
        Ok(())
    }

    /// `command &`: there is nothing to run beside, so it runs to its end at once, in a subshell
    /// whose standard input is empty; `$!` and `wait` answer as if it had run in the background.
    /// What runs beside what, and what a job that does not end would do, is not simulated: the
    /// observation is labelled.
    fn run_background(&mut self, chain: &AndOr) -> Run<()> {
        self.machine.effects.note(Provenance::Refused);
        let number = self.next_process_number();
        if self.is_interactive() && self.process.subshell == 0 {
            let job = self.process.jobs.len() + 1;
            self.error(format!("[{job}] {number}\n").as_bytes())?;
        }
        let input = self.machine.streams.null();
        let saved = self.enter_subshell()?;
        self.process.descriptors.set(0, input);
        let result = self.run_chain(chain);
        let status = self.leave_subshell(saved, result)?;
        self.process.jobs.push((number, status));
        self.process.background = Some(number);
        self.process.status = 0;
        Ok(())
    }

    fn run_chain(&mut self, chain: &AndOr) -> Run<()> {
        let last = chain.rest.len();
        self.run_guarded(&chain.first, last > 0)?;
        for (index, (connector, pipeline)) in chain.rest.iter().enumerate() {
            let wanted = match connector {
                Connector::And => self.process.status == 0,
                Connector::Or => self.process.status != 0,
            };
            if wanted {
                self.run_guarded(pipeline, index + 1 < last)?;
            }
        }
        Ok(())
    }

    /// Runs a pipeline; with `ignored`, `set -e` does not look at its status.
    fn run_guarded(&mut self, pipeline: &Pipeline, ignored: bool) -> Run<()> {
        let ignored = ignored || pipeline.negated;
        self.process.errors_ignored += u32::from(ignored);
        let result = self.run_pipeline(pipeline);
        self.process.errors_ignored = self.process.errors_ignored.saturating_sub(u32::from(ignored));
        result?;
        self.check_errexit(pipeline, ignored)
    }

    fn check_errexit(&mut self, pipeline: &Pipeline, ignored: bool) -> Run<()> {
        let refused = std::mem::take(&mut self.compound_refused);
        if self.process.status == 0 || ignored || self.process.errors_ignored > 0 {
            return Ok(());
        }
        let counts = match pipeline.stages.as_slice() {
            [only] => matches!(
                only.kind,
                CommandKind::Simple(_)
                    | CommandKind::Subshell(_)
                    | CommandKind::Arithmetic(_)
                    | CommandKind::Condition(_)
            ),
            stages => !stages.is_empty(),
        };
        if !(counts || refused) {
            return Ok(());
        }
        self.run_trap(b"ERR")?;
        if self.process.options.is("errexit") {
            return Err(Interrupt::Exit);
        }
        Ok(())
    }

    fn run_pipeline(&mut self, pipeline: &Pipeline) -> Run<()> {
        match pipeline.stages.as_slice() {
            [] => self.process.status = 0,
            [only] => {
                self.compound_refused = false;
                self.run_command(only)?;
                if self.compound_refused {
                    return Ok(());
                }
                if matches!(only.kind, CommandKind::Simple(_) | CommandKind::Subshell(_)) {
                    self.set_pipe_status(&[self.process.status]);
                }
            }
            stages => self.run_stages(stages)?,
        }
        if let Some(format) = pipeline.timed {
            // A step takes no time: there is no clock.
            self.error(match format {
                TimeFormat::Bash => b"\nreal\t0m0.000s\nuser\t0m0.000s\nsys\t0m0.000s\n",
                TimeFormat::Posix => b"real 0.00\nuser 0.00\nsys 0.00\n",
            })?;
        }
        if pipeline.negated {
            self.process.status = i32::from(self.process.status == 0);
        }
        Ok(())
    }

    /// Runs the stages one after the other, each reading what the one before it wrote.
    fn run_stages(&mut self, stages: &[Command]) -> Run<()> {
        let mut statuses = Vec::with_capacity(stages.len());
        let mut input = None;
        let beside = self.process.descriptors.get(1);
        let mut moved = None;
        for (index, stage) in stages.iter().enumerate() {
            let output = stages.get(index + 1).map(|reader| self.machine.streams.pipe(demand_of(reader), beside));
            let saved = self.enter_subshell()?;
            if let Some(input) = input {
                self.process.descriptors.set(0, input);
            }
            if let Some(output) = output {
                self.process.descriptors.set(1, output);
            }
            let result = self.run_command(stage);
            statuses.push(self.leave_subshell(saved, result)?);
            if let (Some(output), Some(beside), None) = (output, beside, moved)
                && let Some(left_at) = self.machine.streams.close_pipe(output)
            {
                moved = Some((beside, self.machine.streams.collected(beside), left_at));
            }
            input = output;
        }
        // What came behind a reader that left early was printed then.
        if let Some((beside, from, left_at)) = moved {
            self.machine.streams.move_back(beside, from, left_at);
        }
        let last = statuses.last().copied().unwrap_or(0);
        let failed = statuses.iter().rev().find(|status| **status != 0).copied();
        self.process.status = if self.process.options.is("pipefail") { failed.unwrap_or(0) } else { last };
        self.set_pipe_status(&statuses);
        Ok(())
    }

    /// `PIPESTATUS`
    pub(crate) fn set_pipe_status(&mut self, statuses: &[i32]) {
        let elements =
            statuses.iter().enumerate().map(|(index, status)| (index as i64, status.to_string().into_bytes()));
        self.process.variables.global(b"PIPESTATUS").value = Some(Value::Indexed(elements.collect()));
    }
}

/// After how much of its input a stage leaves: known of `head` when its words need no expansion.
fn demand_of(stage: &Command) -> Option<Demand> {
    let CommandKind::Simple(simple) = &stage.kind else { return None };
    if stage.redirects.iter().any(Redirect::reads) || !simple.words.iter().all(Word::is_plain) {
        return None;
    }
    let words: Vec<Vec<u8>> = simple.words.iter().map(|word| word.text.clone()).collect();
    commands::demand(&words)
}
