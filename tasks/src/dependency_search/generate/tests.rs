//! Tests of what is found and how it is judged.

use super::super::resolve::Meaning;
use super::super::{compatible, strict};
use super::*;
use crate::change::between;
use crate::change::tests::tree;
use crate::validate::{gold_changes, validate};

const FILES: [(&str, &str); 5] = [
    ("pkg/__init__.py", "from .core import Base as Root, helper\nfrom pkg import tools\n"),
    (
        "pkg/core.py",
        "\
import functools
from os.path import join


def helper(value):
    return value


alias = helper


class Base:
    def shared(self):
        return 1

    def own(self):
        return self.shared() + len('x')


class Child(Base):
    @functools.wraps
    def method(self):
        item = Base()
        item.own()
        self.shared()
        super().own()
        return self.missing()


class Error(Exception):
    pass


def outer(alias_free):
    def inner():
        return helper(1)
    if alias_free:
        raise Error
    return inner() + alias(2) + join('a', 'b')


def shadowed(helper):
    return helper(1)
",
    ),
    (
        "pkg/tools.py",
        "\
import pkg
import pkg.core as core
from pkg import Root
from . import core as again
from .core import *


def decorate(function):
    return function


@decorate
def use(argument: Root):
    from .core import Child as Kid
    core.helper(1)
    again.helper(2)
    pkg.helper(3)
    Kid()
    return argument.own()


def star():
    return outer(1)


def comprehension(values):
    return [helper(value) for value in values if Root().own()]
",
    ),
    ("broken.py", "def ("),
    (
        "src/other/mod.py",
        "from pkg.core import helper\n\ndef far():\n    return helper(1)\n\ndef own():\n    from pkg import tools\n    import pkg\n    return near()\n\nfrom pkg.tools import star as near\n",
    ),
];

fn uses(path: &str, name: &str) -> Vec<String> {
    let tree = tree(&FILES);
    let names = Names::of(&tree);
    let text = std::str::from_utf8(tree.get(path.as_bytes()).unwrap().bytes()).unwrap().to_owned();
    let module = parse(&text).unwrap();
    let index = module.definitions().iter().position(|definition| definition.qualified_name == name).unwrap();
    let statement = module.definition_statements()[index];
    let (found, _) = uses_of(&names, &names.places(path)[index], statement);
    found.into_iter().map(|place| format!("{}:{}", place.path, place.qualified_name)).collect()
}

#[test]
fn names_are_followed() {
    let core = |names: &[&str]| names.iter().map(|name| format!("pkg/core.py:{name}")).collect::<Vec<_>>();
    assert_eq!(uses("pkg/core.py", "Base.own"), core(&["Base.shared"]));
    assert_eq!(uses("pkg/core.py", "Child.method"), core(&["Base", "Base.own", "Base.shared"]));
    assert_eq!(uses("pkg/core.py", "outer"), core(&["Error", "helper"]));
    assert_eq!(uses("pkg/core.py", "shadowed"), core(&[]));
    let mut expected = core(&["Base.own", "Child", "helper"]);
    expected.push("pkg/tools.py:decorate".to_owned());
    assert_eq!(uses("pkg/tools.py", "use"), expected);
    assert_eq!(uses("pkg/tools.py", "star"), core(&["outer"]));
    assert_eq!(uses("pkg/tools.py", "comprehension"), core(&["Base", "Base.own", "helper"]));
    assert_eq!(uses("src/other/mod.py", "far"), core(&["helper"]));
    assert_eq!(uses("src/other/mod.py", "own"), ["pkg/tools.py:star"]);
    let names = Names::of(&tree(&FILES));
    let Meaning::Here(place) = names.of_dotted("pkg/tools.py", "pkg.tools.star") else { panic!("not found") };
    assert_eq!((place.path.as_str(), place.name()), ("pkg/tools.py", "star"));
}

#[test]
fn tasks_are_valid_balanced_and_steady() {
    let tree = tree(&FILES);
    let source = Source::of("s", None, &tree);
    let generated = generate(&tree, &source, &Options { max_uses: 9, ..Options::default() });
    assert!(generated.tasks.len() >= 7, "{generated:?}");
    assert_eq!(generated, generate(&tree, &source, &Options { max_uses: 9, ..Options::default() }));
    let counts: Vec<u64> = generated.tasks.iter().map(|task| task.difficulty["uses"].as_u64().unwrap()).collect();
    assert_eq!(counts[..3], [1, 2, 3], "one of each number in turn");
    for task in &generated.tasks {
        validate(task, &tree).unwrap();
        let gold = gold_changes(task, &tree).unwrap();
        // Definitions that stand close together are taken for one another there.
        if task.difficulty["uses"] == 1 {
            assert_eq!(compatible::verify(task, &gold).value(), Some(1.0), "{task:?}");
        }
        assert_eq!(compatible::verify(task, &[]).value(), Some(0.0));
    }
    let certain = generate(&tree, &source, &Options { certain: true, ..Options::default() });
    assert!(certain.tasks.iter().all(|task| !task.prompt.contains("Child.method")), "self.missing() is not resolved");
}

#[test]
fn cheats_are_refused() {
    let base = tree(&FILES);
    let source = Source::of("s", None, &base);
    let tasks = generate(&base, &source, &Options::default()).tasks;
    let task = tasks.iter().find(|task| task.prompt.contains("`star` in")).unwrap();
    let core = FILES[1].1;
    let verdicts = |text: &str| {
        let mut files = FILES;
        files[1].1 = text;
        let changes = between(&base, &tree(&files));
        (strict::verify(task, &changes).value(), compatible::verify(task, &changes).value())
    };
    let marked = core.replace("def outer(", "# this is used by star\ndef outer(");
    assert_eq!(verdicts(&marked), (Some(1.0), Some(1.0)));
    let deleted = marked.replace("def shadowed(helper):\n    return helper(1)\n", "");
    assert_eq!(verdicts(&deleted), (Some(0.0), Some(1.0)), "deleted code");
    let near = core.replace("    def inner", "    # used by star\n    def inner");
    assert_eq!(verdicts(&near), (Some(0.0), Some(1.0)), "a comment nearby");
    let twice = marked.replace("def helper", "# this is used by star\ndef helper");
    assert_eq!(verdicts(&twice), (Some(0.0), Some(0.0)), "another definition");
    let doubled = marked.replace("# this is used by star\n", "# this is used by star\n# this is used by star\n");
    assert_eq!(verdicts(&doubled), (Some(0.0), Some(0.0)));
    let code = core.replace("def outer(", "# this is used by star\nx = 1\ndef outer(");
    assert_eq!(verdicts(&code), (Some(0.0), Some(0.0)));
    let unnamed = core.replace("def outer(", "# this is used by someone\ndef outer(");
    assert_eq!(verdicts(&unnamed), (Some(0.0), Some(0.0)));
}
