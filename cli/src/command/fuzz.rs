//! `sparring fuzz`: hammers a profile's handlers and looks for what must never happen.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sparring_fuzz::{Call, Choices, NativeSession, Vocabulary, hostile, malformed, oracle, sample, shrink, trace};
use sparring_guest::limits::Limits;
use sparring_guest::profile;
use sparring_guest::step::Settings;
use sparring_runtime::effect::Effects;
use sparring_runtime::engine::{Engine, EngineConfig, Policy};
use sparring_runtime::image::Image;
use sparring_runtime::session::{Base, Session, Stepper};

use crate::{CommandError, place};

/// The arguments of `sparring fuzz`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Every trace is run natively and in wasm, under both policies; answers and files must be equal, \
    typed and within their caps. Exit status 1 when something was found.\n\n\
    Examples:\n  sparring fuzz openhands --seconds 60\n  sparring fuzz bash --seconds 10 --repo . --seed 7 --json"
)]
pub(crate) struct Arguments {
    /// The tools: a profile's name, such as openhands, bash or swe-agent.
    profile: String,
    /// How long to look.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// A repository to work on. Default: a small made-up one.
    #[arg(long)]
    repo: Option<PathBuf>,
    /// The first trace's seed; the next one has the next seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Stops after this many findings.
    #[arg(long, default_value_t = 5)]
    findings: usize,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// Calls of one trace.
const CALLS: usize = 12;

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    if profile::find(&arguments.profile).is_none() {
        let known = profile::NAMES.join(", ");
        return Err(CommandError::Usage(format!("unknown profile `{}`; known are: {known}", arguments.profile)));
    }
    let image = match &arguments.repo {
        Some(path) => place::image(&place::source(path, None)?)?.image,
        None => Arc::new(Image::build(&sample::tree())?),
    };
    // Small budgets: a runaway stops early, and every stop is one more thing to compare.
    let limits = Limits { shell_steps: 5_000, scan_bytes: 64 << 20, pipe_bytes: 4 << 20, ..Limits::default() };
    let settings = Settings { profile: arguments.profile.clone(), limits, ..Settings::default() };
    // Loops that look at the clock: one that touches no memory is found here, where it would hang elsewhere.
    let engine = place::engine_with(EngineConfig { checked_loops: true, ..EngineConfig::default() })?;
    let fuzzer = Fuzzer { engine, image, settings };
    // Native code recurses on the thread's own stack, and how deep is part of what is tried.
    let outcome = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20);
        let handle = thread.spawn_scoped(scope, || fuzzer.hammer(arguments))?;
        Ok::<_, CommandError>(handle.join())
    })?;
    let report =
        outcome.map_err(|_| CommandError::Failed("the fuzzer panicked; the message above says where".into()))?;
    let report = report?;
    print(arguments, &report);
    match report.findings.len() {
        0 => Ok(()),
        count => Err(CommandError::Failed(format!("{count} findings"))),
    }
}

#[derive(Default)]
struct Report {
    traces: u64,
    steps: u64,
    findings: Vec<Finding>,
}

/// Something that must not happen, with the smallest trace that shows it.
struct Finding {
    seed: u64,
    what: String,
    trace: Vec<Call>,
}

struct Fuzzer {
    engine: Engine,
    image: Arc<Image>,
    settings: Settings,
}

impl Fuzzer {
    fn hammer(&self, arguments: &Arguments) -> Result<Report, CommandError> {
        let vocabulary = Vocabulary::of(self.image.view(), &self.settings.root);
        let end = Instant::now() + Duration::from_secs(arguments.seconds);
        let mut runner = Runner::new(self)?;
        let mut report = Report::default();
        let mut seed = arguments.seed;
        while Instant::now() < end && report.findings.len() < arguments.findings {
            let calls = self.calls(seed, &vocabulary);
            let (steps, problem) = runner.run(&calls);
            report.traces += 1;
            report.steps += steps;
            if let Some(what) = problem {
                let kind = kind(&what);
                let trace =
                    shrink(&calls, &mut |calls| runner.run(calls).1.is_some_and(|other| self::kind(&other) == kind));
                let what = runner.run(&trace).1.unwrap_or(what);
                report.findings.push(Finding { seed, what, trace });
            }
            seed = seed.wrapping_add(1);
        }
        Ok(report)
    }

    /// Mostly traces as agents make them, with malformed calls and hostile scripts in between.
    fn calls(&self, seed: u64, vocabulary: &Vocabulary) -> Vec<Call> {
        let mut choices = Choices::seeded(seed);
        let profile = &self.settings.profile;
        let length = choices.between(1, CALLS);
        let mut calls = Vec::with_capacity(length);
        for _ in 0..length {
            calls.push(match choices.below(10) {
                0..6 => trace::call(&mut choices, vocabulary, profile),
                6..9 => malformed::call(&mut choices, vocabulary, profile).0,
                _ => Call::shell(profile, &hostile::script(&mut choices, vocabulary)),
            });
        }
        calls
    }
}

/// The three ways in which a trace is run.
struct Runner<'f> {
    fuzzer: &'f Fuzzer,
    base: Arc<Base>,
    strict: Stepper,
    resident: Stepper,
}

impl<'f> Runner<'f> {
    fn new(fuzzer: &'f Fuzzer) -> Result<Self, CommandError> {
        let base = Base::new(fuzzer.image.clone(), fuzzer.settings.clone()).map_err(CommandError::failed)?;
        let stepper = |policy| Stepper::new(&fuzzer.engine, policy, Arc::new(Effects::default()));
        Ok(Self { fuzzer, base, strict: stepper(Policy::Strict), resident: stepper(Policy::Resident) })
    }

    /// Runs a trace; returns how many steps it took and the first thing that was wrong.
    fn run(&mut self, calls: &[Call]) -> (u64, Option<String>) {
        let profile = &self.fuzzer.settings.profile;
        let mut native = NativeSession::new(self.fuzzer.image.bytes(), self.fuzzer.settings.clone());
        let (mut strict, mut resident) = (Session::new(self.base.clone()), Session::new(self.base.clone()));
        for (taken, call) in calls.iter().enumerate() {
            let steps = taken as u64 + 1;
            let wasm = match resident.step(&mut self.resident, &call.raw()) {
                Ok(step) => step.observation,
                Err(error) => return (steps, Some(format!("wasm: {error}"))),
            };
            if let Err(error) = oracle::check(profile, &wasm) {
                return (steps, Some(format!("answer: {error}")));
            }
            match strict.step(&mut self.strict, &call.raw()) {
                Ok(step) if step.observation == wasm => {}
                Ok(step) => return (steps, Some(differs("policies", &wasm.text, &step.observation.text))),
                Err(error) => return (steps, Some(format!("strict: {error}"))),
            }
            if oracle::is_machine_limit(&wasm) {
                // Natively there is no arena and no small stack: nothing to compare with.
                return (steps, None);
            }
            match native.step(call) {
                Ok(observation) if observation == wasm => {}
                Ok(observation) => return (steps, Some(differs("native", &wasm.text, &observation.text))),
                Err(fault) => return (steps, Some(format!("native: {fault}"))),
            }
            let files = (resident.files_digest().ok(), strict.files_digest().ok(), native.files_digest().ok());
            if files.0.is_none() || files.0 != files.1 || files.0 != files.2 {
                return (steps, Some(format!("files: {files:?}")));
            }
        }
        (calls.len() as u64, None)
    }
}

/// The first line at which two answers part.
fn differs(who: &str, wasm: &str, other: &str) -> String {
    let at = wasm.lines().zip(other.lines()).position(|(a, b)| a != b);
    let line = at.unwrap_or_else(|| wasm.lines().count().min(other.lines().count()));
    let show = |text: &str| text.lines().nth(line).map_or("(no line)".to_owned(), |line| format!("{line:?}"));
    format!("{who}: line {} is {} in wasm and {} here", line + 1, show(wasm), show(other))
}

/// What kind of finding it is: shrinking must not slide from one bug to another.
fn kind(what: &str) -> &str {
    what.split(':').next().unwrap_or_default()
}

fn print(arguments: &Arguments, report: &Report) {
    if arguments.json {
        let findings: Vec<_> = report
            .findings
            .iter()
            .map(|finding| {
                let calls: Vec<_> = finding
                    .trace
                    .iter()
                    .map(|call| json!({ "tool": call.tool, "arguments": call.arguments }))
                    .collect();
                json!({ "seed": finding.seed, "what": finding.what, "trace": calls })
            })
            .collect();
        let object = json!({
            "profile": arguments.profile, "traces": report.traces, "steps": report.steps, "findings": findings,
        });
        println!("{object}");
        return;
    }
    for finding in &report.findings {
        println!("seed {}: {}", finding.seed, finding.what);
        for call in &finding.trace {
            println!("    {} {}", call.tool, call.arguments);
        }
    }
    println!("{} traces, {} steps, {} findings", report.traces, report.steps, report.findings.len());
}
