//! Whether two threads do twice as much, beside a loop that shares nothing.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use super::{BenchError, Subject};
use crate::batch::Call;
use crate::engine::{Engine, Policy};
use crate::session::{Session, Stepper};

/// A run whose control scales by less than this says nothing about the steps.
const LEAST_CONTROL: f64 = 1.7;
/// Times that each figure is taken; the best counts, since other programs only take away.
const ROUNDS: usize = 5;
/// Rounds of the control's loop that take about as long as four steps.
const SPINS: u64 = 100_000;

/// One thread and two, of the same work.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Scaling {
    /// Steps a second on one thread.
    pub one: f64,
    /// Steps a second on two threads together.
    pub two: f64,
    /// What two threads do of the control, where one does 1.
    pub control: f64,
}

impl Scaling {
    /// How much of the control's gain the steps have; `None` when the control did not scale, which
    /// makes the run void.
    pub fn of_control(&self) -> Option<f64> {
        (self.control >= LEAST_CONTROL).then(|| self.two / self.one / self.control)
    }
}

/// Runs a mix of steps (views, searches in one file, edits, empty ones) on one and on two threads,
/// `steps` on each, every thread with its own sessions on the same image.
pub fn scaling(engine: &Engine, subject: &Subject, policy: Policy, steps: usize) -> Result<Scaling, BenchError> {
    let calls = [
        subject.view_edited_call(),
        subject.edit_call(0),
        Call::new("execute_bash", serde_json::json!({"command": "ls"}).to_string()),
        subject.empty_step_call(),
    ];
    let spin = |(): &mut ()| {
        for turn in 0..SPINS {
            black_box(turn);
        }
        Ok(())
    };
    let make = || (subject.session(), Stepper::new(engine, policy, std::sync::Arc::default()));
    let step = |(session, stepper): &mut (Session, Stepper)| -> Result<(), BenchError> {
        let mut session = session.fork();
        for call in &calls {
            session.step(stepper, &call.raw())?;
        }
        Ok(())
    };
    let turns = steps / calls.len();
    let (mut one, mut two, mut control_one, mut control_two) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        control_one = control_one.max(rate(1, turns, || (), spin)?);
        control_two = control_two.max(rate(2, turns, || (), spin)?);
        one = one.max(rate(1, turns, make, step)?);
        two = two.max(rate(2, turns, make, step)?);
    }
    let calls = calls.len() as f64;
    Ok(Scaling { one: one * calls, two: two * calls, control: control_two / control_one })
}

/// Turns a second of all threads together, from the first one's start to the last one's end. The
/// threads look at the clock themselves: whoever waits for them may be woken late.
fn rate<T>(
    threads: usize,
    turns: usize,
    make: impl Fn() -> T + Sync,
    turn: impl Fn(&mut T) -> Result<(), BenchError> + Sync,
) -> Result<f64, BenchError> {
    let barrier = Barrier::new(threads);
    let run = || {
        let mut own = make();
        let warm = turn(&mut own);
        barrier.wait();
        warm?;
        let start = Instant::now();
        (0..turns).try_for_each(|_| turn(&mut own))?;
        Ok::<_, BenchError>((start, Instant::now()))
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let mut whole: Option<(Instant, Instant)> = None;
        for thread in running {
            let (start, end) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            whole = Some(whole.map_or((start, end), |(first, last)| (first.min(start), last.max(end))));
        }
        let seconds = whole.map_or(f64::NAN, |(first, last)| (last - first).as_secs_f64());
        Ok((threads * turns) as f64 / seconds)
    })
}
