//! SWE-bench's predictions: what is left of a trajectory when only its patch counts.

use serde_json::{Map, Value};

use super::{FormError, Trajectory, put, text};

pub(super) fn read(record: &Value) -> Result<Trajectory, FormError> {
    let id = text(record, "instance_id").ok_or_else(|| FormError::Field("instance_id".to_owned()))?;
    let mut trajectory = Trajectory::new(&id);
    trajectory.agent.model = text(record, "model_name_or_path");
    trajectory.patch = text(record, "model_patch");
    Ok(trajectory)
}

pub(super) fn write(trajectory: &Trajectory) -> Value {
    let mut record = Map::new();
    put(&mut record, "instance_id", Some(trajectory.instance_id.as_str()));
    put(&mut record, "model_name_or_path", trajectory.agent.model.as_deref());
    put(&mut record, "model_patch", trajectory.patch.as_deref());
    Value::Object(record)
}
