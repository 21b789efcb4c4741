//! What the guest cannot compute: recorded, predicted, refused; asked once, replayed for ever.

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sparring_fuzz::Call;
use sparring_guest::machine::{EffectChange, EffectResult, Provenance};
use sparring_guest::step::Status;
use sparring_runtime::effect::{EffectHandler, EffectQuestion, Effects, Predicted, Recorded, Refused};
use sparring_runtime::engine::Policy;
use sparring_runtime::session::{Session, SessionError, Step, StepError, Stepper};
use sparring_tests::world::{self, POLICIES, digest, session};
use sparring_tree::Digest;

fn stepper(policy: Policy, handlers: Vec<Arc<dyn EffectHandler>>) -> Stepper {
    Stepper::new(world::engine(), policy, Arc::new(Effects::new(handlers)))
}

fn run(session: &mut Session, stepper: &mut Stepper, command: &str) -> Step {
    world::step(session, stepper, &Call::shell("bash", command))
}

/// A result that prints and writes what it was asked.
fn result(question: &EffectQuestion<'_>, provenance: Provenance) -> EffectResult {
    let words = question.request.arguments.join(&b' ');
    EffectResult {
        request: question.request.digest(),
        output: vec![(false, [b"ran ", words.as_slice(), b"\n"].concat()), (true, b"and complained\n".to_vec())],
        status: 3,
        changes: vec![EffectChange::Write { path: b"testbed/trace.log".to_vec(), bytes: words }],
        provenance,
    }
}

/// Passes every question on and keeps its key.
#[derive(Debug, Default)]
struct Watch(Mutex<Vec<(Digest, EffectResult)>>);

impl EffectHandler for Watch {
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        let kept = (question.key()?, result(question, Provenance::Exact));
        self.0.lock().expect("one thread").push(kept);
        Ok(None)
    }
}

#[test]
fn what_nobody_runs_is_refused_as_a_container_would() {
    for policy in POLICIES {
        let mut stepper = stepper(policy, vec![Arc::new(Refused)]);
        let step = run(&mut session("bash"), &mut stepper, "python -c 'print(1)'; echo $?");
        assert_eq!(step.observation.provenance, Provenance::Refused);
        let expected = "<returncode>0</returncode>\n<output>\nbash: python: command not found\n127\n</output>";
        assert_eq!(step.observation.text, expected);
    }
}

#[test]
fn a_recorded_result_answers_the_same_files_and_command() {
    let (watch, recorded) = (Arc::new(Watch::default()), Arc::new(Recorded::default()));
    let mut stepper = stepper(Policy::Resident, vec![recorded.clone(), watch.clone(), Arc::new(Refused)]);
    let command = "pytest -q 2>&1";
    let before = run(&mut session("bash"), &mut stepper, command).observation;
    assert_eq!(before.provenance, Provenance::Refused);
    let (key, result) = watch.0.lock().expect("one thread").pop().expect("a question");
    recorded.record(key, result);

    let mut again = session("bash");
    let step = run(&mut again, &mut stepper, command);
    assert_eq!(step.observation.provenance, Provenance::Recorded);
    assert_eq!(step.observation.exit_code, Some(3));
    assert!(step.observation.text.contains("ran pytest -q\nand complained\n"), "{}", step.observation.text);
    assert!(String::from_utf8_lossy(&again.diff().expect("a diff")).contains("+pytest -q"));

    // Other files, another command, another directory: another key.
    for other in ["echo x > new; pytest -q 2>&1", "pytest -v 2>&1", "cd tools; pytest -q 2>&1", "X=1 pytest -q 2>&1"] {
        let step = run(&mut session("bash"), &mut stepper, other);
        assert_eq!(step.observation.provenance, Provenance::Refused, "{other}");
    }
    assert_eq!(recorded.counts(), (1, 5));

    // Through a file and back.
    let mut lines = Vec::new();
    recorded.write(&mut lines).expect("memory");
    let read = Arc::new(Recorded::default());
    assert_eq!(read.read(Cursor::new(&lines)).expect("our own lines"), 1);
    let mut other = self::stepper(Policy::Strict, vec![read, Arc::new(Refused)]);
    let twin = run(&mut session("bash"), &mut other, command);
    assert_eq!(twin.observation, step.observation);
    let newer = String::from_utf8_lossy(&lines).replace("\"version\":1", "\"version\":2");
    let error = Recorded::default().read(Cursor::new(newer)).expect_err("another version");
    assert!(error.to_string().contains("line 1"), "{error}");
}

#[test]
fn a_prediction_is_called_one_whatever_it_claims() {
    let handler = Arc::new(Predicted::new(|question| Some(result(question, Provenance::Exact))));
    for policy in POLICIES {
        let mut stepper = stepper(policy, vec![handler.clone()]);
        let mut session = session("bash");
        let step = run(&mut session, &mut stepper, "python setup.py build && echo no || cat trace.log");
        assert_eq!(step.observation.provenance, Provenance::Predicted);
        assert!(step.observation.text.contains("ran python setup.py build\n"), "{}", step.observation.text);
        assert!(step.observation.text.ends_with("\npython setup.py build</output>"), "{}", step.observation.text);
        assert_eq!(step.effects.len(), 1);
    }
}

#[test]
fn the_weakest_part_of_a_line_counts() {
    let predicted = Predicted::new(|question| {
        (question.request.arguments[0] == b"python").then(|| result(question, Provenance::Executed))
    });
    let handlers: Vec<Arc<dyn EffectHandler>> = vec![Arc::new(predicted), Arc::new(Refused)];
    let mut stepper = stepper(Policy::Resident, handlers);
    for (command, expected) in [
        ("ls | head -2", Provenance::Exact),
        ("no_such_program", Provenance::Exact),
        ("python x.py | head -1", Provenance::Predicted),
        ("ls; python x.py; ls", Provenance::Predicted),
        ("python x.py; pytest", Provenance::Refused),
        ("pytest; python x.py", Provenance::Refused),
        ("pytest 2>/dev/null | cat; echo fine", Provenance::Refused),
        ("false && python x.py; echo not asked", Provenance::Exact),
        ("x=$(python x.py); echo \"$x\"", Provenance::Predicted),
    ] {
        let step = run(&mut session("bash"), &mut stepper, command);
        assert_eq!(step.observation.provenance, expected, "{command}: {}", step.observation.text);
        assert_eq!(step.observation.status, Status::Ok);
    }
}

/// Must never be asked.
#[derive(Debug)]
struct Silent;

impl EffectHandler for Silent {
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        panic!("asked for {:?}", question.request.arguments);
    }
}

#[test]
fn a_replay_asks_nobody() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let answering = Predicted::new(move |question| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(result(question, Provenance::Predicted))
    });
    let commands = [
        "python a.py > out; python b.py | sort | tee -a out; cat out trace.log",
        "for i in 1 2 3; do python $i < out; done; git diff | wc -l",
        "ls -la; pytest | grep -c ran",
    ];
    let mut asking = stepper(Policy::Resident, vec![Arc::new(answering)]);
    let mut first = session("bash");
    let steps: Vec<_> = commands
        .iter()
        .map(|command| {
            let step = run(&mut first, &mut asking, command);
            let digest = digest(&first, &step);
            (step, digest)
        })
        .collect();
    assert_eq!(asked.load(Ordering::Relaxed), 6);
    for policy in POLICIES {
        let mut silent = stepper(policy, vec![Arc::new(Silent)]);
        let mut second = session("bash");
        for (command, (step, expected)) in commands.iter().zip(&steps) {
            let call = Call::shell("bash", command);
            let again = second.step_with(&mut silent, &call.raw(), step.effects.clone()).expect("a step");
            assert_eq!(again.observation, step.observation);
            assert_eq!(digest(&second, &again), *expected);
        }
    }
}

#[test]
fn sixty_four_effects_and_not_one_more() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let answering = Predicted::new(move |question| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(EffectResult { changes: Vec::new(), ..result(question, Provenance::Predicted) })
    });
    let mut stepper = stepper(Policy::Resident, vec![Arc::new(answering)]);
    let mut session = session("bash");
    let step = run(&mut session, &mut stepper, "for i in {1..64}; do python $i; done | wc -l");
    assert_eq!((step.observation.status, asked.swap(0, Ordering::Relaxed)), (Status::Ok, 64));
    let step = run(&mut session, &mut stepper, "for i in {1..65}; do python $i; done > lines");
    assert_eq!((step.observation.status, asked.swap(0, Ordering::Relaxed)), (Status::Limit, 64));
    assert!(step.observation.text.contains("`effects`"), "{}", step.observation.text);
    assert!(session.changes().expect("changes").is_empty(), "a stopped step leaves nothing");
    assert_eq!(run(&mut session, &mut stepper, "echo next").observation.status, Status::Ok);
}

#[test]
fn a_question_that_nobody_answers_is_a_fault_of_ours() {
    let mut stepper = stepper(Policy::Resident, Vec::new());
    let mut session = session("bash");
    let call = Call::shell("bash", "echo x > made; python x.py");
    let error = session.step(&mut stepper, &call.raw()).expect_err("nobody answers");
    assert!(matches!(&error, StepError::NoEffect(name) if name == "python"), "{error}");
    assert_eq!(session.steps(), 0);
    assert!(session.changes().expect("changes").is_empty());
}
