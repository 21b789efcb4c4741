//! What images cost: building, opening, and stepping in many of them by turns.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sparring_runtime::bench::{BenchError, Effort, Latency, Subject, generated_tree, measure as repeat};
use sparring_runtime::engine::{Engine, Policy};
use sparring_runtime::image::Image;
use sparring_runtime::session::Session;

use super::{steps, temporary_cache};
use crate::CommandError;

/// Bytes of the tree whose image is built.
const BUILT_BYTES: usize = 30_000_000;
/// Bytes of each of many images.
const SMALL_BYTES: usize = 1 << 20;

/// The figures of images.
#[derive(Debug, serde::Serialize)]
pub(super) struct ImageFigures {
    /// Building an image of 30 MB in the cache, on all threads, until it is on the disk.
    pub(super) build: Latency,
    /// Opening it again, digest checked before.
    pub(super) open: Latency,
    /// An empty step in 64 and in 256 images by turns.
    pub(super) turns: Vec<Turns>,
}

/// Empty steps in many images by turns.
#[derive(Debug, serde::Serialize)]
pub(super) struct Turns {
    pub(super) images: usize,
    pub(super) strict: Latency,
    pub(super) resident: Latency,
}

pub(super) fn measure(engine: &Engine) -> Result<ImageFigures, CommandError> {
    let tree = generated_tree(BUILT_BYTES, 2).map_err(CommandError::failed)?;
    let few = Effort { time: Duration::from_secs(2), least: 3, most: 5 };
    let build = repeat(&few, || {
        let cache = temporary_cache()?;
        let start = Instant::now();
        cache.open_or_build_tree(&tree).map_err(CommandError::failed)?;
        Ok::<_, CommandError>(start.elapsed())
    })?;
    let cache = temporary_cache()?;
    let digest = cache.open_or_build_tree(&tree).map_err(CommandError::failed)?.tree_digest();
    let open = repeat(&Effort::default(), || {
        let start = Instant::now();
        let image = cache.open(&digest).map_err(CommandError::failed)?;
        let elapsed = start.elapsed();
        match image {
            Some(_) => Ok::<_, CommandError>(elapsed),
            None => Err(CommandError::Failed("the image has left its cache".into())),
        }
    })?;
    let mut turns = Vec::new();
    for images in [64, 256] {
        turns.push(Turns {
            images,
            strict: by_turns(engine, images, Policy::Strict).map_err(CommandError::failed)?,
            resident: by_turns(engine, images, Policy::Resident).map_err(CommandError::failed)?,
        });
    }
    Ok(ImageFigures { build, open, turns })
}

fn by_turns(engine: &Engine, images: usize, policy: Policy) -> Result<Latency, BenchError> {
    let make = |seed| -> Result<(Session, _), BenchError> {
        let image = Image::build(&generated_tree(SMALL_BYTES, seed as u64 + 10)?)?;
        let subject = Subject::new(Arc::new(image))?;
        let call = subject.empty_step_call();
        Ok((subject.session(), call))
    };
    let mut sessions = (0..images).map(make).collect::<Result<Vec<_>, _>>()?;
    let mut stepper = steps::stepper(engine, policy);
    for (session, call) in &mut sessions {
        session.step(&mut stepper, &call.raw())?;
    }
    let mut next = 0;
    repeat(&Effort::default(), || {
        let (session, call) = &mut sessions[next];
        next = (next + 1) % images;
        let start = Instant::now();
        session.step(&mut stepper, &call.raw())?;
        Ok(start.elapsed())
    })
}
