//! What comparing with recorded steps adds up to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::recording::{Check, RecordedStep};
use super::scaffold::Scaffold;
use crate::fidelity::Tally;

/// A recorded step that is answered differently here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// The repository.
    pub repository: String,
    /// The scaffold, in the recording's words.
    pub scaffold: String,
    /// The run.
    pub run: String,
    /// The step's number in it.
    pub step: u64,
    /// What the agent wrote.
    pub action: String,
    /// The first line that differs, from 1.
    pub line: usize,
    /// That line as it was recorded; `None` where the recorded text has ended.
    pub recorded: Option<String>,
    /// That line here.
    pub simulated: Option<String>,
}

/// What many recorded steps add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordedReport {
    /// Steps that the real tool reproduced byte for byte, and how many of them are so here.
    pub equal: Tally,
    /// Steps that the real tool reproduced up to the order of lines, and how many of them are so
    /// here.
    pub same_lines: Tally,
    /// Edits that a linter looked at, and how many are accepted or refused here as there.
    pub lint_decisions: Tally,
    /// The steps of [`RecordedReport::equal`] by scaffold and tool.
    pub tools: BTreeMap<String, Tally>,
    /// Steps whose repository or scaffold is not there.
    pub not_run: u64,
    /// Every step that is not equal, in order.
    pub differences: Vec<Observed>,
}

impl RecordedReport {
    /// Steps that were taken again.
    pub fn run(&self) -> u64 {
        self.equal.commands + self.same_lines.commands
    }

    /// Adds a step and what it gave here, as a recording would have it.
    pub fn add(&mut self, scaffold: Scaffold, step: &RecordedStep, simulated: &str) {
        let recorded = scaffold.recorded(step);
        let refused = (scaffold.is_refused(&step.tool, &recorded), scaffold.is_refused(&step.tool, simulated));
        if let (Some(there), Some(here)) = refused {
            self.lint_decisions.count(there == here);
        }
        let is_equal = match step.check_result {
            Check::Equal => recorded == simulated,
            Check::Order => sorted(&recorded) == sorted(simulated),
        };
        match step.check_result {
            Check::Equal => {
                self.equal.count(is_equal);
                self.tools.entry(format!("{}: {}", step.scaffold, step.tool)).or_default().count(is_equal);
            }
            Check::Order => self.same_lines.count(is_equal),
        }
        if is_equal {
            return;
        }
        let same = recorded.lines().zip(simulated.lines()).take_while(|(there, here)| there == here).count();
        let at = |text: &str| text.lines().nth(same).map(str::to_owned);
        self.differences.push(Observed {
            repository: step.repo.clone(),
            scaffold: step.scaffold.clone(),
            run: step.run.clone(),
            step: step.step,
            action: step.action.clone(),
            line: same + 1,
            recorded: at(&recorded),
            simulated: at(simulated),
        });
    }
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::Recording;

    fn step(scaffold: &str, tool: &str, observation: &str, check: &str) -> RecordedStep {
        let line = serde_json::json!({
            "scaffold": scaffold, "repo": "a/b", "base_commit": "c", "run": "r", "step": 3, "tool": tool,
            "action": "x", "observation": observation, "check_result": check,
        });
        Recording::parse(line.to_string().as_bytes()).unwrap().steps.remove(0)
    }

    #[test]
    fn observations_are_compared_as_they_were_recorded() {
        let mut report = RecordedReport::default();
        let editor = Scaffold::SweAgentEditor;
        report.add(
            editor,
            &step("SWE-agent 1.0", "bash", "a\r\nb", "equal"),
            editor.as_recorded("OBSERVATION:\na\nb\n"),
        );
        report.add(editor, &step("SWE-agent 1.0", "bash", "a\r\nb", "order"), "b\na");
        assert_eq!((report.run(), report.differences.len()), (2, 0));
        report.add(Scaffold::Mini2, &step("mini-swe-agent 2.2", "bash", "a\nb", "equal"), "a\nc");
        let first = &report.differences[0];
        assert_eq!((first.line, first.recorded.as_deref(), first.simulated.as_deref()), (2, Some("b"), Some("c")));
        assert_eq!(report.tools["SWE-agent 1.0: bash"], Tally { commands: 1, equal: 1 });
    }

    #[test]
    fn decisions_of_the_linter_are_counted_apart_from_texts() {
        let mut report = RecordedReport::default();
        let refused = "Your proposed edit has introduced new syntax error(s).\n- E999 one";
        let other = "Your proposed edit has introduced new syntax error(s).\n- E999 other";
        report.add(Scaffold::SweAgent06, &step("SWE-agent 0.6", "edit", refused, "equal"), other);
        assert_eq!((report.lint_decisions.equal, report.equal.equal), (1, 0));
    }
}
