//! Makes a failing trace small: fewer calls first, then shorter texts.

use serde_json::Value;

use crate::Call;

/// Runs of the trace at most.
const TRIES: usize = 3_000;

/// The smallest trace that this finds for which `fails` still holds. `fails` must hold for
/// `trace` itself.
pub fn shrink(trace: &[Call], fails: &mut dyn FnMut(&[Call]) -> bool) -> Vec<Call> {
    let mut tries = 0;
    let mut fails = |trace: &[Call]| {
        tries += 1;
        tries <= TRIES && fails(trace)
    };
    let mut best = without_chunks(trace.to_vec(), &mut |calls| fails(calls));
    for at in 0..best.len() {
        let fields = match serde_json::from_str(&best[at].arguments) {
            Ok(Value::Object(fields)) => fields.keys().cloned().map(Some).collect(),
            // No JSON: the text as a whole.
            _ => vec![None],
        };
        for field in fields {
            let Some(text) = text_of(&best[at], field.as_deref()) else { continue };
            let characters: Vec<char> = text.chars().collect();
            let smallest = without_chunks(characters, &mut |characters| {
                let mut trace = best.clone();
                trace[at] = with_text(&trace[at], field.as_deref(), characters.iter().collect());
                fails(&trace)
            });
            best[at] = with_text(&best[at], field.as_deref(), smallest.into_iter().collect());
        }
    }
    best
}

/// Delta debugging: leaves out ever smaller chunks as long as the rest still fails.
fn without_chunks<T: Clone>(mut items: Vec<T>, fails: &mut dyn FnMut(&[T]) -> bool) -> Vec<T> {
    let mut size = items.len().div_ceil(2).max(1);
    loop {
        let mut start = 0;
        while start < items.len() {
            let end = (start + size).min(items.len());
            let rest = [&items[..start], &items[end..]].concat();
            if fails(&rest) {
                items = rest;
            } else {
                start = end;
            }
        }
        if size == 1 {
            return items;
        }
        size = size.div_ceil(2);
    }
}

fn text_of(call: &Call, field: Option<&str>) -> Option<String> {
    let Some(field) = field else { return Some(call.arguments.clone()) };
    let value: Value = serde_json::from_str(&call.arguments).ok()?;
    value.get(field)?.as_str().map(str::to_owned)
}

fn with_text(call: &Call, field: Option<&str>, text: String) -> Call {
    let arguments = match (field, serde_json::from_str(&call.arguments)) {
        (Some(field), Ok(Value::Object(mut fields))) => {
            fields.insert(field.to_owned(), Value::String(text));
            Value::Object(fields).to_string()
        }
        _ => text,
    };
    Call { tool: call.tool.clone(), arguments }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let noise = Call::shell("bash", "ls -la");
        let guilty = Call::shell("bash", "echo some text; crash now; echo more");
        let trace = [noise.clone(), noise.clone(), guilty, noise];
        let small = shrink(&trace, &mut |calls| calls.iter().any(|call| call.arguments.contains("crash")));
        assert_eq!(small, [Call::shell("bash", "crash")]);
    }

    #[test]
    fn broken_json_is_cut_as_text() {
        let trace = [Call { tool: "bash".into(), arguments: "{\"command\": \"aaaa!aaaa".into() }];
        let small = shrink(&trace, &mut |calls| calls.iter().any(|call| call.arguments.contains('!')));
        assert_eq!(small[0].arguments, "!");
    }
}
