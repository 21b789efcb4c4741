//! Recipes as text, pieces, shares, manifests.

use super::*;
use crate::change::tests::tree;
use crate::validate;

const RECIPE: &str = r#"
version = 1
seed = 7
[[source]]
name = "one"
repo = "one"
[[source]]
name = "two"
repo = "two"
licence = "MIT"
[[part]]
kind = "function_localization"
count = 7
[[part]]
kind = "dependency_search"
count = 6
balance = "uses"
sources = ["two"]
"#;

/// `count` documented functions, the n-th using n % 3 others.
fn text(count: usize, salt: &str) -> String {
    let function = |at: usize| {
        let calls: String = (0..at % 3).map(|more| format!("    helper_{more}(x)\n")).collect();
        format!("def f{at}(x):\n    '''Compute number {at} of {salt} from x.'''\n{calls}    return x\n\n\n")
    };
    let helpers = "def helper_0(x):\n    return x\n\n\ndef helper_1(x):\n    return x\n\n\n";
    helpers.to_owned() + &(0..count).map(function).collect::<String>()
}

fn piece(recipe: &Recipe, part: usize, text: &str) -> Piece {
    let tree = tree(&[("a.py", text)]);
    let source = Source::of("s", None, &tree);
    let piece = recipe.piece(&recipe.parts[part], &tree, &source, &[], &Scanner::new(&tree));
    for task in &piece.tasks {
        validate::validate(task, &tree).unwrap();
    }
    piece
}

#[test]
fn sources_have_equal_shares_as_far_as_they_go() {
    let recipe = Recipe::parse(RECIPE).unwrap();
    let part = &recipe.parts[0];
    let pieces = [piece(&recipe, 0, &text(2, "one")), piece(&recipe, 0, &text(20, "two"))];
    let tasks = mix(part, &pieces);
    let report = PartReport::of(part, &["one", "two"], &pieces, &tasks);
    assert_eq!((report.tasks, report.by_source["one"], report.by_source["two"]), (7, 2, 5));
    assert_eq!(tasks, mix(part, &pieces));
    let few = Part { most_per_source: Some(1), ..part.clone() };
    assert_eq!(mix(&few, &pieces).len(), 2);
}

#[test]
fn difficulties_have_equal_shares() {
    let recipe = Recipe::parse(RECIPE).unwrap();
    let part = &recipe.parts[1];
    assert_eq!(recipe.sources_of(part), [1]);
    let pieces = [piece(&recipe, 1, &text(30, "two"))];
    let tasks = mix(part, &pieces);
    let report = PartReport::of(part, &["two"], &pieces, &tasks);
    assert_eq!(report.by_difficulty, [("1".to_owned(), 3), ("2".to_owned(), 3)].into());
    // Numbers of many values are ranges.
    let mut piece = pieces[0].clone();
    for (at, task) in piece.tasks.iter_mut().enumerate() {
        task.difficulty.insert("uses".to_owned(), at.into());
    }
    let tasks = mix(&Part { count: 4, ..part.clone() }, &[piece.clone()]);
    let mut uses: Vec<u64> = tasks.iter().map(|task| task.difficulty["uses"].as_u64().unwrap()).collect();
    uses.sort_unstable();
    let quarter = piece.tasks.len() as u64 / 4;
    assert!(uses.iter().enumerate().all(|(at, &uses)| uses >= quarter * at as u64), "{uses:?}, quarter {quarter}");
}

#[test]
fn leaking_tasks_are_left_out_and_counted() {
    let recipe = Recipe::parse(RECIPE).unwrap();
    let text = text(6, "one");
    let tree = tree(&[("a.py", &text), ("docs.txt", &text)]);
    let source = Source::of("s", None, &tree);
    let make = |recipe: &Recipe| recipe.piece(&recipe.parts[0], &tree, &source, &[], &Scanner::new(&tree));
    let piece = make(&recipe);
    assert_eq!((piece.tasks.len(), piece.leaks.len()), (0, 6));
    assert_eq!(make(&Recipe { leak_free: false, ..recipe }).tasks.len(), 6);
}

#[test]
fn faults_of_recipes_have_names() {
    let refused = |old: &str, new: &str| Recipe::parse(&RECIPE.replace(old, new)).unwrap_err();
    assert_eq!(refused("version = 1", "version = 2"), RecipeError::Version(2));
    assert_eq!(refused("name = \"two\"", "name = \"one\""), RecipeError::Name("one".to_owned()));
    assert_eq!(refused("name = \"two\"", "name = \"a/b\""), RecipeError::Name("a/b".to_owned()));
    assert_eq!(refused("sources = [\"two\"]", "sources = [\"x\"]"), RecipeError::UnknownSource("x".to_owned()));
    assert!(matches!(refused("count = 7", "count = 7\nmask = true"), RecipeError::Text(_)));
    assert!(matches!(refused("dependency_search", "nonsense"), RecipeError::Text(_)));
    assert_eq!(Recipe::parse("version = 1\nsource = []\npart = []"), Err(RecipeError::Empty));
}

#[test]
fn a_piece_is_used_again_only_for_the_same_work() {
    let recipe = Recipe::parse(RECIPE).unwrap();
    let key = |recipe: &Recipe, tree: &str, rows: &[u8]| recipe.key(&recipe.parts[0], tree, rows, "1");
    let same = key(&recipe, "t", b"");
    assert_eq!(same, key(&recipe, "t", b""));
    for other in [key(&recipe, "u", b""), key(&recipe, "t", b"x"), key(&Recipe { seed: 8, ..recipe.clone() }, "t", b"")]
    {
        assert_ne!(same, other);
    }
}

#[test]
fn licences_come_from_the_metadata() {
    let info = "Metadata-Version: 2.1\nName: x\nVersion: 1.0\nLicense: BSD\nClassifier: License :: OSI Approved :: BSD License\n\nLicense: no\n";
    let of = |files: &[(&str, &str)]| package_of(&tree(files));
    let deeper = [("PKG-INFO", info), ("x.egg-info/PKG-INFO", "Name: y\n")];
    assert_eq!(of(&deeper), (Some("x 1.0".to_owned()), vec!["BSD License".to_owned()]));
    let without = info.replace("Classifier", "Other");
    assert_eq!(of(&[("PKG-INFO", &without)]).1, ["BSD"]);
    assert_eq!(of(&[("LICENSE", "\n  MIT License\n\nText\n")]), (None, vec!["MIT License".to_owned()]));
    assert_eq!(of(&[("a.py", "")]), (None, Vec::new()));
}
