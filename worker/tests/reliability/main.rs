//! The promises of the reward queue, each counted: `cargo test -p sparring-worker --features nats --test
//! reliability`. Words behind `--` choose promises by name. `SPARRING_NIGHTLY=1` runs the larger counts.
//!
//! Workers are real processes that are really killed: this binary starts itself with a role (see `roles`).

mod causes;
mod clock;
mod fake;
mod fences;
mod kills;
#[cfg(feature = "nats")]
mod network;
mod process;
mod restarts;
mod roles;
mod shim;
mod store;
mod store_kills;
mod write_faults;

use std::process::ExitCode;
use std::time::Instant;

use store::Kind;

/// What a promise counted, or why it does not hold.
type Outcome = Result<String, String>;

/// Fails a promise unless a condition holds.
macro_rules! ensure {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err(format!($($text)+));
        }
    };
}
pub(crate) use ensure;

struct Promise {
    row: &'static str,
    what: &'static str,
    check: fn(Kind) -> Outcome,
    kinds: &'static [Kind],
}

const BOTH: &[Kind] = &[Kind::Sqlite, Kind::Nats];

const PROMISES: &[Promise] = &[
    Promise { row: "R-31", what: "kills", check: kills::check, kinds: BOTH },
    Promise { row: "R-32", what: "fences", check: fences::check, kinds: BOTH },
    Promise { row: "R-34", what: "store-kills", check: store_kills::check, kinds: BOTH },
    // The store of NATS is the server's own; what is ours are evidence, deliveries and the SQLite file.
    Promise { row: "R-36", what: "write-faults", check: write_faults::check, kinds: &[Kind::Sqlite] },
    Promise { row: "R-38", what: "clock", check: clock::check, kinds: BOTH },
    Promise { row: "R-39", what: "restarts", check: restarts::check, kinds: BOTH },
    Promise { row: "R-43", what: "causes", check: causes::check, kinds: BOTH },
    #[cfg(feature = "nats")]
    Promise { row: "net", what: "network", check: network::check, kinds: &[Kind::Nats] },
];

/// Whether the larger counts were asked for.
pub(crate) fn is_nightly() -> bool {
    std::env::var_os("SPARRING_NIGHTLY").is_some()
}

fn main() -> ExitCode {
    // Some panics are part of a play.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str().is_none_or(|text| !text.ends_with("that panics")) {
            report(panic);
        }
    }));
    if let Ok(role) = std::env::var(process::ROLE) {
        return roles::play(&role);
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |promise: &Promise| {
        words.is_empty() || words.iter().any(|word| promise.what.contains(word) || promise.row == word.as_str())
    };
    let (mut held, mut broken, mut skipped, mut could_be_there) = (0, 0, 0, 0);
    for promise in PROMISES.iter().filter(|promise| is_chosen(promise)) {
        for kind in promise.kinds {
            let name = format!("{:<5} {:<13} {:<7}", promise.row, promise.what, kind.name());
            if let Some(lack) = lacks(promise, *kind) {
                println!("{name} SKIPPED  {lack}");
                skipped += 1;
                // A program can be installed; a right that the kernel refuses can't.
                could_be_there += u32::from(!lack.contains("need root"));
                continue;
            }
            let started = Instant::now();
            match (promise.check)(*kind) {
                Ok(counts) => {
                    println!("{name} ok       {counts} ({:.1} s)", started.elapsed().as_secs_f64());
                    held += 1;
                }
                Err(reason) => {
                    println!("{name} BROKEN   {reason}");
                    broken += 1;
                }
            }
        }
    }
    println!("{held} promises held, {broken} broken, {skipped} SKIPPED");
    let everything = std::env::var_os("SPARRING_REQUIRE").is_some_and(|value| value == "all");
    if could_be_there > 0 && everything {
        println!("SPARRING_REQUIRE=all asks for everything");
        return ExitCode::FAILURE;
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What of the machine or the build a promise lacks.
fn lacks(promise: &Promise, kind: Kind) -> Option<String> {
    let program = |name: &str| {
        let found = std::process::Command::new(name).arg("--version").output().is_ok();
        (!found).then(|| format!("`{name}` is not on PATH"))
    };
    let of_kind = match kind {
        Kind::Sqlite => None,
        Kind::Nats if cfg!(not(feature = "nats")) => Some("built without the feature `nats`".to_owned()),
        Kind::Nats => program("nats-server"),
    };
    let own = match promise.what {
        "write-faults" | "clock" => program("gcc"),
        #[cfg(feature = "nats")]
        "network" => network::lacks(),
        _ => None,
    };
    of_kind.or(own)
}
