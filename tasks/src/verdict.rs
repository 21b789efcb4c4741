//! What a verifier says about a finished session.

use serde::{Deserialize, Serialize};

/// A score with its reasons, or nothing because something of ours failed. A fault of ours is never
/// a zero: a trainer leaves [`Verdict::Void`] out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// The session was judged.
    Scored {
        /// The reward; 0 to 1 unless a reward says otherwise.
        value: f64,
        /// What was looked at, in order.
        evidence: Vec<Evidence>,
    },
    /// The session could not be judged.
    Void {
        /// At which boundary it failed.
        cause: Cause,
        /// What happened.
        detail: String,
    },
}

/// One check of a verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What has to hold.
    pub check: String,
    /// Whether it holds.
    pub passed: bool,
    /// Where and why, for people; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// The boundary at which judging failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The simulated tools or the engine below them.
    Sandbox,
    /// The process that runs tests.
    Worker,
    /// The container daemon.
    Daemon,
    /// The image, or a tree that is not the one which the task was made from.
    Image,
    /// A store of results or records.
    Store,
    /// A limit on our own work. Tests that run too long are scored instead.
    Timeout,
    /// What was judged had been tampered with on the way.
    Tampered,
    /// A job that brings down every worker that takes it.
    Poison,
}

impl Verdict {
    /// A score of 1 when every check passed, else 0.
    pub fn all(evidence: Vec<Evidence>) -> Self {
        let value = if evidence.iter().all(|check| check.passed) { 1.0 } else { 0.0 };
        Self::Scored { value, evidence }
    }

    /// The score, when there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Scored { value, .. } => Some(*value),
            Self::Void { .. } => None,
        }
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Evidence> {
        let evidence = match self {
            Self::Scored { evidence, .. } => evidence.as_slice(),
            Self::Void { .. } => &[],
        };
        evidence.iter().filter(|check| !check.passed)
    }
}

impl Evidence {
    /// A check that holds.
    pub fn passed(check: &str) -> Self {
        Self { check: check.to_owned(), passed: true, detail: String::new() }
    }

    /// A check that does not hold, and why.
    pub fn failed(check: &str, detail: impl Into<String>) -> Self {
        Self { check: check.to_owned(), passed: false, detail: detail.into() }
    }

    /// A check that holds unless there is a complaint.
    pub fn unless(check: &str, complaint: Option<String>) -> Self {
        complaint.map_or_else(|| Self::passed(check), |detail| Self::failed(check, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_form_is_fixed() {
        let scored = Verdict::all(vec![Evidence::passed("a"), Evidence::failed("b", "why")]);
        assert_eq!(scored.value(), Some(0.0));
        assert_eq!(scored.failures().map(|check| check.check.as_str()).collect::<Vec<_>>(), ["b"]);
        let text = r#"{"verdict":"scored","value":0.0,"evidence":[{"check":"a","passed":true},{"check":"b","passed":false,"detail":"why"}]}"#;
        assert_eq!(serde_json::to_string(&scored).unwrap(), text);
        assert_eq!(serde_json::from_str::<Verdict>(text).unwrap(), scored);
        let void = Verdict::Void { cause: Cause::Image, detail: "gone".to_owned() };
        let text = r#"{"verdict":"void","cause":"image","detail":"gone"}"#;
        assert_eq!(serde_json::to_string(&void).unwrap(), text);
        assert_eq!(serde_json::from_str::<Verdict>(text).unwrap(), void);
        assert_eq!((void.value(), Verdict::all(Vec::new()).value()), (None, Some(1.0)));
    }
}
