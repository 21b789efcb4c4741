//! One face for the generators of all kinds.

use sparring_tree::Tree;

use crate::format::instance::Instance;
use crate::function_localization::{Detail, Generated};
use crate::task::{DEFAULT_ROOT, Kind, Source};
use crate::{dependency_search, function_generation, function_localization, issue_localization, mutation};

/// What to make, whatever the kind. Each kind has finer options of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// How many tasks at most. Default 500.
    pub count: usize,
    /// Chooses among what the source offers. Default 42.
    pub seed: u64,
    /// Whether the prompt tells less: function localization hides names, mutants hide the place,
    /// issue localization hides how many places there are. Default no.
    pub masked: bool,
    /// Definitions to be found in one task of function localization, 1 to 3, each in a file of its own. Default 1.
    pub targets: usize,
    /// What else function localization tells about a definition. Default nothing.
    pub details: Vec<Detail>,
    /// The rows that issue localization makes tasks of, all of the tree's commit. Default none.
    pub rows: Vec<Instance>,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            count: 500,
            seed: 42,
            masked: false,
            targets: 1,
            details: Vec::new(),
            rows: Vec::new(),
            root: DEFAULT_ROOT.to_owned(),
        }
    }
}

/// Makes tasks of a kind. The same tree and request give the same result, whatever the number of threads.
pub fn generate(kind: Kind, tree: &Tree, source: &Source, request: &Request) -> Generated {
    let Request { count, seed, masked, targets, details, rows, root } = request.clone();
    match kind {
        Kind::FunctionLocalization => {
            let options =
                function_localization::Options { count, seed, masked, targets, details, root, ..Default::default() };
            function_localization::generate(tree, source, &options)
        }
        Kind::FunctionGeneration => {
            let options = function_generation::Options { count, seed, root, ..Default::default() };
            function_generation::generate(tree, source, &options)
        }
        Kind::Mutant => {
            let hint = if masked { mutation::Hint::Nothing } else { mutation::Hint::Definition };
            let options = mutation::Options { count, seed, hint, root, ..Default::default() };
            mutation::generate(tree, source, &options)
        }
        Kind::DependencySearch => {
            let options = dependency_search::Options { count, seed, root, ..Default::default() };
            dependency_search::generate(tree, source, &options)
        }
        Kind::IssueLocalization => {
            let options = issue_localization::Options { count, tells_count: !masked, root, ..Default::default() };
            issue_localization::generate(&rows, tree, source, &options)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::tests::tree;
    use crate::validate::validate;

    const TEXT: &str = "\
def helper(values):
    '''Double each of the values.'''
    result = []
    for value in values:
        if value > 1 and value != 7:
            result.append(value * 2 + 1)
    return result


def total(values):
    '''Add up what helper makes.'''
    found = helper(values)
    count = 0
    for value in found:
        count += value
    return count
";

    #[test]
    fn every_kind_makes_valid_tasks() {
        let tree = tree(&[("a.py", TEXT)]);
        let source = Source::of("s", None, &tree);
        for kind in Kind::OF_SOURCE {
            let generated = generate(kind, &tree, &source, &Request::default());
            assert!(!generated.tasks.is_empty(), "{kind:?}: {generated:?}");
            for task in &generated.tasks {
                assert_eq!(task.kind, kind);
                validate(task, &tree).unwrap();
            }
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(Kind::named("mutants"), Some(Kind::Mutant));
        assert_eq!(Kind::named("nonsense"), None);
    }
}
