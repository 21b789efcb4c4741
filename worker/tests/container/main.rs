//! Real containers. Each file holds the promises of one subject; `world` has the daemon, the image and the jobs.
//!
//! Without a daemon every test says that it was skipped; with `SPARRING_REQUIRE=all` it fails instead.

mod attacks;
mod bounds;
mod build;
mod ends;
mod gvisor;
mod inspect;
mod long_runs;
mod packages;
mod probes;
mod restarts;
mod world;
