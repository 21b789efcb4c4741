//! Runs scripts in the machine's bash and in ours, and compares what they print and leave behind.

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

use crate::reduce::reduced;
use crate::report::{Counts, row};

/// What a script leaves behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) output: String,
    pub(crate) errors: String,
    pub(crate) status: i32,
    pub(crate) files: BTreeMap<String, String>,
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

pub(crate) fn image() -> Vec<u8> {
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

pub(crate) fn ours(image: &[u8], root: &str, script: &str) -> Outcome {
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
                Kind::Link => format!("-> {}", text(node.target().unwrap_or_default().to_vec())),
                Kind::Directory => "(directory)".into(),
            };
            files.insert(name, content);
            Ok(Walked::On)
        })
        .expect("the walk ends");
    Outcome { output, errors, status, files }
}

/// The status of `timeout` when it ended bash.
const TIMED_OUT: i32 = 124;

/// Seconds that a script may take: it takes milliseconds, but machines that run these tests are busy.
const PATIENCE: &str = "600";

/// Seconds that a part of one may take, which may be an endless loop.
const PATIENCE_WITH_PARTS: &str = "10";

fn bash(root: &Path, script: &str, patience: &str) -> Outcome {
    let above = root.parent().expect("it has one");
    if above.exists() {
        std::fs::remove_dir_all(above).expect("the directory is ours");
    }
    for (path, text) in FILES {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    let output = Command::new("timeout")
        .args([patience, "bash", "-c", "--"])
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
        if path.is_symlink() {
            let target = std::fs::read_link(&path).expect("it is a link");
            files.insert(name, format!("-> {}", target.display()));
        } else if path.is_dir() {
            files.insert(name, "(directory)".into());
            collect(root, &path, files);
        } else {
            let bytes = std::fs::read(&path).expect("it can be read");
            files.insert(name, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

/// How often a script is run again where it differs: what bash itself does not do the same way
/// each time, as when two stages of a pipeline write to one place, is no difference.
const RUNS: usize = 8;

/// How many differences are shown, each cut down to what makes it.
const SHOWN: usize = 3;

/// Both sides of scripts, each started from the same files.
pub(crate) struct Shells {
    // Holds the directory while scripts run in it.
    _temporary: tempfile::TempDir,
    root: std::path::PathBuf,
    image: Vec<u8>,
    normalise: fn(String) -> String,
}

impl Shells {
    pub(crate) fn new(normalise: fn(String) -> String) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary directory");
        // A directory of its own above it, for scripts that `cd ..`.
        let root = temporary.path().join("above").join("work");
        Self { _temporary: temporary, root, image: image(), normalise }
    }

    fn bash(&self, script: &str, patience: &str) -> Outcome {
        let mut outcome = bash(&self.root, script, patience);
        outcome.errors = (self.normalise)(outcome.errors);
        outcome
    }

    fn ours(&self, script: &str) -> Outcome {
        let mut outcome = ours(&self.image, &self.root.to_string_lossy(), script);
        outcome.errors = (self.normalise)(outcome.errors);
        outcome
    }

    /// What differs, when it does each time.
    fn difference(&self, script: &str, patience: &str) -> Option<(Outcome, Outcome)> {
        let (expected, found) = (self.bash(script, patience), self.ours(script));
        let is_steady = || (1..RUNS).all(|_| self.bash(script, patience) == expected);
        (!is_equal(script, &expected, &found) && is_steady()).then_some((expected, found))
    }
}

/// Runs scripts on both sides and prints a row about them; returns how many differ.
pub(crate) fn compare(label: &str, scripts: &[String], normalise: fn(String) -> String) -> usize {
    compare_on(&Shells::new(normalise), label, scripts, Counts::default())
}

/// As [`compare`]; the row also has the options that were counted.
pub(crate) fn compare_on(shells: &Shells, label: &str, scripts: &[String], mut counts: Counts) -> usize {
    counts.cases = scripts.len();
    for script in scripts {
        let (expected, found) = (shells.bash(script, PATIENCE), shells.ours(script));
        counts.with_output += usize::from(!(expected.output.is_empty() && expected.errors.is_empty()));
        if is_equal(script, &expected, &found) || shells.difference(script, PATIENCE).is_none() {
            continue;
        }
        counts.differences += 1;
        if counts.differences <= SHOWN {
            // A part of a script that is no script differs in other ways.
            let is_script =
                |real: &Outcome| !["syntax error", "unexpected"].iter().any(|text| real.errors.contains(text));
            let was_script = is_script(&expected);
            let short = reduced(script, |part| {
                let found = shells.difference(part, PATIENCE_WITH_PARTS);
                found.is_some_and(|(real, _)| real.status != TIMED_OUT && is_script(&real) == was_script)
            });
            if let Some((expected, found)) = shells.difference(&short, PATIENCE) {
                describe(&short, &expected, &found);
            }
        }
    }
    row(label, counts);
    counts.differences
}

/// The parts of a pipeline run at once: who complains first is for the scheduler to say.
fn is_equal(script: &str, expected: &Outcome, found: &Outcome) -> bool {
    let sorted_lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let has_pipeline = script.replace("||", "").contains('|');
    let same_errors = expected.errors == found.errors
        || has_pipeline && sorted_lines(&expected.errors) == sorted_lines(&found.errors);
    same_errors && (&expected.output, expected.status, &expected.files) == (&found.output, found.status, &found.files)
}

fn describe(script: &str, expected: &Outcome, found: &Outcome) {
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

/// The texts of errors as they are.
pub(crate) fn verbatim(errors: String) -> String {
    errors
}

/// bash prints the commands of `$( )` again before it runs them, and lines that this adds count in
/// its messages; ours count the lines that were typed.
pub(crate) fn without_line_numbers(errors: String) -> String {
    let mut parts = errors.split(": line ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(": line N");
        text.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    }
    text
}

/// The scripts of a file, which stand between lines of `%%`.
pub(crate) fn table(text: &str) -> Vec<String> {
    text.split("\n%%\n")
        .map(|script| script.strip_suffix("\n%%").unwrap_or(script).to_owned())
        .filter(|script| !script.is_empty())
        .collect()
}
