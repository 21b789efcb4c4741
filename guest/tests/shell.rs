//! The shell beside the machine's bash: the same scripts, the same output, status and files.
//!
//! Both run in a directory of the same name, standard output and standard error on one pipe each,
//! so that texts can be compared byte by byte. Scripts use builtins and files only.

#[path = "shell_generator/mod.rs"]
mod shell_generator;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use sparring_guest::budget::Budget;
use sparring_guest::limits::Limits;
use sparring_guest::machine::{Descriptors, Effects, Machine, Terminal};
use sparring_guest::shell::{ShellKind, ShellState, run_script};
use sparring_guest::workspace::{BlobStore, VirtualPath, Walked, Workspace};
use sparring_tree::image::{FileFacts, ImageView, write};
use sparring_tree::{Kind, Node, Overlay, TreeBuilder, TreeLimits};

/// What a script leaves behind.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    output: String,
    errors: String,
    status: i32,
    files: BTreeMap<String, String>,
}

/// The files that every script starts from.
const FILES: &[(&str, &str)] = &[
    ("a.txt", "alpha\nbeta\ngamma\n"),
    ("b.txt", "one two  three\nx:y:z\n\nlast"),
    ("dir/inner.txt", "inner\n"),
    ("dir/sub/deep.py", "print(1)\n"),
    (".hidden", "h\n"),
    ("empty", ""),
    ("sp ace.txt", "space\n"),
    ("lib.sh", "greet() { echo \"hello $1\"; }\nLOADED=yes\n"),
];

fn image() -> Vec<u8> {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (path, text) in FILES {
        let node = Node::File { executable: false, content: text.as_bytes().into() };
        builder.insert(path.as_bytes().to_vec(), node).expect("the paths are good");
    }
    for directory in ["dir", "dir/sub"] {
        builder.insert(directory.as_bytes().to_vec(), Node::Directory).expect("the paths are good");
    }
    let tree = builder.finish().expect("the tree is good");
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    write(&tree, &facts)
}

fn ours(image: &[u8], root: &str, script: &str) -> Outcome {
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    let blobs = BlobStore::new(Vec::new(), 1);
    let mount = VirtualPath::lexical(root.as_bytes());
    let view = ImageView::parse(image).expect("the image is good");
    let workspace = Workspace::new(view, mount.clone(), Overlay::new(), Overlay::new(), &blobs, 0, &budget);
    let mut machine = Machine::new(workspace, Effects::default(), Terminal::Pipe);
    let (input, output, errors) = (machine.streams.null(), machine.streams.buffer(), machine.streams.buffer());
    let descriptors = Descriptors::standard(input, output, errors);
    let mut state = ShellState::new(&mount);
    let result = run_script(&mut machine, &mut state, ShellKind::Command, script.as_bytes(), &descriptors);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (output, errors) = (text(machine.streams.take(output)), text(machine.streams.take(errors)));
    let status = match result {
        Ok(status) => i32::from(status),
        // What a stopped step had changed is dropped with it.
        Err(stop) => {
            return Outcome { output, errors: format!("{errors}{stop:?}"), status: -1, files: BTreeMap::new() };
        }
    };
    let mut files = BTreeMap::new();
    machine
        .workspace
        .walk(&mount, &mut |path, node| {
            let name = text(machine.workspace.inside_mount(path.as_bytes()).unwrap_or_default().to_vec());
            let content = match node.kind() {
                Kind::File => text(machine.workspace.read(path)?.expect("it is a file").to_vec()),
                _ => "(directory)".into(),
            };
            files.insert(name, content);
            Ok(Walked::On)
        })
        .expect("the walk ends");
    Outcome { output, errors, status, files }
}

fn bash(root: &Path, script: &str) -> Outcome {
    if root.exists() {
        std::fs::remove_dir_all(root).expect("the directory is ours");
    }
    for (path, text) in FILES {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    let output = Command::new("timeout")
        .args(["600", "bash", "-c"])
        .arg(OsStr::from_bytes(script.as_bytes()))
        .current_dir(root)
        .env_clear()
        .envs([
            ("HOME", "/root"),
            ("HOSTNAME", "sparring"),
            ("LANG", "C.UTF-8"),
            ("PATH", "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("SHLVL", "0"),
        ])
        .env("PWD", root)
        .stdin(Stdio::null())
        .output()
        .expect("bash runs");
    let mut files = BTreeMap::new();
    collect(root, root, &mut files);
    Outcome {
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: output.status.code().unwrap_or(-2),
        files,
    }
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
        if path.is_dir() {
            files.insert(name, "(directory)".into());
            collect(root, &path, files);
        } else {
            let bytes = std::fs::read(&path).expect("it can be read");
            files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// Runs scripts on both sides; returns how many differ, how many printed something, and how many
/// printed an error.
fn compare(label: &str, scripts: &[String]) -> usize {
    compare_lines(label, scripts, |errors| errors)
}

/// bash prints the commands of `$( )` again before it runs them, and lines that this adds count in
/// its messages; ours count the lines that were typed.
fn without_line_numbers(errors: String) -> String {
    let mut parts = errors.split(": line ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(": line N");
        text.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    }
    text
}

fn sorted_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

fn compare_lines(label: &str, scripts: &[String], normalise: fn(String) -> String) -> usize {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let root = temporary.path().join("work");
    let root_text = root.to_string_lossy().into_owned();
    let image = image();
    let (mut different, mut printing, mut failing) = (0, 0, 0);
    for script in scripts {
        let mut expected = bash(&root, script);
        let mut found = ours(&image, &root_text, script);
        expected.errors = normalise(expected.errors);
        found.errors = normalise(found.errors);
        // The parts of a pipeline run at once: who complains first is for the scheduler to say.
        if script.replace("||", "").contains('|') && sorted_lines(&expected.errors) == sorted_lines(&found.errors) {
            expected.errors.clone_from(&found.errors);
        }
        printing += usize::from(!expected.output.is_empty());
        failing += usize::from(!expected.errors.is_empty());
        if found == expected {
            continue;
        }
        different += 1;
        println!("--- {script}");
        if found.output != expected.output {
            println!("  output bash: {:?}\n  output ours: {:?}", expected.output, found.output);
        }
        if found.errors != expected.errors {
            println!("  errors bash: {:?}\n  errors ours: {:?}", expected.errors, found.errors);
        }
        if found.status != expected.status {
            println!("  status bash: {} ours: {}", expected.status, found.status);
        }
        if found.files != expected.files {
            println!("  files bash: {:?}\n  files ours: {:?}", expected.files, found.files);
        }
    }
    println!(
        "{label}: {} scripts, {printing} with output, {failing} with error texts, {different} different",
        scripts.len()
    );
    different
}

/// The scripts of a file, which stand between lines of `%%`.
fn table(text: &str) -> Vec<String> {
    text.split("\n%%\n")
        .map(|script| script.strip_suffix("\n%%").unwrap_or(script).to_owned())
        .filter(|script| !script.is_empty())
        .collect()
}

#[test]
fn scripts_of_the_table_run_as_in_bash() {
    assert_eq!(compare("table", &table(include_str!("shell.txt"))), 0);
}

/// Writers whose reader leaves early. On the real side they sleep where the order matters.
#[test]
fn writers_learn_that_their_reader_has_left() {
    assert_eq!(compare("pipes", &table(include_str!("shell_pipes.txt"))), 0);
}

/// What weaker policies type: prose, Python, markup, tools of other scaffolds, commands cut short.
/// Each alone and in pairs, so that errors meet all kinds of surroundings.
#[test]
fn prose_gets_the_errors_of_bash() {
    let phrases = table(include_str!("shell_prose.txt"));
    let mut generator = shell_generator::Generator::new(0xbad);
    let mut scripts = phrases.clone();
    while scripts.len() < phrases.len() + 300 {
        let (first, second) = (generator.of(&phrases), generator.of(&phrases));
        scripts.push(match scripts.len() % 6 {
            0 => format!("{first}\n{second}"),
            1 => format!("{first}; {second}"),
            2 => format!("{first} || {second}"),
            3 => format!("echo start\n{first}\necho end"),
            4 => format!("f() {{ {first}; }}; f; echo $?"),
            _ => format!("if {first}; then {second}; fi"),
        });
    }
    assert!(scripts.len() > 400);
    assert_eq!(compare("prose", &scripts), 0);
}

/// Generated scripts: `SPARRING_CASES` of them, from a fixed seed.
#[test]
fn generated_scripts_run_as_in_bash() {
    let count = std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let mut generator = shell_generator::Generator::new(0x5eed);
    let scripts: Vec<String> = (0..count).map(|_| generator.script()).collect();
    // bash 5.2 has habits of its own that no script should rest on: `"${*@Q}"` is not joined by
    // IFS but given element by element, some compound assignments inside `$( )` do not survive
    // being printed and read again. They are left as they are, and rare.
    let different = compare_lines("generated", &scripts, without_line_numbers);
    assert!(different * 100 <= count, "{different} of {count} differ");
}

/// Texts that would run for ever, eat memory or nest without end: each ends, and no panic.
#[test]
fn hostile_scripts_end_inside_their_budgets() {
    let nested = |open: &str, close: &str, depth: usize| format!("{}:{}", open.repeat(depth), close.repeat(depth));
    let mut scripts: Vec<String> = [
        "while true; do :; done",
        "for ((;;)); do x=$x; done",
        "until false; do x+=aaaaaaaaaaaaaaaa; done",
        "f() { f; }; f",
        ":(){ :|:& };:",
        "f() { eval f; }; f",
        "x=x; echo $((x))",
        "x='y'; y='x'; echo $((x + y))",
        "x=aaaaaaaa; while :; do x=$x$x; done",
        "a=(1); while :; do a+=(\"${a[@]}\"); done",
        "echo {1..999999999}",
        "echo {1..9999}{1..9999}{1..9999}",
        "x=a; while :; do x=${x//a/aaaa}; done",
        "while :; do printf '%1000000d' 1 > /dev/null; done",
        "while :; do (:); done",
        "while :; do x=$(echo a); done",
        "trap 'f' ERR; f() { false; }; f",
        "x=$(printf 'a%.0s' {1..2000}); shopt -s extglob\n[[ $x == +(+(a|aa)+(a))b ]]",
        "declare -n a=b; declare -n b=a; echo $a",
        "exec 3<&0; while read -u 3 x; do :; done; cat a.txt | while :; do read x; done",
        "$(eval \"$0\")",
        "select x in a; do :; done < a.txt",
        "[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaa =~ (a*)*b ]]",
        ". ./loop.sh",
    ]
    .map(|script| script.replace("\\n", "\n"))
    .to_vec();
    scripts.push("echo '. ./loop.sh' > loop.sh; . ./loop.sh".into());
    for (open, close) in [
        ("(", ")"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("`", "`"),
        ("\"$(", ")\""),
        ("${x:-", "}"),
        ("$((", "))"),
        ("((", "))"),
        ("if :; then ", "; fi"),
        ("while :; do ", "; done"),
        ("case a in a) ", ";; esac"),
        ("f() { ", "; }"),
        ("! ", ""),
        ("[[ ( ", " ) ]]"),
        ("a=(", ")"),
        ("<(", ")"),
        ("echo {a,", "}"),
        ("a[", "]=1"),
        ("eval ", ""),
        ("x=$[", "]"),
    ] {
        for depth in [10, 60, 64, 70, 500, 20_000] {
            scripts.push(nested(open, close, depth));
            scripts.push(open.repeat(depth));
        }
    }
    let image = image();
    let mut stopped = 0;
    for script in &scripts {
        let outcome = ours(&image, "/testbed", script);
        stopped += usize::from(outcome.status == -1);
    }
    println!("{} hostile scripts, {stopped} stopped by a limit", scripts.len());
    assert!(stopped > 20);
}

/// What lasts of a shell survives its serialised form, and nothing else is stored.
#[test]
fn a_session_keeps_its_shell_between_steps() {
    let image = image();
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    let blobs = BlobStore::new(Vec::new(), 1);
    let mount = VirtualPath::lexical(b"/testbed");
    let view = ImageView::parse(&image).expect("the image is good");
    let workspace = Workspace::new(view, mount.clone(), Overlay::new(), Overlay::new(), &blobs, 0, &budget);
    let mut machine = Machine::new(workspace, Effects::default(), Terminal::Columns(80));
    let mut state = ShellState::new(&mount);
    let fresh = postcard::to_allocvec(&state).expect("it serialises").len();
    assert!(fresh < 40, "a fresh shell takes {fresh} bytes");
    let steps = [
        ("cd dir; x=1; export E=two", "", 0),
        ("echo $x $E ${PWD##*/}; a=(p q); declare -A m=([k]=v)", "1 two dir\n", 0),
        ("greet() { echo \"hi $1\"; cat <<EOF\ndoc $x\nEOF\n}; shopt -s nullglob; set -o pipefail", "", 0),
        ("greet you; echo ${a[1]} ${m[k]} *.nope; false | true; echo $?", "hi you\ndoc 1\nq v\n1\n", 0),
        ("alias say='echo aliased'; unset HOME; false", "", 1),
        ("echo $? ${HOME-gone}; say it", "1 gone\naliased it\n", 0),
        ("nosuch", "bash: nosuch: command not found\n", 127),
        ("cd -", "/testbed\n", 0),
        ("echo )", "bash: syntax error near unexpected token `)'\n", 2),
        ("echo $((1/0)); echo never", "bash: 1/0: division by 0 (error token is \"0\")\n", 1),
    ];
    for (script, expected, status) in steps {
        let bytes = postcard::to_allocvec(&state).expect("it serialises");
        state = postcard::from_bytes(&bytes).expect("it reads back");
        let (input, output) = (machine.streams.null(), machine.streams.buffer());
        let descriptors = Descriptors::standard(input, output, output);
        let found = run_script(&mut machine, &mut state, ShellKind::Interactive, script.as_bytes(), &descriptors);
        let text = String::from_utf8_lossy(&machine.streams.take(output)).into_owned();
        assert_eq!((text.as_str(), found), (expected, Ok(status)), "{script}");
    }
}
