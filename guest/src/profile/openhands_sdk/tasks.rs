//! The tool `task_tracker`.

use crate::profile::Memory;
use crate::step::{Arguments, Value};

/// What the tool says.
pub(super) fn run(arguments: &Arguments, memory: &mut Memory) -> Result<String, String> {
    match arguments.get("command").map(Value::python).unwrap_or_default().as_str() {
        "plan" => {
            let items = match arguments.get("task_list") {
                Some(Value::List(items)) => items.as_slice(),
                None => &[],
                Some(_) => return Err("`task_list` should be a list.".into()),
            };
            memory.tasks = items.iter().zip(1..).map(|(item, number)| row(item, number)).collect();
            Ok(format!("Task list has been updated with {} item(s).", items.len()))
        }
        "view" if memory.tasks.is_empty() => {
            Ok("No task list found. Use the \"plan\" command to create one.".to_owned())
        }
        "view" => Ok(format!("# Task List\n\n{}", memory.tasks.trim())),
        other => Err(format!("Unknown command: {other}. Supported commands are \"view\" and \"plan\".")),
    }
}

/// A task as the list shows it.
fn row(item: &Value, number: usize) -> String {
    let field = |name: &str| match item {
        Value::Object(pairs) => {
            pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.python()).unwrap_or_default()
        }
        _ => String::new(),
    };
    let icon = match field("status").as_str() {
        "in_progress" => "🔄",
        "done" => "✅",
        _ => "⏳",
    };
    let notes = field("notes");
    let notes = if notes.is_empty() { String::new() } else { format!("   {notes}\n") };
    format!("{number}. {icon} {}\n{notes}\n", field("title"))
}
