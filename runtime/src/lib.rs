//! Simulated tool environments: from a repository to sessions, steps, rewards and datasets.
//!
//! ```text
//! Source -> Tree -> Image -> Session -> Step -> Observation -> Finished -> Verdict -> Record
//! ```
//!
//! [`source`] reads a repository, [`image`] keeps it as one mapped file, [`engine`] runs the guest
//! that answers calls, [`session`] holds what one agent has done, [`batch`] steps many sessions on
//! a fixed pool of threads, [`effect`] answers what the guest cannot compute, [`rollout`] drives
//! policies through tasks, and [`dataset`] writes what came of it.
//!
//! ```
//! use std::sync::Arc;
//!
//! use sparring_guest::step::{RawCall, Settings};
//! use sparring_runtime::effect::Effects;
//! use sparring_runtime::engine::{Engine, EngineConfig, Policy};
//! use sparring_runtime::image::Image;
//! use sparring_runtime::session::{Base, Session, Stepper};
//! use sparring_tree::{Node, TreeBuilder, TreeLimits};
//!
//! let mut builder = TreeBuilder::new(TreeLimits::default());
//! builder.insert(b"a.py".to_vec(), Node::File { executable: false, content: b"x = 1\n".as_slice().into() })?;
//! let image = Arc::new(Image::build(&builder.finish()?)?);
//!
//! let engine = Engine::new(&EngineConfig::default())?;
//! let mut stepper = Stepper::new(&engine, Policy::Resident, Arc::new(Effects::default()));
//! let mut session = Session::new(Base::new(image, Settings::default())?);
//! let call = RawCall { tool: "execute_bash", arguments: r#"{"command": "sed -i s/1/2/ a.py && cat a.py"}"# };
//! let step = session.step(&mut stepper, &call)?;
//! assert!(step.observation.text.starts_with("x = 2\n"));
//!
//! let other = session.fork();
//! let finished = session.finish()?;
//! assert!(finished.diff().ends_with(b"-x = 1\n+x = 2\n"));
//! assert_eq!(other.files_digest()?, finished.digest);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate never reads the environment, the terminal or a home directory: folders are given by
//! the caller.

pub mod batch;
pub mod bench;
pub mod dataset;
pub mod effect;
pub mod engine;
pub mod fidelity;
pub mod image;
pub mod rollout;
pub mod session;
pub mod source;
