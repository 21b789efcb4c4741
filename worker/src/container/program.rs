//! The main process of a container: its command, its environment, and the files of the worker beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sparring_tasks::execution::{Job, TestCommand};

use super::archive::Archive;
use super::overlay::Overlay;
use super::policy::{SCRATCH, WORKER_FOLDER};

/// Where the report files lie below the worker's folder. The folder is the administrator's and the files are the
/// tests': they can be written and nothing can be put beside them.
pub(super) const REPORT: &str = "report";
const RUN: &str = include_str!("run.py");
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Variables that change what programs load and how tests run: an image's are emptied.
const STEERING: [&str; 5] = ["LD_", "PYTEST", "PYTHON", "NVIDIA_", "GCONV_PATH"];

/// What the container executes.
pub(super) fn command(job: &Job) -> Vec<String> {
    let words: &[&str] = match job.suite.command {
        TestCommand::Pytest { .. } => &["python3", "-s", "/sparring/run.py"],
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

/// The files below [`WORKER_FOLDER`].
pub(super) fn worker_files(
    job: &Job,
    overlay: &Overlay,
    of_image: &BTreeMap<String, String>,
    nonce: &str,
) -> std::io::Result<Vec<u8>> {
    let mut archive = Archive::new(Vec::new());
    match &job.suite.command {
        TestCommand::Script { text } => archive.file("script.sh", 0o644, text.as_bytes())?,
        TestCommand::Pytest { arguments } => {
            let set: BTreeSet<String> = environment(job, &BTreeMap::new()).into_keys().collect();
            let settings = json!({
                "workdir": job.workdir,
                "arguments": pytest_arguments(job, overlay, arguments),
                "nonce": nonce,
                "cleared": of_image.keys().filter(|name| !set.contains(*name)).collect::<Vec<_>>(),
            });
            archive.file("run.py", 0o644, RUN.as_bytes())?;
            archive.file("settings.json", 0o644, settings.to_string().as_bytes())?;
            archive.file("pytest.ini", 0o644, b"[pytest]\n")?;
            archive.directory(REPORT, 0o755)?;
            for name in ["junit.xml", "nonce"] {
                archive.owned_file(&format!("{REPORT}/{name}"), 0o600, b"", 1000)?;
            }
        }
    }
    archive.finish()
}

fn pytest_arguments(job: &Job, overlay: &Overlay, arguments: &[String]) -> Vec<String> {
    let settings = match settings_file(job) {
        Some(path) => format!("{}/{path}", job.workdir.trim_end_matches('/')),
        None => format!("{WORKER_FOLDER}/pytest.ini"),
    };
    let mut all: Vec<String> = vec![
        "-c".to_owned(),
        settings,
        format!("--rootdir={}", job.workdir),
        "-p".to_owned(),
        "no:cacheprovider".to_owned(),
        "-o".to_owned(),
        "junit_family=xunit1".to_owned(),
        format!("--junitxml={WORKER_FOLDER}/{REPORT}/junit.xml"),
        "-rA".to_owned(),
        "--color=no".to_owned(),
    ];
    all.extend(arguments.iter().cloned());
    all.extend(overlay.canary_file.clone());
    all
}

/// The task's own settings file, in the order in which pytest looks for one. An agent's is never read.
fn settings_file(job: &Job) -> Option<&'static str> {
    let holds = |path: &str, mark: &str| {
        let file = job.pristine.written.get(path);
        file.is_some_and(|file| String::from_utf8_lossy(&file.bytes).contains(mark))
    };
    [
        ("pytest.toml", ""),
        (".pytest.toml", ""),
        ("pytest.ini", ""),
        (".pytest.ini", ""),
        ("pyproject.toml", "[tool.pytest"),
        ("tox.ini", "[pytest]"),
        ("setup.cfg", "[tool:pytest]"),
    ]
    .into_iter()
    .find(|(path, mark)| holds(path, mark))
    .map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::overlay::lay;
    use crate::container::samples::{file, job};

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

    #[test]
    fn the_settings_are_the_tasks() {
        let mut job = job("true");
        job.suite.command = TestCommand::Pytest { arguments: vec!["tests/test_a.py".to_owned()] };
        job.final_tree.written.insert("pytest.ini".to_owned(), file("[pytest]\naddopts = --collect-only\n"));
        let of = |job: &Job| {
            let TestCommand::Pytest { arguments } = &job.suite.command else { panic!("{job:?}") };
            pytest_arguments(job, &lay(job).unwrap(), arguments)
        };
        assert_eq!(of(&job)[1], "/sparring/pytest.ini");
        job.pristine.written.insert("setup.cfg".to_owned(), file("[tool:pytest]\n"));
        job.pristine.written.insert("pyproject.toml".to_owned(), file("[project]\n"));
        assert_eq!(of(&job)[1], "/testbed/setup.cfg");
        let arguments = of(&job);
        let canary = lay(&job).unwrap().canary_file.unwrap();
        assert_eq!(arguments[arguments.len() - 2..], ["tests/test_a.py".to_owned(), canary]);
    }
}
