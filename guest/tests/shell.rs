//! The shell beside the machine's bash: the same scripts, the same output, status and files.
//!
//! Both run in a directory of the same name, standard output and standard error on one pipe each,
//! so that texts can be compared byte by byte. Scripts use builtins and files only.

#[path = "shell/builtins.rs"]
mod builtins;
#[path = "shell/harness.rs"]
mod harness;
#[path = "shell/menu.rs"]
mod menu;
#[path = "shell/reduce.rs"]
mod reduce;
#[path = "report/mod.rs"]
mod report;
#[path = "shell_generator/mod.rs"]
mod shell_generator;

use harness::{compare, image, ours, table, verbatim, without_line_numbers};

use sparring_guest::budget::Budget;
use sparring_guest::limits::Limits;
use sparring_guest::machine::{Descriptors, Effects, Machine, Terminal};
use sparring_guest::shell::{ShellKind, ShellState, run_script};
use sparring_guest::workspace::{BlobStore, VirtualPath, Workspace};
use sparring_tree::Overlay;
use sparring_tree::image::ImageView;

#[test]
fn scripts_of_the_table_run_as_in_bash() {
    assert_eq!(compare("shell table", &table(include_str!("shell.txt")), verbatim), 0);
}

/// Writers whose reader leaves early. On the real side they sleep where the order matters.
#[test]
fn writers_learn_that_their_reader_has_left() {
    assert_eq!(compare("shell pipes", &table(include_str!("shell_pipes.txt")), verbatim), 0);
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
    assert_eq!(compare("shell prose", &scripts, verbatim), 0);
}

/// Generated scripts: `SPARRING_CASES` of them, from a fixed seed.
#[test]
fn generated_scripts_run_as_in_bash() {
    let count = std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    let mut generator = shell_generator::Generator::new(0x5eed);
    let scripts: Vec<String> = (0..count).map(|_| generator.script()).collect();
    // bash 5.2 has habits of its own that no script should rest on: `"${*@Q}"` is not joined by
    // IFS but given element by element, some compound assignments inside `$( )` do not survive
    // being printed and read again. They are left as they are, and rare.
    let different = compare("shell generated", &scripts, without_line_numbers);
    assert!(different * 200 <= count, "{different} of {count} differ");
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
