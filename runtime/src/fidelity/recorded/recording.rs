//! Recorded steps as they lie in a file: JSON lines, gzipped or not.

use std::io::Read;

use serde::Deserialize;

/// How closely the real tool came to the recorded observation on a clean checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Byte for byte, blanks around it aside.
    Equal,
    /// The same lines in another order: a listing in the order of a file system.
    Order,
}

/// One recorded step.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedStep {
    /// The scaffold and its version, in words.
    pub scaffold: String,
    /// The repository, `owner/name`.
    pub repo: String,
    /// The commit that the run started from.
    pub base_commit: String,
    /// The run; its steps share files, shell and open file.
    pub run: String,
    /// The step's number in its run. Steps may be missing before and after it.
    pub step: u64,
    /// The tool.
    pub tool: String,
    /// What the agent wrote: a command line.
    pub action: String,
    /// What the model was shown.
    pub observation: String,
    /// What the command printed, where the scaffold kept it beside the observation.
    #[serde(default)]
    pub raw_output: Option<String>,
    /// Where the session was: for SWE-agent 0.6 before the step, for 1.x after it.
    #[serde(default)]
    pub state: Option<RecordedState>,
    /// How closely the real tool came to it.
    pub check_result: Check,
}

/// What a scaffold told about its session.
#[derive(Clone, Debug, Deserialize)]
pub struct RecordedState {
    /// The open file, `n/a` for none.
    #[serde(default)]
    pub open_file: Option<String>,
    /// The shell's directory.
    #[serde(default)]
    pub working_dir: Option<String>,
}

/// Recorded steps, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The steps.
    pub steps: Vec<RecordedStep>,
}

impl Recording {
    /// Reads a recording from the bytes of its file. The error names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut text = String::new();
        let read = match bytes {
            [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text),
            mut plain => plain.read_to_string(&mut text),
        };
        read.map_err(|error| error.to_string())?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let steps =
            lines.map(|(at, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1)));
        Ok(Self { steps: steps.collect::<Result<_, String>>()? })
    }

    /// The runs: their steps in order, runs of one commit beside each other.
    pub fn runs(&self) -> Vec<Vec<&RecordedStep>> {
        let mut runs: std::collections::BTreeMap<_, Vec<&RecordedStep>> = std::collections::BTreeMap::new();
        for step in &self.steps {
            runs.entry((&step.repo, &step.base_commit, &step.run)).or_default().push(step);
        }
        runs.into_values()
            .map(|mut steps| {
                steps.sort_by_key(|step| step.step);
                steps
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_put_together_in_order() {
        let line = |run: &str, step: u64| {
            format!(
                "{{\"scaffold\": \"s\", \"repo\": \"a/b\", \"base_commit\": \"c\", \"run\": \"{run}\", \"step\": {step}, \
                 \"tool\": \"bash\", \"action\": \"ls\", \"observation\": \"\", \"check_result\": \"equal\"}}\n"
            )
        };
        let recording = Recording::parse((line("y", 4) + &line("x", 2) + &line("y", 1)).as_bytes()).unwrap();
        let steps: Vec<Vec<u64>> =
            recording.runs().iter().map(|run| run.iter().map(|step| step.step).collect()).collect();
        assert_eq!(steps, [vec![2], vec![1, 4]]);
        assert!(Recording::parse(b"{}\n").unwrap_err().starts_with("line 1: missing field"));
    }
}
