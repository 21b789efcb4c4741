//! ShareGPT rows, as LLaMA-Factory takes them: `conversations` of text alone. Calls stand in the model's text, each as
//! JSON between `<tool_call>` and `</tool_call>`, as Qwen and Hermes write them.

use serde_json::{Map, Value, json};

use super::{Call, FormError, Message, Role, Trajectory, chat, list, put, text};

const OPEN: &str = "\n<tool_call>\n";
const CLOSE: &str = "\n</tool_call>";

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let mut trajectory = Trajectory::new(&text(record, "instance_id").unwrap_or_default());
    trajectory.tools = text(record, "tools").and_then(|tools| serde_json::from_str(&tools).ok()).unwrap_or_default();
    trajectory.messages.extend(text(record, "system").map(|system| Message::new(Role::System, system)));
    for item in list(record, "conversations")? {
        let from = text(item, "from").ok_or_else(|| FormError::Field("from".to_owned()))?;
        let value = text(item, "value").ok_or_else(|| FormError::Field("value".to_owned()))?;
        if from == "function_call" {
            let mut message = Message::new(Role::Assistant, "");
            message.tool_calls =
                serde_json::from_str(&value).ok().and_then(|value| call(&value, 0)).into_iter().collect();
            trajectory.messages.push(message);
            continue;
        }
        let role = chat::role_named(&from).ok_or_else(|| FormError::Field(format!("from: {from}")))?;
        trajectory.messages.push(if role == Role::Assistant { spoken(&value) } else { Message::new(role, value) });
    }
    Ok(trajectory)
}

/// The model's text, its calls taken out.
fn spoken(value: &str) -> Message {
    let (content, rest) = value.split_once(OPEN).unwrap_or((value, ""));
    let mut message = Message::new(Role::Assistant, content);
    let mut rest = rest;
    while let Some((inner, later)) = rest.split_once(CLOSE) {
        let parsed = serde_json::from_str(inner).ok().and_then(|value| call(&value, message.tool_calls.len()));
        let Some(parsed) = parsed else { return Message::new(Role::Assistant, value) };
        message.tool_calls.push(parsed);
        rest = later.strip_prefix(OPEN).unwrap_or(later);
    }
    if rest.is_empty() { message } else { Message::new(Role::Assistant, value) }
}

fn call(value: &Value, at: usize) -> Option<Call> {
    let arguments = value.get("arguments").map(Value::to_string).unwrap_or_default();
    Some(Call { id: format!("call-{at}"), name: text(value, "name")?, arguments })
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let mut messages = trajectory.messages.as_slice();
    let mut record = Map::new();
    put(&mut record, "instance_id", Some(trajectory.instance_id.as_str()));
    if let Some((first, rest)) = messages.split_first().filter(|(first, _)| first.role == Role::System) {
        put(&mut record, "system", Some(first.content.as_str()));
        messages = rest;
    }
    let conversations: Vec<Value> = messages.iter().map(written).collect();
    put(&mut record, "conversations", Some(conversations));
    let tools = serde_json::to_string(&trajectory.tools).unwrap_or_default();
    put(&mut record, "tools", Some(tools).filter(|_| !trajectory.tools.is_empty()));
    Value::Object(record)
}

fn written(message: &Message) -> Value {
    let from = match message.role {
        Role::System => "system",
        Role::User => "human",
        Role::Assistant => "gpt",
        Role::Tool => "observation",
    };
    let mut value = message.content.clone();
    for call in &message.tool_calls {
        let arguments =
            serde_json::from_str::<Value>(&call.arguments).unwrap_or_else(|_| call.arguments.as_str().into());
        value.push_str(&format!("{OPEN}{}{CLOSE}", json!({ "name": call.name, "arguments": arguments })));
    }
    json!({ "from": from, "value": value })
}
