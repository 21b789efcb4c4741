//! What of a trajectory is trained: by message, and by token.
//!
//! A [`LossPolicy`] decides by who speaks and by [`Mark`]s; the policies of the field are presets. Tokens come from the
//! inference engine that made them and are never made from text again: [`rows`] joins the turns of a rollout to rows as
//! SkyRL, verl and slime take them, with a mask over the response.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trajectory::{Mark, Message, Role, Trajectory};

/// Which messages are trained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossPolicy {
    /// The system's. Default no.
    pub system: bool,
    /// The user's. Default no.
    pub user: bool,
    /// The model's. Default yes.
    pub assistant: bool,
    /// The tools'. Default no.
    pub observations: bool,
    /// Turns that broke the form of calls. Default yes.
    pub format_errors: bool,
    /// Turns that a program wrote in the model's place. Default yes.
    pub forced: bool,
    /// A prefix that another trajectory has as well. Default no: no prefix is trained twice.
    pub copied: bool,
    /// Observations that a model predicted, where observations are trained. Default no.
    pub predicted: bool,
    /// Why a trajectory ended when nothing of it is trained. Default none. A mark of [`Mark::Infrastructure`] masks the
    /// whole trajectory in any case.
    pub masked_ends: Vec<String>,
}

impl Default for LossPolicy {
    fn default() -> Self {
        Self {
            system: false,
            user: false,
            assistant: true,
            observations: false,
            format_errors: true,
            forced: true,
            copied: false,
            predicted: false,
            masked_ends: Vec::new(),
        }
    }
}

impl LossPolicy {
    /// A policy by name: `assistant` (the default), `kimi-dev` (all but the system prompt: observations teach what
    /// tools do), `nebius` (no turns that broke the form), `skyrl` and `deepswe` (nothing of runs that a limit or a
    /// fault ended), `no-forced`.
    pub fn named(name: &str) -> Option<Self> {
        let ends = |ends: &[&str]| ends.iter().map(|&end| end.to_owned()).collect();
        Some(match name {
            "assistant" => Self::default(),
            "kimi-dev" => Self { user: true, observations: true, ..Self::default() },
            "nebius" => Self { format_errors: false, ..Self::default() },
            "no-forced" => Self { forced: false, ..Self::default() },
            "skyrl" => Self {
                masked_ends: ends(&[
                    "CONTEXT_WINDOW_EXCEEDED",
                    "error_runtime",
                    "error_evaluation",
                    "max_iterations_reached",
                    "BAD_LLM_RESPONSE",
                    "stuck_in_a_loop",
                    "cmd_timeout",
                ]),
                ..Self::default()
            },
            "deepswe" => Self { masked_ends: ends(&["max_context", "max_steps", "timeout"]), ..Self::default() },
            _ => return None,
        })
    }

    /// The names that [`LossPolicy::named`] knows.
    pub const NAMES: [&'static str; 6] = ["assistant", "kimi-dev", "nebius", "no-forced", "skyrl", "deepswe"];

    /// Whether each message is trained.
    pub fn weights(&self, trajectory: &Trajectory) -> Vec<bool> {
        let ended = trajectory.exit_status.as_ref().is_some_and(|status| self.masked_ends.contains(status));
        let fault = trajectory.messages.iter().any(|message| message.marks.contains(&Mark::Infrastructure));
        trajectory.messages.iter().map(|message| !ended && !fault && self.trains(message)).collect()
    }

    fn trains(&self, message: &Message) -> bool {
        let speaks = match message.role {
            Role::System => self.system,
            Role::User => self.user,
            Role::Assistant => self.assistant,
            Role::Tool => self.observations,
        };
        speaks
            && message.marks.iter().all(|mark| match mark {
                Mark::FormatError => self.format_errors,
                Mark::Infrastructure => false,
                Mark::Forced => self.forced,
                Mark::Copied => self.copied,
                Mark::Predicted => self.predicted,
            })
    }
}

/// Writes the weights into a chat row's messages, as `weight` 0 or 1. The row has the trajectory's messages.
pub fn put_weights(row: &mut Value, weights: &[bool]) {
    let messages = row.get_mut("messages").and_then(Value::as_array_mut);
    for (message, weight) in messages.into_iter().flatten().zip(weights) {
        if let Value::Object(message) = message {
            message.insert("weight".to_owned(), u8::from(*weight).into());
        }
    }
}

/// One call of the model in a rollout, in tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// What the model was given.
    pub prompt_ids: Vec<u32>,
    /// What it wrote.
    pub response_ids: Vec<u32>,
    /// The logarithm of each written token's probability; empty when it was not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logprobs: Vec<f64>,
    /// Whether it is trained, by [`LossPolicy::weights`] of its message.
    pub trained: bool,
}

/// A row for a trainer: one prompt, one response with its mask.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TokenRow {
    /// The first turn's prompt.
    pub prompt_ids: Vec<u32>,
    /// All that follows: what the model wrote, and what it was told in between.
    pub response_ids: Vec<u32>,
    /// 1 for tokens that are trained.
    pub loss_mask: Vec<u8>,
    /// As long as `response_ids`, 0 for what the model did not write; empty when some turn has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logprobs: Vec<f64>,
    /// Which turns are in it: the first, and the one behind the last.
    pub turns: (usize, usize),
    /// Whether the rollout ends here.
    pub is_last: bool,
}

/// Joins turns to rows. A turn goes on in the row before it when its prompt begins with all that the row holds, token
/// for token; otherwise (a context that was cut or condensed) it begins a new row.
pub fn rows(turns: &[Turn]) -> Vec<TokenRow> {
    let mut rows: Vec<TokenRow> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        let told = rows.last().and_then(|row| {
            let rest = turn.prompt_ids.strip_prefix(row.prompt_ids.as_slice())?;
            rest.strip_prefix(row.response_ids.as_slice())
        });
        match told {
            Some(told) => {
                if let Some(row) = rows.last_mut() {
                    row.response_ids.extend(told);
                    row.loss_mask.extend(told.iter().map(|_| 0));
                    row.logprobs.extend(told.iter().map(|_| 0.0));
                }
            }
            None => rows.push(TokenRow { prompt_ids: turn.prompt_ids.clone(), turns: (at, at), ..TokenRow::default() }),
        }
        if let Some(row) = rows.last_mut() {
            row.response_ids.extend(&turn.response_ids);
            row.loss_mask.extend(turn.response_ids.iter().map(|_| u8::from(turn.trained)));
            row.logprobs.extend(&turn.logprobs);
            row.turns.1 = at + 1;
        }
    }
    for row in &mut rows {
        let kept = turns[row.turns.0..row.turns.1].iter().all(|turn| turn.logprobs.len() == turn.response_ids.len());
        if !kept {
            row.logprobs.clear();
        }
    }
    if let Some(last) = rows.last_mut() {
        last.is_last = true;
    }
    rows
}

/// The stretches of a mask that are trained: first token and the one behind the last, by place in the response.
pub fn spans(mask: &[u8]) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, _) in mask.iter().enumerate().filter(|(_, weight)| **weight != 0) {
        match spans.last_mut().filter(|span| span.1 == at) {
            Some(span) => span.1 = at + 1,
            None => spans.push((at, at + 1)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trajectory() -> Trajectory {
        let mut trajectory = Trajectory::new("x");
        for (role, marks) in [
            (Role::System, vec![]),
            (Role::User, vec![]),
            (Role::Assistant, vec![Mark::Copied]),
            (Role::Tool, vec![Mark::Copied]),
            (Role::Assistant, vec![Mark::FormatError]),
            (Role::Tool, vec![]),
            (Role::Assistant, vec![Mark::Forced]),
            (Role::Tool, vec![Mark::Predicted]),
            (Role::Assistant, vec![]),
        ] {
            let mut message = Message::new(role, "");
            message.marks = marks;
            trajectory.messages.push(message);
        }
        trajectory.exit_status = Some("max_steps".to_owned());
        trajectory
    }

    fn trained(policy: &LossPolicy, trajectory: &Trajectory) -> String {
        policy.weights(trajectory).into_iter().map(|weight| if weight { '1' } else { '0' }).collect()
    }

    #[test]
    fn policies_train_what_they_say() {
        let trajectory = trajectory();
        for (name, expected) in [
            ("assistant", "000010101"),
            ("kimi-dev", "010011101"),
            ("nebius", "000000101"),
            ("no-forced", "000010001"),
            ("skyrl", "000010101"),
            ("deepswe", "000000000"),
        ] {
            assert_eq!(trained(&LossPolicy::named(name).unwrap(), &trajectory), expected, "{name}");
            assert!(LossPolicy::NAMES.contains(&name));
        }
        let all = LossPolicy {
            system: true,
            user: true,
            observations: true,
            copied: true,
            predicted: true,
            ..Default::default()
        };
        assert_eq!(trained(&all, &trajectory), "111111111");
        let mut broken = trajectory;
        broken.messages[5].marks.push(Mark::Infrastructure);
        assert_eq!(trained(&all, &broken), "000000000");
        assert_eq!(LossPolicy::named("nonsense"), None);
    }

    #[test]
    fn weights_go_into_chat_rows() {
        let trajectory = trajectory();
        let mut row = super::super::trajectory::Form::Chat.write_bare(&trajectory);
        put_weights(&mut row, &LossPolicy::default().weights(&trajectory));
        assert_eq!((row["messages"][1]["weight"].as_u64(), row["messages"][8]["weight"].as_u64()), (Some(0), Some(1)));
    }

    fn turn(prompt: &[u32], response: &[u32], trained: bool) -> Turn {
        let logprobs = response.iter().map(|_| -0.5).collect();
        Turn { prompt_ids: prompt.to_vec(), response_ids: response.to_vec(), logprobs, trained }
    }

    #[test]
    fn turns_that_go_on_are_one_row() {
        let turns = [
            turn(&[1, 2], &[3, 4], true),
            turn(&[1, 2, 3, 4, 5, 6], &[7], false),
            turn(&[1, 2, 3, 4, 5, 6, 7, 8], &[9, 10], true),
            // Condensed: the prompt does not go on.
            turn(&[1, 2, 11], &[12], true),
        ];
        let rows = rows(&turns);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].prompt_ids.as_slice(), rows[0].response_ids.as_slice()),
            (&[1, 2][..], &[3, 4, 5, 6, 7, 8, 9, 10][..])
        );
        assert_eq!(rows[0].loss_mask, [1, 1, 0, 0, 0, 0, 1, 1]);
        assert_eq!(rows[0].logprobs, [-0.5, -0.5, 0.0, 0.0, -0.5, 0.0, -0.5, -0.5]);
        assert_eq!(spans(&rows[0].loss_mask), [(0, 2), (6, 8)]);
        assert_eq!((rows[1].turns, rows[1].is_last, rows[0].is_last), ((3, 4), true, false));
        let without = Turn { logprobs: Vec::new(), ..turns[1].clone() };
        assert!(super::rows(&[turns[0].clone(), without])[0].logprobs.is_empty());
        assert!(super::rows(&[]).is_empty() && spans(&[]).is_empty());
    }
}
