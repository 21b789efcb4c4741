//! Command lines in the shares in which agents write them: searches and prints first, pipelines,
//! lists, redirections, heredocs; loops, variables and functions now and then.

use crate::{Choices, Vocabulary};

/// One command line.
pub fn command_line(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let prefix =
        if choices.percent(20) { format!("cd {} && ", quoted(&vocabulary.directory(choices))) } else { String::new() };
    let line = match choices.below(100) {
        0..45 => simple(choices, vocabulary),
        45..65 => pipeline(choices, vocabulary),
        65..75 => list(choices, vocabulary),
        75..85 => writing(choices, vocabulary),
        85..95 => compound(choices, vocabulary),
        _ => elsewhere(choices, vocabulary),
    };
    prefix + &line
}

/// One command that prints.
fn simple(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let path = quoted(&vocabulary.path(choices));
    let directory = quoted(&vocabulary.directory(choices));
    let number = choices.between(1, 40);
    match choices.below(16) {
        0..4 => search(choices, vocabulary),
        4 => format!("ls {} {directory}", choices.pick(&["", "-la", "-l", "-1", "-R", "-F", "-a", "-lh", "-t"])),
        5 => format!("cat {} {path}", choices.pick(&["", "-n", "-A", "-b"])),
        6 => format!("head {} {path}", choices.pick(&["", "-n 5", "-20", "-c 100", "-n -3"])),
        7 => format!("tail {} {path}", choices.pick(&["", "-n 5", "-n +10", "-c 60"])),
        8 => format!("sed -n '{number},{}p' {path}", number + choices.below(20)),
        9 => format!("wc {} {path}", choices.pick(&["", "-l", "-c", "-w", "-L"])),
        10 => format!("nl {} {path}", choices.pick(&["", "-ba"])),
        11 => find(choices, vocabulary),
        12 => choices
            .pick(&["pwd", "true", "false", "echo $?", "echo $HOME $PWD", "whoami", "id", "date", "uname -a", "env"])
            .to_owned(),
        13 => format!("stat {path}; file {path}; du -a {directory}"),
        14 => format!("test {} {path} && echo yes || echo no", choices.pick(&["-f", "-d", "-s", "-x", "-L", "!"])),
        _ => format!("printf '%s|%5d|%-4s|\\n' {} {number} x", quoted(vocabulary.word(choices))),
    }
}

fn search(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let option =
        choices.pick(&["-rn", "-n", "-i", "-rl", "-c", "-w", "-on", "-E", "-v", "-rnE", "-F", "-A1", "-B2", "-P"]);
    let word = vocabulary.word(choices).to_owned();
    let pattern = match choices.below(8) {
        0..3 => word,
        3 => format!("^def {word}"),
        4 => format!("{word}.*{}", vocabulary.word(choices)),
        5 => format!("[a-z_]*{}\\b", &word[word.len() / 2..]),
        6 => format!("\\({word}\\|class\\)"),
        _ => format!("({word}|import|return) ?[a-z]+"),
    };
    let place = if option.contains('r') { vocabulary.directory(choices) } else { vocabulary.path(choices) };
    let include = if option.contains('r') && choices.percent(40) { " --include='*.py'" } else { "" };
    format!("grep {option} '{pattern}' {}{include}", quoted(&place))
}

fn find(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let place = quoted(&vocabulary.directory(choices));
    let test = choices.pick(&[
        "-name '*.py'",
        "-type f",
        "-type d",
        "-maxdepth 1",
        "-name '*_1*' -o -name '*.md'",
        "-path '*inner*' -type f",
        "-not -name '*.py'",
        "-size +1k",
        "-iname 'READ*'",
        "-type l",
        "-empty",
        "-name '*.py' -exec wc -l {} +",
        "-name '*.md' -exec cat {} \\;",
        "-newer setup.cfg",
        "-perm 755",
    ]);
    format!("find {place} {test}")
}

fn pipeline(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let mut line = simple(choices, vocabulary);
    for _ in 0..choices.between(1, 3) {
        let number = choices.between(1, 12);
        line.push_str(" | ");
        line.push_str(&match choices.below(14) {
            0 => format!("head -n {number}"),
            1 => format!("tail -{number}"),
            2 => "sort".into(),
            3 => "sort -rn".into(),
            4 => "sort | uniq -c".into(),
            5 => "wc -l".into(),
            6 => format!("grep -v {}", quoted(vocabulary.word(choices))),
            7 => format!("grep -n {}", quoted(vocabulary.word(choices))),
            8 => "sed 's/ *$//; s/^/> /'".into(),
            9 => format!("cut -d: -f{}", number % 4 + 1),
            10 => "tr a-z A-Z".into(),
            11 => "xargs -n 2 echo".into(),
            12 => "while read -r line; do echo \"[$line]\"; done".into(),
            _ => "cat -n".into(),
        });
    }
    line + choices.pick(&["", "", " 2>&1", " 2>/dev/null"])
}

fn list(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let mut line = simple(choices, vocabulary);
    for _ in 0..choices.between(1, 2) {
        line.push_str(choices.pick(&[" && ", " || ", "; "]));
        line.push_str(&simple(choices, vocabulary));
    }
    line
}

/// Commands that change files.
fn writing(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let path = quoted(&vocabulary.path(choices));
    let word = vocabulary.word(choices).to_owned();
    let made = format!("made_{}", choices.below(6));
    match choices.below(13) {
        0 => format!("sed -i 's/{word}/{}/g' {path}", vocabulary.word(choices)),
        1 => format!("sed -i '{}d' {path}", choices.between(1, 30)),
        2 => format!("echo '{word}' >> {path}"),
        3 => format!("echo \"$((1 + {}))\" > {made}.txt && cat {made}.txt", choices.below(99)),
        4 => format!("cat <<'EOF' > {made}.py\ndef {word}():\n    return $HOME\nEOF\ncat {made}.py"),
        5 => format!("cat > {made}.sh <<EOF\necho {word} $PWD\nEOF\nbash {made}.sh"),
        6 => format!("mkdir -p {made}/a/b && touch {made}/a/b/c && ls -R {made}"),
        7 => format!("cp {path} {made}.bak; ls {made}*"),
        8 => format!("mv {path} {made}.moved; git status"),
        9 => format!("rm {} {path}; ls", choices.pick(&["", "-f", "-r", "-rf"])),
        10 => format!("ln -s {path} {made}.link; cat {made}.link | head -3"),
        11 => format!("chmod +x {path}; ls -l {path}"),
        _ => format!("grep -rl '{word}' . | xargs sed -i 's/{word}/x_{word}/'"),
    }
}

fn compound(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let path = quoted(&vocabulary.path(choices));
    let word = vocabulary.word(choices).to_owned();
    let number = choices.between(1, 5);
    match choices.below(11) {
        0 => "for f in */*.py; do wc -l \"$f\"; done".into(),
        1 => format!("for i in 1 2 {number}; do echo $i {word}; done | sort -r"),
        2 => format!("n=0; while [ $n -lt {number} ]; do n=$((n+1)); echo \"$n\"; done"),
        3 => format!("if grep -q '{word}' {path}; then echo found; else echo missing; fi"),
        4 => format!("f() {{ echo \"$1-$#\"; return {number}; }}; f {word} x; echo $?"),
        5 => format!("x=$(grep -c '{word}' {path}); echo \"${{x:-none}} ${{#x}}\""),
        6 => format!("(cd package 2>/dev/null && ls); pwd; echo {{a,b}}{{1..{number}}}"),
        7 => format!("case {word} in m*) echo m;; *[0-9]) echo digit;; *) echo other;; esac"),
        8 => format!("export NAME={word}; echo \"${{NAME^^}} ${{NAME%e*}} ${{NAME/r/R}}\""),
        9 => format!("while IFS=, read -r a b c; do echo \"$b=$c\"; done < data/table.csv | head -{number}"),
        _ => format!("set -e; ls {path}; echo done $(( {number} ** 2 ))"),
    }
}

/// What the simulated tools pass on or do not have.
fn elsewhere(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let path = quoted(&vocabulary.path(choices));
    match choices.below(8) {
        0 => format!("python {path}"),
        1 => "python -c 'print(1)' | head -1".into(),
        2 => "pytest -q 2>&1 | tail -5".into(),
        3 => "git log --oneline | head".into(),
        4 => "git diff".into(),
        5 => "git status && git stash".into(),
        6 => "pip list | grep -i num".into(),
        _ => "no_such_program --help || echo failed".into(),
    }
}

fn quoted(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let path = if text.starts_with('-') { format!("./{text}") } else { text.to_owned() };
    format!("'{}'", path.replace('\'', "'\\''"))
}
