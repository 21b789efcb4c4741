//! The released evaluator's rule: the function is cut out of the file, renamed, put into a script of tests that compares
//! it with the original, and the script's exit status decides. Whatever else the session changed is not looked at.

use super::{Missing, generated_function};
use crate::change::Change;
use crate::edit;
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

/// Seconds that a script may run, as in the original.
pub const TIMEOUT_SECONDS: u32 = 60;
/// What is put behind the function's name in the script.
const SUFFIX: &str = "_new_implementation";

const FOUND: &str = "the function is there";
const PASSES: &str = "the script of tests passes";

/// Judges as far as that goes without running the script: a function that is gone scores 0, one that is the original
/// scores 1, another one is void until its script has run ([`program`], [`of_exit_code`]).
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::FunctionGeneration(missing) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task misses no body", task.kind.name()) };
    };
    let change = changes.iter().find(|change| change.path == missing.path.as_bytes());
    let Some(change) = change else {
        return Verdict::all(vec![Evidence::failed(PASSES, "the function has no body")]);
    };
    let after = change.after.as_ref().and_then(|node| std::str::from_utf8(node.bytes()).ok()).unwrap_or_default();
    let Some(function) = generated_function(missing, after) else {
        return Verdict::all(vec![Evidence::failed(FOUND, &missing.path)]);
    };
    let before = change.before.as_ref().map(|node| node.bytes()).unwrap_or_default();
    let files = edit::by_file(&task.gold.edits);
    let gold = files.get(missing.path.as_str()).and_then(|edits| edit::apply(before, edits).ok());
    let gold = gold.and_then(|gold| String::from_utf8(gold).ok());
    if gold.is_some_and(|gold| generated_function(missing, &gold) == Some(function)) {
        return Verdict::all(vec![Evidence::passed(FOUND), Evidence::passed(PASSES)]);
    }
    Verdict::Void { cause: Cause::Worker, detail: "the body is new: its script has to run".to_owned() }
}

/// The verdict of a script that has run.
pub fn of_exit_code(code: i32) -> Verdict {
    Verdict::all(vec![Evidence::unless(PASSES, (code != 0).then(|| format!("exit status {code}")))])
}

/// The script with the session's function in it, renamed: behind the leading imports, or for a method inside its class,
/// before the original. `end` is the text of the function's file when the session ended. `None` when the function is not
/// there, or when the script lacks the class.
pub fn program(missing: &Missing, end: &str, script: &str) -> Option<String> {
    let function = generated_function(missing, end)?;
    let name = missing.qualified_name.rsplit('.').next()?;
    let renamed = rename(function, name)?;
    let lines: Vec<&str> = script.split_inclusive('\n').collect();
    let (at, depth) = match missing.qualified_name.rsplit_once('.') {
        None => (after_imports(&lines), 0),
        Some((class, _)) => (method(&lines, class.rsplit('.').next()?, name)?, 4),
    };
    let mut program: String = lines[..at].concat();
    if !program.is_empty() && !program.ends_with('\n') {
        program.push('\n');
    }
    program.push_str(&indented(&renamed, depth));
    program.push('\n');
    program.extend(lines[at..].iter().copied());
    Some(program)
}

/// The first definition of the name, renamed.
fn rename(function: &str, name: &str) -> Option<String> {
    let definition = format!("def {name}");
    let start = function.match_indices(&definition).map(|(at, _)| at).find(|&at| {
        let rest = function[at + definition.len()..].trim_start();
        rest.starts_with(['(', '['])
    })?;
    let end = start + definition.len();
    Some(format!("{}{SUFFIX}{}", &function[..end], &function[end..]))
}

/// The line behind the imports, comments and blank lines that a script begins with.
fn after_imports(lines: &[&str]) -> usize {
    let is_head = |line: &&&str| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("import ") || line.starts_with("from ")
    };
    lines.iter().take_while(is_head).count()
}

/// Where a method stands in its class, decorators included.
fn method(lines: &[&str], class: &str, name: &str) -> Option<usize> {
    let text = lines.concat();
    let module = crate::python::parse(&text).ok()?;
    let wanted = format!("{class}.{name}");
    let found = module.definitions().into_iter().find(|definition| definition.qualified_name == wanted)?;
    Some(found.first_line - 1)
}

/// Moves all lines so that the first has this indentation.
fn indented(function: &str, depth: usize) -> String {
    let first = function.len() - function.trim_start_matches([' ', '\t']).len();
    let old = &function[..first];
    let line = |line: &str| match line.strip_prefix(old) {
        Some(rest) if !rest.trim().is_empty() => format!("{}{rest}", " ".repeat(depth)),
        _ => line.to_owned(),
    };
    let mut text: String = function.split_inclusive('\n').map(line).collect();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(name: &str) -> Missing {
        Missing {
            path: "a.py".to_owned(),
            qualified_name: name.to_owned(),
            index: 0,
            signature: String::new(),
            docstring: String::new(),
            body: "        return 1".to_owned(),
        }
    }

    #[test]
    fn a_function_goes_behind_the_imports() {
        let script = "import a\n\nfrom b import c\nx = 1\nassert f_new_implementation(1) == f(1)\n";
        let end = "@d\ndef f(x):\n    return x\n";
        let program = program(&missing("f"), end, script).unwrap();
        let expected = "import a\n\nfrom b import c\n@d\ndef f_new_implementation(x):\n    return x\n\nx = 1\n";
        assert!(program.starts_with(expected), "{program}");
        assert_eq!(super::program(&missing("g"), end, script), None);
    }

    #[test]
    fn a_method_goes_into_its_class() {
        let script = "class A:\n    y = 2\n    @p\n    def f(self):\n        return 0\n";
        let end = "class A:\n        @p\n        def f(self):\n            return 1\n";
        let program = program(&missing("A.f"), end, script).unwrap();
        let expected = "class A:\n    y = 2\n    @p\n    def f_new_implementation(self):\n        return 1\n\n    @p\n    def f(self)";
        assert!(program.starts_with(expected), "{program}");
        assert_eq!(super::program(&missing("A.f"), end, "x = 1\n"), None);
    }
}
