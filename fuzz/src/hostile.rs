//! Paths, patterns and scripts that try to get out, to go on for ever, or to use up everything.

use serde_json::json;

use crate::{Call, Choices, Vocabulary, command_line};

/// A path that no honest agent writes.
pub fn path(choices: &mut Choices<'_>) -> String {
    let pieces = [
        "..",
        ".",
        "",
        "testbed",
        "package",
        "data",
        "README.md",
        "etc",
        "passwd",
        "proc",
        "self",
        "root",
        "dev",
        "null",
        "zero",
        "loop",
        "up",
        "outside",
        "broken",
        "latest",
        "~",
        "*",
        "$HOME",
        "a b",
        "ä",
        "\u{202e}",
        "-",
        "...",
        " ",
        "environ",
        "fd",
        "exe",
        "tmp",
        "stdin",
        "\\",
        "C:",
        "NUL",
        "%2e%2e",
        "\n",
        "\u{feff}",
    ];
    let mut path = String::from(choices.pick(&["/", "", "./", "../", "//", "/testbed/", "/testbed/../"]));
    for _ in 0..choices.between(1, 12) {
        path.push_str(choices.pick(&pieces));
        path.push_str(choices.pick(&["/", "/", "//", "/./", "/../", ""]));
    }
    match choices.below(30) {
        0 => path.repeat(300),
        1 => format!("/{}", "x".repeat(5_000)),
        2 => format!("/testbed/{}", "../".repeat(2_000)),
        3 => format!("{path}\0/etc/passwd"),
        _ => path,
    }
}

/// A call of OpenHands' editor on such a path.
pub fn editor_call(choices: &mut Choices<'_>) -> Call {
    let path = path(choices);
    let arguments = match choices.below(6) {
        0 => json!({ "command": "view", "path": path }),
        1 => json!({ "command": "view", "path": path, "view_range": [i64::MIN, i64::MAX] }),
        2 => json!({ "command": "create", "path": path, "file_text": "x" }),
        3 => json!({ "command": "str_replace", "path": path, "old_str": "", "new_str": "" }),
        4 => json!({ "command": "insert", "path": path, "insert_line": i64::MAX, "new_str": "x" }),
        _ => json!({ "command": "undo_edit", "path": path }),
    };
    Call::new("str_replace_editor", &arguments)
}

/// A command on such a path.
pub fn path_command(choices: &mut Choices<'_>) -> String {
    let path = path(choices).replace('\'', "'\\''").replace('\0', "");
    let command = choices.pick(&[
        "cat",
        "ls -la",
        "head -c 50",
        "cd",
        "rm -rf",
        "touch",
        "mkdir -p",
        "grep -r x",
        "find",
        "wc",
        "sed -n 1p",
        "tail",
        "cp README.md",
        "mv data/empty",
        "ln -s /etc",
        "test -e",
        "source",
        "stat",
        "echo x >",
        "cat <",
    ]);
    format!("{command} '{path}'")
}

/// A pattern that is wrong, ambiguous or expensive.
pub fn pattern(choices: &mut Choices<'_>) -> String {
    let atoms = [
        "a",
        ".",
        "[^x]",
        "(a|b)",
        "\\w",
        "\\(x\\)",
        "(",
        ")",
        "[",
        "]",
        "[z-a]",
        "[[:alpha:]]",
        "[[:nope:]]",
        "\\1",
        "\\2",
        "^",
        "$",
        "\\b",
        "\\<",
        "|",
        "\\|",
        "x",
        "é",
        "[[.a.]]",
        "[[=a=]]",
        "\\",
        "(?=a)",
        "(?i)",
        "\\K",
        "\\p{L}",
        "(?R)",
        "\\Q",
        "{",
        "}",
    ];
    let repeats = [
        "",
        "",
        "*",
        "+",
        "?",
        "{2}",
        "{1,}",
        "{0,3}",
        "{5}{5}",
        "{1000}",
        "{32768}",
        "{1,99999}",
        "**",
        "*?",
        "{,5}",
        "{3,1}",
        "\\{2\\}",
    ];
    match choices.below(12) {
        0 => format!("{}{}", "(".repeat(choices.between(1, 300)), ")".repeat(choices.below(300))),
        1 => "(a*)*".repeat(choices.between(1, 8)) + "b",
        2 => format!("a{{{}}}{{{}}}", choices.below(40_000), choices.below(40_000)),
        3 => "a?".repeat(30) + &"a".repeat(30),
        4 => "x".repeat(choices.between(1, 20_000)),
        5 => "\\(a*\\)*\\1".into(),
        _ => {
            let mut pattern = String::new();
            for _ in 0..choices.between(1, 10) {
                pattern.push_str(choices.pick(&atoms));
                pattern.push_str(choices.pick(&repeats));
            }
            pattern
        }
    }
}

/// A search for such a pattern.
pub fn pattern_command(choices: &mut Choices<'_>) -> String {
    let pattern = pattern(choices).replace('\'', "'\\''");
    match choices.below(6) {
        0 => format!("grep -rn -- '{pattern}' package"),
        1 => format!("grep -E -- '{pattern}' README.md data/long_line.txt"),
        2 => format!("grep -P -- '{pattern}' README.md"),
        3 => format!("sed -n -E '/{}/p' README.md", pattern.replace('/', "\\/")),
        4 => format!("find . -regex '{pattern}'"),
        _ => format!("[[ README.md =~ {} ]]; echo $?", pattern.replace([' ', '\n'], "_")),
    }
}

/// Scripts that never end by themselves or want more than there is. Each must end with a `limit`
/// or quickly, under any limits.
pub const RUNAWAYS: &[&str] = &[
    "while :; do :; done",
    "until false; do x=$((x+1)); done",
    "for ((;;)); do :; done",
    ":(){ :|:& };:",
    "f() { f; }; f",
    "f() { f | f; }; f",
    "f() { $(f); }; f",
    "x=a; while :; do x=$x$x; done",
    "x=aaaaaaaa; for i in {1..60}; do x=\"${x//a/aa}\"; done; echo ${#x}",
    "echo {1..100000000}",
    "echo {1..9223372036854775807}",
    "echo {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    "echo */*/*/*/*/*/../*/../*/../*/../*/../*/../*/../*/../*",
    "yes",
    "yes | head -n 1000000000",
    "yes > big",
    "seq 1 1000000000000",
    "printf '%1000000000s' x",
    "printf '%.2147483647d' 1",
    "printf '%s' {1..10000000}",
    "cat /dev/zero",
    "head -c 100G /dev/zero",
    "head -c 1G /dev/zero | tr '\\0' x | wc -c",
    "cat data/table.csv data/table.csv > a; while cat a a > b; do cat b b > a; done",
    "while :; do cat data/long_line.txt >> grow; done",
    "sed ':a;ba' README.md",
    "sed ':a;s/^/x/;ta' README.md",
    "sed ':a;G;h;ba' README.md",
    "sed -n 'H;x;s/\\n/&&/g;x;p;b' data/table.csv | sed 'G;G;G;h'",
    "sed 'N;P;D;ba' data/table.csv; sed -e :a -e '$!N;ba' -e 's/./&&/g' data/table.csv",
    "grep '\\(a*\\)*\\1b' data/long_line.txt",
    "grep -E '(x+x+)+y' data/long_line.txt",
    "grep -E '(x*)(x*)(x*)(x*)\\1\\2\\3\\4y' data/long_line.txt",
    "grep -P '(x+x+)+y' data/long_line.txt",
    "grep -rf data/table.csv .",
    "find . -exec find . -exec find . -exec echo {} \\; \\; \\;",
    "find / -name x; find . -exec sh -c 'find . -exec sh -c \"ls -R\" \\;' \\;",
    "xargs -I{} sh -c '{}' < /dev/zero",
    "echo x | xargs -I{} sh -c 'echo {} | xargs sh -c \"while :; do :; done\"'",
    "cp -r . inside; cp -r . inside; cp -r . inside; cp -r . inside; cp -r . inside; cp -r . inside",
    "mkdir -p a/b/c/d/e/f/g/h; for i in {1..5000}; do touch a/b/file$i; done",
    "for i in {1..3000}; do ln -s $((i+1)) $i; done; cat 1",
    "d=x; for i in {1..2000}; do mkdir $d; cd $d; done",
    "eval eval eval eval eval eval 'eval \"$BASH_COMMAND\"'; e='eval $e'; eval $e",
    "a=b; b=a; echo $((a)); a='a+1'; echo $((a))",
    "echo $((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))",
    "echo $((1 / 0)) $((-9223372036854775808 / -1)) $((1 << 64)) $((2 ** -1)) $((2 ** 63)) $((-9223372036854775808 % -1))",
    "x=(); x[999999999999]=1; x[-5]=2; echo ${x[@]} ${#x[@]}",
    "read -n 1000000000 x < /dev/zero; read x < /dev/urandom",
    "trap 'kill -9 $$' EXIT; exit; trap 'exit' EXIT",
    "exec 9<>x; while :; do echo x >&9; done",
    "set -x; while :; do echo \"$(set)\"; done",
    "alias a='a a'; a; shopt -s expand_aliases; alias b='b b'\nb",
    "source /dev/stdin <<< 'source /dev/stdin'; echo '. ./self' > self; . ./self",
    "echo 'bash again' > again; bash again",
    "PROMPT_COMMAND='while :; do :; done'; trap 'while :; do :; done' DEBUG; ls",
    "tail -f README.md; tail -c 1000000000000 data/table.csv | tail -n 99999999999",
    "ls -R / /testbed/latest/../../..; ls -laR data/loop/ data/up/..",
    "sort -R data/table.csv data/table.csv data/table.csv | sort -u | sort -k2,2n -k1,1r -t, | uniq -D",
    "cut -c1-99999999999999999999 data/table.csv; head -n 99999999999999999999 README.md; tail -n -0 README.md",
    "printf '%b' '\\0777\\x\\u\\U110000\\c'; printf '%*.*f' 99999999 99999999 1; printf %d 99999999999999999999",
    "test ! ! ! ! ! x -a \\( \\( \\( y \\) \\) \\) -o",
    "case $(yes) in *y*y*y*y*y*y*y*z) ;; esac",
    "x=$(head -c 2000000 /dev/zero | tr '\\0' a); case $x in *a*a*a*a*a*a*b) ;; esac; echo ${x##*a*a*a*b}",
    "sleep 1000000000; wait; kill -9 1; kill %1",
];

/// A script that only looks like one: runaways with noise, pieces in any order, unclosed quotes.
pub fn garbage_script(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let pieces = [
        "\"",
        "'",
        "`",
        "$(",
        ")",
        "${",
        "}",
        "((",
        "))",
        "[[",
        "]]",
        "{",
        ";",
        ";;",
        "&&",
        "||",
        "|",
        "&",
        "<",
        ">",
        "<<EOF",
        "\nEOF\n",
        "<<<",
        ">&",
        "2>&1",
        "\n",
        "#",
        "\\",
        "\\\n",
        "if",
        "then",
        "fi",
        "for",
        "in",
        "do",
        "done",
        "while",
        "case",
        "esac",
        "function",
        "echo",
        "cat",
        "x=",
        "$x",
        "$@",
        "$$",
        "$!",
        "${x:=y}",
        "${x[@]}",
        "${!x}",
        "$'\\x41'",
        "*",
        "?",
        "[a-",
        "~",
        "!",
        "!!",
        "time",
        "coproc",
        "eval",
        "exec",
        "set --",
        "shift 99",
        "local",
        "return",
        "break 9",
        "\u{1b}[31m",
        "é",
        "\u{7f}",
        "EOF",
        "|&",
        "&>",
        ">|",
        "<>",
        "<(ls)",
        ">(cat)",
        "$((1+",
        "select",
        "until",
        "((x++))",
    ];
    let mut script = String::new();
    if choices.percent(25) {
        script.push_str(&command_line(choices, vocabulary));
    }
    for _ in 0..choices.between(1, 14) {
        script.push_str(choices.pick(&pieces));
        script.push_str(choices.pick(&[" ", " ", "", "\n"]));
    }
    if choices.percent(10) {
        script.push_str(vocabulary.word(choices));
    }
    script
}

/// A hostile command line: a runaway as it is or inside something, a pattern, a path, garbage.
pub fn script(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let runaway = RUNAWAYS[choices.below(RUNAWAYS.len())];
    match choices.below(12) {
        0..3 => runaway.to_owned(),
        3 => format!("{runaway} | head -5"),
        4 => format!("echo \"$({runaway})\" | wc -c"),
        5 => format!("({runaway}) 2>&1 >/dev/null"),
        6 => format!("timeout 5 bash -c '{}'", runaway.replace('\'', "'\\''")),
        7 => path_command(choices),
        8..10 => pattern_command(choices),
        _ => garbage_script(choices, vocabulary),
    }
}
