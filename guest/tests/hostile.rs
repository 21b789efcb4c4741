//! A thousand command lines that would run for ever, eat memory or nest without end: each ends
//! inside its step's budgets, with an answer of a known kind.

use std::collections::BTreeMap;

use sparring_guest::limits::Limits;
use sparring_guest::machine::Provenance;
use sparring_guest::step::{RawCall, Settings, Status, StepInput, StepOutput, step};
use sparring_tree::image::{FileFacts, write};
use sparring_tree::{Node, TreeBuilder, TreeLimits};

/// What does not end, or is far too much. `@` is a nasty body, `#` a large number.
const PARTS: &[&str] = &[
    "while :; do @; done",
    "while true; do @; done > /dev/null",
    "until false; do @; done",
    "for ((;;)); do @; done",
    "for i in {1..#}; do @; done",
    "for i in $(seq #); do @; done",
    "yes | @",
    "yes '' | while read x; do @; done",
    ":(){ :|:& };:",
    "f() { f | f & }; f",
    "f() { f; }; f",
    "f() { g; }; g() { f; }; f",
    "f() { @; f; }; f",
    "f() { local x=$1$1; f $x; }; f ab",
    "f() { x=$(f); }; f",
    "f() { eval \"f\"; }; f",
    "echo {1..#}",
    "echo {1..#}{1..#}",
    "echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    "seq #",
    "seq # | sort | uniq -c | tail -1",
    "seq 1 0.0000001 #",
    "seq -w # | tac | rev",
    "printf '%#d' 1",
    "printf '%.#f' 1",
    "printf '%s' {1..#}",
    "printf -v x '%#s' a; @",
    "x=a; while :; do x=$x$x; done",
    "x=a; while :; do x+=$x; @; done",
    "a=(1); while :; do a+=(\"${a[@]}\"); done",
    "a[#]=1; echo ${!a[@]}",
    "declare -A m; while :; do m[$RANDOM$RANDOM]=$x; x+=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",
    "x=$(printf 'a%.0s' {1..5000}); echo ${x//a/$x}",
    "x=$(printf 'a%.0s' {1..3000}); [[ $x =~ (a*)*b ]]; [[ $x =~ (a|aa)+$ ]]; @",
    "shopt -s extglob; x=$(printf 'a%.0s' {1..900}); [[ $x == +(+(a|aa)+(a))b ]]",
    "shopt -s globstar; echo **/**/**/**/**/**/**/**/*",
    "echo */*/../*/../*/../*/../*/../*/../*/../*/../*",
    "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -E '(a|a)*(a|a)*(a|a)*(a|a)*b'",
    "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -E '(a*)*\\1b'",
    "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep '\\(a*\\)*\\1\\1\\1\\1b'",
    "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -P '^(a+)+$b'",
    "grep -E 'a{1,255}{1,255}{1,255}' big.txt",
    "grep -E '((((((((((a{1,90}){1,90}){1,90}){1,90}){1,90}){1,90}))))))' big.txt",
    "sed ':a; s/$/aaaaaaaa/; ba' big.txt",
    "sed ':a; ba' big.txt",
    "sed -n ':a; N; s/^/x/; ba' big.txt",
    "sed 's/a*/&&&&&&&&&&&&&&&&/g; s/a*/&&&&&&&&&&&&&&&&/g; s/a*/&&&&&&&&&&&&&&&&/g; s/a*/&&&&&&&&&&&&&&&&/g' big.txt",
    "sed 'G;G;G;G;h' big.txt",
    "find / -exec find / \\; -exec find / \\;",
    "find . -regex '\\(.*\\)*\\1x'",
    "xargs -n 1 echo < big.txt",
    "seq # | xargs -I{} echo {} {} {} {}",
    "cat /dev/zero",
    "cat /dev/zero | @",
    "cat /dev/urandom > big",
    "tr -d a < /dev/urandom | sort",
    "head -c # /dev/zero",
    "dd if=/dev/zero of=f bs=#M",
    "sort /dev/zero",
    "tail -c # /dev/zero",
    "wc < /dev/urandom",
    "while read x; do @; done < /dev/urandom",
    "mapfile a < /dev/urandom; echo ${#a[@]}",
    "read -N # x < /dev/zero",
    "echo $((2**63 - 1 + #)) $((-9223372036854775807 - 1 - #)) $(( (-9223372036854775807-1) / -1 )) $((1 << #))",
    "x='x+1'; echo $((x))",
    "x='y'; y='x'; echo $((x + y))",
    "x='a[x]'; echo $((x))",
    "let 'x=1' 'x=x**x**x**#'; echo $x",
    "echo ${x:#:#} ${@:#} ${x:-${x:-${x:-${x:-$x}}}}",
    "declare -n a=b; declare -n b=a; echo $a; a=1",
    "trap '@' ERR; false",
    "trap 'f' ERR; f() { false; }; f",
    "trap '@' DEBUG EXIT; exit",
    "set -x; @",
    "set -euo pipefail; @",
    "exec 3<&0; while read -u 3 x; do :; done; @",
    "exec > big.txt; while :; do cat big.txt; done",
    "cat big.txt big.txt big.txt > big2; while :; do cat big2 >> big2; done",
    "echo '. ./loop.sh' > loop.sh; . ./loop.sh",
    "echo 'bash loop.sh' > loop.sh; bash loop.sh",
    "echo '\"$0\"' > loop.sh; chmod +x loop.sh; ./loop.sh",
    "mkdir -p d; cd d; while mkdir d && cd d; do @; done",
    "while :; do mkdir -p $RANDOM$RANDOM/x; done",
    "while :; do echo x >> f$((n++)); done",
    "ln -s l l; cat l; ln -s . d; ls -RL d/d/d/d/d/d/d/d/d/d; find -L d",
    "cp -r . copy; while :; do cp -r copy copy/copy$((n++)); done",
    "git init -q; while :; do echo x >> f; git add -A; git commit -qm x; done",
    "git log --format='%#x'; git grep -E '(a*)*\\1b'; @",
    "select x in a b; do @; done < big.txt",
    "coproc @",
    "while :; do (@) & done; wait",
    "cat <<E | @\n$(seq #)\nE",
    "@ <<< \"$(printf 'a%.0s' {1..99999})\"",
    "time while :; do @; done",
    "timeout 1 bash -c '@'",
    "bash -c 'bash -c \"bash -c yes\"' | @",
    "case $x in +(@)) ;; *) while :; do :; done;; esac",
    "if while :; do :; done; then @; fi",
    "tee a b c d e f < /dev/zero",
    "fold -w 1 /dev/zero; nl /dev/urandom; cut -c # /dev/zero",
    "md5sum /dev/zero; expand -t # big.txt; paste big.txt big.txt /dev/zero",
    "base64 /dev/zero; od /dev/zero; xxd /dev/zero; awk 'BEGIN { while (1) x = x \"a\" }'; cmp /dev/zero /dev/zero",
    "awk 'BEGIN { while (1) ; }'; diff /dev/zero /dev/urandom; expr 1 : '\\(a*\\)*b'; jq -n '[range(#)]'",
];

/// What stands inside.
const BODIES: &[&str] = &[
    ":",
    "echo $x",
    "x=$x$x",
    "cat big.txt",
    "(:)",
    "x=$(echo a)",
    "sleep 1000",
    "continue",
    "false",
    "printf '%1000d' 1",
    "grep -q zzz big.txt",
    "wc -l",
    "sort",
    "cat",
    "read y",
    "eval \"$x\"",
    "[[ $x == *a* ]]",
    "((n++))",
    "head -1",
    "tee out",
    "ls -R /",
    "tail -1",
    "yes",
];

/// Openings and endings that are repeated.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("{ ", "; }"),
    ("$(", ")"),
    ("\"$(", ")\""),
    ("`", "`"),
    ("${x:-", "}"),
    ("$((", "))"),
    ("if :; then ", "; fi"),
    ("while :; do ", "; done"),
    ("case a in a) ", ";; esac"),
    ("f() { ", "; }"),
    ("! ", ""),
    ("[[ ( ", " ) ]]"),
    ("a=(", ")"),
    ("<(", ")"),
    ("{a,", "}"),
    ("eval ", ""),
    ("bash -c ", ""),
    ("cat <<E\n", "\nE\n"),
    ("'", "'"),
    ("\"", "\""),
    ("a | ", "a"),
    ("a && ", "a"),
    ("a; ", ""),
    ("> f ", ""),
    ("time ", ""),
    ("x=1 ", ""),
    ("\\", ""),
];

/// Xorshift with a fixed seed.
struct Generator(u64);

impl Generator {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % count
    }

    fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.below(choices.len())]
    }

    fn part(&mut self, depth: usize) -> String {
        let body = if depth > 0 && self.below(4) == 0 { self.part(depth - 1) } else { self.pick(BODIES).to_owned() };
        let number =
            self.pick(&["9", "100", "65536", "99999", "2147483648", "9223372036854775807", "99999999999999999999"]);
        self.pick(PARTS).replace('@', &body).replace('#', number)
    }

    fn line(&mut self) -> String {
        match self.below(5) {
            0 => {
                let (open, close) = NESTS[self.below(NESTS.len())];
                let depth = [5, 50, 63, 65, 400, 9_000][self.below(6)];
                let close = if self.below(3) == 0 { String::new() } else { close.repeat(depth) };
                format!("{}{}{close}", open.repeat(depth), self.pick(BODIES))
            }
            1 => format!("{}; {}", self.part(1), self.part(1)),
            2 => format!("{} | {}", self.part(1), self.pick(BODIES)),
            _ => self.part(2),
        }
    }
}

fn image() -> Vec<u8> {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let big = "a line of aaaaaaaaaaaaaaaa and more\n".repeat(300);
    for (path, text) in [("big.txt", big.as_str()), ("a.txt", "alpha\n"), ("dir/b.txt", "beta\n")] {
        let node = Node::File { executable: false, content: text.as_bytes().into() };
        builder.insert(path.as_bytes().to_vec(), node).expect("the paths are good");
    }
    builder.insert(b"dir".to_vec(), Node::Directory).expect("the path is good");
    let tree = builder.finish().expect("the tree is good");
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    write(&tree, &facts)
}

/// Small, so that a thousand lines end soon; every kind of work is still reached by some.
fn limits() -> Limits {
    Limits {
        scan_bytes: 4 << 20,
        match_steps: 100_000,
        pipe_bytes: 1 << 20,
        shell_steps: 1_000,
        overlay_bytes: 256 << 10,
        overlay_files: 200,
        ..Limits::default()
    }
}

#[test]
fn a_thousand_hostile_lines_end_inside_their_budgets() {
    const LINES: usize = 1_000;
    let image = image();
    let settings = Settings { profile: "plain".into(), limits: limits(), ..Settings::default() };
    let settings = postcard::to_allocvec(&settings).expect("settings serialise");
    let mut generator = Generator(0x05ee_d5ee_d5ee_d5ee);
    let mut ends = BTreeMap::<String, usize>::new();
    for _ in 0..LINES {
        let line = generator.line();
        let arguments = serde_json::json!({ "command": line }).to_string();
        let call = RawCall { tool: "bash", arguments: &arguments };
        let input =
            StepInput { settings: &settings, base: &[], state: &[], call, blobs: Vec::new(), effects: Vec::new() };
        let answer = step(&image, &postcard::to_allocvec(&input).expect("the input serialises"));
        let end = match postcard::from_bytes(&answer).expect("the answer reads back") {
            StepOutput::Done { observation, .. } => match observation.status {
                Status::Ok if observation.provenance == Provenance::Refused => "refused".to_owned(),
                Status::Ok => "ended".to_owned(),
                Status::Limit => {
                    assert!(observation.exit_code.is_none(), "{line}");
                    let name = observation.text.split('`').nth(1).unwrap_or_default();
                    format!("limit {name}")
                }
                other => panic!("{other:?}: {line}"),
            },
            other => panic!("{other:?}: {line}"),
        };
        *ends.entry(end).or_default() += 1;
    }
    println!("{LINES} hostile lines: {ends:?}");
    let stopped: usize = ends.iter().filter(|(end, _)| end.starts_with("limit")).map(|(_, count)| count).sum();
    // The lines are always the same ones, so each kind of limit that they reach is known.
    for kind in ["limit nesting", "limit pipe_bytes", "limit shell_steps", "limit scan_bytes", "limit overlay_bytes"] {
        assert!(ends.get(kind).is_some_and(|count| *count >= 5), "{kind}: {ends:?}");
    }
    assert!(stopped > LINES / 4, "{ends:?}");
    assert_eq!(ends.values().sum::<usize>(), LINES);
}
