//! What flake8 7 says of a file when it is asked for E111, E112, E113, E902, E999, F821, F822 and
//! F831 alone, as SWE-agent asks it.

use super::{Lines, indentation, names, parse, syntax};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its column, from 1; characters.
    pub(crate) column: usize,
    /// Code and text.
    pub(crate) text: String,
}

/// The findings in a file, by line and column. None in a text that is too large or too deep for
/// the guest's parser.
pub(crate) fn lint(path: &str, text: &str) -> Vec<Problem> {
    let Some(parsed) = parse(text) else { return Vec::new() };
    let lines = Lines::of(text);
    let mut problems = Vec::new();
    // flake8 counts a syntax error's column from 2.
    let mut add = |offset: usize, found: String| {
        let line = lines.number(offset);
        let start = lines.start(line);
        let column = text.get(start..offset).map_or(0, |before| before.chars().count())
            + if found.starts_with("E999") { 2 } else { 1 };
        problems.push(Problem { line, column, text: found });
    };
    // A file that does not parse has this one finding and no other.
    if let Some((offset, message)) = syntax::first_error(&parsed, text, &lines) {
        add(offset, format!("E999 {message}"));
    } else {
        let name = path.rsplit('/').next().unwrap_or(path);
        for (offset, found) in names::check(parsed.syntax(), name) {
            add(offset, found);
        }
        for (offset, found) in indentation::check(&parsed, text) {
            add(offset, found);
        }
    }
    problems.retain(|problem| !is_silenced(text, &lines, problem));
    problems.sort_unstable();
    problems
}

/// Whether a `# noqa` comment on the line speaks for the finding, or one for the whole file.
fn is_silenced(text: &str, lines: &Lines, problem: &Problem) -> bool {
    let code = problem.text.split(' ').next().unwrap_or_default();
    let rest = text.get(lines.start(problem.line)..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let is_file_wide = |line: &str| {
        let lower = line.trim_start().to_ascii_lowercase();
        lower.starts_with('#') && lower.trim_start_matches(['#', ' ']) == "flake8: noqa"
    };
    has_marker(line, code) || (text.contains("flake8") && text.lines().any(is_file_wide))
}

/// Whether a line has `# noqa` alone, or `# noqa: CODES` with this one among them.
fn has_marker(line: &str, code: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some((_, after)) = rest.split_once('#') {
        rest = after;
        let Some(codes) = after.trim_start().strip_prefix("noqa") else { continue };
        let Some(codes) = codes.strip_prefix(':') else { return true };
        let listed = codes.split([',', ' ']).map(str::trim).filter(|listed| !listed.is_empty());
        let is_code = |word: &&str| {
            word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.ends_with(|c: char| c.is_ascii_digit())
        };
        let listed: Vec<&str> = listed.take_while(is_code).collect();
        return listed.is_empty() || listed.iter().any(|listed| code.to_ascii_lowercase().starts_with(listed));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> =
            lint("a.py", text).into_iter().map(|p| format!("{}:{} {}", p.line, p.column, p.text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    // Each expectation is what flake8 7.5.0 with pyflakes 4.1.0 on CPython 3.11 prints.
    #[test]
    fn names_are_looked_up_as_pyflakes_does() {
        check("print(x)\nx = 1\n", &["1:7 F821 undefined name 'x'"]);
        check("def f():\n    return x\n\n\nx = 1\n", &[]);
        check("from os import *\nprint(x)\n", &[]);
        check("class A:\n    y = 1\n\n    def f(self):\n        return y\n", &["5:16 F821 undefined name 'y'"]);
        check("class A:\n    y = [1]\n    z = [i for i in y]\n", &[]);
        check("try:\n    unicode\nexcept NameError:\n    unicode = str\n", &[]);
        check("try:\n    pass\nexcept OSError as e:\n    pass\nprint(e)\n", &["5:7 F821 undefined name 'e'"]);
        check("del x\n", &["1:5 F821 undefined name 'x'"]);
        check(
            "def f(a: 'Foo') -> 'Bar':\n    pass\n",
            &["1:10 F821 undefined name 'Foo'", "1:20 F821 undefined name 'Bar'"],
        );
        check("x: int\nprint(x)\n", &["2:7 F821 undefined name 'x'"]);
        check("def f():\n    global g\n    g = 1\n\n\nprint(g)\n", &[]);
        check("x += 1\n", &["1:1 F821 undefined name 'x'"]);
        check("print([i for i in range(3)], i)\n", &["1:30 F821 undefined name 'i'"]);
        check("def f():\n    return __class__, __file__\n", &["2:12 F821 undefined name '__class__'"]);
        check("if (n := 3):\n    print(n)\n", &[]);
        check("match 1:\n    case [a, *b]:\n        print(a, b)\n    case {'k': c, **d}:\n        print(c, d)\n", &[]);
        check("@deco\ndef f(): pass\n", &["1:2 F821 undefined name 'deco'"]);
        check("import a.b\nprint(a, b)\n", &["2:10 F821 undefined name 'b'"]);
        check("print(x)  # noqa\nprint(y)  # noqa: E501\n", &["2:7 F821 undefined name 'y'"]);
        check("from typing import Literal\nx: Literal['Foo'] = 1\n", &[]);
        check("f'{x!r:>{w}}'\n", &["1:4 F821 undefined name 'x'", "1:10 F821 undefined name 'w'"]);
        check("lambda a, *b, c=d: (a, b, c)\n", &["1:17 F821 undefined name 'd'"]);
        check("with open(f) as (a, b):\n    print(a, b)\n", &["1:11 F821 undefined name 'f'"]);
    }

    #[test]
    fn exports_and_parameters_are_checked() {
        check("__all__ = ['a', 'b']\na = 1\n", &["1:1 F822 undefined name 'b' in __all__"]);
        check("def f(a, a):\n    pass\n", &["1:1 F831 duplicate argument 'a' in function definition"]);
    }

    #[test]
    fn indentation_is_checked() {
        check("if True:\n  x = 1\n", &["2:3 E111 indentation is not a multiple of 4"]);
        check("x = [\n  1,\n]\nif True:\n    y = '''\n  a'''\n", &[]);
    }

    #[test]
    fn what_does_not_parse_has_one_finding() {
        check("def f(:\n    x\n", &["1:8 E999 SyntaxError: invalid syntax"]);
        check("x = 1\n    y = 2\n", &["2:5 E999 IndentationError: unexpected indent"]);
        check("x = (1,\n", &["1:6 E999 SyntaxError: '(' was never closed"]);
        check("x = 'a\n", &["1:6 E999 SyntaxError: unterminated string literal (detected at line 1)"]);
        check(
            "if True:\nx = 1\n",
            &["2:2 E999 IndentationError: expected an indented block after 'if' statement on line 1"],
        );
    }
}
