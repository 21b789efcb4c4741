//! A corpus of patches that only look right, each with the verdict of every verifier, and of honest
//! patches that the originals refuse.

use super::compatible::{self, Release};
use super::{Options, generate, strict};
use crate::change::tests::tree;
use crate::change::{apply, between};
use crate::task::{Source, Task};

const SHAPES: &str = "\
import math


class Circle:
    \"\"\"A round shape with a radius.\"\"\"

    def __init__(self, radius):
        self.radius = radius  # given

    def area(self, scale=1):
        \"\"\"Return the area that the circle covers.

        It is never negative.
        \"\"\"
        text = \"\"\"not a
        docstring\"\"\"
        return math.pi * self.radius ** 2 * scale

    def empty(self):
        \"\"\"Do nothing at all here.\"\"\"


def area(circle):
    if circle:
        return circle.area()
    return 0
";
const TESTS: &str = "def test_area():\n    assert True\n";

/// The task whose target is the definition of this qualified name.
fn task(name: &str) -> Task {
    let tree = tree(&[("shapes.py", SHAPES), ("test_shapes.py", TESTS)]);
    let generated = generate(&tree, &Source::of("shapes", None, &tree), &Options::default());
    let is_it = |task: &Task| task.targets()[0].qualified_name == name;
    generated.tasks.into_iter().find(is_it).unwrap()
}

/// Replaces text in the base tree's files and returns the verdicts: strict, Hybrid-Gym, OpenHands.
fn verdicts(task: &Task, replacements: &[(&str, &str, &str)], new: &[(&str, &str)]) -> [bool; 3] {
    let source = tree(&[("shapes.py", SHAPES), ("test_shapes.py", TESTS)]);
    let base = apply(&source, &task.edits).unwrap();
    let text = |path: &str| String::from_utf8(base.get(path.as_bytes()).unwrap().bytes().to_vec()).unwrap();
    let mut files = vec![("shapes.py", text("shapes.py")), ("test_shapes.py", text("test_shapes.py"))];
    for (path, old, replacement) in replacements {
        let file = files.iter_mut().find(|file| file.0 == *path).unwrap();
        assert_eq!(file.1.matches(old).count(), 1, "`{old}` in\n{}", file.1);
        file.1 = file.1.replace(old, replacement);
    }
    files.extend(new.iter().map(|(path, text)| (*path, (*text).to_owned())));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let changes = between(&base, &tree(&files));
    let verdicts = [
        strict::verify(task, &changes),
        compatible::verify(task, &changes, Release::HybridGym),
        compatible::verify(task, &changes, Release::OpenHands),
    ];
    verdicts.map(|verdict| verdict.value().unwrap() == 1.0)
}

const DEF: &str = "    def area(self, scale=1):\n";
const LONG: &str = "        \"\"\"Area\n        of it.\n        \"\"\"\n";

/// Judges what is put right below the signature of `Circle.area`.
fn below_signature(inserted: &str) -> [bool; 3] {
    verdicts(&task("Circle.area"), &[("shapes.py", DEF, &format!("{DEF}{inserted}"))], &[])
}

#[test]
fn honest_docstrings() {
    assert_eq!(below_signature(LONG), [true, true, true]);
    assert_eq!(below_signature(&format!("\n{LONG}\n")), [true, true, true]);
    // What the releases refuse although it is right.
    assert_eq!(below_signature("        \"\"\"Area of it.\"\"\"\n"), [true, false, true]);
    assert_eq!(below_signature("        r\"\"\"Area\n        of it.\n        \"\"\"\n"), [true, false, false]);
    assert_eq!(below_signature("        'Area of it.'\n"), [true, false, false]);
    assert_eq!(below_signature("        ('Area '\n         'of it.')\n"), [true, false, false]);
    assert_eq!(below_signature("        \"\"\"Area\n\n        # no comment\n        \"\"\"   \n"), [true, true, true]);
}

#[test]
fn strings_that_are_no_docstring() {
    for (prefix, releases) in [("f", false), ("b", false), ("rb", false), ("fr", false)] {
        let text = format!("        {prefix}\"\"\"Area\n        of it.\n        \"\"\"\n");
        assert_eq!(below_signature(&text), [false, releases, releases], "{prefix}");
    }
    assert_eq!(below_signature("        \"\"\"Area\n        \"\"\" + \"\"\"of it\"\"\"\n"), [false, true, true]);
    assert_eq!(below_signature("        \"\"\"Area\n        \"\"\" % self\n"), [false, true, true]);
    assert_eq!(below_signature("        \"\"\"   \n        \"\"\"\n"), [false, true, true]);
    assert_eq!(below_signature("        \"\"\"\\n\n        \\x20\"\"\"\n"), [false, true, true]);
    assert_eq!(below_signature("        # Area of it.\n"), [false, true, true]);
    // Not the first statement.
    let last = "        return math.pi * self.radius ** 2 * scale\n";
    let text = format!("{LONG}{last}");
    assert_eq!(verdicts(&task("Circle.area"), &[("shapes.py", last, &text)], &[]), [false, true, true]);
}

#[test]
fn code_that_hides_in_docstrings() {
    for code in [
        "        \"\"\"Area\n        of it.\"\"\"; return 1\n        '''\n        '''\n",
        "        \"\"\"Area\n        of it.\"\"\"; import os\n",
        "        \"\"\"Area\n        of it.\"\"\" # why\n",
        "        \"\"\"Area\n        \"\"\" and print()\n",
        "        \"\"\"Area\n        \"\"\".strip()\n",
        // Opened twice for the original's eyes, so that all lines below look like text.
        "        \"\"\"Area\n        \"\"\" \"\"\" and \"\"\" x\n        self.radius = 1\n        \"\"\" of it\"\"\"\n",
    ] {
        assert!(!below_signature(code)[0], "{code}");
    }
    assert_eq!(below_signature("        \"\"\"Area\n        of it.\"\"\"; import os\n"), [false, true, true]);
    assert_eq!(below_signature("        \"\"\"Area.\"\"\"; import os\n"), [false, false, true]);
    assert_eq!(below_signature(&format!("{LONG}        scale = 2\n")), [false, false, false]);
    // A comment between the parts of a string, and one below the docstring.
    assert!(!below_signature("        ('Area '\n         # or not\n         'of it.')\n")[0]);
    assert_eq!(below_signature(&format!("{LONG}        # why\n")), [false, true, true]);
    // Lines that look like headers of a patch are not seen.
    let minus = "        return math.pi * self.radius ** 2 * scale\n";
    let text = format!("{minus}++ 1\n");
    let two = [("shapes.py", DEF, format!("{DEF}{LONG}")), ("shapes.py", minus, text)];
    let two: Vec<(&str, &str, &str)> = two.iter().map(|(path, old, new)| (*path, *old, new.as_str())).collect();
    assert_eq!(verdicts(&task("Circle.area"), &two, &[]), [false, true, true]);
}

#[test]
fn changes_elsewhere() {
    let honest = format!("{DEF}{LONG}");
    let with = |path: &str, old: &str, new: &str| {
        verdicts(&task("Circle.area"), &[("shapes.py", DEF, &honest), (path, old, new)], &[])
    };
    // A comment in another place, another file, and in the test.
    assert_eq!(with("shapes.py", "import math\n", "import math\n# why\n"), [false, true, true]);
    assert_eq!(with("test_shapes.py", "def test_area", "# why\ndef test_area"), [false, true, true]);
    // Another docstring beside the right one.
    assert_eq!(
        with("shapes.py", "def area(circle):\n", "def area(circle):\n    '''\n    Of it.\n    '''\n"),
        [false, true, true]
    );
    // Code is changed, moved, indented anew, deleted.
    assert_eq!(with("shapes.py", "    return 0\n", "    return 1\n"), [false, false, false]);
    assert_eq!(with("shapes.py", "        return circle.area()\n", "            return circle.area()\n"), [false; 3]);
    assert_eq!(with("shapes.py", "  # given", ""), [false, false, false]);
    assert_eq!(with("test_shapes.py", "    assert True\n", ""), [false, false, false]);
    // Blank lines far from the docstring, line ends, a missing last newline.
    assert_eq!(with("shapes.py", "import math\n", "import math\n\n"), [false, true, true]);
    assert_eq!(with("shapes.py", "import math\n", "import math\r\n"), [false; 3]);
    assert_eq!(with("shapes.py", "    return 0\n", "    return 0"), [false; 3]);
    assert_eq!(with("shapes.py", "        docstring\"\"\"\n", "        doc\"\"\"\n"), [false; 3]);
    // A new file: the releases look at what it says only.
    let new = |path, text| verdicts(&task("Circle.area"), &[("shapes.py", DEF, &honest)], &[(path, text)]);
    assert_eq!(new("notes.txt", "# notes\n"), [false, true, true]);
    assert_eq!(new("conftest.py", "import sys\n"), [false, false, false]);
    assert_eq!(new("data.bin", "a\0b"), [false, true, true]);
    assert_eq!(new("link", "link:shapes.py"), [false, false, false]);
    assert_eq!(new("empty.txt", ""), [false, true, true]);
    assert_eq!(new("empty/", ""), [false, true, true]);
}

#[test]
fn wrong_places() {
    let comment_everywhere =
        [("shapes.py", "import math\n", "# a\nimport math\n"), ("shapes.py", DEF, &format!("{DEF}        # a\n"))];
    assert_eq!(verdicts(&task("Circle.area"), &comment_everywhere, &[]), [false, true, true]);
    // The function of the same name, outside the class.
    let other = "def area(circle):\n";
    let text = format!("{other}    '''\n    Of it.\n    '''\n");
    assert_eq!(verdicts(&task("Circle.area"), &[("shapes.py", other, &text)], &[]), [false; 3]);
    // A method documented in place of its class, whose original lines hold it too.
    let honest = format!("{DEF}{LONG}");
    assert_eq!(verdicts(&task("Circle"), &[("shapes.py", DEF, &honest)], &[]), [false, true, true]);
    let init = "    def __init__(self, radius):\n";
    let text = format!("{init}{LONG}");
    assert_eq!(verdicts(&task("Circle"), &[("shapes.py", init, &text)], &[]), [false, true, true]);
    // The class of the same name again, documented, above the real one.
    let class = "class Circle:\n";
    let text = format!("class Circle:\n    '''\n    Round.\n    '''\n\n\n{class}");
    assert!(!verdicts(&task("Circle"), &[("shapes.py", class, &text)], &[])[0]);
    // Text that does not parse.
    assert_eq!(below_signature("        \"\"\"Area\n        # of it.\n"), [false, true, true]);
    assert_eq!(below_signature(""), [false; 3]);
}

#[test]
fn bodies_that_held_only_a_docstring() {
    let verdict = |new: &str| verdicts(&task("Circle.empty"), &[("shapes.py", "        pass\n", new)], &[]);
    let (doc, pass) = ("        '''\n        Nothing.\n        '''\n", "        pass\n");
    assert_eq!(verdict(doc), [true, false, false]);
    assert_eq!(verdict(&format!("{doc}{pass}")), [true, true, true]);
    assert_eq!(verdict(&format!("{doc}\n\n{pass}")), [true, true, true]);
    assert!(!verdict(&format!("{doc}        ...\n"))[0]);
    assert!(!verdict(&format!("{doc}{pass}{pass}"))[0]);
    assert!(!verdict(&format!("{pass}{doc}"))[0]);
    assert!(!verdict(&format!("{doc}{pass}        return 1\n"))[0]);
    assert!(!verdict(&format!("{doc}        pass;\n"))[0]);
    assert!(!verdict("")[0]);
}
