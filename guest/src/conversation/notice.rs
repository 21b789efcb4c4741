//! What a scaffold tells the model of the steps that remain.

/// A scaffold's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemainingNotice {
    /// R2E-Gym: a line below every prompt.
    Steps,
    /// CWM: a block under every result.
    Budget,
}

impl RemainingNotice {
    /// The notice; `tokens` are those that the context still takes, which only CWM tells.
    pub fn text(self, steps: u32, tokens: u64) -> String {
        match (self, steps) {
            (Self::Steps, 0) => {
                "You have reached the maximum number of steps. Please submit your answer NOW.".to_owned()
            }
            (Self::Steps, steps) => format!("Steps Remaining: {steps}"),
            (Self::Budget, steps) => {
                format!("<budget>\n* Remaining turns: {steps}\n* Remaining tokens: {tokens}\n</budget>")
            }
        }
    }

    /// An observation with the notice where the scaffold puts it.
    pub fn under(self, observation: &str, steps: u32, tokens: u64) -> String {
        let between = if self == Self::Steps { "\n" } else { "\n\n" };
        format!("{observation}{between}{}", self.text(steps, tokens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_told_in_the_scaffolds_words() {
        assert_eq!(RemainingNotice::Steps.under("x", 3, 0), "x\nSteps Remaining: 3");
        assert!(RemainingNotice::Steps.text(0, 0).ends_with("submit your answer NOW."));
        let budget = "<output>\n</output>\n\n<budget>\n* Remaining turns: 2\n* Remaining tokens: 900\n</budget>";
        assert_eq!(RemainingNotice::Budget.under("<output>\n</output>", 2, 900), budget);
    }
}
