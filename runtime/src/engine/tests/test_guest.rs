//! A guest that does what its input says, built by hand so that it can do what the real one never should.

use sparring_tree::layout::{ARENA_BASE, Control, INPUT_BASE, STATIC_BASE};
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink, MemArg,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

use crate::engine::guest::Guest;

/// Constants fill two pages, mutable data starts behind them.
pub(super) const MUTABLE_BASE: u32 = STATIC_BASE + 8192;
pub(super) const STATIC_END: u32 = MUTABLE_BASE + 5000;

const FILL: u32 = 1;
const LOAD: u32 = 2;
const PANIC: u32 = 4;
const LOOP: u32 = 8;
const BAD_OUTPUT: u32 = 16;
const EXHAUSTED: u32 = 32;
const SPIN: u32 = 64;

/// What the guest fills memory with.
pub(super) const SECRET: u8 = 0xA5;
/// Where in the output a loaded byte lies.
pub(super) const LOADED: usize = 12;

/// What one step does, in this order; at last it gives its input back as its output.
#[derive(Clone, Copy, Default)]
pub(super) struct Order {
    flags: u32,
    address: u32,
    bytes: u32,
}

impl Order {
    /// Writes the secret to this many bytes from `address` on.
    pub(super) fn fill(address: u32, bytes: u32) -> Self {
        Self { flags: FILL, address, bytes }
    }

    /// Loads one byte.
    pub(super) fn load(address: u32) -> Self {
        Self { flags: LOAD, address, bytes: 0 }
    }

    pub(super) fn then_panic(self) -> Self {
        Self { flags: self.flags | PANIC, ..self }
    }

    pub(super) fn then_loop(self) -> Self {
        Self { flags: self.flags | LOOP, ..self }
    }

    /// A loop that touches no memory.
    pub(super) fn then_spin(self) -> Self {
        Self { flags: self.flags | SPIN, ..self }
    }

    pub(super) fn then_name_a_bad_output(self) -> Self {
        Self { flags: self.flags | BAD_OUTPUT, ..self }
    }

    pub(super) fn then_run_out_of_memory(self) -> Self {
        Self { flags: self.flags | EXHAUSTED, ..self }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            [self.flags, self.address, self.bytes].iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend([0; 8]);
        bytes
    }
}

pub(super) fn build() -> Guest {
    let mut data = vec![0x11; 8192];
    data.extend([0x22; 3000]);
    Guest {
        module: module().into(),
        data: data.into(),
        mutable_base: MUTABLE_BASE,
        static_end: STATIC_END,
        digest: [7; 32],
    }
}

fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("step", ExportKind::Func, 0);
    let mut code = CodeSection::new();
    code.function(&step());
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&whole_space()).section(&exports).section(&code);
    module.finish()
}

/// The memory section of every guest.
pub(super) fn whole_space() -> MemorySection {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1 << 16,
        maximum: Some(1 << 16),
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memories
}

fn step() -> Function {
    const INDEX: u32 = 0;
    let control = |offset: usize| ARENA_BASE + u32::try_from(offset).expect("a small block");
    let arena_high = control(std::mem::offset_of!(Control, arena_high));

    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    when(&mut code, FILL, |code| {
        code.loop_(BlockType::Empty);
        load(code, INPUT_BASE + 4);
        code.local_get(INDEX).i32_add().i32_const(SECRET.into()).i32_store8(at(0));
        code.local_get(INDEX).i32_const(1).i32_add().local_tee(INDEX);
        load(code, INPUT_BASE + 8);
        code.i32_lt_u().br_if(0).end();
        // An honest guest says how far it wrote.
        load(code, INPUT_BASE + 4);
        load(code, INPUT_BASE + 8);
        code.i32_add().local_tee(INDEX);
        load(code, arena_high);
        code.i32_gt_u().if_(BlockType::Empty);
        code.i32_const(0).local_get(INDEX).i32_store(at(arena_high)).end();
    });
    when(&mut code, LOAD, |code| {
        code.i32_const(0);
        load(code, INPUT_BASE + 4);
        code.i32_load8_u(at(0)).i32_store8(at(INPUT_BASE + LOADED as u32));
    });
    when(&mut code, EXHAUSTED, |code| {
        store(code, control(std::mem::offset_of!(Control, arena_exhausted)), 1);
        code.unreachable();
    });
    when(&mut code, PANIC, |code| {
        store(code, control(std::mem::offset_of!(Control, panic_bytes)), 4);
        store(code, control(std::mem::offset_of!(Control, panic_text)), u32::from_le_bytes(*b"boom"));
        code.unreachable();
    });
    when(&mut code, SPIN, |code| {
        code.loop_(BlockType::Empty).br(0).end();
    });
    when(&mut code, LOOP, |code| {
        code.loop_(BlockType::Empty);
        store(code, INPUT_BASE + LOADED as u32, 1);
        code.br(0).end();
    });
    code.i32_const(0);
    load(&mut code, control(std::mem::offset_of!(Control, input_bytes)));
    code.i32_store(at(control(std::mem::offset_of!(Control, output_bytes))));
    store(&mut code, control(std::mem::offset_of!(Control, output_address)), INPUT_BASE);
    when(&mut code, BAD_OUTPUT, |code| {
        store(code, control(std::mem::offset_of!(Control, output_address)), u32::MAX - 3);
    });
    code.end();
    function
}

fn when(code: &mut InstructionSink<'_>, flag: u32, then: impl FnOnce(&mut InstructionSink<'_>)) {
    load(code, INPUT_BASE);
    code.i32_const(flag.cast_signed()).i32_and().if_(BlockType::Empty);
    then(code);
    code.end();
}

fn load(code: &mut InstructionSink<'_>, address: u32) {
    code.i32_const(0).i32_load(at(address));
}

fn store(code: &mut InstructionSink<'_>, address: u32, value: u32) {
    code.i32_const(0).i32_const(value.cast_signed()).i32_store(at(address));
}

fn at(address: u32) -> MemArg {
    MemArg { offset: address.into(), align: 0, memory_index: 0 }
}
