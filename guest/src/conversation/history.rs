//! Old observations that a scaffold no longer shows.

use std::borrow::Cow;

use crate::window::split_lines;

/// How a scaffold shortens the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryProcessor {
    /// SWE-agent 0.6 (`Last5Observations` and its kin): the last `count` observations are shown.
    LastObservations06 {
        /// How many.
        count: usize,
    },
    /// SWE-agent 1.x (`last_n_observations`): the first and the last `count`.
    LastObservations {
        /// How many.
        count: usize,
        /// What is left out changes only every so many observations, so that prompts can be
        /// cached; 1 by default.
        polling: usize,
    },
    /// SWE-agent 1.x (`closed_window`): of the windows on one file only the last is shown.
    ClosedWindow,
}

impl HistoryProcessor {
    /// The observations, in order, as the model is shown them before its next reply.
    pub fn shown<'o>(self, observations: &[&'o str]) -> Vec<Cow<'o, str>> {
        let total = observations.len();
        match self {
            Self::LastObservations06 { count } => map(
                observations,
                |at| at + count < total,
                |text| format!("Old output omitted ({} lines)", split_lines(text)),
            ),
            Self::LastObservations { count, polling } => {
                let settled = total / polling.max(1) * polling.max(1);
                let end = settled.saturating_sub(count);
                map(
                    observations,
                    |at| (1..end).contains(&at),
                    |text| format!("Old environment output: ({} lines omitted)", split_lines(text)),
                )
            }
            Self::ClosedWindow => closed_windows(observations),
        }
    }
}

fn map<'o>(
    observations: &[&'o str],
    is_omitted: impl Fn(usize) -> bool,
    placeholder: impl Fn(&str) -> String,
) -> Vec<Cow<'o, str>> {
    let shown = observations.iter().enumerate();
    shown.map(|(at, text)| if is_omitted(at) { Cow::Owned(placeholder(text)) } else { Cow::Borrowed(*text) }).collect()
}

/// A window: `[File: path (n lines total)]` and the numbered lines and notes below.
fn closed_windows<'o>(observations: &[&'o str]) -> Vec<Cow<'o, str>> {
    let mut seen: Vec<&str> = Vec::new();
    let mut shown: Vec<Cow<'o, str>> = Vec::with_capacity(observations.len());
    for text in observations.iter().rev() {
        let Some((start, end, file)) = window(text) else {
            shown.push(Cow::Borrowed(*text));
            continue;
        };
        if seen.contains(&file) {
            let count = text[start..end].matches('\n').count() + 1;
            let note = format!("Outdated window with {count} lines omitted...\n");
            shown.push(Cow::Owned([&text[..start], &note, &text[end..]].concat()));
        } else {
            seen.push(file);
            shown.push(Cow::Borrowed(*text));
        }
    }
    shown.reverse();
    shown
}

/// Where a text's window begins and ends, and its file.
fn window(text: &str) -> Option<(usize, usize, &str)> {
    let start = text.match_indices("[File: ").find(|(at, _)| *at == 0 || text[..*at].ends_with('\n'))?.0;
    let (headline, _) = text[start..].split_once('\n')?;
    let file = headline.strip_prefix("[File: ")?.split_once(" (")?.0;
    let mut end = start + headline.len() + 1;
    for line in text[end..].split_inclusive('\n') {
        let is_numbered = line
            .split_once(':')
            .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        let is_note = line.starts_with('(') && line.contains(" more lines ");
        if !is_numbered && !is_note {
            break;
        }
        end += line.len();
    }
    Some((start, end, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_observations_become_a_line() {
        let observations = ["a\nb", "c\n", "d", "e"];
        let shown = HistoryProcessor::LastObservations06 { count: 2 }.shown(&observations);
        assert_eq!(shown, ["Old output omitted (2 lines)", "Old output omitted (1 lines)", "d", "e"]);
        let shown = HistoryProcessor::LastObservations { count: 2, polling: 1 }.shown(&observations);
        assert_eq!(shown, ["a\nb", "Old environment output: (1 lines omitted)", "d", "e"]);
        let shown = HistoryProcessor::LastObservations { count: 1, polling: 3 }.shown(&observations);
        assert_eq!(shown, ["a\nb", "Old environment output: (1 lines omitted)", "d", "e"]);
        assert_eq!(HistoryProcessor::LastObservations { count: 5, polling: 0 }.shown(&["x"]), ["x"]);
    }

    #[test]
    fn outdated_windows_are_left_out() {
        let first = "[File: a.py (3 lines total)]\n1:x\n2:y\n(1 more lines below)\nDone.";
        let other = "[File: b.py (1 lines total)]\n1:x\n";
        let shown = HistoryProcessor::ClosedWindow.shown(&[first, other, first]);
        assert_eq!(shown[0], "Outdated window with 5 lines omitted...\nDone.");
        assert_eq!((&*shown[1], &*shown[2]), (other, first));
    }
}
