//! The parser beside the machine's bash: the same texts are accepted and refused, in the same words.

use std::process::Command;

use sparring_guest::shell::syntax::{ParseOptions, Parser, SyntaxErrorKind};

/// What `bash -n -c script` prints, by our parser.
fn ours(script: &[u8]) -> Option<Vec<u8>> {
    let mut parser = Parser::new(script, ParseOptions::default());
    let mut output = Vec::new();
    loop {
        let result = parser.next_command();
        for warning in parser.take_warnings() {
            output.extend_from_slice(format!("bash: line {}: warning: ", warning.line).as_bytes());
            output.extend_from_slice(&warning.message);
            output.push(b'\n');
        }
        match result {
            Ok(Some(_)) => {}
            Ok(None) => return Some(output),
            Err(error) if error.kind == SyntaxErrorKind::Nesting => return None,
            Err(error) => {
                output.extend(error.render(true, |line| format!("bash: -c: line {line}: ").into_bytes()));
                return Some(output);
            }
        }
    }
}

/// What the real bash prints.
fn bash(script: &[u8]) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    let output = Command::new("bash")
        .args(["-n", "-c", "--"])
        .arg(std::ffi::OsStr::from_bytes(script))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("bash runs");
    output.stderr
}

/// Compares the two; prints the differences and returns how many there are.
fn differences(scripts: &[Vec<u8>]) -> (usize, usize) {
    let mut wrong = 0;
    let mut rejected = 0;
    for script in scripts {
        let expected = bash(script);
        rejected += usize::from(!expected.is_empty());
        let found = ours(script);
        if found.as_deref() != Some(&expected) {
            wrong += 1;
            if wrong <= 40 {
                println!(
                    "--- {}\nbash: {}\nours: {}",
                    String::from_utf8_lossy(script),
                    String::from_utf8_lossy(&expected),
                    found.map_or("(nesting limit)".into(), |text| String::from_utf8_lossy(&text).into_owned()),
                );
            }
        }
    }
    (wrong, rejected)
}

#[test]
fn texts_of_the_table_parse_as_in_bash() {
    let scripts: Vec<Vec<u8>> = include_str!("shell_syntax.txt")
        .split("\n%%\n")
        .map(|script| script.strip_suffix("\n%%").unwrap_or(script).as_bytes().to_vec())
        .collect();
    let (wrong, rejected) = differences(&scripts);
    println!("{} scripts, {rejected} with a message, {wrong} different", scripts.len());
    assert!(rejected * 3 > scripts.len(), "the table is about errors");
    assert_eq!(wrong, 0);
}

/// Random lines of shell-like fragments: most are errors.
#[test]
fn random_fragments_parse_as_in_bash() {
    let fragments: &[&str] = &[
        "a",
        "b ",
        " ",
        "\n",
        "if ",
        "then ",
        "else ",
        "fi",
        "for x in ",
        "do ",
        "done",
        "case x in ",
        "esac",
        ";;",
        ";",
        "&&",
        "||",
        "|",
        "&",
        "(",
        ")",
        "{ ",
        "}",
        "<<E\n",
        "E\n",
        "<",
        ">",
        ">&",
        "2",
        "$(",
        "${x",
        "\"",
        "'",
        "`",
        "#",
        "\\",
        "\\\n",
        "$((",
        "))",
        "[[ ",
        "]]",
        "!",
        "x=",
        "x=(",
        "f() ",
        "function ",
        "while ",
        "$",
        "-f ",
        "==",
        "=~ ",
        "*",
        "@(",
        "the ",
        "it's ",
        "time ",
        "<<<",
        "&>",
        "1>",
        "-",
        "elif ",
        "until ",
        "in ",
        "((",
        "é",
        "$'",
        "${x:-",
        "#x ",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % below
    };
    let count = std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let scripts: Vec<Vec<u8>> = (0..count)
        .map(|_| (0..1 + next(9)).map(|_| fragments[next(fragments.len())]).collect::<String>().into_bytes())
        .collect();
    let (wrong, rejected) = differences(&scripts);
    println!("{count} random texts, {rejected} with a message, {wrong} different");
    assert!(rejected * 2 > count);
    assert!(wrong * 50 <= count, "{wrong} of {count} differ");
}

/// Commands that agents typed: the file is not part of the repository.
#[test]
fn recorded_commands_parse_as_in_bash() {
    let Ok(path) = std::env::var("SPARRING_COMMANDS") else {
        println!("SKIPPED: set SPARRING_COMMANDS to a file with one command's JSON object a line");
        return;
    };
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let scripts: Vec<Vec<u8>> = text
        .lines()
        .map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            value["command"].as_str().expect("a command").as_bytes().to_vec()
        })
        .collect();
    let (wrong, rejected) = differences(&scripts);
    println!("{} commands, {rejected} with a message, {wrong} different", scripts.len());
    assert_eq!(wrong, 0);
}
