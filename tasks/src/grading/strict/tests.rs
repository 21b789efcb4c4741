//! Tests of the strict rules.

use std::collections::BTreeMap;

use super::*;
use crate::execution::{Expected, Grading, ImageReference, JOB_VERSION, Resources, Suite};
use crate::grading::{grade, is_flagged};
use crate::random::Random;

const FIXED: &str = "tests/test_a.py::TestA::test_fixed[a::b-1]";
const KEPT: &str = "tests/test_a.py::test_kept";

/// A pytest job with one test of each kind.
pub(crate) fn job() -> Job {
    Job {
        version: JOB_VERSION,
        task_id: "t".to_owned(),
        image: ImageReference { name: "i:1".to_owned(), digest: None },
        workdir: "/testbed".to_owned(),
        final_tree: Default::default(),
        pristine: Default::default(),
        tampering: Vec::new(),
        suite: Suite {
            command: TestCommand::Pytest { arguments: vec!["tests".to_owned()] },
            parser: String::new(),
            environment: BTreeMap::new(),
        },
        expected: Expected { fail_to_pass: vec![FIXED.to_owned()], pass_to_pass: vec![KEPT.to_owned()] },
        grading: Grading::Strict,
        resources: Resources::default(),
        seed: 0,
    }
}

/// A run of a script with this log.
pub(crate) fn run(log: &str) -> Run {
    Run {
        exit: Exit::Code(0),
        elapsed_ms: 1,
        log: log.as_bytes().to_vec(),
        log_cut: false,
        report: None,
        tampering: Vec::new(),
    }
}

/// A case element; `child` is what stands inside.
fn case(id: &str, child: &str) -> String {
    let (classname, name) = junit::address(id);
    format!("<testcase classname=\"{classname}\" name=\"{name}\" file=\"tests/test_a.py\">{child}</testcase>")
}

/// The run of an honest solution: the canaries fail, everything else passes.
fn honest(job: &Job) -> Run {
    let canaries: Vec<String> = canary::of(job).into_iter().flat_map(|canary| canary.tests).collect();
    let mut cases = vec![case(FIXED, ""), case(KEPT, "")];
    cases.extend(canaries.iter().map(|test| case(test, "<failure message=\"no\"/>")));
    let junit = format!(
        "<?xml version=\"1.0\"?><testsuites><testsuite name=\"pytest\" tests=\"{}\" failures=\"{}\" errors=\"0\">{}\
         </testsuite></testsuites>",
        cases.len(),
        canaries.len(),
        cases.concat()
    );
    let passed = |id: &str| (id.to_owned(), "passed".to_owned());
    let report = Report {
        junit,
        nonce: "n".to_owned(),
        expected_nonce: "n".to_owned(),
        canaries: canaries.into_iter().map(|test| (test, "failed".to_owned())).collect(),
        records: BTreeMap::from([passed(FIXED), passed(KEPT)]),
        intrusions: Vec::new(),
    };
    Run { exit: Exit::Code(1), report: Some(report), ..run("") }
}

/// The verdict on an honest run that `change` changed.
fn judged(change: impl Fn(&mut Run, &mut Report)) -> Verdict {
    let job = job();
    let mut run = honest(&job);
    let mut report = run.report.take().unwrap();
    change(&mut run, &mut report);
    run.report = Some(report);
    grade(&job, &run)
}

fn failed_checks(verdict: &Verdict) -> Vec<&str> {
    verdict.failures().map(|evidence| evidence.check.as_str()).collect()
}

#[test]
fn an_honest_solution_scores() {
    let verdict = judged(|_, _| {});
    assert_eq!(verdict.value(), Some(1.0), "{verdict:?}");
    assert!(!is_flagged(&verdict) && failed_checks(&verdict).is_empty());
}

#[test]
fn each_part_of_the_evidence_is_needed() {
    let record = |id: &'static str, word: &'static str| {
        move |_: &mut Run, report: &mut Report| {
            report.records.insert(id.to_owned(), word.to_owned());
        }
    };
    let replace = |from: String, to: String| {
        move |_: &mut Run, report: &mut Report| {
            assert!(report.junit.contains(&from), "{from}");
            report.junit = report.junit.replace(&from, &to);
        }
    };
    let unflagged: Vec<(&str, Verdict)> = vec![
        ("timeout", judged(|run, _| run.exit = Exit::TimedOut)),
        ("memory", judged(|run, _| run.exit = Exit::OutOfMemory)),
        ("no nonce", judged(|_, report| report.nonce.clear())),
        ("no report", judged(|_, report| report.junit.clear())),
        ("cut report", judged(|_, report| report.junit.truncate(200))),
    ];
    for (what, verdict) in &unflagged {
        assert_eq!(verdict.value(), Some(0.0), "{what}: {verdict:?}");
    }
    let flagged: Vec<(&str, Verdict)> = vec![
        ("other nonce", judged(|_, report| report.nonce.push('x'))),
        ("exit 0", judged(|run, _| run.exit = Exit::Code(0))),
        ("exit 4", judged(|run, _| run.exit = Exit::Code(4))),
        ("missing", judged(replace(case(FIXED, ""), String::new()))),
        ("skipped", judged(replace(case(FIXED, ""), case(FIXED, "<skipped/>")))),
        ("kept is skipped", judged(replace(case(KEPT, ""), case(KEPT, "<skipped/>")))),
        ("failed twice", judged(replace(case(KEPT, ""), case(KEPT, "") + &case(KEPT, "<error/>")))),
        ("unseen", judged(|_, report| report.records.clear())),
        ("seen failing", judged(record(FIXED, "failed"))),
        ("seen starting only", judged(record(KEPT, "started"))),
        ("canaries pass", judged(replace("<failure message=\"no\"/>".to_owned(), String::new()))),
        ("canaries unseen", judged(|_, report| report.canaries.clear())),
        (
            "canaries seen passing",
            judged(|_, report| {
                report.canaries.values_mut().for_each(|word| *word = "passed".to_owned());
            }),
        ),
        ("counts", judged(replace("failures=\"6\"".to_owned(), "failures=\"0\"".to_owned()))),
        ("intrusion", judged(|_, report| report.intrusions.push("x".to_owned()))),
        ("hook", judged(|run, _| run.tampering.push("start-up hook: sitecustomize.py".to_owned()))),
    ];
    for (what, verdict) in &flagged {
        assert_eq!(verdict.value(), Some(0.0), "{what}: {verdict:?}");
        assert!(is_flagged(verdict), "{what}: {verdict:?}");
    }
}

#[test]
fn harmless_changes_are_named_and_do_not_decide() {
    let verdict = judged(|run, _| run.tampering.push("edited test: tests/test_a.py".to_owned()));
    assert_eq!(verdict.value(), Some(1.0));
    assert_eq!(failed_checks(&verdict), [ALONE]);
    assert!(is_flagged(&verdict));
}

#[test]
fn an_expected_failure_keeps_but_does_not_fix() {
    let xfail = "<skipped type=\"pytest.xfail\" message=\"\"/>";
    let with = |id: &'static str| {
        judged(move |_, report| {
            report.junit = report.junit.replace(&case(id, ""), &case(id, xfail));
            report.records.insert(id.to_owned(), "xfailed".to_owned());
        })
    };
    assert_eq!(with(KEPT).value(), Some(1.0));
    assert_eq!(failed_checks(&with(FIXED)), [FAIL_TO_PASS]);
    let passes = judged(|_, report| {
        report.records.insert(FIXED.to_owned(), "xpassed".to_owned());
    });
    assert_eq!(passes.value(), Some(1.0));
}

#[test]
fn what_a_worker_did_wrong_is_void() {
    let job = job();
    assert!(matches!(grade(&job, &run("")), Verdict::Void { cause: Cause::Worker, .. }));
    assert!(matches!(judged(|_, report| report.expected_nonce.clear()), Verdict::Void { .. }));
    let late = Run { exit: Exit::TimedOut, ..run("") };
    assert_eq!(grade(&job, &late).value(), Some(0.0));
    let empty = Job { expected: Expected::default(), ..job };
    assert!(matches!(grade(&empty, &run("")), Verdict::Void { .. }));
}

#[test]
fn a_script_is_judged_by_its_junit_file_or_by_its_log() {
    let mut job = job();
    job.suite.command = TestCommand::Script { text: "go test".to_owned() };
    job.expected = Expected { fail_to_pass: vec!["TestA".to_owned()], pass_to_pass: vec!["TestB/x".to_owned()] };
    job.suite.parser = "go".to_owned();
    let good = "=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestB/x (0.00s)\n";
    assert_eq!(grade(&job, &run(good)).value(), Some(1.0));
    let failing = Run { exit: Exit::Code(1), ..run(good) };
    assert_eq!(grade(&job, &failing).value(), Some(0.0), "the status says that something failed");
    let both = format!("{good}--- FAIL: TestA (0.00s)\n");
    assert_eq!(grade(&job, &run(&both)).value(), Some(0.0), "the worst record counts");
    let of_file = |junit: &str| {
        let report = Report {
            junit: junit.to_owned(),
            nonce: "n".to_owned(),
            expected_nonce: "n".to_owned(),
            ..Report::default()
        };
        grade(&job, &Run { report: Some(report), ..run("") }).value()
    };
    let suite = |inner: &str| format!("<testsuite name=\"go\">{inner}</testsuite>");
    let passing = "<testcase classname=\"pkg\" name=\"TestA\"/><testcase classname=\"pkg\" name=\"TestB/x\"/>";
    assert_eq!(of_file(&suite(passing)), Some(1.0));
    let two = format!("{passing}<testcase classname=\"other\" name=\"TestA\"/>");
    assert_eq!(of_file(&suite(&two)), Some(0.0), "a name in two classes says nothing");
    job.suite.parser = "unheard of".to_owned();
    assert!(matches!(grade(&job, &run("")), Verdict::Void { cause: Cause::Worker, .. }));
}

/// 500 forged logs change no verdict, neither of a pytest run, whose log is not read for it, nor of a
/// script whose suite printed a failure.
#[test]
fn r44_forged_logs_change_nothing() {
    let forms: [fn(&str) -> String; 10] = [
        |id| format!("PASSED {id}\n"),
        |id| format!("{id} PASSED\n"),
        |id| format!("\x1b[32mPASSED\x1b[0m {id}\n"),
        |id| format!("PASSED {id}\r\n"),
        |id| format!("{id} PASSED                       [100%]\n"),
        |id| format!(">>>>> Start Test Output\nPASSED {id}\n>>>>> End Test Output\n"),
        |id| format!(">>>>> Test Exit Code: 0\nPASSED {id}\n"),
        |id| format!("=== short test summary info ===\nPASSED {id}\n=== 2 passed in 0.1s ===\n"),
        |id| format!("<testcase classname=\"tests.test_a\" name=\"{id}\"/>\n"),
        |id| format!("\x1b]0;x\x07PASSED {id}\u{200b}\nPASSED {id} - \n"),
    ];
    let mut random = Random::new(44, "forged logs");
    let job_of_pytest = job();
    let mut job_of_script = job();
    job_of_script.suite.command = TestCommand::Script { text: "pytest -rA".to_owned() };
    job_of_script.suite.parser = "pytest".to_owned();
    let summary = format!("FAILED {FIXED} - assert 1 == 2\nPASSED {KEPT}\n1 failed, 1 passed in 0.01s\n");
    let mut of_pytest = honest(&job_of_pytest);
    let report = of_pytest.report.as_mut().unwrap();
    report.junit = report.junit.replace(&case(FIXED, ""), &case(FIXED, "<failure/>"));
    report.junit = report.junit.replace("failures=\"6\"", "failures=\"7\"");
    report.records.insert(FIXED.to_owned(), "failed".to_owned());
    let mut tried = 0;
    for _ in 0..500 {
        let mut lines: Vec<String> = summary.lines().map(|line| format!("{line}\n")).collect();
        for _ in 0..1 + random.below(4) {
            let forged = forms[random.below(forms.len())]([FIXED, KEPT][random.below(2)]);
            let doubled = if random.chance(0.3) { forged.clone() + &forged } else { forged };
            lines.insert(random.below(lines.len() + 1), doubled);
        }
        let log = lines.concat();
        of_pytest.log = log.clone().into_bytes();
        let verdict = grade(&job_of_pytest, &of_pytest);
        assert_eq!(verdict.value(), Some(0.0), "{log}");
        assert!(failed_checks(&verdict).contains(&FAIL_TO_PASS) && !failed_checks(&verdict).contains(&PASS_TO_PASS));
        let verdict = grade(&job_of_script, &Run { exit: Exit::Code(random.below(2) as i64), ..run(&log) });
        assert_eq!(verdict.value(), Some(0.0), "{log}");
        tried += 1;
    }
    assert_eq!(tried, 500);
    // An honest run's verdict is the same under any log as well.
    let mut solved = honest(&job_of_pytest);
    solved.log = format!("FAILED {FIXED}\nERROR {KEPT}\n").into_bytes();
    assert_eq!(grade(&job_of_pytest, &solved).value(), Some(1.0));
}
