//! The functions that stand in for bulk memory instructions do what those do.

use proptest::prelude::{Just, Strategy, any};
use proptest::proptest;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, FunctionSection, MemorySection, MemoryType, Module, TypeSection,
};
use wasmtime::{Engine, Instance, Memory, Store, TypedFunc};

#[path = "../../../build/bulk.rs"]
mod replaced;

const MEMORY: usize = 64 << 10;

struct Bulk {
    store: Store<()>,
    memory: Memory,
    copy: TypedFunc<(u32, u32, u32), ()>,
    fill: TypedFunc<(u32, u32, u32), ()>,
}

impl Bulk {
    fn new() -> Self {
        let mut types = TypeSection::new();
        types.ty().function(replaced::PARAMETERS, []);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: Some(1),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("copy", ExportKind::Func, 0).export("fill", ExportKind::Func, 1).export(
            "memory",
            ExportKind::Memory,
            0,
        );
        let mut code = CodeSection::new();
        code.function(&replaced::copy()).function(&replaced::fill());
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
        let engine = Engine::default();
        let module = wasmtime::Module::new(&engine, module.finish()).expect("a valid module");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
        Self {
            memory: instance.get_memory(&mut store, "memory").expect("exported"),
            copy: instance.get_typed_func(&mut store, "copy").expect("exported"),
            fill: instance.get_typed_func(&mut store, "fill").expect("exported"),
            store,
        }
    }

    fn set(&mut self) -> Vec<u8> {
        let pattern: Vec<u8> = (0..MEMORY).map(|at| (at * 31 % 251) as u8).collect();
        self.memory.data_mut(&mut self.store).copy_from_slice(&pattern);
        pattern
    }
}

/// A start and a length, mostly short, and the start of another range near or far.
fn ranges() -> impl Strategy<Value = (usize, usize, usize)> {
    (0_usize..400, 0_usize..600).prop_flat_map(|(from, bytes)| (Just(from), 0_usize..1000, Just(bytes)))
}

proptest! {
    #[test]
    fn copies_like_the_instruction((from, to, bytes) in ranges()) {
        let mut bulk = Bulk::new();
        let mut expected = bulk.set();
        expected.copy_within(from..from + bytes, to);
        bulk.copy.call(&mut bulk.store, (to as u32, from as u32, bytes as u32)).expect("in bounds");
        assert!(bulk.memory.data(&bulk.store) == expected);
    }

    #[test]
    fn fills_like_the_instruction((_, to, bytes) in ranges(), value in any::<u32>()) {
        let mut bulk = Bulk::new();
        let mut expected = bulk.set();
        expected[to..to + bytes].fill(value as u8);
        bulk.fill.call(&mut bulk.store, (to as u32, value, bytes as u32)).expect("in bounds");
        assert!(bulk.memory.data(&bulk.store) == expected);
    }
}
