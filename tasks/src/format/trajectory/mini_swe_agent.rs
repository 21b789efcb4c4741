//! mini-swe-agent's `.traj.json`.

use serde_json::{Value, json};

use super::{FormError, Trajectory, chat, list, text};

const FORMAT: &str = "mini-swe-agent-1.1";

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let mut trajectory = Trajectory::new(&text(record, "instance_id").unwrap_or_default());
    let info = record.get("info").unwrap_or(&Value::Null);
    trajectory.exit_status = text(info, "exit_status");
    trajectory.patch = text(info, "submission");
    trajectory.agent.version = text(info, "mini_version");
    trajectory.agent.model = record.pointer("/info/config/model/model_name").and_then(Value::as_str).map(str::to_owned);
    // The last message may have the role `exit`: it repeats the submission.
    let messages = list(record, "messages")?.iter().filter(|message| message["role"] != "exit");
    trajectory.messages = messages.map(chat::message).collect::<Result<_, _>>()?;
    Ok(trajectory)
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let messages: Vec<Value> = trajectory.messages.iter().map(chat::written).collect();
    json!({
        "info": {
            "exit_status": trajectory.exit_status,
            "submission": trajectory.patch,
            "mini_version": trajectory.agent.version,
            "config": { "model": { "model_name": trajectory.agent.model } },
        },
        "messages": messages,
        "trajectory_format": FORMAT,
        "instance_id": trajectory.instance_id,
    })
}
