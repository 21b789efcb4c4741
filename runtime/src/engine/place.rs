//! Where one thread steps.

use std::sync::Arc;

use wasmtime::Trap;

use super::region::{InputBuffer, Region};
use super::shared::Instance;
use super::watchdog::Slot;
use super::{Engine, EngineError, ImageHandle, Policy};

/// A thread's own part of an engine: a bounded number of address spaces, each bound to the image that it
/// served last. Can be sent to another thread between steps.
#[derive(Debug)]
pub struct Place {
    engine: Engine,
    slot: Arc<Slot>,
    watched: bool,
    seats: Vec<Seat>,
    steps: u64,
}

#[derive(Debug)]
struct Seat {
    image: u64,
    last_step: u64,
    region: Region,
    resident: Option<Instance>,
}

impl Place {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, slot: Arc::default(), watched: false, seats: Vec::new(), steps: 0 }
    }

    /// Runs one step on `image`: `write` writes its input, `read` sees its output.
    ///
    /// The step is a pure function of the image and the input, and leaves nothing behind. An error is a
    /// fault of ours; the address space in which it happened is thrown away.
    pub fn run<R>(
        &mut self,
        image: &ImageHandle,
        policy: Policy,
        write: impl FnOnce(&mut InputBuffer<'_>),
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, EngineError> {
        if !self.watched {
            self.engine.watch(&self.slot).map_err(EngineError::Memory)?;
            self.watched = true;
        }
        // Out of the list until it is clean again: an error or a panic on the way drops it.
        let mut seat = self.take_seat(image)?;
        let mut input = seat.region.input();
        write(&mut input);
        input.finish(image.bytes())?;

        let mut instance = match seat.resident.take() {
            Some(instance) if policy == Policy::Resident => instance,
            _ => self.engine.instantiate(&seat.region)?,
        };
        let deadline = self.engine.deadline();
        let (mut region, outcome) =
            seat.region.run(&self.slot, deadline, || instance.step()).ok_or(EngineError::Backstop)?;
        if let Err(error) = outcome {
            return Err(fault(&region, &error));
        }
        let answer = read(region.output()?);
        let resident = match policy {
            Policy::Strict => {
                drop(instance);
                region.reset_by_kernel()?;
                None
            }
            Policy::Resident => {
                region.reset_by_hand(instance.take_stack_low())?;
                Some(instance)
            }
        };
        self.seats.push(Seat { region, resident, ..seat });
        Ok(answer)
    }

    /// The seat of this image, or a new one, or the one that was unused for longest.
    fn take_seat(&mut self, image: &ImageHandle) -> Result<Seat, EngineError> {
        self.steps += 1;
        let found = self.seats.iter().rposition(|seat| seat.image == image.id());
        let mut seat = if let Some(index) = found {
            self.seats.swap_remove(index)
        } else {
            let mut seat = if self.seats.len() < self.engine.regions_per_place() {
                Seat { image: 0, last_step: 0, region: self.engine.region()?, resident: None }
            } else {
                let oldest = self.seats.iter().enumerate().min_by_key(|(_, seat)| seat.last_step);
                let index = oldest.map_or(0, |(index, _)| index);
                self.seats.swap_remove(index)
            };
            seat.region.bind(image)?;
            seat.image = image.id();
            seat
        };
        seat.last_step = self.steps;
        Ok(seat)
    }

    #[cfg(test)]
    pub(super) fn regions(&self) -> impl Iterator<Item = &Region> {
        self.seats.iter().map(|seat| &seat.region)
    }
}

/// Why the guest did not return.
fn fault(region: &Region, error: &wasmtime::Error) -> EngineError {
    if let Some(text) = region.panic_text() {
        return EngineError::Panic { text };
    }
    if region.arena_exhausted() {
        return EngineError::ArenaExhausted;
    }
    let message = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => format!("{error:#}"),
    };
    EngineError::Trap { message }
}
