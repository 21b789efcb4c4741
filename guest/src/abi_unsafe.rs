//! The wasm face of the guest: one export, `step`, without arguments or results. Everything goes
//! through the control block, see [`sparring_tree::layout`].
#![allow(unsafe_code, reason = "the host's half of the memory is reached by address")]

use core::fmt::{self, Write};
use core::{ptr, slice};
use std::panic::PanicHookInfo;

use sparring_tree::layout::{ABI_VERSION, ARENA_BASE, Control, IMAGE_BASE, INPUT_BASE};

/// The control block. Its provenance is exposed, like that of everything the host has put into
/// this memory: the compiler must not reason about what these addresses can point to.
fn control() -> *mut Control {
    ptr::with_exposed_provenance_mut(ARENA_BASE as usize)
}

/// Runs one step: reads the input behind the control block, leaves the output's place in it.
#[unsafe(no_mangle)]
extern "C" fn step() {
    // The hook is a static that the host resets with the rest of the guest's data.
    std::panic::set_hook(Box::new(record_panic));
    // SAFETY: the host wrote a control block here before it called.
    let block = unsafe { &*control() };
    assert_eq!(block.abi_version, ABI_VERSION, "the host speaks another version of the guest's interface");
    let image = bytes_at(IMAGE_BASE, block.image_bytes);
    let input = bytes_at(INPUT_BASE, block.input_bytes);
    let output = crate::step(image, input).leak();
    // SAFETY: as above; the guest has one thread.
    let block = unsafe { &mut *control() };
    block.output_address = output.as_ptr().addr() as u32;
    block.output_bytes = output.len() as u32;
}

/// A range that the host maps for the whole step and that nothing in the guest writes to.
fn bytes_at(address: u32, bytes: u32) -> &'static [u8] {
    // SAFETY: the host maps and fills both ranges before it calls, the allocator starts behind the
    // input, the image is read-only, and neither is longer than `isize::MAX`.
    unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(address as usize), bytes as usize) }
}

fn record_panic(info: &PanicHookInfo<'_>) {
    // SAFETY: as in `step`.
    let block = unsafe { &mut *control() };
    // The text is cut when it is full; there is nobody to tell.
    let _cut = write!(PanicText(block), "{info}");
}

struct PanicText<'a>(&'a mut Control);

impl Write for PanicText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let used = self.0.panic_bytes as usize;
        let room = self.0.panic_text.get_mut(used..).ok_or(fmt::Error)?;
        let kept = text.len().min(room.len());
        for (to, from) in room.iter_mut().zip(text.bytes()) {
            *to = from;
        }
        self.0.panic_bytes += kept as u32;
        if kept < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
