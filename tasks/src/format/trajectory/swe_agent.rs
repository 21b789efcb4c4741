//! SWE-agent's `.traj`: the history as chat, and the same as steps.

use serde_json::{Map, Value, json};

use super::{Call, FormError, Message, Role, Trajectory, chat, list, put, text};

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let mut trajectory = Trajectory::new(&text(record, "environment").unwrap_or_default());
    let info = record.get("info").unwrap_or(&Value::Null);
    trajectory.exit_status = text(info, "exit_status");
    trajectory.patch = text(info, "submission");
    trajectory.agent.version = text(info, "swe_agent_version");
    for item in list(record, "history")? {
        let mut message = chat::message(item)?;
        message.tool_call_id =
            item.pointer("/tool_call_ids/0").and_then(Value::as_str).map(str::to_owned).or(message.tool_call_id);
        trajectory.messages.push(message);
    }
    Ok(trajectory)
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let history: Vec<Value> = trajectory.messages.iter().map(history_item).collect();
    let mut info = Map::new();
    put(&mut info, "exit_status", trajectory.exit_status.as_deref());
    put(&mut info, "submission", trajectory.patch.as_deref());
    put(&mut info, "swe_agent_version", trajectory.agent.version.as_deref());
    json!({
        "environment": trajectory.instance_id, "trajectory": steps(&trajectory.messages), "history": history,
        "info": info,
    })
}

fn history_item(message: &Message) -> Value {
    let mut item = chat::written(message);
    if let Value::Object(object) = &mut item {
        let kind = match message.role {
            Role::System => "system_prompt",
            Role::Assistant => "action",
            Role::User | Role::Tool => "observation",
        };
        object.insert("message_type".to_owned(), kind.into());
        object.insert("agent".to_owned(), "main".into());
        if message.role == Role::Assistant {
            object.insert("thought".to_owned(), message.content.clone().into());
            object.insert("action".to_owned(), action(&message.tool_calls).into());
        }
        if let Some(id) = object.shift_remove("tool_call_id") {
            object.insert("tool_call_ids".to_owned(), json!([id]));
        }
    }
    item
}

/// One step for each message of the model; what stands behind it is its observation.
fn steps(messages: &[Message]) -> Vec<Value> {
    let mut steps = Vec::new();
    for (at, message) in messages.iter().enumerate().filter(|(_, message)| message.role == Role::Assistant) {
        let answers = messages[at + 1..].iter().take_while(|next| next.role != Role::Assistant);
        let observation = answers.map(|answer| answer.content.as_str()).collect::<Vec<_>>().join("\n");
        steps.push(json!({
            "action": action(&message.tool_calls), "observation": observation, "response": message.content,
            "thought": message.content,
        }));
    }
    steps
}

/// A call as the scaffold shows it: the command, or the tool with its arguments.
fn action(calls: &[Call]) -> String {
    let one = |call: &Call| {
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap_or_default();
        match arguments.get("command").and_then(Value::as_str) {
            Some(command) if call.name == "bash" => command.to_owned(),
            _ => format!("{} {}", call.name, call.arguments),
        }
    };
    calls.iter().map(one).collect::<Vec<_>>().join("\n")
}
