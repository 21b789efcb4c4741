//! What leads from one JSON value to another, as JSON: what a format's own fields cannot say is kept as such a
//! difference, and put back.

use serde_json::{Map, Value, json};

/// The difference that leads from one value to another; nothing when they are equal. Objects differ by field, lists by
/// element, everything else as a whole.
pub fn between(from: &Value, to: &Value) -> Option<Value> {
    if from == to {
        return None;
    }
    Some(match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            let mut fields = Map::new();
            for (name, value) in to {
                let difference = match from.get(name) {
                    Some(old) => between(old, value),
                    None => Some(json!({ "set": value })),
                };
                fields.extend(difference.map(|difference| (name.clone(), difference)));
            }
            let gone: Vec<&String> = from.keys().filter(|name| !to.contains_key(*name)).collect();
            match gone.is_empty() {
                true => json!({ "fields": fields }),
                false => json!({ "fields": fields, "gone": gone }),
            }
        }
        (Value::Array(from), Value::Array(to)) => {
            let pairs = from.iter().zip(to).enumerate();
            let items: Vec<Value> =
                pairs.filter_map(|(at, (old, new))| Some(json!([at, between(old, new)?]))).collect();
            json!({ "items": items, "length": from.len().min(to.len()), "more": &to[from.len().min(to.len())..] })
        }
        _ => json!({ "set": to }),
    })
}

/// The value that a difference makes of another one: `apply(from, &between(from, to)?)` is `to`. A difference that does
/// not fit changes what it fits.
pub fn apply(value: &mut Value, difference: &Value) {
    if let Some(set) = difference.get("set") {
        *value = set.clone();
    } else if let (Some(Value::Object(fields)), Value::Object(object)) = (difference.get("fields"), &mut *value) {
        for name in difference.get("gone").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            object.shift_remove(name);
        }
        for (name, difference) in fields {
            apply(object.entry(name.clone()).or_insert(Value::Null), difference);
        }
    } else if let (Some(Value::Array(items)), Value::Array(list)) = (difference.get("items"), &mut *value) {
        let length = difference.get("length").and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
        list.truncate(length.unwrap_or(list.len()));
        for item in items {
            let at = item.get(0).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
            if let (Some(element), Some(difference)) = (at.and_then(|at| list.get_mut(at)), item.get(1)) {
                apply(element, difference);
            }
        }
        list.extend(difference.get("more").and_then(Value::as_array).into_iter().flatten().cloned());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any JSON value, small.
    pub(in crate::format) fn value() -> BoxedStrategy<Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
            "[a-z\\n\"é]{0,6}".prop_map(Value::from),
        ];
        let inner = |inner: BoxedStrategy<Value>| {
            let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
            let object = prop::collection::vec(("[a-c]{1}|set|fields|items", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect()));
            prop_oneof![list, object].boxed()
        };
        leaf.boxed().prop_recursive(3, 24, 4, move |next| inner(next.boxed())).boxed()
    }

    proptest! {
        #[test]
        fn a_difference_leads_there(from in value(), to in value()) {
            let mut value = from.clone();
            match between(&from, &to) {
                None => prop_assert_eq!(&from, &to),
                Some(difference) => {
                    let text = serde_json::to_string(&difference).unwrap();
                    apply(&mut value, &serde_json::from_str(&text).unwrap());
                    prop_assert_eq!(value, to);
                }
            }
        }

        #[test]
        fn a_difference_that_does_not_fit_is_no_fault(from in value(), to in value(), mut other in value()) {
            if let Some(difference) = between(&from, &to) {
                apply(&mut other, &difference);
            }
        }
    }

    #[test]
    fn a_field_more_costs_a_field() {
        let (from, to) = (json!({"a": [1, {"b": 2}], "c": 3}), json!({"a": [1, {"b": 2, "d": 4}], "c": 3}));
        let difference = between(&from, &to).unwrap();
        assert_eq!(
            difference,
            json!({"fields": {"a": {"items": [[1, {"fields": {"d": {"set": 4}}}]], "length": 2, "more": []}}})
        );
    }
}
