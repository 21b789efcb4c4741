//! `memory.copy` and `memory.fill` as plain functions.
//!
//! The engine carries these two instructions out in native code, where a fault is not a trap but the
//! end of the process. The guest's memory has read-only and unmapped ranges, so a stray copy must
//! trap: every copy and fill of the guest is a call to one of these.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

/// The parameters of both: destination, source or value, length. There are no results.
pub(crate) const PARAMETERS: [ValType; 3] = [ValType::I32; 3];

const TO: u32 = 0;
const FROM: u32 = 1;
const LEFT: u32 = 2;

/// Copies `LEFT` bytes; the ranges may overlap.
pub(crate) fn copy() -> Function {
    let mut function = Function::new([(4, ValType::V128)]);
    let mut code = function.instructions();
    // Forwards is right unless the destination starts inside the source.
    code.local_get(TO).local_get(FROM).i32_sub().local_get(LEFT).i32_lt_u();
    code.if_(BlockType::Empty);
    move_to_end(&mut code, TO);
    move_to_end(&mut code, FROM);
    for bytes in [64, 16] {
        repeat(&mut code, bytes, |code| {
            back(code, TO, bytes);
            back(code, FROM, bytes);
            vectors(code, bytes);
        });
    }
    for bytes in [8, 4, 2, 1] {
        once(&mut code, bytes, |code| {
            back(code, TO, bytes);
            back(code, FROM, bytes);
            scalar(code, bytes);
        });
    }
    code.else_();
    for bytes in [64, 16] {
        repeat(&mut code, bytes, |code| {
            vectors(code, bytes);
            forth(code, TO, bytes);
            forth(code, FROM, bytes);
        });
    }
    for bytes in [8, 4, 2, 1] {
        once(&mut code, bytes, |code| {
            scalar(code, bytes);
            forth(code, TO, bytes);
            forth(code, FROM, bytes);
        });
    }
    code.end().end();
    function
}

/// Sets `LEFT` bytes to the low byte of `FROM`.
pub(crate) fn fill() -> Function {
    const VECTOR: u32 = 3;
    const WORD: u32 = 4;
    let mut function = Function::new([(1, ValType::V128), (1, ValType::I64)]);
    let mut code = function.instructions();
    code.local_get(FROM).i8x16_splat().local_tee(VECTOR).i64x2_extract_lane(0).local_set(WORD);
    for bytes in [64, 16] {
        repeat(&mut code, bytes, |code| {
            for at in (0..bytes).step_by(16) {
                code.local_get(TO).local_get(VECTOR).v128_store(place(at));
            }
            forth(code, TO, bytes);
        });
    }
    for bytes in [8, 4, 2, 1] {
        once(&mut code, bytes, |code| {
            code.local_get(TO).local_get(WORD);
            store(code, bytes);
            forth(code, TO, bytes);
        });
    }
    code.end();
    function
}

/// `while left >= bytes { body; left -= bytes }`
fn repeat(code: &mut InstructionSink<'_>, bytes: i32, body: impl FnOnce(&mut InstructionSink<'_>)) {
    code.block(BlockType::Empty).loop_(BlockType::Empty);
    code.local_get(LEFT).i32_const(bytes).i32_lt_u().br_if(1);
    body(code);
    back(code, LEFT, bytes);
    code.br(0).end().end();
}

/// `if left & bytes != 0 { body }`, for what [`repeat`] left over.
fn once(code: &mut InstructionSink<'_>, bytes: i32, body: impl FnOnce(&mut InstructionSink<'_>)) {
    code.local_get(LEFT).i32_const(bytes).i32_and().if_(BlockType::Empty);
    body(code);
    code.end();
}

/// All loads come before the first store, since the ranges may overlap.
fn vectors(code: &mut InstructionSink<'_>, bytes: i32) {
    const VECTOR: u32 = 3;
    for (local, at) in (VECTOR..).zip((0..bytes).step_by(16)) {
        code.local_get(FROM).v128_load(place(at)).local_set(local);
    }
    for (local, at) in (VECTOR..).zip((0..bytes).step_by(16)) {
        code.local_get(TO).local_get(local).v128_store(place(at));
    }
}

fn scalar(code: &mut InstructionSink<'_>, bytes: i32) {
    code.local_get(TO).local_get(FROM);
    match bytes {
        8 => code.i64_load(place(0)),
        4 => code.i64_load32_u(place(0)),
        2 => code.i64_load16_u(place(0)),
        _ => code.i64_load8_u(place(0)),
    };
    store(code, bytes);
}

fn store(code: &mut InstructionSink<'_>, bytes: i32) {
    match bytes {
        8 => code.i64_store(place(0)),
        4 => code.i64_store32(place(0)),
        2 => code.i64_store16(place(0)),
        _ => code.i64_store8(place(0)),
    };
}

fn forth(code: &mut InstructionSink<'_>, local: u32, bytes: i32) {
    code.local_get(local).i32_const(bytes).i32_add().local_set(local);
}

fn back(code: &mut InstructionSink<'_>, local: u32, bytes: i32) {
    code.local_get(local).i32_const(bytes).i32_sub().local_set(local);
}

fn move_to_end(code: &mut InstructionSink<'_>, local: u32) {
    code.local_get(local).local_get(LEFT).i32_add().local_set(local);
}

fn place(offset: i32) -> MemArg {
    MemArg { offset: offset.unsigned_abs().into(), align: 0, memory_index: 0 }
}
