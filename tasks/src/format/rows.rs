//! Rows of the field's data sets as [`Instance`]s: each keeps all its fields.
//!
//! SWE-bench, SWE-Gym, SWE-smith and SWE-rebench are that form already. R2E-Gym has no id, its issue between tags and its
//! patch as parsed hunks; Multi-SWE names everything differently.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::instance::{Instance, TestList};

/// Which data set a row has the fields of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// SWE-bench: lists of tests as text.
    SweBench,
    /// SWE-Gym: the same with real lists, or without tests (Raw).
    SweGym,
    /// SWE-smith: the patch plants the bug.
    SweSmith,
    /// SWE-rebench V2: how to install and which log parser to use.
    SweRebench,
    /// R2E-Gym.
    R2eGym,
    /// Multi-SWE.
    MultiSwe,
}

/// Why a row is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is missing or not as expected")]
pub struct RowError {
    /// The field.
    pub field: String,
}

/// Which data set a row is of.
pub fn origin(row: &Map<String, Value>) -> Origin {
    let has = |field: &str| row.contains_key(field);
    if has("expected_output_json") || has("parsed_commit_content") {
        Origin::R2eGym
    } else if has("fix_patch") {
        Origin::MultiSwe
    } else if has("install_config") {
        Origin::SweRebench
    } else if has("image_name") && !has("test_patch") {
        Origin::SweSmith
    } else if row.get("FAIL_TO_PASS").is_some_and(Value::is_string) {
        Origin::SweBench
    } else {
        Origin::SweGym
    }
}

/// Reads a row of any of them.
pub fn read(row: Map<String, Value>) -> Result<Instance, RowError> {
    match origin(&row) {
        Origin::R2eGym => r2e_gym(row),
        Origin::MultiSwe => multi_swe(row),
        _ => serde_json::from_value(Value::Object(row)).map_err(|error| RowError { field: error.to_string() }),
    }
}

fn text(row: &Map<String, Value>, field: &str) -> Result<String, RowError> {
    row.get(field).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| RowError { field: field.to_owned() })
}

/// The id is made of the repository's name and the commit. `base_commit` is the commit before, which the row tells only
/// inside `parsed_commit_content`.
fn r2e_gym(row: Map<String, Value>) -> Result<Instance, RowError> {
    let (repo, commit) = (text(&row, "repo_name")?, text(&row, "commit_hash")?);
    let parsed: Option<Value> = row.get("parsed_commit_content").and_then(|value| match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    });
    let before = parsed.as_ref().and_then(|parsed| parsed.get("old_commit_hash")).and_then(Value::as_str);
    let issue = row.get("problem_statement").and_then(Value::as_str).map(|text| {
        let inner = text.split_once("[ISSUE]").and_then(|(_, rest)| rest.split_once("[/ISSUE]"));
        inner.map_or(text, |(inner, _)| inner).trim().to_owned()
    });
    Ok(Instance {
        instance_id: format!("{repo}__{commit}"),
        repo,
        base_commit: before.unwrap_or_default().to_owned(),
        patch: parsed.as_ref().map(|parsed| rebuilt(parsed, false)).unwrap_or_default(),
        test_patch: parsed.as_ref().map(|parsed| rebuilt(parsed, true)).filter(|patch| !patch.is_empty()),
        problem_statement: issue,
        others: others(row),
        ..Instance::default()
    })
}

/// The fields of a row beside those that an [`Instance`] names; of equal names, the row's is kept as `original_...`.
fn others(row: Map<String, Value>) -> Map<String, Value> {
    const NAMED: [&str; 8] = [
        "instance_id",
        "repo",
        "base_commit",
        "patch",
        "test_patch",
        "problem_statement",
        "FAIL_TO_PASS",
        "PASS_TO_PASS",
    ];
    let renamed = |name: String| if NAMED.contains(&name.as_str()) { format!("original_{name}") } else { name };
    row.into_iter().map(|(name, value)| (renamed(name), value)).collect()
}

/// A patch of a commit that was parsed to hunks: those of tests, or the others.
fn rebuilt(parsed: &Value, tests: bool) -> String {
    let mut patch = String::new();
    for file in parsed.get("file_diffs").and_then(Value::as_array).into_iter().flatten() {
        let side = |name: &str| {
            file.pointer(&format!("/header/file/{name}")).or_else(|| file.pointer(&format!("/{name}/path")))
        };
        let path =
            |name: &str| side(name).and_then(Value::as_str).filter(|path| !path.is_empty() && *path != "/dev/null");
        let old = path("minus_file").or_else(|| path("path"));
        let new = path("plus_file").or_else(|| path("path"));
        let bare = |path: &str, prefix: &str| path.strip_prefix(prefix).unwrap_or(path).to_owned();
        let (old, new) = (old.map(|path| bare(path, "a/")), new.map(|path| bare(path, "b/")));
        let Some(name) = new.clone().or(old.clone()) else { continue };
        let hunks = file.get("hunks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if crate::issue_localization::is_test(&name) != tests || hunks.is_empty() {
            continue;
        }
        patch.push_str(&format!("diff --git a/{name} b/{name}\n"));
        patch.push_str(&old.map_or("--- /dev/null\n".to_owned(), |old| format!("--- a/{old}\n")));
        patch.push_str(&new.map_or("+++ /dev/null\n".to_owned(), |new| format!("+++ b/{new}\n")));
        hunks.iter().for_each(|hunk| patch.push_str(&rebuilt_hunk(hunk)));
    }
    patch
}

fn rebuilt_hunk(hunk: &Value) -> String {
    let mut lines = String::new();
    let (mut old, mut new) = (0, 0);
    for line in hunk.pointer("/line_group/all_lines").and_then(Value::as_array).into_iter().flatten() {
        let (sign, counts) = match line.get("type").and_then(Value::as_str) {
            Some("added") => ('+', (0, 1)),
            Some("deleted") => ('-', (1, 0)),
            Some("context") => (' ', (1, 1)),
            _ => continue,
        };
        (old, new) = (old + counts.0, new + counts.1);
        let content = line.get("content").and_then(Value::as_str).unwrap_or_default();
        lines.push_str(&format!("{sign}{}\n", content.trim_end_matches('\n')));
    }
    let start = |side: &str| hunk.pointer(&format!("/descriptor/{side}/start")).and_then(Value::as_u64).unwrap_or(0);
    format!("@@ -{},{old} +{},{new} @@\n{lines}", start("old_range"), start("new_range"))
}

fn multi_swe(row: Map<String, Value>) -> Result<Instance, RowError> {
    let (org, repo) = (text(&row, "org")?, text(&row, "repo")?);
    let number = row.get("number").and_then(Value::as_u64).ok_or_else(|| RowError { field: "number".to_owned() })?;
    let commit = row.get("base").and_then(|base| base.get("sha")).and_then(Value::as_str).unwrap_or_default();
    let issues = row.get("resolved_issues").and_then(Value::as_array).into_iter().flatten();
    let said = |issue: &Value| {
        let part = |name: &str| issue.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        format!("{}\n\n{}", part("title"), part("body")).trim().to_owned()
    };
    let issue = issues.map(said).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let tests = |field: &str| match row.get(field) {
        Some(Value::Object(tests)) => tests.keys().cloned().collect(),
        Some(Value::Array(tests)) => tests.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    // What passes with the fix and did not before, whether it failed, was skipped or was not there.
    let begins: Vec<String> = ["f2p_tests", "s2p_tests", "n2p_tests"].into_iter().flat_map(tests).collect();
    Ok(Instance {
        instance_id: format!("{org}__{repo}-{number}"),
        repo: format!("{org}/{repo}"),
        base_commit: commit.to_owned(),
        patch: text(&row, "fix_patch")?,
        test_patch: row.get("test_patch").and_then(Value::as_str).map(str::to_owned),
        problem_statement: (!issue.is_empty()).then_some(issue),
        fail_to_pass: Some(TestList::new(begins)),
        pass_to_pass: Some(TestList::new(tests("p2p_tests"))),
        others: others(row),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch;

    fn row(text: &str) -> Map<String, Value> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_data_set_is_told_by_its_fields() {
        for (text, expected) in [
            (r#"{"instance_id":"a","FAIL_TO_PASS":"[]","test_patch":""}"#, Origin::SweBench),
            (r#"{"instance_id":"a","FAIL_TO_PASS":[],"test_patch":""}"#, Origin::SweGym),
            (r#"{"instance_id":"a","image_name":"i"}"#, Origin::SweSmith),
            (r#"{"instance_id":"a","install_config":{},"image_name":"i"}"#, Origin::SweRebench),
            (r#"{"repo_name":"a","commit_hash":"c","expected_output_json":"{}"}"#, Origin::R2eGym),
            (r#"{"org":"a","repo":"b","number":1,"fix_patch":"p"}"#, Origin::MultiSwe),
        ] {
            assert_eq!(origin(&row(text)), expected);
            assert!(!read(row(text)).unwrap().instance_id.is_empty());
        }
        assert_eq!(read(row(r#"{"fix_patch":"p"}"#)).unwrap_err().field, "org");
    }

    #[test]
    fn a_commit_of_r2e_gym_becomes_two_patches() {
        let file = |path: &str| {
            format!(
                r#"{{"header":{{"file":{{"path":"{path}"}}}},"minus_file":{{"path":"a/{path}"}},"plus_file":{{"path":"b/{path}"}},
                "hunks":[{{"descriptor":{{"old_range":{{"start":1,"length":2}},"new_range":{{"start":1,"length":2}}}},
                "line_group":{{"all_lines":[{{"content":"x","type":"context"}},{{"content":"y","type":"deleted"}},{{"content":"z","type":"added"}}]}}}}]}}"#
            )
        };
        let parsed =
            format!(r#"{{"old_commit_hash":"b0","file_diffs":[{},{}]}}"#, file("a.py"), file("tests/test_a.py"));
        let mut whole =
            row(r#"{"repo_name":"r","commit_hash":"c1","problem_statement":"[ISSUE]\n\nIt fails.\n\n[/ISSUE]"}"#);
        whole.insert("parsed_commit_content".to_owned(), parsed.into());
        let instance = read(whole).unwrap();
        assert_eq!((instance.instance_id.as_str(), instance.base_commit.as_str()), ("r__c1", "b0"));
        assert_eq!(instance.problem_statement.as_deref(), Some("It fails."));
        let expected = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n";
        assert_eq!(instance.patch, expected);
        assert_eq!(patch::parse(instance.patch.as_bytes()).unwrap()[0].hunks.len(), 1);
        assert!(instance.test_patch.unwrap().contains("b/tests/test_a.py"));
    }

    #[test]
    fn multi_swe_says_the_same_in_other_words() {
        let text = r#"{"org":"o","repo":"r","number":7,"base":{"sha":"c0"},"fix_patch":"p","test_patch":"t",
            "resolved_issues":[{"number":1,"title":"It fails","body":"Always."}],
            "f2p_tests":{"a":{}},"n2p_tests":{"b":{}},"p2p_tests":{"c":{}}}"#;
        let instance = read(row(text)).unwrap();
        assert_eq!((instance.instance_id.as_str(), instance.repo.as_str()), ("o__r-7", "o/r"));
        assert_eq!(instance.problem_statement.as_deref(), Some("It fails\n\nAlways."));
        assert_eq!(instance.fail_to_pass.unwrap().tests, ["a", "b"]);
        assert_eq!((&instance.others["number"], &instance.others["original_repo"]), (&7.into(), &"r".into()));
    }
}
