//! The table of steps.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use sparring_runtime::bench::{BenchError, Effort, Latency, Operation, Peer, Searches, Subject, measure as repeat};
use sparring_runtime::engine::{Engine, Policy};
use sparring_runtime::session::{Session, Stepper};

use super::report::{Report, Row};
use crate::CommandError;

/// A stepper of its own, with nothing warm in it.
pub(super) fn stepper(engine: &Engine, policy: Policy) -> Stepper {
    Stepper::new(engine, policy, Arc::default())
}

/// Times every operation, and what a session costs beside its steps.
pub(super) fn measure(
    engine: &Engine,
    subject: &Subject,
    effort: &Effort,
    with_peers: bool,
    report: &mut Report,
) -> Result<(), CommandError> {
    let mut steppers = [stepper(engine, Policy::Strict), stepper(engine, Policy::Resident)];
    let mut peer = match with_peers {
        true => Some(Peer::start(subject.base().image().view())?),
        false => None,
    };
    for operation in subject.operations() {
        let row = row(&operation, subject.session(), &mut steppers, peer.as_mut(), effort);
        report.steps.push(row.map_err(CommandError::failed)?);
    }
    // Every page of the image has been read by now; what is in the page tables must not slow a
    // step down.
    let scanned = after_scan(subject, &mut steppers, effort).map_err(CommandError::failed)?;
    report.steps.insert(1, scanned);
    searches(subject, &mut steppers, peer.as_mut(), effort, report).map_err(CommandError::failed)?;
    sessions(subject, &mut steppers[1], effort, report).map_err(CommandError::failed)
}

/// The searches, on the subject's image and on one without an index.
fn searches(
    subject: &Subject,
    steppers: &mut [Stepper; 2],
    mut peer: Option<&mut Peer>,
    effort: &Effort,
    report: &mut Report,
) -> Result<(), BenchError> {
    let searches = Searches::new(subject)?;
    for operation in searches.indexed() {
        // The real programs' files are as they were before the edits.
        let peer = peer.as_deref_mut().filter(|_| !operation.has_start());
        report.steps.push(row(&operation, searches.indexed_session(), steppers, peer, effort)?);
    }
    for operation in searches.scanned() {
        report.steps.push(row(&operation, searches.scanned_session(), steppers, peer.as_deref_mut(), effort)?);
    }
    Ok(())
}

fn row(
    operation: &Operation,
    fresh: Session,
    [strict, resident]: &mut [Stepper; 2],
    peer: Option<&mut Peer>,
    effort: &Effort,
) -> Result<Row, BenchError> {
    let session = operation.prepared(fresh, resident)?;
    Ok(Row {
        name: operation.name.clone(),
        strict: Some(operation.time_steps(&session, strict, effort)?),
        resident: Some(operation.time_steps(&session, resident, effort)?),
        native: Some(operation.time_natively(&session, effort)?),
        peer: match peer {
            Some(peer) => operation.time_peer(peer, &session, resident, effort)?,
            None => None,
        },
    })
}

fn after_scan(subject: &Subject, steppers: &mut [Stepper; 2], effort: &Effort) -> Result<Row, BenchError> {
    let once = Effort { least: 1, most: 1, ..*effort };
    for stepper in steppers.iter_mut() {
        subject.full_scan().time_steps(&subject.session(), stepper, &once)?;
    }
    let mut row = row(&subject.empty_step(), subject.session(), steppers, None, effort)?;
    row.name = "empty step after a full scan".into();
    Ok(row)
}

/// What forking, saving and restoring cost, in a session with an edit.
fn sessions(subject: &Subject, stepper: &mut Stepper, effort: &Effort, report: &mut Report) -> Result<(), BenchError> {
    let mut session = subject.session();
    session.step(stepper, &subject.edit_call(0).raw())?;
    let saved = session.save()?;
    let timed = |round: &dyn Fn() -> Result<(), BenchError>| -> Result<Latency, BenchError> {
        repeat(effort, || {
            let start = Instant::now();
            round()?;
            Ok::<_, BenchError>(start.elapsed())
        })
    };
    let rounds: [(&str, &dyn Fn() -> Result<(), BenchError>); 3] = [
        ("fork", &|| {
            black_box(session.fork());
            Ok(())
        }),
        ("save", &|| {
            black_box(session.save()?);
            Ok(())
        }),
        ("restore", &|| {
            black_box(Session::restore(subject.base().clone(), &saved)?);
            Ok(())
        }),
    ];
    for (name, round) in rounds {
        report.sessions.push(Row::plain(name, timed(round)?));
    }
    Ok(())
}
