//! Logs of test suites: which test did what, for suites that write no JUnit file.
//!
//! Parsers are known by name. Those that SWE-bench's harness has read as it does, its quirks included, since expected
//! ids in the field's rows are what it wrote; parsers of our own are marked so. A log is what the tested code could
//! print as well: see [`grade`](super::grade) for what that means.

mod compiled;
mod javascript;
mod jvm;
mod pytest;
mod python;
mod scripted;

use regex::Regex;

use crate::reward::tests_map::{Results, Status};

/// Reads one kind of log.
pub struct Parser {
    /// Its name; [`named`] takes it also with `parse_log_` in front.
    pub name: &'static str,
    /// What it reads.
    pub reads: &'static str,
    read: fn(&str) -> Vec<(String, Status)>,
}

impl Parser {
    /// Each record of the log in its order; a test may come several times.
    pub fn read(&self, log: &str) -> Vec<(String, Status)> {
        (self.read)(log)
    }
}

impl std::fmt::Debug for Parser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Parser").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! parsers {
    ($($name:literal $read:path, $reads:literal;)*) => {
        /// All parsers.
        pub static PARSERS: &[Parser] = &[$(Parser { name: $name, reads: $reads, read: $read },)*];
    };
}

parsers! {
    "pytest" pytest::plain, "pytest's short summary (-rA) and verbose lines";
    "pytest_options" pytest::options, "the same, absolute paths in parameters cut to their last part";
    "pytest_v2" pytest::coloured, "the same, terminal colours and control characters dropped";
    "matplotlib" pytest::matplotlib, "the short summary, with the mouse buttons of matplotlib as numbers";
    "seaborn" pytest::seaborn, "the short summary and verbose lines of passed and failed tests";
    "tox" pytest::tox, "pytest or unittest below tox, whose prefix is dropped (our own)";
    "r2e_gym" pytest::r2e_gym, "the short summary as R2E-Gym names tests: `Class.method`, without the file";
    "harbor" harbor, "the reward that the script of a Harbor task prints (our own)";
    "unittest" python::unittest, "unittest -v (our own)";
    "django" python::django, "Django's test runner";
    "sympy" python::sympy, "SymPy's bin/test";
    "go" compiled::go, "go test -v";
    "go_json" compiled::go_json, "go test -json, named `package::test` (our own)";
    "cargo" compiled::cargo, "cargo test";
    "cargo_full" compiled::cargo_full, "cargo test with documentation, should-panic and ignored tests (our own)";
    "ctest" compiled::ctest, "ctest (our own)";
    "googletest" compiled::googletest, "googletest";
    "jest" javascript::jest, "jest --verbose";
    "jest_json" javascript::jest_json, "jest --json, made lines of `[PASSED] name`";
    "vitest" javascript::vitest, "vitest --reporter=verbose";
    "mocha" javascript::mocha, "mocha's reporter spec, named by the path of suites (our own)";
    "karma" javascript::karma, "karma's spec reporter";
    "tap" javascript::tap, "TAP";
    "tap_full" javascript::tap_full, "TAP with its directives SKIP and TODO (our own)";
    "maven" jvm::maven, "mvn test under `set -x`, one command a test";
    "surefire" jvm::surefire, "Maven Surefire's summary, a class a test (our own)";
    "ant" jvm::ant, "ant's junit task";
    "gradle" jvm::gradle, "gradle test with logging of passed and failed tests";
    "junit_console" jvm::console, "the tree of JUnit's console launcher (our own)";
    "rspec" scripted::rspec, "rspec --format documentation, named by the path of groups (our own)";
    "rspec_json" scripted::rspec_json, "rspec --format json, made lines of `name - passed`";
    "minitest" scripted::minitest, "minitest -v";
    "ruby_unit" scripted::ruby_unit, "test-unit -v";
    "phpunit" scripted::phpunit, "phpunit --testdox";
}

/// The parser of a name; `parse_log_` in front and SWE-bench's names for it are understood.
pub fn named(name: &str) -> Option<&'static Parser> {
    let name = name.strip_prefix("parse_log_").unwrap_or(name);
    let own = match name {
        "gotest" => "go",
        "gradle_custom" => "gradle",
        "rspec_transformed_json" => "rspec_json",
        "astroid" | "flask" | "marshmallow" | "pvlib" | "pyvista" | "sqlfluff" | "xarray" => "pytest",
        "pydicom" | "requests" | "pylint" => "pytest_options",
        "astropy" | "scikit" | "sphinx" => "pytest_v2",
        other => other,
    };
    PARSERS.iter().find(|parser| parser.name == own)
}

/// The parser that SWE-bench uses for a repository; `None` for one that it does not have.
pub fn of_repository(repository: &str) -> Option<&'static str> {
    Some(match repository.to_ascii_lowercase().as_str() {
        "marshmallow-code/marshmallow"
        | "pallets/flask"
        | "pvlib/pvlib-python"
        | "pydata/xarray"
        | "pylint-dev/astroid"
        | "pytest-dev/pytest"
        | "pyvista/pyvista"
        | "sqlfluff/sqlfluff" => "pytest",
        "psf/requests" | "pydicom/pydicom" | "pylint-dev/pylint" => "pytest_options",
        "astropy/astropy" | "scikit-learn/scikit-learn" | "sphinx-doc/sphinx" => "pytest_v2",
        "django/django" => "django",
        "matplotlib/matplotlib" => "matplotlib",
        "mwaskom/seaborn" => "seaborn",
        "sympy/sympy" => "sympy",
        "caddyserver/caddy" | "hashicorp/terraform" | "prometheus/prometheus" | "gohugoio/hugo" | "gin-gonic/gin" => {
            "go"
        }
        "burntsushi/ripgrep" | "sharkdp/bat" | "astral-sh/ruff" | "tokio-rs/tokio" | "uutils/coreutils"
        | "nushell/nushell" | "tokio-rs/axum" => "cargo",
        "google/gson" | "apache/druid" | "javaparser/javaparser" => "maven",
        "projectlombok/lombok" => "ant",
        "apache/lucene" | "reactivex/rxjava" => "gradle",
        "babel/babel" | "facebook/docusaurus" => "jest",
        "vuejs/core" => "vitest",
        "preactjs/preact" => "karma",
        "mrdoob/three.js" | "axios/axios" => "tap",
        "fluent/fluentd" | "faker-ruby/faker" => "ruby_unit",
        "fastlane/fastlane" | "jordansissel/fpm" | "rubocop/rubocop" => "rspec_json",
        "phpoffice/phpspreadsheet" | "laravel/framework" | "php-cs-fixer/php-cs-fixer" | "briannesbitt/carbon" => {
            "phpunit"
        }
        "fmtlib/fmt" => "googletest",
        _ => return None,
    })
}

/// `reward-NAME VALUE`: a pass for 1 or more, a number or the field `reward` of an object.
fn harbor(log: &str) -> Vec<(String, Status)> {
    let read = |line: &str| {
        let (name, value) = line.trim_end().split_once(' ')?;
        name.strip_prefix("reward-")?;
        let value: serde_json::Value = serde_json::from_str(value.trim()).unwrap_or_default();
        let number = value.get("reward").unwrap_or(&value).as_f64();
        let full = number.is_some_and(|number| number >= 1.0);
        Some((name.to_owned(), if full { Status::Passed } else { Status::Failed }))
    };
    log.lines().filter_map(read).collect()
}

/// The last record of each test, as Python dictionaries keep it.
pub fn last_wins(records: Vec<(String, Status)>) -> Results {
    records.into_iter().collect()
}

/// A log as text without terminal sequences and carriage returns.
pub fn plain(log: &[u8]) -> String {
    let text = String::from_utf8_lossy(log);
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\x1b' => match letters.next() {
                // A control sequence ends with a byte of 0x40 to 0x7e.
                Some('[') => while letters.next().is_some_and(|letter| !('@'..='~').contains(&letter)) {},
                // A system command ends with a bell, or with an escape and a backslash.
                Some(']') => {
                    while let Some(letter) = letters.next() {
                        if letter == '\x07' || (letter == '\x1b' && letters.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\r' => {}
            _ => plain.push(letter),
        }
    }
    plain
}

/// A pattern that is written in this module. Its classes are ASCII's, as logs are and as this build's regular
/// expressions know no others.
pub(super) fn pattern(text: &str) -> Regex {
    let classes = [
        (r"\s", r"[ \t\n\x0b\x0c\r]"),
        (r"\S", r"[^ \t\n\x0b\x0c\r]"),
        (r"\d", "[0-9]"),
        (r"\w", "[0-9A-Za-z_]"),
        (r"\b", r"(?-u:\b)"),
    ];
    let ascii = classes.iter().fold(text.to_owned(), |text, (class, plain)| text.replace(class, plain));
    match Regex::new(&ascii) {
        Ok(pattern) => pattern,
        Err(error) => unreachable!("a constant pattern: {error}"),
    }
}

/// The names around an indented line: each level is more indented than the one before.
#[derive(Default)]
struct Path(Vec<(usize, String)>);

impl Path {
    /// Enters a group at this indentation; groups at it or deeper end.
    fn enter(&mut self, indentation: usize, name: &str) {
        self.leave(indentation);
        self.0.push((indentation, name.to_owned()));
    }

    /// Ends all groups at this indentation or deeper.
    fn leave(&mut self, indentation: usize) {
        self.0.retain(|(level, _)| *level < indentation);
    }

    /// `outer > inner > name`.
    fn join(&self, name: &str) -> String {
        let groups = self.0.iter().map(|(_, group)| group.as_str());
        groups.chain([name]).collect::<Vec<_>>().join(" > ")
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parser_has_a_name_of_its_own_and_reads_nothing_from_noise() {
        let mut names: Vec<&str> = PARSERS.iter().map(|parser| parser.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PARSERS.len());
        for parser in PARSERS {
            assert!(std::ptr::eq(named(&format!("parse_log_{}", parser.name)).unwrap(), parser));
            let read = parser.read("Collecting things\n\n%$#@ \u{1f600}\nTEST outcome: unknown 3/4\n");
            assert!(read.is_empty(), "{}: {read:?}", parser.name);
        }
        assert!(named("nonsense").is_none() && named("").is_none());
        for repository in ["django/django", "Apache/Lucene", "psf/requests", "axios/axios", "fmtlib/fmt"] {
            assert!(named(of_repository(repository).unwrap()).is_some());
        }
    }

    #[test]
    fn terminal_sequences_go() {
        assert_eq!(plain(b"\x1b[1;32mok\x1b[0m\r\n\x1b]0;title\x07x\x1b]8;;u\x1b\\y\x1b(z\xff"), "ok\nxyz\u{fffd}");
        assert_eq!(plain(b"\x1b[12"), "");
    }
}
