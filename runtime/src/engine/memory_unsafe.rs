//! Gives the wasm engine a region's mapping where it asks for a memory.
#![allow(unsafe_code, reason = "promises the engine a memory of the shape it compiled for")]

use std::cell::RefCell;
use std::sync::Arc;

use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

use super::region::{GUARD_BYTES, Mapping, SPACE_BYTES};

thread_local! {
    /// What the next memory that this thread makes is made of. The engine's callback has no room for it.
    static OFFERED: RefCell<Option<Arc<Mapping>>> = const { RefCell::new(None) };
}

/// Runs `instantiate`, whose instance gets `mapping` as its memory.
pub(super) fn with_memory<T>(mapping: &Arc<Mapping>, instantiate: impl FnOnce() -> T) -> T {
    OFFERED.set(Some(Arc::clone(mapping)));
    let instance = instantiate();
    OFFERED.set(None);
    instance
}

/// The engine's source of memories.
#[derive(Debug)]
pub(super) struct Creator;

// SAFETY: a mapping reserves `SPACE_BYTES` plus `GUARD_BYTES` behind its base for as long as the
// memory holds it, never moves, and is as the guest's build left it when it is offered. Ranges that are
// not readable or writable only turn accesses of compiled code into traps: the guest contains no
// instruction that the engine would carry out in native code.
unsafe impl MemoryCreator for Creator {
    fn new_memory(
        &self,
        _type: MemoryType,
        minimum: usize,
        maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let fits = minimum == SPACE_BYTES
            && maximum == Some(SPACE_BYTES)
            && reserved == Some(SPACE_BYTES)
            && guard <= GUARD_BYTES;
        if !fits {
            return Err("the guest's memory is not the whole address space".to_owned());
        }
        let mapping = OFFERED.take().ok_or("no region was offered for the guest's memory")?;
        Ok(Box::new(Memory(mapping)))
    }
}

#[derive(Debug)]
struct Memory(Arc<Mapping>);

// SAFETY: see `Creator`.
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        SPACE_BYTES
    }

    fn byte_capacity(&self) -> usize {
        SPACE_BYTES
    }

    fn grow_to(&mut self, _bytes: usize) -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("the guest's memory does not grow"))
    }

    fn as_ptr(&self) -> *mut u8 {
        self.0.base()
    }
}
