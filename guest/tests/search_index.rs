//! Searches through the image's index print what searches of every byte print: random trees,
//! changes of the session, patterns and options, on one image with an index and on one without.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use sparring_guest::budget::{Budget, Stoppable};
use sparring_guest::commands::{Environment, launch};
use sparring_guest::limits::Limits;
use sparring_guest::machine::{Descriptors, Effects, Machine, Terminal};
use sparring_guest::workspace::{BlobStore, Node as Place, VirtualPath, Walked, Workspace};
use sparring_tree::image::{FileFacts, ImageView, write, write_with};
use sparring_tree::{Kind, Node, Overlay, Tree, TreeBuilder, TreeLimits};

const WORDS: &[&str] = &[
    "parse",
    "Value",
    "self",
    "import os",
    "def ",
    "return",
    "needle",
    "NEEDLE",
    "raise Error(",
    "x",
    "é",
    "naïve",
    "=",
    "foo.bar",
    "TODO",
    "0x1F",
    "\\(",
    "\t",
];

/// Patterns with options before them; `W` stands for a word of the vocabulary, `V` for another one.
const SEARCHES: &[&str] = &[
    "-rn W",
    "-rin W",
    "-rnw W",
    "-rnx W",
    "-rnF W",
    "-rnFi W",
    "-rnE W|V",
    "-rnE (W|V)+x",
    "-rnP W(?=.*V)",
    "-rlE W.*V",
    "-rnG W\\|V",
    "-rnE ^.*W.*V$",
    "-rc W",
    "-rL W",
    "-rv W",
    "-rl W",
    "-rq W",
    "-rno W",
    "-rnI W",
    "-rna W",
    "-rn -A1 W",
    "-rn -m1 W",
    "-rn -e W -e V",
    "-Rn W",
    "-rn --include=*.py W",
    "-rn --exclude-dir=d1 W",
    "-rn --exclude=f0* W",
    "-rnE [nN]eedle_?W",
    "-rnE (needle)\\1",
    "-rnE W{2}",
    "-rniE (W|V) ?=",
    "-rlz W",
    "-rn needle_9",
    "-rc needle_9",
    "-rL needle_9",
    "-rnwi needle_9",
    "-rn -B1 needle_9|W -E",
];

const PLACES: &[&str] =
    &[".", "src", "src/d1", "/", "src data", "src/d0/f000.py src/d1/f001.py src/d2 data", "missing ."];

const GIT_SEARCHES: &[&str] = &[
    "-n W",
    "-in W",
    "-nw W",
    "-c W",
    "-l W",
    "-L W",
    "-v W",
    "-nE W|V",
    "-n -e W -e V",
    "-n needle_9",
    "-n --untracked W",
    "-n --cached W",
    "-nP W.*V",
];

/// A text of the vocabulary's words, some with something odd or rare in it.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop_oneof![
        6 => Just(Vec::new()),
        1 => Just(b"\0binary\0".to_vec()),
        1 => Just(b"caf\xe9 \xff".to_vec()),
        1 => Just(b"needle_9".to_vec()),
        1 => Just(b"needleneedle".to_vec()),
    ];
    let lines = prop::collection::vec(prop::collection::vec(select(WORDS), 0..5), 0..30);
    (lines, odd, any::<Index>(), prop_oneof![3 => Just(1_usize), 2 => 20_usize..200]).prop_map(
        |(lines, odd, place, times)| {
            let lines: Vec<String> = lines.iter().map(|words| words.join(" ")).collect();
            let mut text = (lines.join("\n") + "\n").repeat(times).into_bytes();
            let at = place.index(text.len() + 1);
            text.splice(at..at, odd);
            text
        },
    )
}

/// Files of the base, so many that the index is worth asking.
fn base() -> impl Strategy<Value = Tree> {
    prop::collection::vec(text(), 4..12).prop_map(|texts| {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        let mut put = |path: String, content: &[u8]| {
            builder.insert(path.into_bytes(), Node::File { executable: false, content: content.into() }).unwrap();
        };
        for (index, text) in texts.iter().enumerate() {
            let end = ["py", "txt"][index % 2];
            put(format!("src/d{}/f{index:03}.{end}", index % 3), text);
        }
        put("src/.hidden/f".into(), b"needle = parse\n");
        put("src/empty".into(), b"");
        let filler: String = (0..5_000).map(|line| format!("    filler_{line} = {}\n", line * 7 % 1000)).collect();
        put("data/filler.py".into(), filler.as_bytes());
        builder.insert(b"data/link".to_vec(), Node::Link { target: b"../src/d1".as_slice().into() }).unwrap();
        builder.finish().unwrap()
    })
}

/// What a session does before it searches; files are chosen from those that there are.
#[derive(Clone, Debug)]
enum Change {
    Write(Index, Vec<u8>),
    Append(Index),
    New(u8, Vec<u8>),
    Remove(Index),
    RemoveDirectory(u8),
    MakeAgain(u8, Vec<u8>),
    Rename(Index, u8),
    Copy(Index, u8),
    Outside(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), text()).prop_map(|(file, text)| Change::Write(file, text)),
        any::<Index>().prop_map(Change::Append),
        (0..9_u8, text()).prop_map(|(name, text)| Change::New(name, text)),
        any::<Index>().prop_map(Change::Remove),
        (0..3_u8).prop_map(Change::RemoveDirectory),
        (0..3_u8, text()).prop_map(|(directory, text)| Change::MakeAgain(directory, text)),
        (any::<Index>(), 0..9_u8).prop_map(|(file, name)| Change::Rename(file, name)),
        (any::<Index>(), 0..9_u8).prop_map(|(file, name)| Change::Copy(file, name)),
        text().prop_map(Change::Outside),
    ]
}

fn files(workspace: &Workspace<'_>) -> Vec<VirtualPath> {
    let mut files = Vec::new();
    let mut visit = |path: &VirtualPath, node: &Place<'_, '_>| {
        if node.kind() == Kind::File {
            files.push(path.clone());
        }
        Ok(Walked::On)
    };
    workspace.walk(workspace.mount(), &mut visit).unwrap();
    files
}

fn apply(workspace: &mut Workspace<'_>, change: &Change) {
    let files = files(workspace);
    let path = |text: String| VirtualPath::lexical(text.as_bytes());
    let fresh = |name: u8| path(format!("/testbed/src/new{name}.py"));
    let directory = |number: u8| path(format!("/testbed/src/d{number}"));
    // A change may not be possible after the ones before it; then both sides go without it.
    let _refused = match change {
        Change::Write(file, text) if !files.is_empty() => workspace.write(file.get(&files), text.clone()).unwrap(),
        Change::Append(file) if !files.is_empty() => {
            workspace.append(file.get(&files), b"\nneedle_9 = appended\n".to_vec()).unwrap()
        }
        Change::New(name, text) => workspace.write(&fresh(*name), text.clone()).unwrap(),
        Change::Remove(file) if !files.is_empty() => workspace.remove(file.get(&files)).unwrap(),
        Change::RemoveDirectory(number) => workspace.remove(&directory(*number)).unwrap(),
        Change::MakeAgain(number, text) => {
            let directory = directory(*number);
            let _missing = workspace.remove(&directory).unwrap();
            let _exists = workspace.make_directory(&directory).unwrap();
            workspace.write(&directory.join(b"again.py"), text.clone()).unwrap()
        }
        Change::Rename(file, name) if !files.is_empty() => workspace.rename(file.get(&files), &fresh(*name)).unwrap(),
        Change::Copy(file, name) if !files.is_empty() => workspace.copy(file.get(&files), &fresh(*name)).unwrap(),
        Change::Outside(text) => workspace.write(&path("/tmp/outside.py".into()), text.clone()).unwrap(),
        _ => Ok(()),
    };
}

struct Answer {
    output: Vec<u8>,
    status: u8,
}

/// Makes the changes, then runs each command.
fn run(image: &[u8], changes: &[Change], commands: &[Vec<Vec<u8>>]) -> Vec<Answer> {
    run_after(image, &|workspace| changes.iter().for_each(|change| apply(workspace, change)), commands)
}

fn run_after(image: &[u8], edit: &dyn Fn(&mut Workspace<'_>), commands: &[Vec<Vec<u8>>]) -> Vec<Answer> {
    run_within(Limits::default(), image, edit, commands).into_iter().map(Result::unwrap).collect()
}

fn run_within(
    limits: Limits,
    image: &[u8],
    edit: &dyn Fn(&mut Workspace<'_>),
    commands: &[Vec<Vec<u8>>],
) -> Vec<Stoppable<Answer>> {
    let budget = Budget::new(&limits);
    let blobs = BlobStore::new(Vec::new(), 1);
    let mount = VirtualPath::lexical(b"/testbed");
    let view = ImageView::parse(image).unwrap();
    let mut workspace = Workspace::new(view, mount.clone(), Overlay::new(), Overlay::new(), &blobs, 0, &budget);
    edit(&mut workspace);
    let mut machine = Machine::new(workspace, Effects::default(), Terminal::Pipe);
    let mut environment = Environment::default();
    environment.set(b"PATH", b"/usr/bin:/bin");
    let mut answers = Vec::new();
    for arguments in commands {
        let input = machine.streams.input(Vec::new());
        let output = machine.streams.buffer();
        let descriptors = Descriptors::standard(input, output, output);
        let status = launch(&mut machine, arguments, &mount, &environment, &descriptors);
        let output = machine.streams.take(output);
        answers.push(status.map(|status| Answer { output, status }));
    }
    answers
}

/// A command line, its words put in after it was split.
fn command(program: &str, search: &str, places: &str, words: [&str; 2]) -> Vec<Vec<u8>> {
    let fill = |argument: &str| argument.replace('W', words[0]).replace('V', words[1]).into_bytes();
    let program = program.split(' ').map(|word| word.as_bytes().to_vec());
    let places = places.split(' ').filter(|place| !place.is_empty()).map(|place| place.as_bytes().to_vec());
    program.chain(search.split(' ').map(fill)).chain(places).collect()
}

/// A word that is a pattern in every syntax.
fn word() -> impl Strategy<Value = &'static str> {
    select(WORDS).prop_filter("an error in most syntaxes", |word| *word != "\\(")
}

fn commands() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
    let grep = (select(SEARCHES), select(PLACES), word(), word())
        .prop_map(|(search, places, first, second)| command("grep", search, places, [first, second]));
    let git = (select(GIT_SEARCHES), word(), word())
        .prop_map(|(search, first, second)| command("git grep", search, "", [first, second]));
    prop::collection::vec(prop_oneof![6 => grep, 1 => git], 6)
}

fn images(tree: &Tree) -> [Vec<u8>; 2] {
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    [write(tree, &facts), write_with(tree, &facts, |_| Vec::new())]
}

/// The same cases every time; `SPARRING_CASES` says how many, `SPARRING_SEED` which ones.
fn config(cases: u32) -> ProptestConfig {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let rng_seed = RngSeed::Fixed(number("SPARRING_SEED").unwrap_or(1));
    let cases = number("SPARRING_CASES").map_or(cases, |cases| cases as u32);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn an_index_changes_no_answer(
        tree in base(),
        changes in prop::collection::vec(change(), 0..6),
        commands in commands(),
    ) {
        let [indexed, plain] = images(&tree);
        prop_assert!(ImageView::parse(&indexed).unwrap().postings().is_some());
        prop_assert!(ImageView::parse(&plain).unwrap().postings().is_none());
        let answers = run(&indexed, &changes, &commands).into_iter().zip(run(&plain, &changes, &commands));
        for ((found, expected), command) in answers.zip(&commands) {
            let command = command.join(&b' ').escape_ascii().to_string();
            prop_assert_eq!(found.status, expected.status, "status of {}", command);
            prop_assert!(
                found.output == expected.output,
                "{}:\n{}\nwithout an index:\n{}",
                command,
                String::from_utf8_lossy(&found.output),
                String::from_utf8_lossy(&expected.output)
            );
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    /// The scaffolds' `search_dir` is defined by `find` and answered by `grep -r`.
    #[test]
    fn a_search_below_a_directory_is_what_find_and_grep_print(
        tree in base(),
        changes in prop::collection::vec(change(), 0..4),
        terms in prop::collection::vec(word(), 4),
        directory in select(&["/testbed", "/testbed/src", "/testbed/src/d1", "/testbed/src/.hidden", "/", "/tmp"][..]),
    ) {
        let words = |line: &str, term: &str| line.split(' ').map(|word| word.replace('W', term).into_bytes()).collect::<Vec<_>>();
        let [indexed, _] = images(&tree);
        let commands: Vec<_> = terms.iter().flat_map(|term| [
            words(&format!("grep -rnIH --exclude=.* --exclude-dir=.* -- W {directory}"), term),
            words(&format!("find {directory} -type f ! -path */.* -exec grep -nIH -- W {{}} +"), term),
        ]).collect();
        for (pair, command) in run(&indexed, &changes, &commands).chunks(2).zip(commands.chunks(2)) {
            // `search_dir` looks first whether the directory is still there.
            let is_missing = pair[0].output.ends_with(b": No such file or directory\n");
            prop_assert!(is_missing || pair[0].output == pair[1].output, "{:?}", command[0].join(&b' ').escape_ascii().to_string());
        }
    }
}

/// What an edit joins is found: across the bounds of the image's pieces and of the session's bytes.
#[test]
fn literals_across_the_seams_of_an_edit_are_found() {
    let line = |number: usize| format!("    value_{number} = self.call({number})\n");
    let filler: String = (0..6_000).map(line).collect();
    let (before, after) = filler.split_at(70_000);
    let long = "needle".repeat(40);
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let mut put = |path: String, text: String| {
        builder.insert(path.into_bytes(), Node::File { executable: false, content: text.as_bytes().into() }).unwrap();
    };
    // In the image the needle is cut in two, or is not there at all.
    let words = ["needle_7", "Needle_7", long.as_str()];
    let mut edits: Vec<(String, usize, usize, String)> = Vec::new();
    for word in words {
        for cut in [1, 3, word.len() - 1] {
            let path = format!("f{}.py", edits.len());
            put(path.clone(), format!("{before}{} gap {}{after}", &word[..cut], &word[cut..]));
            edits.push((path, before.len() + cut, before.len() + cut + 5, String::new()));
            let path = format!("f{}.py", edits.len());
            put(path.clone(), format!("{before}{}|{after}", &word[..cut]));
            edits.push((path, before.len() + cut, before.len() + cut + 1, word[cut..].to_owned()));
            let path = format!("f{}.py", edits.len());
            put(path.clone(), filler.clone());
            edits.push((path, 50, 60, word.to_owned()));
        }
    }
    let [indexed, _] = images(&builder.finish().unwrap());
    let searches = ["-rlF needle_7", "-rli NEEDLE_7", "-rlE (needle){40}", "-rlF needleneedleneedle", "-rlw value_7"];
    let mut counts = [0; 6];
    for (count, search) in counts.iter_mut().zip(searches.into_iter().chain([format!("-rlF {long}").as_str()])) {
        let edit = |workspace: &mut Workspace<'_>| {
            for (path, start, end, text) in &edits {
                let path = VirtualPath::lexical(format!("/testbed/{path}").as_bytes());
                workspace.splice(&path, *start as u64, *end as u64, text.clone().into_bytes()).unwrap().unwrap();
            }
        };
        let answers = run_after(&indexed, &edit, &[command("grep", search, ".", ["", ""])]);
        *count = answers[0].output.split(|byte| *byte == b'\n').count() - 1;
    }
    assert_eq!(counts, [9, 18, 9, 9, edits.len(), 9]);
}

/// A search with an index is charged only for the files that it reads.
#[test]
fn files_that_are_ruled_out_are_not_read() {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for index in 0..40 {
        let line = |number: usize| format!("    value_{number} = self.call({index})\n");
        let text: String = (0..500).map(line).collect::<String>() + if index == 17 { "the needle\n" } else { "" };
        builder
            .insert(
                format!("d{}/f{index}.py", index % 4).into_bytes(),
                Node::File { executable: false, content: text.as_bytes().into() },
            )
            .unwrap();
    }
    let [indexed, plain] = images(&builder.finish().unwrap());
    let searches = ["-rn the.needle", "-rin NEEDLE", "-rnE (needle|nowhere)$", "-rnwP the.needle", "-rnF needle"];
    for search in searches {
        let commands = [command("grep", search, ".", ["", ""])];
        let status = |image: &[u8], scan_bytes| {
            let limits = Limits { scan_bytes, ..Limits::default() };
            run_within(limits, image, &|_| (), &commands).pop().map(|answer| answer.map(|answer| answer.status))
        };
        assert_eq!(status(&indexed, 60_000), Some(Ok(0)), "{search}: a block's files are read");
        assert!(status(&plain, 60_000).is_some_and(|status| status.is_err()), "{search}: all files are read");
    }
}
