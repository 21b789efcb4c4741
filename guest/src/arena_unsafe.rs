//! The step's arena: the allocator of the wasm guest, whose whole bookkeeping lies in the control
//! block so that the host can reset it without asking the guest.
//!
//! Small blocks (up to 64 KiB) are rounded to powers of two and kept on free lists; larger ones are
//! rounded to 4 KiB, and a freed one is split when it is used again. The block that was given out
//! last grows and shrinks in place, which is what a growing `Vec` wants. Memory is never
//! requested from the engine and never moves; a full arena answers with null. Nothing is
//! coalesced: a step is short and its arena is forgotten as a whole.
#![allow(unsafe_code, reason = "an allocator hands out raw memory")]
#![cfg_attr(
    not(any(target_arch = "wasm32", test)),
    allow(dead_code, reason = "only the wasm guest allocates from an arena")
)]

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

use sparring_tree::layout::{ARENA_ALIGN, Control, SIZE_CLASSES};

/// Bytes of the arena that are in use, by the allocator's own measure: the same on every machine.
/// Natively there is no arena and the answer is 0.
pub fn used() -> u64 {
    #[cfg(target_arch = "wasm32")]
    {
        let control = guest::ARENA.control();
        u64::from(control.arena_next - sparring_tree::layout::ARENA_BASE)
    }
    #[cfg(not(target_arch = "wasm32"))]
    0
}

#[cfg(target_arch = "wasm32")]
mod guest {
    use super::Arena;
    use sparring_tree::layout::{ARENA_BASE, IMAGE_BASE};

    #[global_allocator]
    pub(super) static ARENA: Arena = Arena { control: ARENA_BASE as usize, origin: 0, end: IMAGE_BASE };
}

/// Blocks up to this size are powers of two.
const SMALL_BYTES: u32 = 64 << 10;
/// Larger blocks are multiples of this.
const LARGE_GRAIN: u32 = 4 << 10;
/// The smallest block, which must hold a [`Free`].
const SMALLEST: u32 = 16;

/// What a freed block holds.
#[repr(C)]
struct Free {
    next: u32,
    bytes: u32,
}

/// An allocator over the addresses from the control block's bump pointer to `end`. Addresses are
/// offsets from `origin`, which is 0 in the guest and a buffer in tests.
///
/// Both are numbers, made pointers with exposed provenance: the compiler takes a pointer that is
/// computed from null to point to nothing, and drops what is stored through it.
#[derive(Debug)]
struct Arena {
    control: usize,
    origin: usize,
    end: u32,
}

impl Arena {
    /// Bytes of the block that serves `bytes`, or `None` when no arena could hold it.
    fn block_bytes(bytes: usize) -> Option<u32> {
        let bytes = u32::try_from(bytes).ok()?.max(SMALLEST);
        if bytes <= SMALL_BYTES { Some(bytes.next_power_of_two()) } else { bytes.checked_next_multiple_of(LARGE_GRAIN) }
    }

    fn pointer(&self, address: u32) -> *mut u8 {
        ptr::with_exposed_provenance_mut(self.origin.wrapping_add(address as usize))
    }

    fn address(&self, pointer: *mut u8) -> u32 {
        pointer.expose_provenance().wrapping_sub(self.origin) as u32
    }

    #[expect(clippy::mut_from_ref, reason = "one thread, and no caller keeps the reference across a call")]
    fn control(&self) -> &mut Control {
        // SAFETY: `control` is valid for the arena's life, and the references that this file takes
        // to it never overlap.
        unsafe { &mut *ptr::with_exposed_provenance_mut::<Control>(self.control) }
    }

    /// Moves the bump pointer up to `next`; false when the arena ends before it.
    fn advance(&self, next: Option<u32>) -> bool {
        let control = self.control();
        match next.filter(|next| *next <= self.end) {
            Some(next) => {
                control.arena_next = next;
                control.arena_high = control.arena_high.max(next);
                true
            }
            None => {
                control.arena_exhausted = 1;
                false
            }
        }
    }

    fn bump(&self, bytes: u32, align: u32) -> Option<u32> {
        let next = self.control().arena_next;
        let start = next.checked_next_multiple_of(align.max(ARENA_ALIGN))?;
        self.advance(start.checked_add(bytes)).then_some(start)
    }

    /// Takes a block from the free lists. Only the heads are looked at: of the block's own class, which
    /// may be too short when the block is large, and of the two classes above a large one.
    fn reuse(&self, bytes: u32) -> Option<u32> {
        let class = class_below(bytes);
        let classes = if bytes <= SMALL_BYTES { 1 } else { 3 };
        let (address, found) = (class..class + classes).find_map(|class| self.pop(class, bytes))?;
        if found - bytes > SMALL_BYTES {
            self.push(address + bytes, found - bytes);
        }
        Some(address)
    }

    /// The first block of a class, if it is at least `least` bytes long.
    fn pop(&self, class: usize, least: u32) -> Option<(u32, u32)> {
        let head = self.control().free_lists.get_mut(class).filter(|head| **head != 0)?;
        let address = *head;
        // SAFETY: an address on a free list is a freed block of at least `SMALLEST` bytes, aligned
        // to 16, in which `push` wrote this.
        let free = unsafe { self.pointer(address).cast::<Free>().read() };
        if free.bytes < least {
            return None;
        }
        *head = free.next;
        Some((address, free.bytes))
    }

    fn push(&self, address: u32, bytes: u32) {
        let Some(head) = self.control().free_lists.get_mut(class_below(bytes)) else {
            return;
        };
        let free = Free { next: *head, bytes };
        *head = address;
        // SAFETY: the block was given out by this arena, is aligned to 16, at least `SMALLEST`
        // bytes long, and its owner gave it back.
        unsafe { self.pointer(address).cast::<Free>().write(free) };
    }

    fn take(&self, layout: Layout) -> Option<u32> {
        let bytes = Self::block_bytes(layout.size())?;
        let align = u32::try_from(layout.align()).ok()?;
        if align <= ARENA_ALIGN
            && let Some(address) = self.reuse(bytes)
        {
            return Some(address);
        }
        self.bump(bytes, align)
    }
}

/// The class of the largest power of two that is not above `bytes`.
fn class_below(bytes: u32) -> usize {
    (bytes.ilog2() - SMALLEST.ilog2()) as usize
}

const _: () = assert!((u32::MAX.ilog2() - SMALLEST.ilog2()) as usize <= SIZE_CLASSES);

// SAFETY: blocks come from the bump pointer or from a free list, so no two live ones overlap; they
// are aligned to 16 or, from the bump pointer, to what was asked for; sizes are rounded the same way
// on every path, so a block's extent follows from its layout.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.take(layout).map_or(ptr::null_mut(), |address| self.pointer(address))
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let untouched = self.control().arena_high;
        let Some(address) = self.take(layout) else {
            return ptr::null_mut();
        };
        let pointer = self.pointer(address);
        // Above the high-water mark the host left zeros.
        let dirty = (untouched.saturating_sub(address) as usize).min(layout.size());
        // SAFETY: `dirty` is at most the size of the block that was just taken.
        unsafe { ptr::write_bytes(pointer, 0, dirty) };
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let Some(bytes) = Self::block_bytes(layout.size()) else {
            return;
        };
        let address = self.address(pointer);
        let control = self.control();
        if address + bytes == control.arena_next {
            control.arena_next = address;
        } else {
            self.push(address, bytes);
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let (Some(old), Some(new)) = (Self::block_bytes(layout.size()), Self::block_bytes(new_size)) else {
            return ptr::null_mut();
        };
        if old == new {
            return pointer;
        }
        let address = self.address(pointer);
        if address + old == self.control().arena_next {
            let grown = self.advance(address.checked_add(new));
            return if grown { pointer } else { ptr::null_mut() };
        }
        // SAFETY: the caller promises that `new_size` is not zero and does not overflow when
        // rounded up to the alignment, which it shares with `layout`.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: `new_layout` is not of size zero, by the caller's promise.
        let moved = unsafe { self.alloc(new_layout) };
        if !moved.is_null() {
            // SAFETY: both blocks are live, do not overlap, and hold at least this many bytes.
            unsafe { ptr::copy_nonoverlapping(pointer, moved, layout.size().min(new_size)) };
            // SAFETY: the caller gave the old block up, with this layout.
            unsafe { self.dealloc(pointer, layout) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sparring_tree::layout::{ARENA_BASE, INPUT_BASE};

    const ROOM: u32 = 8 << 20;

    /// An arena whose address `ARENA_BASE` is the start of `memory`.
    fn with_arena(check: impl FnOnce(&Arena)) {
        // 16-aligned, as the guest's memory is.
        let mut memory = vec![0_u128; (ROOM / 16) as usize];
        let start = memory.as_mut_ptr().cast::<u8>();
        let control = start.cast::<Control>();
        // SAFETY: `memory` is larger than a control block and aligned to 16.
        unsafe { control.write(Control::new(0, 5)) };
        let origin = start.expose_provenance().wrapping_sub(ARENA_BASE as usize);
        let arena = Arena { control: control.expose_provenance(), origin, end: ARENA_BASE + ROOM };
        check(&arena);
        drop(memory);
    }

    fn layout(bytes: usize, align: usize) -> Layout {
        Layout::from_size_align(bytes, align).expect("a valid layout")
    }

    fn alloc(arena: &Arena, bytes: usize) -> *mut u8 {
        // SAFETY: the tests ask for at least one byte.
        unsafe { arena.alloc(layout(bytes, 8)) }
    }

    fn free(arena: &Arena, pointer: *mut u8, bytes: usize) {
        // SAFETY: the tests free what `alloc` gave them, once.
        unsafe { arena.dealloc(pointer, layout(bytes, 8)) };
    }

    #[test]
    fn blocks_start_behind_the_input_and_do_not_overlap() {
        with_arena(|arena| {
            let first = alloc(arena, 10);
            let second = alloc(arena, 17);
            assert_eq!(arena.address(first), INPUT_BASE + 16);
            assert_eq!(arena.address(second), INPUT_BASE + 32);
        });
    }

    #[test]
    fn a_freed_block_serves_its_size_class() {
        with_arena(|arena| {
            let first = alloc(arena, 100);
            let fence = alloc(arena, 1);
            free(arena, first, 100);
            assert_eq!(alloc(arena, 65), first);
            assert_ne!(alloc(arena, 65), fence);
        });
    }

    #[test]
    fn a_large_freed_block_is_split() {
        with_arena(|arena| {
            let large = alloc(arena, 1 << 20);
            alloc(arena, 1);
            free(arena, large, 1 << 20);
            assert_eq!(alloc(arena, 300_000), large);
            let rest = alloc(arena, 262_144);
            assert_eq!(arena.address(rest), arena.address(large) + 303_104);
        });
    }

    #[test]
    fn the_last_block_grows_in_place_and_gives_its_room_back() {
        with_arena(|arena| {
            let before = arena.control().arena_next;
            let block = alloc(arena, 100);
            // SAFETY: `block` was given out with this layout.
            let grown = unsafe { arena.realloc(block, layout(100, 8), 100_000) };
            assert_eq!(grown, block);
            free(arena, grown, 100_000);
            assert_eq!(arena.control().arena_next, before);
            assert!(arena.control().arena_high > before + 100_000 - 1);
        });
    }

    #[test]
    fn a_block_that_cannot_grow_in_place_keeps_its_bytes() {
        with_arena(|arena| {
            let block = alloc(arena, 16);
            alloc(arena, 16);
            // SAFETY: `block` holds 16 bytes.
            unsafe { block.write_bytes(7, 16) };
            // SAFETY: `block` was given out with this layout.
            let moved = unsafe { arena.realloc(block, layout(16, 8), 64) };
            assert_ne!(moved, block);
            // SAFETY: `moved` holds 64 bytes, of which 16 were copied.
            assert_eq!(unsafe { core::slice::from_raw_parts(moved, 16) }, [7; 16]);
        });
    }

    #[test]
    fn zeroed_blocks_are_zero_when_they_are_used_again() {
        with_arena(|arena| {
            let block = alloc(arena, 64);
            // SAFETY: `block` holds 64 bytes.
            unsafe { block.write_bytes(7, 64) };
            free(arena, block, 64);
            // SAFETY: the layout is not of size zero.
            let again = unsafe { arena.alloc_zeroed(layout(200, 8)) };
            assert_eq!(again, block);
            // SAFETY: `again` holds 200 bytes, all initialised.
            assert_eq!(unsafe { core::slice::from_raw_parts(again, 200) }, [0; 200]);
        });
    }

    #[test]
    fn large_alignments_are_kept() {
        with_arena(|arena| {
            alloc(arena, 16);
            // SAFETY: the layout is not of size zero.
            let block = unsafe { arena.alloc(layout(64, 4096)) };
            assert_eq!(arena.address(block) % 4096, 0);
        });
    }

    #[test]
    fn a_full_arena_answers_null_and_says_so() {
        with_arena(|arena| {
            assert!(alloc(arena, ROOM as usize).is_null());
            assert_eq!(arena.control().arena_exhausted, 1);
            assert!(!alloc(arena, 1000).is_null());
        });
    }
}
