//! what the daemon made is what the policy asked for, field by field.

use std::collections::BTreeMap;

use bollard::query_parameters::InspectContainerOptions;
use serde_json::{Value, json};
use sparring_tasks::execution::TestCommand;
use sparring_worker::container::policy::{Placement, Runtime, configuration};
use sparring_worker::container::{OWNER, seccomp};

use crate::world::{lease, world};

/// Fields of the daemon's answer that no request sets, with what they must be.
fn daemons_own() -> BTreeMap<&'static str, Value> {
    let masked = json!([
        "/proc/asound",
        "/proc/acpi",
        "/proc/kcore",
        "/proc/keys",
        "/proc/latency_stats",
        "/proc/timer_list",
        "/proc/timer_stats",
        "/proc/sched_debug",
        "/proc/scsi",
        "/sys/firmware",
    ]);
    let read_only = json!(["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
    BTreeMap::from([("ConsoleSize", json!([0, 0])), ("MaskedPaths", masked), ("ReadonlyPaths", read_only)])
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

/// Everything of `asked` is in `made`; a list in its order.
fn assert_contains(asked: &Value, made: &Value, at: &str) {
    match (asked, made) {
        (Value::Object(asked), Value::Object(made)) => {
            for (name, value) in asked {
                let found = made.get(name).unwrap_or(&Value::Null);
                assert_contains(value, found, &format!("{at}.{name}"));
            }
        }
        (Value::Array(asked), Value::Array(made)) if asked.len() == made.len() => {
            asked
                .iter()
                .zip(made)
                .enumerate()
                .for_each(|(index, (a, m))| assert_contains(a, m, &format!("{at}[{index}]")));
        }
        // The daemon leaves empty things out.
        _ if is_empty(asked) && is_empty(made) => {}
        _ => assert_eq!(asked, made, "{at}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_is_what_the_policy_says() {
    let Some(world) = world("inspect").await else { return };
    let mut job = world.job(TestCommand::Pytest { arguments: Vec::new() });
    job.suite.environment.insert("A".to_owned(), "b".to_owned());
    let container = world.runner.create(&job, &lease(&job, 7)).await.unwrap();
    let docker = world.runner.daemon().docker();
    let inspected = docker.inspect_container(container.name(), None::<InspectContainerOptions>).await.unwrap();
    let made = serde_json::to_value(inspected).unwrap();

    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = |value: &Value| -> BTreeMap<String, String> {
        value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let variables: BTreeMap<String, String> = made["Config"]["Env"]
        .as_array()
        .unwrap()
        .iter()
        .map(|variable| text(variable).split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap())
        .collect();
    let labels = pairs(&made["Config"]["Labels"]);
    assert!(labels[OWNER].starts_with("test inspect ") && labels["sparring.fence"] == "7");
    assert_eq!(labels["sparring.reward_key"], job.reward_key().to_string());
    let names: Vec<&str> = variables.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "A",
            "HOME",
            "LANG",
            "NVIDIA_VISIBLE_DEVICES",
            "PATH",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
            "PYTHONDONTWRITEBYTECODE",
            "PYTHONHASHSEED",
            "TMPDIR",
            "TZ",
        ]
    );

    let placement = Placement {
        image_id: &world.image.id,
        command: ["python3", "-I", "/sparring/start.py"].map(str::to_owned).into(),
        environment: variables,
        labels,
        fill_from_image: true,
        runtime: Runtime::Runc,
        seccomp: seccomp::profile(),
    };
    let asked = serde_json::to_value(configuration(&job, &placement)).unwrap();
    let mut asked_config = asked.clone();
    let asked_host = asked_config.as_object_mut().unwrap().remove("HostConfig").unwrap();
    asked_config["Env"] = Value::Null;
    assert_contains(&asked_host, &made["HostConfig"], "HostConfig");
    let mut made_config = made["Config"].clone();
    made_config["Env"] = Value::Null;
    assert_contains(&asked_config, &made_config, "Config");
    assert_eq!(made["Image"], world.image.id);

    // What was not asked for is not there.
    let own = daemons_own();
    for (name, value) in made["HostConfig"].as_object().unwrap() {
        if asked_host.get(name).is_some() {
            continue;
        }
        match own.get(name.as_str()) {
            Some(Value::Array(expected)) if value.is_array() => {
                // Newer daemons hide more.
                let missing = expected.iter().find(|path| !value.as_array().unwrap().contains(path));
                assert!(missing.is_none(), "{name} lacks {missing:?}");
            }
            _ => assert!(is_empty(value), "HostConfig.{name} is {value}"),
        }
    }
    drop(container);
    world.runner.settle().await;
}
