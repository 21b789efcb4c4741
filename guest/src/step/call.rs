//! A tool call as the model wrote it, and its arguments once they are read.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A tool call before anything of it is understood: any bytes a model may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RawCall<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// The arguments as JSON text, an object.
    pub arguments: &'a str,
}

/// A value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number, as it was written by `serde_json`.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in the order in which it was written.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A string's text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number; models write `5.0` and `"5"` for 5 as well.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(*number as i64),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// What Python's `str()` shows for it, as scaffolds put arguments into their errors.
    pub fn python(&self) -> String {
        match self {
            Self::Null => "None".into(),
            Self::Bool(true) => "True".into(),
            Self::Bool(false) => "False".into(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::List(values) => {
                let items: Vec<_> = values.iter().map(Self::python_item).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Object(pairs) => {
                let items: Vec<_> =
                    pairs.iter().map(|(key, value)| format!("'{key}': {}", value.python_item())).collect();
                format!("{{{}}}", items.join(", "))
            }
        }
    }

    fn python_item(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            other => other.python(),
        }
    }
}

/// The arguments of a call, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments(Vec<(String, Value)>);

impl Arguments {
    /// Reads a JSON object. Keys that stand twice, nesting deeper than 64, text after the object,
    /// lone surrogates and everything else that is no JSON object are refused; the text says why.
    pub fn parse(text: &str) -> Result<Self, String> {
        if nesting(text) > 64 {
            return Err("nested deeper than 64 levels".into());
        }
        match serde_json::from_str(text).map_err(|error| error.to_string())? {
            Value::Object(pairs) => Ok(Self(pairs)),
            _ => Err("the arguments are not a JSON object".into()),
        }
    }

    /// An argument's value; `null` counts as left out.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    /// A string argument.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// The arguments' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }
}

/// How deep brackets nest at most, those inside strings not counted.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut pairs: Vec<(String, Value)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if pairs.iter().any(|(other, _)| *other == key) {
                return Err(serde::de::Error::custom(format!("key `{key}` stands twice")));
            }
            pairs.push((key, map.next_value()?));
        }
        Ok(Value::Object(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_in_order() {
        let arguments = Arguments::parse(r#"{"b": [1, -1, "x"], "a": null, "c": 5.0}"#).unwrap();
        assert_eq!(arguments.names().collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(arguments.get("b").unwrap().python(), "[1, -1, 'x']");
        assert_eq!(arguments.get("a"), None);
        assert_eq!(arguments.get("c").unwrap().as_integer(), Some(5));
    }

    #[test]
    fn what_is_no_object_is_refused_with_a_reason() {
        for text in
            ["", "[]", "1", "{", "{} x", r#"{"a": 1, "a": 2}"#, r#"{"a": "\ud800"}"#, "\u{feff}{}", "{\"a\": NaN}"]
        {
            assert!(Arguments::parse(text).is_err(), "{text}");
        }
        assert!(Arguments::parse(&format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
        assert!(Arguments::parse(&format!("{{\"a\": \"{}\"}}", "[".repeat(1000))).is_ok());
    }
}
