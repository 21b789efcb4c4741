//! Predictions as SWE-bench's harness reads them: JSON lines, a JSON list, or a JSON object by
//! instance (`preds.json` of SWE-agent and mini-swe-agent).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One patch for one instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The instance.
    pub instance_id: String,
    /// Who made the patch.
    #[serde(default)]
    pub model_name_or_path: String,
    /// The patch; `null` and an empty text both mean that there is none.
    #[serde(default)]
    pub model_patch: Option<String>,
    /// Everything else, in its order.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// Reads any of the three forms. An object's keys win over `instance_id` inside.
pub fn read(text: &str) -> Result<Vec<Prediction>, serde_json::Error> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(rows)) => rows.into_iter().map(serde_json::from_value).collect(),
        Ok(Value::Object(object)) if !object.contains_key("instance_id") => {
            let row = |(id, mut row): (String, Value)| {
                if let Some(fields) = row.as_object_mut() {
                    fields.insert("instance_id".to_owned(), Value::String(id));
                }
                serde_json::from_value(row)
            };
            object.into_iter().map(row).collect()
        }
        _ => text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_say_the_same() {
        let lines = "{\"instance_id\":\"a\",\"model_name_or_path\":\"m\",\"model_patch\":\"p\"}\n\n{\"instance_id\":\"b\",\"model_patch\":null,\"x\":1}\n";
        let rows = read(lines).unwrap();
        assert_eq!((rows[0].model_patch.as_deref(), rows[1].model_patch.as_deref()), (Some("p"), None));
        let list = serde_json::to_string(&rows).unwrap();
        assert_eq!(read(&list).unwrap(), rows);
        let object = r#"{"a":{"model_name_or_path":"m","model_patch":"p"},"b":{"model_patch":null,"x":1}}"#;
        let by_id = read(object).unwrap();
        assert_eq!(by_id, rows);
        assert_eq!(read(lines.lines().next().unwrap()).unwrap(), rows[..1]);
        assert!(read("nonsense").is_err() && read("").unwrap().is_empty());
    }
}
