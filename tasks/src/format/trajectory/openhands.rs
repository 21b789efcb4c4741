//! OpenHands' `output.jsonl` (version 0): one row an instance, its history as events.

use serde_json::{Map, Value, json};

use super::{Call, FormError, Message, Role, Trajectory, list, put, text};

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let id = text(record, "instance_id").ok_or_else(|| FormError::Field("instance_id".to_owned()))?;
    let mut trajectory = Trajectory::new(&id);
    trajectory.patch = record.pointer("/test_result/git_patch").and_then(Value::as_str).map(str::to_owned);
    trajectory.agent.name = record.pointer("/metadata/agent_class").and_then(Value::as_str).map(str::to_owned);
    trajectory.agent.model = record.pointer("/metadata/llm_config/model").and_then(Value::as_str).map(str::to_owned);
    trajectory.exit_status = text(record, "error");
    for event in list(record, "history")? {
        if event.get("action").and_then(Value::as_str) == Some("system") {
            let tools = event.pointer("/args/tools").and_then(Value::as_array);
            trajectory.tools = tools.cloned().unwrap_or_default();
        }
        trajectory.messages.extend(message(event));
    }
    Ok(trajectory)
}

/// The message of an event; events that say nothing to the model (changes of the agent's state) have none.
fn message(event: &Value) -> Option<Message> {
    let argument = |name: &str| event.pointer(&format!("/args/{name}")).and_then(Value::as_str).unwrap_or_default();
    let mut message = match (text(event, "action").as_deref(), text(event, "source").as_deref()) {
        (Some("system"), _) => Message::new(Role::System, argument("content")),
        (Some("message"), Some("user")) => Message::new(Role::User, argument("content")),
        (Some("message"), _) => Message::new(Role::Assistant, argument("content")),
        (Some(action), Some("agent")) if event.get("args").is_some() => {
            let mut message = Message::new(Role::Assistant, argument("thought"));
            message.tool_calls.push(call(action, event));
            message
        }
        _ => {
            event.get("observation")?;
            // What answers no call is news of the environment.
            let call = call_id(event).or_else(|| Some(format!("event-{}", event.get("cause")?)))?;
            let mut answer = Message::new(Role::Tool, text(event, "content")?);
            answer.tool_call_id = Some(call);
            answer
        }
    };
    message.timestamp = text(event, "timestamp");
    Some(message)
}

fn call_id(event: &Value) -> Option<String> {
    text(event.get("tool_call_metadata")?, "tool_call_id")
}

/// The call as the model made it, where the response is kept, else the event's own fields.
fn call(action: &str, event: &Value) -> Call {
    let id = call_id(event).unwrap_or_else(|| format!("event-{}", event.get("id").unwrap_or(&Value::Null)));
    let calls = event.pointer("/tool_call_metadata/model_response/choices/0/message/tool_calls");
    let made =
        calls.and_then(Value::as_array).into_iter().flatten().find(|call| text(call, "id").as_ref() == Some(&id));
    let made =
        made.and_then(|call| Some((text(call.get("function")?, "name")?, text(call.get("function")?, "arguments")?)));
    let (name, arguments) = made.unwrap_or_else(|| {
        let name = event.pointer("/tool_call_metadata/function_name").and_then(Value::as_str).unwrap_or(action);
        let mut arguments = event.get("args").cloned().unwrap_or_default();
        if let Value::Object(arguments) = &mut arguments {
            arguments.shift_remove("thought");
        }
        (name.to_owned(), arguments.to_string())
    });
    Call { id, name, arguments }
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let mut history: Vec<Value> = Vec::new();
    for message in &trajectory.messages {
        let mut add = |event: Map<String, Value>| {
            let mut whole = Map::new();
            put(&mut whole, "id", Some(history.len()));
            put(&mut whole, "timestamp", message.timestamp.as_deref());
            whole.extend(event);
            history.push(Value::Object(whole));
        };
        match message.role {
            Role::System => {
                let args = json!({ "content": message.content, "tools": trajectory.tools });
                add(event(&[("source", "agent".into()), ("action", "system".into()), ("args", args)]));
            }
            Role::User => {
                let args = json!({ "content": message.content });
                add(event(&[("source", "user".into()), ("action", "message".into()), ("args", args)]));
            }
            Role::Assistant if message.tool_calls.is_empty() => {
                let args = json!({ "content": message.content });
                add(event(&[("source", "agent".into()), ("action", "message".into()), ("args", args)]));
            }
            Role::Assistant => {
                for (at, call) in message.tool_calls.iter().enumerate() {
                    add(action(call, if at == 0 { &message.content } else { "" }));
                }
            }
            Role::Tool => {
                let metadata = json!({ "tool_call_id": message.tool_call_id });
                add(event(&[
                    ("source", "agent".into()),
                    ("observation", "run".into()),
                    ("content", message.content.as_str().into()),
                    ("tool_call_metadata", metadata),
                ]));
            }
        }
    }
    json!({
        "instance_id": trajectory.instance_id,
        "test_result": { "git_patch": trajectory.patch },
        "metadata": {
            "agent_class": trajectory.agent.name, "llm_config": { "model": trajectory.agent.model },
        },
        "history": history,
        "error": trajectory.exit_status,
    })
}

fn event(fields: &[(&str, Value)]) -> Map<String, Value> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn action(call: &Call, thought: &str) -> Map<String, Value> {
    let mut args = serde_json::from_str::<Value>(&call.arguments).ok().filter(Value::is_object).unwrap_or(json!({}));
    if let Value::Object(args) = &mut args {
        args.insert("thought".to_owned(), thought.into());
    }
    let kind = match call.name.as_str() {
        "execute_bash" | "bash" => "run",
        "str_replace_editor" => "edit",
        "think" => "think",
        "finish" => "finish",
        other => other,
    };
    let function =
        json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } });
    let metadata = json!({
        "function_name": call.name, "tool_call_id": call.id,
        "model_response": { "choices": [{ "message": { "tool_calls": [function] } }] },
    });
    event(&[("source", "agent".into()), ("action", kind.into()), ("args", args), ("tool_call_metadata", metadata)])
}
