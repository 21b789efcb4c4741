//! Log parsers on what the real runners print. The logs lie in `tests/logs`; those named here with a release were
//! printed by it, paths aside.

use sparring_tasks::grading::log;

/// The records of a log, one `status test` a line.
fn records(parser: &str, text: &str) -> String {
    let parser = log::named(parser).unwrap_or_else(|| panic!("no parser {parser}"));
    let line = |(test, status)| format!("{} {test}\n", serde_json::to_value(status).unwrap().as_str().unwrap());
    parser.read(text).into_iter().map(line).collect()
}

/// Checks what a parser reads from a file of `tests/logs`.
fn check(parser: &str, file: &str, expected: &str) {
    let path = format!("{}/tests/logs/{file}.log", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(records(parser, &text), expected, "{parser} on {file}");
}

/// pytest 9.2. A name ends at its first blank, as SWE-bench reads it; `XPASS` is no status of its.
#[test]
fn pytest() {
    let verbose = "\
PASSED tests/test_a.py::test_ok
FAILED tests/test_a.py::test_bad
PASSED tests/test_a.py::test_p[\\xfc]
PASSED tests/test_a.py::test_p[a::b]
PASSED tests/test_a.py::test_p[x[1]]
PASSED tests/test_a.py::test_p[\\x1b]
XFAIL tests/test_a.py::test_xf
SKIPPED tests/test_a.py::test_sk
PASSED tests/test_a.py::test_td
ERROR tests/test_a.py::test_td
FAILED tests/test_a.py::test_td2
ERROR tests/test_a.py::test_td2
ERROR tests/test_a.py::test_su
PASSED tests/test_a.py::Base::test_u
PASSED tests/test_a.py::Sub::test_u
PASSED tests/test_a.py::TestN::TestIn::test_deep
";
    let summary = "\
ERROR tests/test_a.py::test_td
ERROR tests/test_a.py::test_td2
ERROR tests/test_a.py::test_su
FAILED tests/test_a.py::test_bad
FAILED tests/test_a.py::test_td2
";
    check(
        "pytest",
        "pytest_v",
        &format!(
            "{verbose}FAILED tests/test_a.py::test_bad\nFAILED tests/test_a.py::test_td2\n\
        ERROR tests/test_a.py::test_td\nERROR tests/test_a.py::test_td2\nERROR tests/test_a.py::test_su\n"
        ),
    );
    check("pytest_v2", "pytest_coloured", verbose);
    let passed = "\
PASSED tests/test_a.py::test_ok
PASSED tests/test_a.py::test_p[a
PASSED tests/test_a.py::test_p[\\xfc]
PASSED tests/test_a.py::test_p[a::b]
PASSED tests/test_a.py::test_p[x[1]]
PASSED tests/test_a.py::test_p[\\x1b]
PASSED tests/test_a.py::test_td
PASSED tests/test_a.py::Base::test_u
PASSED tests/test_a.py::Sub::test_u
PASSED tests/test_a.py::TestN::TestIn::test_deep
";
    check("pytest", "pytest_summary", &format!("{passed}XFAIL tests/test_a.py::test_xf\n{summary}"));
    check("matplotlib", "pytest_summary", &format!("{passed}SKIPPED [1]\nXFAIL tests/test_a.py::test_xf\n{summary}"));
    let seaborn = "FAILED tests/test_a.py::test_bad\nFAILED tests/test_a.py::test_td2\n";
    check("seaborn", "pytest_summary", &format!("{passed}{seaborn}"));
}

#[test]
fn pytest_variants() {
    let log = "PASSED t.py::x[/a/b/c.dcm]\nPASSED t.py::x[//a/b]\nPASSED t.py::x[http://a/b]\nFAILED t.py::y - E [z]\n";
    let expected = "PASSED t.py::x[/c.dcm]\nPASSED t.py::x[//a/b]\nPASSED t.py::x[http://a/b]\nFAILED t.py::y\n";
    assert_eq!(records("pytest_options", log), expected);
    assert_eq!(records("matplotlib", "PASSED t.py::x[MouseButton.LEFT]\n"), "PASSED t.py::x[1]\n");
    assert_eq!(records("seaborn", "t.py::x PASSED [ 1%]\nFAILED t.py::y\n"), "PASSED t.py::x\nFAILED t.py::y\n");
    let tox = "py311: commands[0]> pytest\npy311: t.py::x PASSED  [ 50%]\nt.py::y FAILED\ntest_a (m.T.test_a) ... ok\n";
    assert_eq!(records("tox", tox), "PASSED t.py::x\nFAILED t.py::y\nPASSED test_a (m.T.test_a)\n");
}

/// CPython 3.11's unittest; the reading of Django's runner is the same text with its quirks.
#[test]
fn unittest_and_django() {
    let common = "\
PASSED test_add (test_unit.TestMath.test_add)
FAILED test_bad (test_unit.TestMath.test_bad)
";
    check(
        "unittest",
        "unittest",
        &format!(
            "{common}\
PASSED test_doc (test_unit.TestMath.test_doc)
ERROR test_err (test_unit.TestMath.test_err)
PASSED test_prints (test_unit.TestMath.test_prints)
SKIPPED test_skip (test_unit.TestMath.test_skip)
XFAIL test_xf (test_unit.TestMath.test_xf)
"
        ),
    );
    check(
        "django",
        "unittest",
        &format!(
            "{common}\
PASSED Adds with a docstring.
ERROR test_err (test_unit.TestMath.test_err)
PASSED test_prints (test_unit.TestMath.test_prints)
SKIPPED test_skip (test_unit.TestMath.test_skip)
ERROR test_err
FAILED test_bad
"
        ),
    );
    let log = "test_x (a.B) ... Testing against Django installed in '/d' with up to 2 processes\nSystem check identified no issues (0 silenced).\nok\n";
    assert_eq!(records("django", log), "PASSED test_x (a.B)\nPASSED test_x (a.B)\n");
    let log = "test_y (a.B) ... Internal Server Error: /x/\nok\n";
    assert!(records("django", log).contains("PASSED test_y (a.B)\n"));
}

/// Written after SymPy 1.12's `bin/test -C --verbose`.
#[test]
fn sympy() {
    let log = "\
sympy/core/tests/test_basic.py[3]
test_structure ok
test_equality F
test_has E
test_slow s                                                                [FAIL]
________________________________________________________________________________
_______________ sympy/core/tests/test_basic.py:test_equality _______________
Traceback (most recent call last):
";
    let expected = "\
FAILED sympy/core/tests/test_basic.py:test_equality
PASSED test_structure
FAILED test_equality
ERROR test_has
";
    assert_eq!(records("sympy", log), expected);
}

/// Go 1.19, cargo 1.95, CMake 3.25.
#[test]
fn compiled() {
    check("go", "go", "FAILED TestA\nPASSED TestA/sub_one\nFAILED TestA/bad\nPASSED TestB\nSKIPPED TestS\n");
    check(
        "go_json",
        "go_json",
        "\
PASSED example.com/g::TestA/sub_one
FAILED example.com/g::TestA/bad
FAILED example.com/g::TestA
PASSED example.com/g::TestB
SKIPPED example.com/g::TestS
",
    );
    check("cargo", "cargo", "PASSED tests::good\nFAILED tests::bad\n");
    check(
        "cargo_full",
        "cargo",
        "\
PASSED tests::good
SKIPPED tests::later
PASSED tests::panics
FAILED tests::bad
PASSED src/lib.rs - one (line 1)
",
    );
    check("ctest", "ctest", "PASSED passes\nFAILED fails.with.dots\nFAILED slow\nSKIPPED skips\nERROR absent\n");
    let log = "[ RUN      ] A.b\n[       OK ] A.b (0 ms)\n[  FAILED  ] A.c, where x = 1 (2 ms)\n[  PASSED  ] 1 test.\n";
    assert_eq!(records("googletest", log), "PASSED A.b\nFAILED A.c, where x = 1\n");
}

/// jest 30, mocha 11, vitest 4, node 22.
#[test]
fn javascript() {
    check(
        "jest",
        "jest",
        "\
PASSED adds 1 + 2
PASSED slow one
SKIPPED skipped later
FAILED fails badly
",
    );
    assert_eq!(records("jest_json", "[PASSED] a b\n  [FAILED] c\nx\n"), "PASSED a b\nFAILED c\n");
    let path = format!("{}/tests/logs/vitest_coloured.log", env!("CARGO_MANIFEST_DIR"));
    let plain = log::plain(&std::fs::read(path).unwrap());
    assert_eq!(
        records("vitest", &plain),
        "\
PASSED v/a.test.js > suite > adds
FAILED v/a.test.js > suite > fails
SKIPPED v/a.test.js > suite > skipped
PASSED v/a.test.js > suite > slow
"
    );
    check(
        "mocha",
        "mocha",
        "\
PASSED Array > top level (with parens)
PASSED Array > #indexOf() > returns -1 when absent
FAILED Array > #indexOf() > fails here
SKIPPED Array > #indexOf() > pending one
PASSED Array > #indexOf() > slow
",
    );
    check(
        "tap",
        "tap",
        "\
PASSED Array top level (with parens)
PASSED Array indexOf() returns -1 when absent
FAILED Array indexOf() fails here
PASSED Array indexOf() pending one # SKIP -
PASSED Array indexOf() slow
",
    );
    check("tap_full", "node_tap", "PASSED first\nFAILED second\nSKIPPED third\nPASSED nest > in\nPASSED nest\n");
    assert_eq!(records("tap_full", "not ok 1 - x # TODO later\nok - y\n"), "XFAIL x\nPASSED y\n");
    let karma = "\
noise
Starting browser Chrome
  render
    ✔ draws
    ✖ clips
SUMMARY:
✔ 1 test
";
    assert_eq!(records("karma", karma), "PASSED render > draws\nFAILED render > clips\n");
}

/// Written after Maven 3.9 with Surefire 2.22 and 3.2, ant 1.10, Gradle 8 and JUnit's launcher 1.10.
#[test]
fn jvm() {
    let log = "\
+ mvn test -Dtest=org.A#one
[INFO] BUILD SUCCESS
+ mvn test -Dtest=org.A#two -q
[INFO] BUILD FAILURE
";
    assert_eq!(records("maven", log), "PASSED org.A#one\nFAILED org.A#two\n");
    let log = "\
[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.05 s - in org.ATest
[ERROR] Tests run: 2, Failures: 1, Errors: 1, Skipped: 0, Time elapsed: 0.02 s <<< FAILURE! - in org.BTest
[ERROR] bad(org.BTest)  Time elapsed: 0.01 s  <<< FAILURE!
[ERROR] org.BTest.worse -- Time elapsed: 0.01 s <<< ERROR!
[WARNING] Tests run: 1, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0 s -- in org.CTest
[ERROR] Tests run: 6, Failures: 1, Errors: 1, Skipped: 2
";
    let expected = "\
PASSED org.ATest
FAILED org.BTest
FAILED org.BTest.bad
ERROR org.BTest.worse
SKIPPED org.CTest
";
    assert_eq!(records("surefire", log), expected);
    assert_eq!(records("ant", "   [junit] [PASS] a.B#c\n[junit] [ERR] d\n"), "PASSED a.B#c\nFAILED d\n");
    let log = "org.ATest > adds() PASSED\norg.ATest > fails FAILED\norg.BTest > late\nwarning: x\nPASSED\n";
    assert_eq!(
        records("gradle", log),
        "PASSED org.ATest > adds()\nFAILED org.ATest > fails\nPASSED org.BTest > late\n"
    );
    let log = "\
╷
├─ JUnit Jupiter ✔
│  ├─ ATest ✔
│  │  ├─ adds() ✔
│  │  └─ fails() ✘ expected: <1> but was: <2>
│  └─ BTest ✔
│     └─ later() ↷ not now
└─ JUnit Vintage ✔
";
    let expected = "\
PASSED JUnit Jupiter > ATest > adds()
FAILED JUnit Jupiter > ATest > fails()
SKIPPED JUnit Jupiter > BTest > later()
PASSED JUnit Vintage
";
    assert_eq!(records("junit_console", log), expected);
    let log = "+-- JUnit Jupiter [OK]\n| '-- ATest [OK]\n|   '-- adds() [X] no\n";
    assert_eq!(records("junit_console", log), "FAILED JUnit Jupiter > ATest > adds()\n");
}

/// RSpec 3.12, minitest 5.17, PHPUnit 9.6.
#[test]
fn scripted() {
    check("rspec", "rspec", "PASSED Sum > adds\nFAILED Sum > when odd > fails\nSKIPPED Sum > when odd > later\n");
    assert_eq!(records("rspec_json", "a b - passed\nc - failed\n"), "PASSED a b\nFAILED c\n");
    check(
        "minitest",
        "minitest",
        "\
SKIPPED TestSum#test_skip
FAILED TestSum#test_err
PASSED TestSum#test_adds
FAILED TestSum#test_bad
",
    );
    assert_eq!(records("minitest", "TestA::should work. = 0.01 s = .\n"), "PASSED TestA::should work\n");
    let log = "  test: adds:\t.: (0.001)\n  test_bad:  F\n  test_later: O\n";
    assert_eq!(records("ruby_unit", log), "PASSED adds\nFAILED test_bad\nSKIPPED test_later\n");
    check(
        "phpunit",
        "phpunit",
        "\
PASSED None > Adds
FAILED None > Fails badly
SKIPPED None > Later
FAILED None > Errs
",
    );
    assert_eq!(records("phpunit", "Sum (App\\Sum)\n ✔ Adds\n"), "PASSED Sum > Adds\n");
}
