//! Harbor's Agent Trajectory Interchange Format, version 1.7.

use serde_json::{Map, Value, json};

use super::{Call, FormError, Mark, Message, Role, Trajectory, content, list, put, text};

const SCHEMA: &str = "ATIF-v1.7";

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let mut trajectory = Trajectory::new("");
    trajectory.id = text(record, "session_id").unwrap_or_default();
    if let Some(agent) = record.get("agent") {
        trajectory.agent.name = text(agent, "name");
        trajectory.agent.version = text(agent, "version");
        trajectory.agent.model = text(agent, "model_name");
        trajectory.tools = agent.get("tool_definitions").and_then(Value::as_array).cloned().unwrap_or_default();
    }
    for step in list(record, "steps")? {
        let role = match step.get("source").and_then(Value::as_str) {
            Some("agent") => Role::Assistant,
            Some("system") => Role::System,
            Some("user") => Role::User,
            _ => return Err(FormError::Field("source".to_owned())),
        };
        let copied = step.get("is_copied_context").and_then(Value::as_bool).unwrap_or(false);
        let marks = if copied { vec![Mark::Copied] } else { Vec::new() };
        let mut message = Message::new(role, content(step.get("message")));
        message.reasoning = text(step, "reasoning_content");
        message.timestamp = text(step, "timestamp");
        message.marks.clone_from(&marks);
        message.tool_calls =
            step.get("tool_calls").and_then(Value::as_array).into_iter().flatten().filter_map(call).collect();
        trajectory.messages.push(message);
        for result in step.pointer("/observation/results").and_then(Value::as_array).into_iter().flatten() {
            let mut answer = Message::new(Role::Tool, content(result.get("content")));
            answer.tool_call_id = text(result, "source_call_id");
            answer.marks.clone_from(&marks);
            trajectory.messages.push(answer);
        }
    }
    Ok(trajectory)
}

fn call(value: &Value) -> Option<Call> {
    let arguments = value.get("arguments").map(Value::to_string).unwrap_or_default();
    Some(Call { id: text(value, "tool_call_id")?, name: text(value, "function_name")?, arguments })
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let mut agent = Map::new();
    put(&mut agent, "name", Some(trajectory.agent.name.as_deref().unwrap_or_default()));
    put(&mut agent, "version", Some(trajectory.agent.version.as_deref().unwrap_or_default()));
    put(&mut agent, "model_name", trajectory.agent.model.as_deref());
    put(&mut agent, "tool_definitions", Some(trajectory.tools.clone()).filter(|tools| !tools.is_empty()));
    let mut steps: Vec<Map<String, Value>> = Vec::new();
    for message in &trajectory.messages {
        match steps.last_mut().filter(|_| message.role == Role::Tool) {
            Some(step) => add_result(step, message),
            None => steps.push(step(message, steps.len() + 1)),
        }
    }
    let steps: Vec<Value> = steps.into_iter().map(Value::Object).collect();
    json!({ "schema_version": SCHEMA, "session_id": trajectory.id, "agent": agent, "steps": steps })
}

/// What a tool answered belongs to the step before it.
fn add_result(step: &mut Map<String, Value>, message: &Message) {
    let mut result = Map::new();
    put(&mut result, "source_call_id", message.tool_call_id.as_deref());
    put(&mut result, "content", Some(message.content.as_str()));
    let observation = step.entry("observation").or_insert_with(|| json!({ "results": [] }));
    if let Some(results) = observation["results"].as_array_mut() {
        results.push(Value::Object(result));
    }
}

fn step(message: &Message, number: usize) -> Map<String, Value> {
    let mut step = Map::new();
    put(&mut step, "step_id", Some(number));
    put(&mut step, "timestamp", message.timestamp.as_deref());
    let source = match message.role {
        Role::Assistant => "agent",
        Role::System => "system",
        // A tool that answers before anybody spoke has no other place.
        Role::User | Role::Tool => "user",
    };
    put(&mut step, "source", Some(source));
    put(&mut step, "message", Some(message.content.as_str()));
    put(&mut step, "reasoning_content", message.reasoning.as_deref());
    let calls: Vec<Value> = message.tool_calls.iter().map(written_call).collect();
    put(&mut step, "tool_calls", Some(calls).filter(|calls| !calls.is_empty()));
    put(&mut step, "is_copied_context", message.marks.contains(&Mark::Copied).then_some(true));
    step
}

fn written_call(call: &Call) -> Value {
    // The form wants an object; what is none is told as text.
    let parsed = serde_json::from_str::<Value>(&call.arguments).ok().filter(Value::is_object);
    let arguments = parsed.unwrap_or_else(|| json!({ "text": call.arguments }));
    json!({ "tool_call_id": call.id, "function_name": call.name, "arguments": arguments })
}
