//! Messages and tools as OpenAI's interface has them: what Hybrid-Gym, SWE-smith and most trainers take.

use serde_json::{Map, Value, json};

use super::{Call, FormError, Mark, Message, Role, Trajectory, content, list, put, text};

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let mut trajectory = Trajectory::new(&text(record, "instance_id").unwrap_or_default());
    trajectory.id = text(record, "id").unwrap_or_default();
    trajectory.reward = record.get("reward").and_then(Value::as_f64);
    trajectory.tools = record.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
    trajectory.messages = list(record, "messages")?.iter().map(message).collect::<Result<_, _>>()?;
    Ok(trajectory)
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let mut record = Map::new();
    put(&mut record, "id", Some(trajectory.id.as_str()).filter(|id| !id.is_empty()));
    put(&mut record, "instance_id", Some(trajectory.instance_id.as_str()));
    put(&mut record, "messages", Some(trajectory.messages.iter().map(written).collect::<Vec<_>>()));
    put(&mut record, "tools", Some(trajectory.tools.clone()).filter(|tools| !tools.is_empty()));
    put(&mut record, "reward", trajectory.reward);
    Value::Object(record)
}

/// A message of a chat.
pub(super) fn message(value: &Value) -> Result<Message, FormError> {
    let role = text(value, "role").ok_or_else(|| FormError::Field("role".to_owned()))?;
    let role = role_named(&role).ok_or_else(|| FormError::Field(format!("role: {role}")))?;
    let mut message = Message::new(role, content(value.get("content")));
    message.reasoning = text(value, "reasoning_content");
    message.tool_call_id = text(value, "tool_call_id");
    message.tool_calls =
        value.get("tool_calls").and_then(Value::as_array).into_iter().flatten().filter_map(call).collect();
    message.marks = value.get("marks").and_then(|marks| serde_json::from_value(marks.clone()).ok()).unwrap_or_default();
    Ok(message)
}

/// The role of a name; the names that scaffolds have given to theirs are understood.
pub(super) fn role_named(name: &str) -> Option<Role> {
    Some(match name {
        "system" | "developer" => Role::System,
        "user" | "human" => Role::User,
        "assistant" | "ai" | "gpt" => Role::Assistant,
        "tool" | "function" | "observation" => Role::Tool,
        _ => return None,
    })
}

fn call(value: &Value) -> Option<Call> {
    let function = value.get("function")?;
    // Some writers give the arguments as an object.
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    Some(Call { id: text(value, "id").unwrap_or_default(), name: text(function, "name")?, arguments })
}

/// A message as OpenAI's interface writes it.
pub(super) fn written(message: &Message) -> Value {
    let mut object = Map::new();
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    put(&mut object, "role", Some(role));
    put(&mut object, "content", Some(message.content.as_str()));
    put(&mut object, "reasoning_content", message.reasoning.as_deref());
    let calls: Vec<Value> = message.tool_calls.iter().map(written_call).collect();
    put(&mut object, "tool_calls", Some(calls).filter(|calls| !calls.is_empty()));
    put(&mut object, "tool_call_id", message.tool_call_id.as_deref());
    let marks: Vec<Value> = message.marks.iter().map(|mark: &Mark| json!(mark)).collect();
    put(&mut object, "marks", Some(marks).filter(|marks| !marks.is_empty()));
    Value::Object(object)
}

fn written_call(call: &Call) -> Value {
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } })
}
