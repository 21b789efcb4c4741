//! Hostile patterns: none may panic, none may take more than its budget.

use proptest::prelude::*;
use sparring_guest::budget::{Budget, Stop};
use sparring_guest::limits::{LimitKind, Limits};
use sparring_guest::matching::{Options, Pattern, PatternError, Syntax};

const SYNTAXES: [Syntax; 11] = [
    Syntax::GrepBasic,
    Syntax::GrepExtended,
    Syntax::SedBasic,
    Syntax::SedExtended,
    Syntax::PosixBasic,
    Syntax::PosixExtended,
    Syntax::PosixEgrep,
    Syntax::Awk,
    Syntax::Emacs,
    Syntax::Fixed,
    Syntax::Perl,
];

fn small() -> Budget {
    Budget::new(&Limits { match_steps: 100_000, ..Limits::default() })
}

fn refused(pattern: &str, syntax: Syntax) -> PatternError {
    Pattern::compile(pattern.as_bytes(), syntax, Options::GREP).expect_err("the pattern is refused")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics(
        pattern in proptest::collection::vec(
            prop_oneof![
                Just(b'\\'), Just(b'('), Just(b')'), Just(b'['), Just(b']'), Just(b'{'), Just(b'}'), Just(b'*'),
                Just(b'|'), Just(b'?'), Just(b':'), Just(b'-'), Just(b'^'), Just(b'$'), Just(b'1'), Just(b','),
                Just(b'\n'), any::<u8>(),
            ],
            0..24,
        ),
        text in proptest::collection::vec(any::<u8>(), 0..40),
        flags in 0_u8..32,
    ) {
        let options = Options {
            ignore_case: flags & 1 != 0,
            word: flags & 2 != 0,
            line: flags & 4 != 0,
            multiline: flags & 8 != 0,
            terminator: (flags & 16 != 0).then_some(b'\n'),
        };
        for syntax in SYNTAXES {
            let Ok(pattern) = Pattern::compile(&pattern, syntax, options) else { continue };
            for start in 0..=text.len() {
                if let Ok(Some(found)) = pattern.find_at(&text, start, &small()) {
                    prop_assert!(found.start <= found.end && found.end <= text.len());
                }
                if let Ok(Some(found)) = pattern.captures_at(&text, start, &small()) {
                    let inside = (0..=pattern.groups()).all(|group| {
 found.get(group).is_none_or(|span| span.start <= span.end && span.end <= text.len())
 });
 prop_assert!(inside);
                }
            }
            let mut lines = pattern.matching_lines(&text);
            while let Ok(Some(line)) = lines.next_line(&small()) {
                prop_assert!(line.start <= line.end && line.end <= text.len());
            }
        }
    }
}

#[test]
fn what_expands_beyond_measure_is_refused() {
    for (pattern, syntax) in [
        ("((a{1000}){1000}){1000}", Syntax::GrepExtended),
        ("a{1000}{1000}", Syntax::SedExtended),
        ("\\(a\\{255\\}\\)\\{255\\}", Syntax::GrepBasic),
        ("(a{1000}){1000}", Syntax::Perl),
        ("a{32768}", Syntax::GrepExtended),
    ] {
        assert_eq!(refused(pattern, syntax), PatternError::TooBig, "{pattern}");
    }
    assert_eq!(refused(&"(".repeat(10_000), Syntax::GrepExtended), PatternError::TooBig);
    assert_eq!(refused(&format!("a{}", "{2}".repeat(10_000)), Syntax::GrepExtended), PatternError::TooBig);
    assert_eq!(refused(&"a".repeat(70_000), Syntax::Fixed), PatternError::TooBig);
    assert!(
        Pattern::compile(format!("a{}", "*".repeat(10_000)).as_bytes(), Syntax::GrepExtended, Options::GREP).is_ok()
    );
}

#[test]
fn no_pattern_without_back_references_is_exponential() {
    let budget = Budget::new(&Limits { match_steps: 1_000_000, ..Limits::default() });
    let text = [b"a".repeat(20_000).as_slice(), "é".as_bytes(), b"!"].concat();
    for pattern in ["(a*)*b", "(a|a)*b", "(a|aa)+$b", "((a+)+)+b", "(\\w*\\w*)*b", "(.*)(.*)(.*)(.*)b"] {
        let pattern =
            Pattern::compile(pattern.as_bytes(), Syntax::SedExtended, Options::default()).expect("it compiles");
        assert_eq!(pattern.captures_at(&text, 0, &budget), Ok(None));
    }
    let pattern = Pattern::compile(b"((a*)*)*(a|b)*", Syntax::SedExtended, Options::default()).expect("it compiles");
    let found = pattern.captures_at(&text, 0, &budget).expect("within the budget").expect("a match");
    assert_eq!((found.whole().start, found.whole().end), (0, 20_000));
}

#[test]
fn back_references_stop_at_the_budget() {
    let pattern =
        Pattern::compile(b"(a*)*(a*)*(a*)*\\1b", Syntax::SedExtended, Options::default()).expect("it compiles");
    let text = [b"a".repeat(60).as_slice(), b"!b"].concat();
    assert_eq!(pattern.find_at(&text, 0, &small()), Err(Stop::Limit(LimitKind::MatchSteps)));
    assert_eq!(pattern.find_at(&text, 0, &small()), Err(Stop::Limit(LimitKind::MatchSteps)));
}

#[test]
fn required_literals_are_found() {
    let literals = |pattern: &str, options| {
        let pattern = Pattern::compile(pattern.as_bytes(), Syntax::GrepBasic, options).expect("it compiles");
        pattern.required_literals().map(|literals| {
            let best = literals.best_clause().expect("a clause");
            best.iter().map(|literal| String::from_utf8_lossy(literal).into_owned()).collect::<Vec<_>>().join("|")
        })
    };
    let found = |pattern: &str| literals(pattern, Options::GREP);
    assert_eq!(found("TODO\\|FIXME").as_deref(), Some("TODO|FIXME"));
    assert_eq!(found("def \\w*_name(").as_deref(), Some("_name("));
    assert_eq!(found("[Tt]odo").as_deref(), Some("Todo|todo"));
    assert_eq!(found("\\<import\\>").as_deref(), Some("import"));
    assert_eq!(found("x*"), None);
    assert_eq!(found("abc\\|d*"), None);
    assert_eq!(literals("ToDo.", Options { ignore_case: true, ..Options::GREP }).as_deref(), Some("todo"));
}
