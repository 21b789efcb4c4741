//! Where everything lies in the guest's 32-bit address space, and the control block through
//! which host and guest talk.
//!
//! ```text
//! 0          1 MiB                      16 MiB                   512 MiB           4 GiB
//! | stack <- | rodata | data | bss | -- | control | input | arena | image (read-only) | -- |
//! ```
//!
//! What is not named above is unmapped: a stray access is a trap. The stack lies lowest and
//! grows down, so its overflow wraps to the unmapped top. All bookkeeping of the allocator lies in
//! the control block, so that nothing in bss has to outlive a step and the host can read the
//! high-water mark and the text of a panic after a trap.

/// Bytes of the guest's stack of values that have an address. The native stack that compiled code
/// runs on is another one and has its own limit.
pub const STACK_BYTES: u32 = 1 << 20;

/// Where the guest's static data may start: directly above the stack.
pub const STATIC_BASE: u32 = STACK_BYTES;

/// Where the control block lies. The guest's static data must end below.
pub const ARENA_BASE: u32 = 16 << 20;

/// Bytes of the control block, at [`ARENA_BASE`].
pub const CONTROL_BYTES: u32 = 1 << 10;

/// Where the call's input starts; the allocator's memory starts behind it.
pub const INPUT_BASE: u32 = ARENA_BASE + CONTROL_BYTES;

/// Where the image is mapped, read-only; also the end of the arena.
pub const IMAGE_BASE: u32 = 512 << 20;

/// The longest image in bytes: 2 GiB less one 64 KiB page, since no slice of a 32-bit program may
/// be longer than `isize::MAX`. A longer one is refused when it is opened.
pub const MAX_IMAGE_BYTES: u32 = (2 << 30) - (64 << 10);

/// The longest input of a step in bytes: a quarter of the arena. A longer one is refused.
pub const MAX_INPUT_BYTES: u32 = 120 << 20;

/// Raised whenever the meaning of [`Control`] or of the addresses here changes.
pub const ABI_VERSION: u32 = 2;

/// Bytes kept of a panic's text; the rest is cut.
pub const PANIC_BYTES: usize = 768;

/// Free lists of the allocator: one per power of two from 16 bytes on.
pub const SIZE_CLASSES: usize = 28;

/// Every allocation starts at a multiple of this.
pub const ARENA_ALIGN: u32 = 16;

/// The control block. The host writes the first five fields before a step, with everything else zero,
/// and reads the others after it.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct Control {
    /// [`ABI_VERSION`] of the host.
    pub abi_version: u32,
    /// Bytes of the image at [`IMAGE_BASE`].
    pub image_bytes: u32,
    /// Bytes of the input at [`INPUT_BASE`].
    pub input_bytes: u32,
    /// The next address that was never given out, or was given back: the bump pointer.
    pub arena_next: u32,
    /// One past the highest address ever given out in this step. Everything from here to
    /// [`IMAGE_BASE`] is still zero.
    pub arena_high: u32,
    /// Address of the step's output.
    pub output_address: u32,
    /// Bytes of the step's output.
    pub output_bytes: u32,
    /// 1 once an allocation was refused because the arena was full.
    pub arena_exhausted: u32,
    /// Heads of the free lists, 0 where empty.
    pub free_lists: [u32; SIZE_CLASSES],
    /// Bytes of `panic_text` that are in use.
    pub panic_bytes: u32,
    /// Message and place of a panic, UTF-8 but for a cut at the end.
    pub panic_text: [u8; PANIC_BYTES],
    /// Zero.
    pub reserved: [u8; CONTROL_BYTES as usize - PANIC_BYTES - 4 * (9 + SIZE_CLASSES)],
}

impl Control {
    /// The block as the host writes it before a step.
    pub const fn new(image_bytes: u32, input_bytes: u32) -> Self {
        let start = (INPUT_BASE + input_bytes).next_multiple_of(ARENA_ALIGN);
        Self {
            abi_version: ABI_VERSION,
            image_bytes,
            input_bytes,
            arena_next: start,
            arena_high: start,
            output_address: 0,
            output_bytes: 0,
            arena_exhausted: 0,
            free_lists: [0; SIZE_CLASSES],
            panic_bytes: 0,
            panic_text: [0; PANIC_BYTES],
            reserved: [0; CONTROL_BYTES as usize - PANIC_BYTES - 4 * (9 + SIZE_CLASSES)],
        }
    }
}

const _: () = assert!(size_of::<Control>() == CONTROL_BYTES as usize);
const _: () = assert!(INPUT_BASE + MAX_INPUT_BYTES < IMAGE_BASE);
const _: () = assert!(IMAGE_BASE.checked_add(MAX_IMAGE_BYTES).is_some());
