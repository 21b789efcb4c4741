//! Where one thread steps.

use std::sync::Arc;

use wasmtime::Trap;

use super::region::{InputBuffer, Region, WIPED_TOGETHER};
use super::shared::Instance;
use super::watchdog::Slot;
use super::{Engine, EngineError, ImageHandle, Policy};

/// A strict step that used more of its arena than this is wiped at once; smaller ones wait for each other.
const KEPT_DIRTY_BYTES: usize = 1 << 20;

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
    /// Holds what a strict step left. No step runs here before the kernel has wiped it.
    is_dirty: bool,
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
        let (resident, is_dirty) = match policy {
            Policy::Strict => {
                drop(instance);
                (None, true)
            }
            Policy::Resident => {
                region.reset_by_hand(instance.take_stack_low())?;
                (Some(instance), false)
            }
        };
        let is_large = is_dirty && region.arena_used() > KEPT_DIRTY_BYTES;
        self.seats.push(Seat { region, resident, is_dirty, ..seat });
        if is_large || self.seats.iter().filter(|seat| seat.is_dirty).count() >= WIPED_TOGETHER {
            self.wipe()?;
        }
        Ok(answer)
    }

    /// Resets all regions that strict steps ran in. One system call does so for several: it interrupts every
    /// thread of the process, which costs more than the step itself as soon as two threads step.
    fn wipe(&mut self) -> Result<(), EngineError> {
        // Out of the list until they are clean: an error drops them.
        let (mut dirty, clean): (Vec<Seat>, Vec<Seat>) = self.seats.drain(..).partition(|seat| seat.is_dirty);
        self.seats = clean;
        Region::reset_by_kernel(dirty.iter_mut().map(|seat| &mut seat.region))?;
        dirty.iter_mut().for_each(|seat| seat.is_dirty = false);
        self.seats.append(&mut dirty);
        Ok(())
    }

    /// A clean seat of this image, or a new one, or the one that was unused for longest.
    fn take_seat(&mut self, image: &ImageHandle) -> Result<Seat, EngineError> {
        self.steps += 1;
        if let Some(seat) = self.take_clean(|seat| seat.image == image.id()) {
            return Ok(seat);
        }
        let of_image = self.seats.iter().filter(|seat| seat.image == image.id()).count();
        let has_room = self.seats.len() < self.engine.regions_per_place();
        if of_image > 0 && (of_image >= WIPED_TOGETHER || !has_room) {
            self.wipe()?;
            if let Some(seat) = self.take_clean(|seat| seat.image == image.id()) {
                return Ok(seat);
            }
        }
        let unused = if has_room { None } else { self.take_unused()? };
        let mut seat = match unused {
            Some(seat) => seat,
            None => {
                let region = self.engine.region()?;
                Seat { image: 0, last_step: 0, region, resident: None, is_dirty: false }
            }
        };
        seat.region.bind(image)?;
        seat.image = image.id();
        seat.last_step = self.steps;
        Ok(seat)
    }

    /// The seat that was unused for longest, clean.
    fn take_unused(&mut self) -> Result<Option<Seat>, EngineError> {
        let Some(oldest) = self.seats.iter().min_by_key(|seat| seat.last_step) else { return Ok(None) };
        let last_step = oldest.last_step;
        if oldest.is_dirty {
            self.wipe()?;
        }
        Ok(self.take_clean(|seat| seat.last_step == last_step))
    }

    fn take_clean(&mut self, wanted: impl Fn(&Seat) -> bool) -> Option<Seat> {
        let index = self.seats.iter().rposition(|seat| !seat.is_dirty && wanted(seat))?;
        let mut seat = self.seats.swap_remove(index);
        seat.last_step = self.steps;
        Some(seat)
    }

    /// The regions that a step could run in next.
    #[cfg(test)]
    pub(super) fn regions(&mut self) -> Result<impl Iterator<Item = &Region>, EngineError> {
        self.wipe()?;
        Ok(self.seats.iter().map(|seat| &seat.region))
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
    if error.downcast_ref() == Some(&Trap::Interrupt) {
        return EngineError::Backstop;
    }
    let message = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => format!("{error:#}"),
    };
    EngineError::Trap { message }
}
