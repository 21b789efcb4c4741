//! Rows of SWE-bench, SWE-Gym, SWE-smith and SWE-rebench.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tree::Tree;

use super::{InstanceError, Template, script, text};
use crate::execution::{Expected, Files, Grading, ImageReference, JobFile, Resources, Suite, TestCommand};
use crate::format::instance::Instance;
use crate::grading::log;
use crate::grading::protect::Rules;
use crate::patch;

pub(super) fn template(row: &Instance, image_tree: &Tree, grading: Grading) -> Result<Template, InstanceError> {
    let expected = Expected {
        fail_to_pass: row.fail_to_pass.as_ref().map(|list| list.tests.clone()).unwrap_or_default(),
        pass_to_pass: row.pass_to_pass.as_ref().map(|list| list.tests.clone()).unwrap_or_default(),
    };
    if expected.fail_to_pass.is_empty() && expected.pass_to_pass.is_empty() {
        return Err(InstanceError::field(row, "FAIL_TO_PASS"));
    }
    let tests = match row.test_patch.as_deref().filter(|patch| !patch.trim().is_empty()) {
        Some(patch) => test_files(row, patch, image_tree)?,
        None => Files::default(),
    };
    let rules = Rules {
        expected: expected.fail_to_pass.iter().chain(&expected.pass_to_pass).cloned().collect(),
        allowed: touched(row, &row.patch, &tests)?,
        protected: BTreeSet::new(),
        tests,
    };
    Ok(Template {
        task_id: row.instance_id.clone(),
        image: ImageReference { name: image(row), digest: None },
        workdir: text(row, "workdir").unwrap_or("/testbed").to_owned(),
        suite: suite(row, &expected, &rules.tests, grading)?,
        expected,
        grading,
        resources: Resources::default(),
        rules,
        seed: 0,
    })
}

/// The files that the tests' patch leaves behind.
fn test_files(row: &Instance, patch: &str, tree: &Tree) -> Result<Files, InstanceError> {
    let id = || row.instance_id.clone();
    let parsed = patch::parse(patch.as_bytes()).map_err(|error| InstanceError::Patch { id: id(), error })?;
    // Data of tests may be binary, which such a patch leaves out: the image's own stays.
    let textual: Vec<_> = parsed.into_iter().filter(|file| !file.binary).collect();
    let changes =
        patch::apply(&textual, |path| tree.get(path)).map_err(|error| InstanceError::Apply { id: id(), error })?;
    let mut files = Files::default();
    for change in changes {
        let path = String::from_utf8_lossy(&change.path).into_owned();
        match change.after {
            Some(node) => {
                let mode = u32::from(node.mode().0) & 0o777;
                files.written.insert(path, JobFile { mode, link: false, bytes: node.bytes().to_vec() });
            }
            None => files.deleted.push(path),
        }
    }
    Ok(files)
}

/// What the known solution changes, tests aside: a solution may change it whatever its name.
fn touched(row: &Instance, patch: &str, tests: &Files) -> Result<BTreeSet<String>, InstanceError> {
    let parsed =
        patch::parse(patch.as_bytes()).map_err(|error| InstanceError::Patch { id: row.instance_id.clone(), error })?;
    let paths = parsed.into_iter().flat_map(|file| [Some(file.path), file.renamed_from]).flatten();
    let paths = paths.filter_map(|path| String::from_utf8(path).ok());
    Ok(paths.filter(|path| !tests.written.contains_key(path)).collect())
}

/// The row's own image, or the name that its data set's publishers build.
fn image(row: &Instance) -> String {
    if let Some(name) = ["image", "image_name", "docker_image"].into_iter().find_map(|field| text(row, field)) {
        return if name.contains(':') { name.to_owned() } else { format!("{name}:latest") };
    }
    let id = row.instance_id.to_lowercase();
    let is_of_gym = row.fail_to_pass.as_ref().is_some_and(|list| !list.is_encoded());
    match is_of_gym {
        true => format!("xingyaoww/sweb.eval.x86_64.{}:latest", id.replace("__", "_s_")),
        false => format!("swebench/sweb.eval.x86_64.{}:latest", id.replace("__", "_1776_")),
    }
}

fn suite(row: &Instance, expected: &Expected, tests: &Files, grading: Grading) -> Result<Suite, InstanceError> {
    let install = row.others.get("install_config");
    let named = text(row, "log_parser").or_else(|| install?.get("log_parser")?.as_str());
    let parser = named.or_else(|| log::of_repository(&row.repo)).unwrap_or("pytest");
    let ids = || expected.fail_to_pass.iter().chain(&expected.pass_to_pass);
    let is_of_pytest = ids().all(|id| id.split_once("::").is_some_and(|(path, _)| path.ends_with(".py")));
    if grading == Grading::Strict && is_of_pytest {
        let files: BTreeSet<&str> = ids().filter_map(|id| Some(id.split_once("::")?.0)).collect();
        let arguments = files.into_iter().map(str::to_owned).collect();
        let environment = BTreeMap::new();
        return Ok(Suite { command: TestCommand::Pytest { arguments }, parser: parser.to_owned(), environment });
    }
    if let Some(text) = text(row, "eval_script") {
        return Ok(script(text.to_owned(), parser));
    }
    let command = text(row, "test_cmd").or_else(|| install?.get("test_cmd")?.as_str()).map(str::to_owned);
    let command = command.or_else(|| of_parser(parser, expected, tests));
    let command = command.ok_or_else(|| InstanceError::Command { id: row.instance_id.clone() })?;
    let marked = format!(
        "set -uxo pipefail\n: '>>>>> Start Test Output'\n{command}\nstatus=$?\n: '>>>>> End Test Output'\n\
         echo \">>>>> Test Exit Code: $status\"\n"
    );
    Ok(script(marked, parser))
}

/// The command that a parser reads, over the files of the tests.
fn of_parser(parser: &str, expected: &Expected, tests: &Files) -> Option<String> {
    let of_ids =
        expected.fail_to_pass.iter().chain(&expected.pass_to_pass).filter_map(|id| Some(id.split_once("::")?.0));
    let files: BTreeSet<&str> = match tests.written.is_empty() {
        true => of_ids.collect(),
        false => tests.written.keys().map(String::as_str).filter(|path| path.ends_with(".py")).collect(),
    };
    let quoted: Vec<String> = files.iter().map(|path| quote(path)).collect();
    Some(match log::named(parser)?.name {
        "pytest" | "pytest_options" | "pytest_v2" | "matplotlib" | "seaborn" => {
            format!("python -m pytest -rA --no-header -p no:cacheprovider {}", quoted.join(" "))
        }
        "django" => {
            // `tests/a/test_b.py` is the label `a.test_b`.
            let labels: Vec<String> = files
                .iter()
                .map(|path| path.strip_prefix("tests/").unwrap_or(path).trim_end_matches(".py").replace('/', "."))
                .collect();
            format!("./tests/runtests.py --verbosity 2 --settings=test_sqlite --parallel 1 {}", labels.join(" "))
        }
        "sympy" => format!("bin/test -C --verbose {}", quoted.join(" ")),
        _ => return None,
    })
}

fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::super::of_row;
    use super::*;
    use crate::change::tests::tree;
    use crate::change::{Change, between};
    use crate::grading::FlagKind;

    const TEST_PATCH: &str = "diff --git a/tests/test_a.py b/tests/test_a.py\n--- a/tests/test_a.py\n\
        +++ b/tests/test_a.py\n@@ -1 +1,2 @@\n def test_a(): pass\n+def test_b(): assert 1\n";

    fn row(more: &str) -> Instance {
        let text = format!(
            r#"{{"instance_id":"Own__repo-1","repo":"own/repo","base_commit":"c","patch":{patch},"test_patch":{tests},
            "FAIL_TO_PASS":"[\"tests/test_a.py::test_b\"]","PASS_TO_PASS":"[\"tests/test_a.py::test_a\"]"{more}}}"#,
            patch = serde_json::to_string("--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n").unwrap(),
            tests = serde_json::to_string(TEST_PATCH).unwrap(),
        );
        serde_json::from_str(&text).unwrap()
    }

    fn base() -> Tree {
        tree(&[("a.py", "x = 1\n"), ("tests/test_a.py", "def test_a(): pass\n")])
    }

    fn solved() -> Vec<Change> {
        between(&base(), &tree(&[("a.py", "x = 2\n"), ("tests/test_a.py", "forged\n")]))
    }

    #[test]
    fn a_row_becomes_a_strict_job() {
        let template = of_row(&row(""), &base(), Grading::Strict).unwrap();
        assert_eq!(template.image.name, "swebench/sweb.eval.x86_64.own_1776_repo-1:latest");
        let (job, protected) = template.job(&base(), &solved());
        job.check().unwrap();
        assert_eq!(job.suite.command, TestCommand::Pytest { arguments: vec!["tests/test_a.py".to_owned()] });
        assert_eq!(job.final_tree.written.keys().collect::<Vec<_>>(), ["a.py"]);
        assert_eq!(job.pristine.written["tests/test_a.py"].bytes, b"def test_a(): pass\ndef test_b(): assert 1\n");
        assert_eq!(protected.flags.iter().map(|flag| flag.kind).collect::<Vec<_>>(), [FlagKind::EditedTest]);
    }

    #[test]
    fn compatible_rules_run_a_marked_script() {
        let command = |row: &Instance, grading| match of_row(row, &base(), grading).unwrap().suite.command {
            TestCommand::Script { text } => text,
            other => panic!("{other:?}"),
        };
        let text = command(&row(""), Grading::SweBench);
        assert!(text.contains("pytest -rA --no-header -p no:cacheprovider 'tests/test_a.py'"), "{text}");
        let with_script = row(r#","eval_script":"run it","log_parser":"parse_log_django","image":"mine""#);
        let template = of_row(&with_script, &base(), Grading::SweBench).unwrap();
        assert_eq!((template.suite.parser.as_str(), template.image.name.as_str()), ("parse_log_django", "mine:latest"));
        assert_eq!(command(&with_script, Grading::SweBench), "run it");
        let of_config = row(r#","install_config":{"test_cmd":"pytest -q","log_parser":"pytest"},"image_name":"i:2""#);
        assert!(command(&of_config, Grading::SweBench).contains("\npytest -q\nstatus=$?\n"));
        let mut django = row("");
        django.repo = "django/django".to_owned();
        assert!(
            command(&django, Grading::SweBench)
                .contains("runtests.py --verbosity 2 --settings=test_sqlite --parallel 1 test_a\n")
        );
    }

    #[test]
    fn relatives_and_bad_rows() {
        let gym = r#"{"instance_id":"a__b-1","FAIL_TO_PASS":["tests/test_a.py::test_a"],"PASS_TO_PASS":[]}"#;
        let gym: Instance = serde_json::from_str(gym).unwrap();
        let name = of_row(&gym, &base(), Grading::Strict).unwrap().image.name;
        assert_eq!(name, "xingyaoww/sweb.eval.x86_64.a_s_b-1:latest");
        let mut empty = row("");
        (empty.fail_to_pass, empty.pass_to_pass) = (None, None);
        assert!(matches!(of_row(&empty, &base(), Grading::Strict), Err(InstanceError::Field { .. })));
        let other = tree(&[("a.py", "")]);
        assert!(matches!(of_row(&row(""), &other, Grading::Strict), Err(InstanceError::Apply { .. })));
        let cargo = row(r#","log_parser":"cargo""#);
        assert!(matches!(of_row(&cargo, &base(), Grading::SweBench), Err(InstanceError::Command { .. })));
    }
}
