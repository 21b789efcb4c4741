//! What all threads share: the compiled guest, its static data and the watchdog.

use std::io;
use std::sync::Arc;

use sparring_tree::layout::STACK_BYTES;
use wasmtime::{Config, Global, InstancePre, Linker, ModuleExport, OptLevel, Store, TypedFunc, Val, WasmFeatures};

use super::guest::Guest;
use super::memory::{Creator, with_memory};
use super::region::{GUARD_BYTES, Region, SPACE_BYTES, Template};
use super::watchdog::{Slot, TICKS, Ticks, Watchdog};
use super::{EngineConfig, EngineError, Place, cache};

/// The compiled guest. Cheap to clone, shared by all threads; make one per process.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    wasm: wasmtime::Engine,
    guest: InstancePre<()>,
    step: ModuleExport,
    stack_low: Option<ModuleExport>,
    template: Arc<Template>,
    watchdog: Watchdog,
    regions_per_place: usize,
}

/// An instance of the guest.
pub(super) struct Instance {
    store: Store<()>,
    step: TypedFunc<(), ()>,
    /// The lowest address that the guest's stack has reached since the host set it back; the
    /// build adds it to the guest. A guest without one has its whole stack wiped.
    stack_low: Option<Global>,
}

impl Engine {
    /// Compiles the guest that this crate was built with, or loads it from the cache folder.
    pub fn new(config: &EngineConfig) -> Result<Self, EngineError> {
        Self::with_guest(config, &Guest::embedded())
    }

    pub(super) fn with_guest(config: &EngineConfig, guest: &Guest) -> Result<Self, EngineError> {
        let wasm = wasmtime::Engine::new(wasm_config().epoch_interruption(config.checked_loops))?;
        let module = cache::load(&wasm, guest, config.cache_folder.as_deref())?;
        let step = module
            .get_export_index("step")
            .ok_or_else(|| EngineError::Engine("the guest exports no step".to_owned()))?;
        let stack_low = module.get_export_index("stack_low");
        // An empty linker: a guest that imports anything is refused here.
        let guest_pre = Linker::new(&wasm).instantiate_pre(&module)?;
        let checked = config.checked_loops.then(|| wasm.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                wasm,
                guest: guest_pre,
                step,
                stack_low,
                template: Arc::new(Template::new(guest)?),
                watchdog: Watchdog::new(config.step_deadline, checked),
                regions_per_place: config.regions_per_place.max(1),
            }),
        })
    }

    /// A place to step in, for one thread at a time.
    pub fn place(&self) -> Place {
        Place::new(self.clone())
    }

    pub(super) fn regions_per_place(&self) -> usize {
        self.inner.regions_per_place
    }

    pub(super) fn watch(&self, slot: &Arc<Slot>) -> io::Result<()> {
        self.inner.watchdog.watch(slot)
    }

    pub(super) fn deadline(&self) -> Ticks {
        self.inner.watchdog.deadline()
    }

    pub(super) fn region(&self) -> Result<Region, EngineError> {
        Region::new(&self.inner.template)
    }

    #[cfg(test)]
    pub(super) fn module(&self) -> &wasmtime::Module {
        self.inner.guest.module()
    }

    /// A new instance whose memory is `region`'s.
    pub(super) fn instantiate(&self, region: &Region) -> Result<Instance, EngineError> {
        let mut store = Store::new(&self.inner.wasm, ());
        let instance = with_memory(region.mapping(), || self.inner.guest.instantiate(&mut store))?;
        let step = instance
            .get_module_export(&mut store, &self.inner.step)
            .and_then(wasmtime::Extern::into_func)
            .ok_or_else(|| EngineError::Engine("the guest's step is no function".to_owned()))?
            .typed(&store)?;
        let export = self.inner.stack_low.as_ref();
        let stack_low = export.and_then(|export| instance.get_module_export(&mut store, export)?.into_global());
        Ok(Instance { store, step, stack_low })
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Instance {
    /// Runs the guest's only function.
    pub(super) fn step(&mut self) -> wasmtime::Result<()> {
        // The first tick may come at once.
        self.store.set_epoch_deadline(TICKS + 1);
        self.step.call(&mut self.store, ())
    }

    /// The lowest address of the stack that was in use since the last call.
    pub(super) fn take_stack_low(&mut self) -> u32 {
        let Some(global) = self.stack_low else { return 0 };
        let low = global.get(&mut self.store).i32().map_or(0, i32::cast_unsigned);
        match global.set(&mut self.store, Val::I32(STACK_BYTES.cast_signed())) {
            Ok(()) => low.min(STACK_BYTES),
            Err(_) => 0,
        }
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Instance").finish_non_exhaustive()
    }
}

/// What the guest's instructions may be, and how they become machine code.
pub(super) fn wasm_config() -> Config {
    let used = WasmFeatures::FLOATS
        | WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SIMD;
    let mut config = Config::new();
    config
        // Bulk memory above all: the engine copies in native code, where a fault ends the process.
        .wasm_features(WasmFeatures::all().difference(used), false)
        .concurrency_support(false)
        .gc_support(false)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .memory_reservation(SPACE_BYTES as u64)
        .memory_guard_size(GUARD_BYTES as u64)
        .memory_may_move(false)
        .memory_init_cow(false)
        .with_host_memory(Arc::new(Creator));
    config
}
