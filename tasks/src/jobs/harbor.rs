//! Harbor's task folders with a separate verifier: `task.toml`, `instruction.md`, `tests/`, `environment/`.
//!
//! A verifier writes its reward to a file. The job's script lays `tests/` outside of the tree, runs `test.sh`, and
//! prints what the file holds behind a name that only the hidden tests determine, as its last line.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sparring_tree::Hasher;

use super::{Template, script};
use crate::execution::{Device, Expected, Grading, ImageReference, Resources};
use crate::grading::protect::Rules;

/// Where Harbor's verifiers find their files, and where they write.
const TESTS: &str = "/tests";
const LOGS: &str = "/logs/verifier";

/// Why a folder is no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HarborError {
    /// A file that every task has is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// `task.toml` cannot be read.
    #[error("`task.toml`: {0}")]
    Settings(String),
    /// The task has a Dockerfile and no image: it has to be built first and its name given.
    #[error("the task names no image; build `environment/Dockerfile` and name it")]
    NoImage,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    verifier: Verifier,
    #[serde(default)]
    environment: Environment,
}

#[derive(Default, Deserialize)]
struct Verifier {
    timeout_sec: Option<f64>,
}

#[derive(Default, Deserialize)]
struct Environment {
    docker_image: Option<String>,
    cpus: Option<f64>,
    memory_mb: Option<u32>,
    storage_mb: Option<u32>,
    gpus: Option<u32>,
}

/// Reads a task folder, given as its files by path. `image` wins over the one that the task names; `workdir` is the
/// repository's folder in it.
pub fn template(
    task_id: &str,
    files: &BTreeMap<String, Vec<u8>>,
    image: Option<&str>,
    workdir: &str,
) -> Result<Template, HarborError> {
    let settings = files.get("task.toml").ok_or(HarborError::Missing("task.toml"))?;
    let settings: Settings = std::str::from_utf8(settings)
        .map_err(|error| HarborError::Settings(error.to_string()))
        .and_then(|text| toml::from_str(text).map_err(|error| HarborError::Settings(error.to_string())))?;
    if !files.contains_key("tests/test.sh") {
        return Err(HarborError::Missing("tests/test.sh"));
    }
    let image = image.or(settings.environment.docker_image.as_deref()).ok_or(HarborError::NoImage)?;
    let tests: BTreeMap<&str, &[u8]> =
        files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("tests/")?, bytes.as_slice()))).collect();
    let reward = reward_name(&tests);
    let default = Resources::default();
    let resources = Resources {
        timeout_seconds: settings.verifier.timeout_sec.map_or(default.timeout_seconds, |seconds| seconds.ceil() as u32),
        memory_mib: settings.environment.memory_mb.unwrap_or(default.memory_mib),
        cpu_millis: settings.environment.cpus.map_or(default.cpu_millis, |cpus| (cpus * 1000.0) as u32),
        disk_mib: settings.environment.storage_mb.unwrap_or(default.disk_mib),
        device: settings.environment.gpus.filter(|&gpus| gpus > 0).map(Device::Gpus),
        ..default
    };
    Ok(Template {
        task_id: task_id.to_owned(),
        image: ImageReference { name: image.to_owned(), digest: None },
        workdir: workdir.to_owned(),
        suite: script(text(&tests, &reward), "harbor"),
        expected: Expected { fail_to_pass: vec![reward], pass_to_pass: Vec::new() },
        grading: Grading::Strict,
        resources,
        rules: Rules::default(),
        seed: 0,
    })
}

/// A name that what is tested cannot know without the hidden tests.
fn reward_name(tests: &BTreeMap<&str, &[u8]>) -> String {
    let mut hasher = Hasher::new("sparring harbor reward 1");
    for (path, bytes) in tests {
        hasher.bytes(path.as_bytes()).bytes(bytes);
    }
    format!("reward-{}", hasher.finish().short())
}

fn text(tests: &BTreeMap<&str, &[u8]>, reward: &str) -> String {
    let mut text = format!("mkdir -p {TESTS} {LOGS}\n");
    for (path, bytes) in tests {
        let quoted = format!("{TESTS}/{path}").replace('\'', r"'\''");
        text.push_str(&format!(
            "mkdir -p \"$(dirname '{quoted}')\"\nbase64 -d > '{quoted}' <<'END_OF_FILE'\n{}\nEND_OF_FILE\n",
            STANDARD.encode(bytes)
        ));
    }
    text.push_str(&format!(
        "bash {TESTS}/test.sh\n\
         if [ -s {LOGS}/reward.json ]; then echo \"{reward} $(tr -d '\\n' < {LOGS}/reward.json)\"\n\
         elif [ -s {LOGS}/reward.txt ]; then echo \"{reward} $(tr -d '\\n' < {LOGS}/reward.txt)\"\n\
         else echo '{reward} missing'; fi\nexit 0\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::{Exit, Run, TestCommand};
    use crate::grading::grade;

    fn files(more: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        let settings = "version = \"1.0\"\n[verifier]\ntimeout_sec = 90.5\n[environment]\ndocker_image = \"own/x:1\"\n\
                        cpus = 2\nmemory_mb = 512\ngpus = 1\n";
        let own = [
            ("task.toml", settings),
            ("instruction.md", "Do it."),
            ("tests/test.sh", "echo 1 > /logs/verifier/reward.txt\n"),
        ];
        own.iter().chain(more).map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_folder_becomes_a_job() {
        let template = template("t", &files(&[("tests/sub/it's.py", "x")]), None, "/app").unwrap();
        assert_eq!((template.image.name.as_str(), template.resources.timeout_seconds), ("own/x:1", 91));
        assert_eq!((template.resources.cpu_millis, template.resources.device.clone()), (2000, Some(Device::Gpus(1))));
        let (job, _) = template.job(&Default::default(), &[]);
        job.check().unwrap();
        let TestCommand::Script { text } = &job.suite.command else { panic!("{job:?}") };
        let reward = &job.expected.fail_to_pass[0];
        assert!(text.contains(r"'/tests/sub/it'\''s.py'") && text.contains(reward.as_str()), "{text}");
        let value = |log: String| {
            let log = log.into_bytes();
            let run =
                Run { exit: Exit::Code(0), elapsed_ms: 1, log, log_cut: false, report: None, tampering: Vec::new() };
            grade(&job, &run).value()
        };
        assert_eq!(value(format!("noise\n{reward} 1\n")), Some(1.0));
        assert_eq!(value(format!("{reward} {{\"reward\": 1.0, \"tests\": 0}}\n")), Some(1.0));
        for wrong in ["0", "0.5", "missing", "{\"reward\": 0}", "{}", "", "nan"] {
            assert_eq!(value(format!("{reward} {wrong}\n")), Some(0.0), "{wrong}");
        }
        assert_eq!(value(format!("{reward} 1\n{reward} 0\n")), Some(0.0), "the worst record counts");
        assert_eq!(value(String::new()), Some(0.0));
    }

    #[test]
    fn folders_that_lack_something_are_named() {
        let without = |path: &str| {
            let mut files = files(&[]);
            files.remove(path);
            template("t", &files, None, "/app").unwrap_err()
        };
        assert_eq!(without("task.toml"), HarborError::Missing("task.toml"));
        assert_eq!(without("tests/test.sh"), HarborError::Missing("tests/test.sh"));
        let other = |text: &str| template("t", &files(&[("task.toml", text)]), None, "/app").unwrap_err();
        assert_eq!(other("x = 1"), HarborError::NoImage);
        assert!(matches!(other("x = "), HarborError::Settings(_)));
        let mut named = files(&[]);
        named.insert("task.toml".to_owned(), b"".to_vec());
        assert_eq!(template("t", &named, Some("built:1"), "/app").unwrap().image.name, "built:1");
    }
}
