//! Instances in the form of SWE-bench and its relatives (SWE-Gym, SWE-smith,
//! SWE-rebench), one JSON object a line.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// One instance. Fields that a relative leaves out are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// The instance's name.
    pub instance_id: String,
    /// `owner/name`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub repo: String,
    /// The commit to start from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base_commit: String,
    /// The right change. SWE-smith's rows hold the change that *plants* the bug instead; see
    /// [`Instance::patch_plants_bug`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub patch: String,
    /// The change that adds the tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_patch: Option<String>,
    /// The issue's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_statement: Option<String>,
    /// Tests that fail before and pass after the right change.
    #[serde(rename = "FAIL_TO_PASS", default, skip_serializing_if = "Option::is_none")]
    pub fail_to_pass: Option<TestList>,
    /// Tests that pass before and after.
    #[serde(rename = "PASS_TO_PASS", default, skip_serializing_if = "Option::is_none")]
    pub pass_to_pass: Option<TestList>,
    /// Everything else, in its order.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

impl Instance {
    /// Whether `patch` plants the bug, so that the right change is its reverse: SWE-smith's rows,
    /// known by their `image_name` and the lack of a `test_patch`.
    pub fn patch_plants_bug(&self) -> bool {
        self.test_patch.is_none() && self.others.contains_key("image_name")
    }
}

/// Names of tests. SWE-bench writes the list as JSON inside a string, its relatives as a list; the
/// form that was read is written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestList {
    /// The names.
    pub tests: Vec<String>,
    /// The string that held them, where one did.
    encoded: Option<String>,
}

impl TestList {
    /// A plain list.
    pub fn new(tests: Vec<String>) -> Self {
        Self { tests, encoded: None }
    }

    /// Whether the list stood as JSON inside a string.
    pub fn is_encoded(&self) -> bool {
        self.encoded.is_some()
    }
}

impl Serialize for TestList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.encoded {
            // A changed list is encoded anew.
            Some(text) if decode(text).as_ref().ok() == Some(&self.tests) => text.serialize(serializer),
            Some(_) => serde_json::to_string(&self.tests).map_err(serde::ser::Error::custom)?.serialize(serializer),
            None => self.tests.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TestList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            List(Vec<String>),
            Encoded(String),
        }
        match Written::deserialize(deserializer)? {
            Written::List(tests) => Ok(Self::new(tests)),
            Written::Encoded(text) => {
                let tests = decode(&text).map_err(serde::de::Error::custom)?;
                Ok(Self { tests, encoded: Some(text) })
            }
        }
    }
}

/// A list inside a string; an empty string is an empty list.
fn decode(text: &str) -> Result<Vec<String>, serde_json::Error> {
    if text.trim().is_empty() { Ok(Vec::new()) } else { serde_json::from_str(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonl;

    const ROWS: &str = concat!(
        r#"{"instance_id":"a__b-1","repo":"a/b","base_commit":"c0","patch":"diff","test_patch":"diff","#,
        r#""problem_statement":"It fails.","FAIL_TO_PASS":"[\"t::x\", \"t::y\"]","PASS_TO_PASS":"","#,
        r#""hints_text":"","version":"1.0","created_at":1700000000000}"#,
        "\n",
        r#"{"instance_id":"b","repo":"m/b","base_commit":"c1","patch":"bug","FAIL_TO_PASS":["t"],"#,
        r#""PASS_TO_PASS":[],"image_name":"i:1","install_config":{"b":1,"a":[null]}}"#,
        "\n",
    );

    #[test]
    fn rows_round_trip_byte_for_byte() {
        let rows: Vec<Instance> = jsonl::read(ROWS.as_bytes()).unwrap();
        assert_eq!(rows[0].fail_to_pass.as_ref().unwrap().tests, ["t::x", "t::y"]);
        assert!(rows[0].pass_to_pass.as_ref().unwrap().tests.is_empty());
        assert!(!rows[0].patch_plants_bug() && rows[1].patch_plants_bug());
        let mut written = Vec::new();
        jsonl::write(&mut written, &rows).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), ROWS);
    }

    #[test]
    fn a_changed_list_keeps_its_form() {
        let mut row: Vec<Instance> = jsonl::read(ROWS.as_bytes()).unwrap();
        row[0].fail_to_pass.as_mut().unwrap().tests.pop();
        let text = serde_json::to_value(&row[0]).unwrap();
        assert_eq!(text["FAIL_TO_PASS"], r#"["t::x"]"#);
        assert!(serde_json::from_str::<Instance>(r#"{"instance_id":"x","FAIL_TO_PASS":"nonsense"}"#).is_err());
    }
}
