//! Makes tasks from rows and the repository's tree at their commit.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sparring_tree::digest::Hasher;
use sparring_tree::{Node, Tree};

use super::{Locations, Region, regions};
use crate::change::{self, Change};
use crate::edit::Edit;
use crate::format::instance::Instance;
use crate::function_localization::{Generated, Skipped};
use crate::patch::{self, FilePatch};
use crate::python::parse;
use crate::task::{Answer, DEFAULT_ROOT, Gold, Kind, Source, TASK_VERSION, Task};
use crate::validate;

/// What the gold's comments say.
const COMMENT: &str = "# has to change for the issue";

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many tasks at most. Default 500.
    pub count: usize,
    /// The most files that a right patch may change, tests and new files aside. Default 10.
    pub max_files: usize,
    /// Whether the prompt tells the number of places. Default no.
    pub tells_count: bool,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { count: 500, max_files: 10, tells_count: false, root: DEFAULT_ROOT.to_owned() }
    }
}

/// Makes a task of each row, in their order, whose issue has text and whose patch fits the tree and changes Python
/// source, and checks it. The rows' commit has to be the tree's. A patch that plants the bug, as in SWE-smith's rows,
/// becomes the task's edits, and its reverse says where the places are.
pub fn generate(rows: &[Instance], tree: &Tree, source: &Source, options: &Options) -> Generated {
    let made: Vec<Result<Task, Skipped>> = rows.par_iter().map(|row| task(row, tree, source, options)).collect();
    let mut generated = Generated::default();
    for made in made {
        match made {
            Ok(task) if generated.tasks.len() < options.count => generated.tasks.push(task),
            Ok(_) => {}
            Err(reason) => generated.skipped.push(reason),
        }
    }
    generated.skipped.sort();
    generated
}

fn task(row: &Instance, tree: &Tree, source: &Source, options: &Options) -> Result<Task, Skipped> {
    let skip = |reason: String| Skipped { path: row.instance_id.clone(), name: None, reason };
    let issue = row.problem_statement.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let issue = issue.ok_or_else(|| skip("has no issue".to_owned()))?;
    let patch =
        patch::parse(row.patch.as_bytes()).map_err(|error| skip(format!("its patch cannot be read: {error}")))?;
    let changes = patch::apply(&patch, |path| tree.get(path))
        .map_err(|error| skip(format!("its patch does not fit: {error}")))?;
    let planted = if row.patch_plants_bug() { Some(planted(&changes, tree).map_err(skip)?) } else { None };
    let (patch, base) = match &planted {
        None => (patch, tree),
        Some((_, base)) => (reverse(changes).map_err(|error| skip(error.to_string()))?, base),
    };
    let (files, regions) = regions::of(&patch, base).map_err(skip)?;
    if regions.is_empty() {
        return Err(skip("its patch changes no Python source".to_owned()));
    }
    if files.len() > options.max_files {
        return Err(skip(format!("its patch changes more than {} files", options.max_files)));
    }
    let gold = comments(&regions, base).map_err(skip)?;
    let mut hasher = Hasher::new("sparring issue localization id 1");
    hasher.bytes(source.tree.as_bytes()).bytes(row.instance_id.as_bytes()).number(options.tells_count.into());
    let task = Task {
        version: TASK_VERSION,
        id: format!("{}__issue_localization__{}", source.slug(), hasher.finish().short()),
        kind: Kind::IssueLocalization,
        source: source.clone(),
        root: options.root.clone(),
        edits: planted.map(|(edits, _)| edits).unwrap_or_default(),
        prompt: prompt(issue, regions.len(), options),
        seed: 0,
        difficulty: BTreeMap::from([
            ("files".to_owned(), files.len().into()),
            ("places".to_owned(), regions.len().into()),
        ]),
        gold: Gold {
            edits: gold,
            answer: Answer::IssueLocalization(Locations { instance_id: row.instance_id.clone(), files, regions }),
        },
    };
    validate::scores_gold_and_nothing(&task, tree).map_err(|problem| skip(problem.to_string()))?;
    Ok(task)
}

/// A planted bug as edits, and the tree with it.
fn planted(changes: &[Change], tree: &Tree) -> Result<(Vec<Edit>, Tree), String> {
    let mut edits = Vec::new();
    for change in changes {
        let (Some(Node::File { content: old, .. }), Some(Node::File { content: new, .. })) =
            (&change.before, &change.after)
        else {
            return Err("its bug adds or removes a file".to_owned());
        };
        let path = std::str::from_utf8(&change.path).map_err(|error| error.to_string())?;
        let old = std::str::from_utf8(old).map_err(|error| error.to_string())?;
        let new = std::str::from_utf8(new).map_err(|error| error.to_string())?;
        edits.push(Edit::between(path, old, new));
    }
    let base = change::apply(tree, &edits).map_err(|error| error.to_string())?;
    Ok((edits, base))
}

fn reverse(changes: Vec<Change>) -> Result<Vec<FilePatch>, patch::PatchError> {
    let back = |change: Change| Change { path: change.path, before: change.after, after: change.before };
    patch::parse(&patch::render(&changes.into_iter().map(back).collect::<Vec<_>>()))
}

/// A comment above each region's definition, and at the end of the file for what lies in none: without indentation,
/// it is in no definition there.
fn comments(regions: &[Region], tree: &Tree) -> Result<Vec<Edit>, String> {
    let mut edits = BTreeSet::new();
    for region in regions {
        let Some(Node::File { content, .. }) = tree.get(region.path.as_bytes()) else {
            return Err(format!("`{}` is no file", region.path));
        };
        let text = std::str::from_utf8(content).map_err(|error| error.to_string())?;
        let module = parse(text).map_err(|failure| failure.to_string())?;
        let definitions = module.definitions();
        let start = match region.definition {
            Some(index) => module.line_start(definitions[index].range.start),
            None if text.is_empty() || text.ends_with('\n') => text.len(),
            None => return Err(format!("`{}` has no line end at its end", region.path)),
        };
        let indentation: String =
            text[start..].chars().take_while(|letter| matches!(letter, ' ' | '\t' | '\x0c')).collect();
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let replacement = format!("{indentation}{COMMENT}{line_end}");
        edits.insert(Edit { path: region.path.clone(), start, end: start, replacement });
    }
    Ok(edits.into_iter().collect())
}

fn prompt(issue: &str, places: usize, options: &Options) -> String {
    let count = match (options.tells_count, places) {
        (false, _) => String::new(),
        (true, 1) => " There is one such place.".to_owned(),
        (true, places) => format!(" There are {places} such places."),
    };
    format!(
        "The repository in {} is a Python project. This issue was reported:\n\n<issue>\n{issue}\n</issue>\n\n\
         Find out what in the source has to change so that the issue is solved, without changing it. In or directly above \
         each function, method or class whose code has to change (for code outside of them: next to it, outside of \
         them), put a comment line of its own that says why.{count}\n\n\
         1. Read the issue, and search the repository for what it names.\n\
         2. Read the code until you know where the cause lies.\n\
         3. Insert the comments with the editor.\n\
         4. Look at the result once more.\n\n\
         Leave tests alone. Change no code and add nothing but comment lines.\n",
        options.root
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;
    use crate::issue_localization::{compatible, strict};

    const TEXT: &str = "import os\n\n\ndef f(x):\n    if x:\n        y = \"#\"\n        return y\n    return 0\n\n\nclass A:\n    def g(self):\n        return 1\n";
    const TEST: &str = "def test_f():\n    assert f\n";

    fn made() -> (Tree, Task) {
        let before = tree(&[("a.py", TEXT), ("b.py", "z = 1\n"), ("tests/test_a.py", TEST)]);
        let fixed = TEXT.replace("return 0", "return 1");
        let after = tree(&[("a.py", &fixed), ("b.py", "z = 1\n"), ("tests/test_a.py", "x = 1\n")]);
        let patch = String::from_utf8(patch::render(&between(&before, &after))).unwrap();
        let row = Instance {
            instance_id: "a-1".to_owned(),
            patch,
            problem_statement: Some("It is 0.".to_owned()),
            ..Instance::default()
        };
        let other = Instance { instance_id: "a-2".to_owned(), ..row.clone() };
        let without = Instance { problem_statement: None, ..other.clone() };
        let misfit = Instance { patch: row.patch.replace("return 0", "return 7"), ..other };
        let source = Source::of("a", None, &before);
        let mut generated = generate(&[row, without, misfit], &before, &source, &Options::default());
        let reasons: Vec<&str> = generated.skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
        assert_eq!(reasons, ["has no issue", "its patch does not fit: `a.py`: hunk 1 does not fit"]);
        (before, generated.tasks.pop().unwrap())
    }

    #[test]
    fn a_row_becomes_a_task() {
        let (_, task) = made();
        let Answer::IssueLocalization(locations) = &task.gold.answer else { panic!("{task:?}") };
        assert_eq!(locations.files, ["a.py"]);
        assert_eq!(locations.regions[0].qualified_name, "f");
        assert!(task.prompt.contains("It is 0.") && !task.prompt.contains("a.py"));
    }

    #[test]
    fn a_planted_bug_is_part_of_the_task() {
        let (before, _) = made();
        let after = tree(&[("a.py", &TEXT.replace("return y", "return x"))]);
        let patch = patch::render(&between(&tree(&[("a.py", TEXT)]), &after));
        let mut row: Instance = serde_json::from_str(r#"{"instance_id":"s","image_name":"i"}"#).unwrap();
        row.patch = String::from_utf8(patch).unwrap();
        row.problem_statement = Some("It is x.".to_owned());
        let generated = generate(&[row], &before, &Source::of("a", None, &before), &Options::default());
        let task = &generated.tasks[0];
        assert_eq!((task.edits[0].replacement.as_str(), task.edits.len()), ("x", 1));
        validate::validate(task, &before).unwrap();
    }

    /// The corpus of patches with the verdicts of both verifiers.
    #[test]
    fn patches_and_their_verdicts() {
        let (base, task) = made();
        let judge = |files: &[(&str, &str, &str)]| {
            let mut texts = vec![("a.py", TEXT.to_owned()), ("b.py", "z = 1\n".to_owned())];
            texts.push(("tests/test_a.py", TEST.to_owned()));
            for (path, old, new) in files {
                match texts.iter_mut().find(|text| text.0 == *path) {
                    Some(text) => text.1 = text.1.replacen(old, new, 1),
                    None => texts.push((path, (*new).to_owned())),
                }
            }
            let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let changes = between(&base, &tree(&texts));
            let values = [strict::verify(&task, &changes), compatible::verify(&task, &changes)];
            values.map(|verdict| verdict.value() == Some(1.0))
        };
        let honest = ("a.py", "    return 0", "    # wrong number\n    return 0");
        assert_eq!(judge(&[honest]), [true, true]);
        assert_eq!(judge(&[("a.py", "def f", "# wrong number here\ndef f")]), [true, true]);
        assert_eq!(judge(&[]), [false, false]);
        // A comment on every file.
        assert_eq!(judge(&[honest, ("b.py", "z", "# maybe here\nz")]), [false, true]);
        assert_eq!(judge(&[honest, ("tests/test_a.py", "def", "# maybe here\ndef")]), [false, true]);
        // The right file, the wrong place.
        assert_eq!(judge(&[("a.py", "    def g", "    # maybe here\n    def g")]), [false, true]);
        assert_eq!(judge(&[("a.py", "    return 0", "    # x\n    return 0")]), [false, true]);
        // Code that is indented anew, doubled, or new.
        assert_eq!(judge(&[("a.py", "    return 0", "        return 0")]), [false, true]);
        let doubled = "    return 0  # wrong number\n    return 0  # too";
        assert_eq!(judge(&[("a.py", "    return 0", doubled)]), [false, true]);
        assert_eq!(judge(&[honest, ("conftest.py", "", "import os\n")]), [false, true]);
        assert_eq!(judge(&[honest, ("a.py", "import os\n", "")]), [false, false]);
        assert_eq!(judge(&[honest, ("tests/test_a.py", "    assert f\n", "    pass\n")]), [false, false]);
        // Honest, and refused by the release because of the `#` in the string; strict wants lines of their own.
        assert_eq!(judge(&[("a.py", "y = \"#\"", "y = \"#\"  # wrong number")]), [false, false]);
    }
}
