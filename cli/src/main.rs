//! The `sparring` command: a thin user of the crates.
//!
//! Exit status: 0 done, 1 the work failed, 2 bad usage.

mod command;
#[cfg(feature = "worker")]
mod containers;
mod error;
#[cfg(feature = "worker")]
mod guard;
mod place;
mod python;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use error::CommandError;

/// Simulated tool environments for training coding agents.
#[derive(Debug, Parser)]
#[command(name = "sparring", version, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  \
    sparring demo                                     the whole loop, nothing to set up\n  \
    sparring session --repo .                         JSON lines in, JSON lines out\n  \
    sparring bench --repo . --json                    what a step costs on your repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The main job on real input: tasks, thousands of sessions, rewards, a dataset.
    Demo(command::demo::Arguments),
    /// What a step costs on a repository, beside native code and the real programs.
    Bench(command::bench::Arguments),
    /// Compares the simulated tools with the real ones, on your repository and commands.
    Fidelity(command::fidelity::Arguments),
    /// Builds images.
    Image(command::image::Arguments),
    /// One session: JSON lines on standard input, JSON lines on standard output.
    Session(command::session::Arguments),
    /// Makes and checks tasks.
    Tasks(command::tasks::Arguments),
    /// Runs rollouts of tasks and writes a dataset. Goes on where a killed run stopped.
    Rollout(command::rollout::Arguments),
    /// Runs every recorded trajectory again and compares each step.
    Replay(command::replay::Arguments),
    /// Hammers a profile's tools with generated calls, natively and in wasm.
    Fuzz(command::fuzz::Arguments),
    /// Runs tests in containers for a queue of jobs; builds images for them.
    #[cfg(feature = "worker")]
    Worker(command::worker::Arguments),
    /// Runs tests in containers for a queue of jobs; builds images for them (not in this build).
    #[cfg(not(feature = "worker"))]
    Worker(WithoutWorker),
    /// Hands final test runs to workers and reads their verdicts.
    #[cfg(feature = "worker")]
    Reward(command::reward::Arguments),
    /// Hands final test runs to workers and reads their verdicts (not in this build).
    #[cfg(not(feature = "worker"))]
    Reward(WithoutWorker),
}

/// Whatever was asked of a part that this build lacks.
#[cfg(not(feature = "worker"))]
#[derive(Debug, clap::Args)]
struct WithoutWorker {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

#[cfg(not(feature = "worker"))]
impl WithoutWorker {
    fn refuse(&self) -> Result<(), CommandError> {
        let text = "this build has no workers; add `--features worker` (or `nats`) to cargo's arguments";
        Err(CommandError::Usage(format!("{text}: `{}`", self.rest.join(" "))))
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    raise_open_files();
    let outcome = match arguments.command {
        Command::Demo(arguments) => command::demo::run(&arguments),
        Command::Bench(arguments) => command::bench::run(&arguments),
        Command::Fidelity(arguments) => command::fidelity::run(&arguments),
        Command::Image(arguments) => command::image::run(&arguments),
        Command::Session(arguments) => command::session::run(&arguments),
        Command::Tasks(arguments) => command::tasks::run(&arguments),
        Command::Rollout(arguments) => command::rollout::run(&arguments),
        Command::Replay(arguments) => command::replay::run(&arguments),
        Command::Fuzz(arguments) => command::fuzz::run(&arguments),
        #[cfg(feature = "worker")]
        Command::Reward(arguments) => command::reward::run(&arguments),
        #[cfg(not(feature = "worker"))]
        Command::Reward(arguments) | Command::Worker(arguments) => arguments.refuse(),
        #[cfg(feature = "worker")]
        Command::Worker(arguments) => command::worker::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// Every open image holds one file, and the soft limit is often 1,024. Libraries leave this to their process;
/// a command is one.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    // Refused only where somebody forbade it; then the limit stays, and an image too many is an error by name.
    let _refused = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
