//! The main process of a container: its command, its environment, and the files of the worker beside it.

use std::collections::BTreeMap;

use serde_json::json;
use sparring_tasks::execution::{Job, TestCommand};
use sparring_tasks::grading::runner;

use super::archive::Archive;
use super::policy::SCRATCH;

/// Where the report files lie below the worker's folder. The folder is the administrator's and the files are the
/// tests': they can be written and nothing can be put beside them.
pub(super) const REPORT: &str = "report";
const START: &str = include_str!("start.py");
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Variables that change what programs load and how tests run: an image's are emptied.
const STEERING: [&str; 5] = ["LD_", "PYTEST", "PYTHON", "NVIDIA_", "GCONV_PATH"];

/// What the container executes.
pub(super) fn command(job: &Job) -> Vec<String> {
    let words: &[&str] = match job.suite.command {
        TestCommand::Pytest { .. } => &["python3", "-I", "/sparring/start.py"],
        TestCommand::Script { .. } => &["bash", "/sparring/script.sh"],
    };
    words.iter().map(|&word| word.to_owned()).collect()
}

/// All variables of the main process; `of_image` are the image's, which a container inherits unless they are set.
pub(super) fn environment(job: &Job, of_image: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> =
        of_image.keys().filter(|name| is_steering(name)).map(|name| (name.clone(), String::new())).collect();
    let path = of_image.get("PATH").map_or(DEFAULT_PATH, String::as_str);
    let seed = (job.seed % (1 << 32)).to_string();
    let own = [
        ("PATH", path),
        ("HOME", SCRATCH),
        ("TMPDIR", SCRATCH),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
        ("PYTHONHASHSEED", &seed),
        // The tree is not the tests' to write in.
        ("PYTHONDONTWRITEBYTECODE", "1"),
        // For scripts that call pytest; the runner sets its own.
        ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),
    ];
    variables.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables.extend(job.suite.environment.clone());
    if job.resources.device.is_none() {
        variables.insert("NVIDIA_VISIBLE_DEVICES".to_owned(), "void".to_owned());
    }
    variables
}

fn is_steering(name: &str) -> bool {
    STEERING.iter().any(|prefix| name.starts_with(prefix))
}

/// The files below the worker's folder.
pub(super) fn worker_files(job: &Job, nonce: &str) -> std::io::Result<Vec<u8>> {
    let mut archive = Archive::new(Vec::new());
    if let TestCommand::Script { text } = &job.suite.command {
        archive.file("script.sh", 0o644, text.as_bytes())?;
    }
    if let Some(plan) = runner::plan(job, nonce, SCRATCH) {
        let variables: Vec<String> = environment(job, &BTreeMap::new()).into_keys().collect();
        let given = json!({ "plan": plan, "variables": variables });
        archive.file("start.py", 0o644, START.as_bytes())?;
        archive.file("runner.py", 0o644, runner::RUNNER.as_bytes())?;
        archive.directory(REPORT, 0o755)?;
        archive.owned_file(&format!("{REPORT}/plan.json"), 0o600, given.to_string().as_bytes(), 1000)?;
        archive.owned_file(&format!("{REPORT}/{}", runner::RESULT_FILE), 0o600, b"", 1000)?;
    }
    archive.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::samples::job;

    #[test]
    fn an_images_steering_variables_are_emptied() {
        let image = [("PATH", "/opt/bin:/bin"), ("LD_PRELOAD", "/x.so"), ("PYTHONPATH", "/x"), ("GPG_KEY", "1")];
        let image = image.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut job = job("true");
        job.suite.environment.insert("PYTHONHASHSEED".to_owned(), "7".to_owned());
        let variables = environment(&job, &image);
        let get = |name: &str| variables.get(name).map(String::as_str);
        assert_eq!((get("LD_PRELOAD"), get("PYTHONPATH"), get("GPG_KEY")), (Some(""), Some(""), None));
        assert_eq!((get("PATH"), get("PYTHONHASHSEED")), (Some("/opt/bin:/bin"), Some("7")));
        assert_eq!(get("NVIDIA_VISIBLE_DEVICES"), Some("void"));
    }
}
