//! Makes tasks from a tree.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sparring_tree::digest::Hasher;
use sparring_tree::{Node, Tree};

use super::Missing;
use crate::edit::{self, Edit};
use crate::function_localization::{Generated, Skipped};
use crate::python::{Definition, DefinitionKind, Module, clean, parse};
use crate::random::Random;
use crate::task::{Answer, DEFAULT_ROOT, Gold, Kind, Source, TASK_VERSION, Task};
use crate::validate;

/// How many of a file's first lines are searched for imports, as in the original.
const IMPORT_LINES: usize = 50;
/// What stands in the place of a body.
const PLACEHOLDER: &str = "pass  # the body is missing";

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Chooses the functions. Default 42.
    pub seed: u64,
    /// How many tasks at most. Default 500.
    pub count: usize,
    /// How many functions of one file at most. Default no limit.
    pub max_per_file: Option<usize>,
    /// The fewest lines of a body, docstring aside. Default 3.
    pub min_lines: usize,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 42, count: 500, max_per_file: None, min_lines: 3, root: DEFAULT_ROOT.to_owned() }
    }
}

/// Makes tasks from the documented functions at the top of a module and methods of classes there
/// whose bodies stand on lines of their own, and checks each. The same tree and options give the
/// same result, whatever the number of threads.
pub fn generate(tree: &Tree, source: &Source, options: &Options) -> Generated {
    let per_file: Vec<Result<Vec<(Missing, Edit)>, Skipped>> = tree
        .entries()
        .par_iter()
        .filter(|entry| entry.path.ends_with(b".py"))
        .filter_map(|entry| match &entry.node {
            Node::File { content, .. } => Some(of_file(&entry.path, content, options)),
            _ => None,
        })
        .collect();
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for of_file in per_file {
        match of_file {
            Ok(more) => found.extend(more),
            Err(reason) => skipped.push(reason),
        }
    }
    Random::new(options.seed, "function generation").shuffle(&mut found);
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let limit = options.max_per_file.unwrap_or(usize::MAX);
    found.retain(|(missing, _)| {
        let of_file = taken.entry(missing.path.clone()).or_default();
        *of_file += 1;
        *of_file <= limit
    });
    let mut tasks = Vec::new();
    let mut rest = found.as_slice();
    while tasks.len() < options.count && !rest.is_empty() {
        let (round, later) = rest.split_at((options.count - tasks.len()).min(rest.len()));
        rest = later;
        let made: Vec<Result<Task, Skipped>> =
            round.par_iter().map(|(missing, edit)| task(tree, source, missing, edit, options)).collect();
        for made in made {
            match made {
                Ok(task) => tasks.push(task),
                Err(reason) => skipped.push(reason),
            }
        }
    }
    skipped.sort();
    Generated { tasks, skipped }
}

fn of_file(path: &[u8], content: &[u8], options: &Options) -> Result<Vec<(Missing, Edit)>, Skipped> {
    let skip = |reason: String| Skipped { path: String::from_utf8_lossy(path).into_owned(), name: None, reason };
    let path = std::str::from_utf8(path).map_err(|_| skip("its path is not UTF-8".to_owned()))?;
    let text = std::str::from_utf8(content).map_err(|_| skip("is not UTF-8".to_owned()))?;
    let module = parse(text).map_err(|failure| skip(format!("does not parse: {failure}")))?;
    let definitions = module.definitions();
    let at_top = |definition: &Definition| match definition.parent.and_then(|parent| definitions.get(parent)) {
        None => definition.kind == DefinitionKind::Function,
        Some(outer) => definition.kind == DefinitionKind::Method && outer.parent.is_none(),
    };
    let is_only = |definition: &Definition| {
        definitions.iter().filter(|other| other.qualified_name == definition.qualified_name).count() == 1
    };
    let candidates = definitions.iter().enumerate().filter(|(_, definition)| at_top(definition) && is_only(definition));
    Ok(candidates.filter_map(|(index, definition)| candidate(&module, path, index, definition, options)).collect())
}

fn candidate(
    module: &Module<'_>,
    path: &str,
    index: usize,
    definition: &Definition,
    options: &Options,
) -> Option<(Missing, Edit)> {
    let docstring = definition.docstring.as_ref().filter(|docstring| !docstring.alone)?;
    let text = module.text();
    let first_line = module.line_start(docstring.range.start);
    let indentation = &text[first_line..docstring.range.start];
    let start = module.next_line_start(docstring.range.end);
    let own_line = indentation.trim().is_empty() && text[docstring.range.end..start].trim().is_empty();
    // A comment behind the last statement goes with it.
    let last_line = definition.range.end..module.next_line_start(definition.range.end);
    let end = last_line.start + text[last_line].trim_end_matches(['\n', '\r']).len();
    let body = text.get(start..end).filter(|body| body.lines().count() >= options.min_lines && own_line)?;
    let missing = Missing {
        path: path.to_owned(),
        qualified_name: definition.qualified_name.clone(),
        index,
        signature: text[definition.range.start..first_line].trim_end().to_owned(),
        docstring: clean(&docstring.value),
        body: body.to_owned(),
    };
    let replacement = format!("{indentation}{PLACEHOLDER}");
    Some((missing, Edit { path: path.to_owned(), start, end, replacement }))
}

fn task(tree: &Tree, source: &Source, missing: &Missing, edit: &Edit, options: &Options) -> Result<Task, Skipped> {
    let skip =
        |reason: String| Skipped { path: missing.path.clone(), name: Some(missing.qualified_name.clone()), reason };
    let Some(Node::File { content, .. }) = tree.get(missing.path.as_bytes()) else {
        return Err(skip("is no file".to_owned()));
    };
    let base = edit::apply(content, &[edit]).map_err(|error| skip(error.to_string()))?;
    let base = String::from_utf8(base).map_err(|error| skip(error.to_string()))?;
    let module = parse(&base).map_err(|failure| skip(format!("does not parse without the body: {failure}")))?;
    // Definitions inside the body are gone, those above it are not.
    let kept = module.definitions().get(missing.index).map(|definition| definition.qualified_name.clone());
    if kept.as_deref() != Some(&missing.qualified_name) {
        return Err(skip("is not found again without its body".to_owned()));
    }
    let mut hasher = Hasher::new("sparring function generation id 1");
    hasher.bytes(source.tree.as_bytes()).bytes(missing.path.as_bytes()).number(missing.index as u64);
    let gold = edit::invert(content, &[edit]).unwrap_or_default();
    let task = Task {
        version: TASK_VERSION,
        id: format!("{}__function_generation__{}", source.slug(), hasher.finish().short()),
        kind: Kind::FunctionGeneration,
        source: source.clone(),
        root: options.root.clone(),
        edits: vec![edit.clone()],
        prompt: prompt(missing, &base, options),
        seed: options.seed,
        difficulty: BTreeMap::from([("lines".to_owned(), missing.body.lines().count().into())]),
        gold: Gold { edits: gold, answer: Answer::FunctionGeneration(missing.clone()) },
    };
    validate::scores_gold_and_nothing(&task, tree).map_err(|problem| skip(problem.to_string()))?;
    Ok(task)
}

fn prompt(missing: &Missing, base: &str, options: &Options) -> String {
    let imports: Vec<&str> = base
        .lines()
        .take(IMPORT_LINES)
        .filter(|line| line.starts_with("import ") || line.starts_with("from "))
        .collect();
    let imports = if imports.is_empty() { "(none)".to_owned() } else { imports.join("\n") };
    format!(
        "The repository in {} is a Python project. The function `{}` in {} has lost its body; a `pass` stands there.\n\n\
         Its signature:\n{}\n\nIts docstring:\n{}\n\nImports of the file:\n{imports}\n\n\
         Read the code around it and its callers, then write the body so that it does what the docstring says. \
         Keep signature, decorators and docstring, and change nothing outside the function. Hidden tests compare \
         it with the original.\n",
        options.root, missing.qualified_name, missing.path, missing.signature, missing.docstring
    )
}

#[cfg(test)]
mod tests {
    use super::super::{generated_function, verify};
    use super::*;
    use crate::change::tests::tree;
    use crate::change::{apply, between};

    const TEXT: &str = "\
import math

class Circle:
    @property
    def area(self):
        '''Return the area.'''
        # with pi
        r = self.r
        if r < 0:
            raise ValueError
        return math.pi * r ** 2  # done

def short():
    '''Be short.'''
    return 1

def outer(x):
    '''Return an inner function.'''
    def inner():
        '''Do nothing.'''
        x
        y
        return 1
    return inner
";

    #[test]
    fn bodies_go_and_come_back() {
        let source_tree = tree(&[("a.py", TEXT)]);
        let source = Source::of("s", None, &source_tree);
        let generated = generate(&source_tree, &source, &Options::default());
        assert_eq!(generated.tasks.len(), 2, "{generated:?}");
        assert_eq!(generated, generate(&source_tree, &source, &Options::default()));
        let named = |name: &str| {
            let is_it =
                |task: &&Task| matches!(&task.gold.answer, Answer::FunctionGeneration(m) if m.qualified_name == name);
            generated.tasks.iter().find(is_it).unwrap()
        };
        assert!(named("outer").prompt.contains("def outer(x):"));
        let task = named("Circle.area");
        assert!(task.prompt.contains("@property\n    def area(self):") && task.prompt.contains("import math"));
        let base = apply(&source_tree, &task.edits).unwrap();
        let text = String::from_utf8(base.get(b"a.py").unwrap().bytes().to_vec()).unwrap();
        let placeholder = "        pass  # the body is missing\n";
        assert!(text.contains(&format!("'''Return the area.'''\n{placeholder}")), "{text}");
        let judge = |old: &str, new: &str| {
            let end = text.replace(old, new);
            verify(task, &between(&base, &tree(&[("a.py", &end)]))).value()
        };
        assert_eq!(judge("", ""), Some(0.0));
        assert_eq!(judge(placeholder, "        return 1  # one\n"), None);
        assert_eq!(judge("def short", "def long"), Some(0.0));
        assert_eq!(judge("pass  # the body is missing", "return 3 * self.r * self.r"), None);
        assert_eq!(judge("pass  # the body is missing", "return ("), Some(0.0));
        assert_eq!(judge("import math", "import cmath"), Some(0.0));
        assert_eq!(verify(task, &between(&base, &source_tree)).value(), Some(1.0));
        let Answer::FunctionGeneration(missing) = &task.gold.answer else { panic!("{task:?}") };
        let function = generated_function(missing, &text).unwrap();
        assert!(function.starts_with("    @property\n") && function.ends_with("        pass"), "{function}");
    }
}
