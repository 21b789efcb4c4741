//! One guest address space in host memory: reserved as a whole, mapped in parts, reset between steps.
//!
//! A [`Region`] is idle and owned by one place. While a step runs, the region is inside
//! [`Region::run`], where the watchdog may take its memory away; it comes out only if that did not
//! happen. So the holder of a `Region` may always touch its memory.
#![allow(unsafe_code, reason = "maps memory and reads what the guest left in it")]

use std::io;
use std::os::fd::OwnedFd;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags};
use rustix::mm::{madvise, mmap, mmap_anonymous, mprotect, munmap};
use sparring_tree::layout::{
    ABI_VERSION, ARENA_BASE, Control, IMAGE_BASE, INPUT_BASE, MAX_INPUT_BYTES, STACK_BYTES, STATIC_BASE,
};

use super::guest::Guest;
use super::watchdog::{Slot, Ticks};
use super::wipe::{self, Range};
use super::{EngineError, ImageHandle};

/// All that a 32-bit address can reach.
pub(super) const SPACE_BYTES: usize = 1 << 32;
/// Unmapped addresses behind the space: compiled code leaves out the check of an access whose constant
/// offset is below this.
pub(super) const GUARD_BYTES: usize = 32 << 20;
/// Unmapped addresses before the space, in case that compiled code should ever extend a sign.
const GUARD_BEFORE_BYTES: usize = 2 << 30;
const RESERVED_BYTES: usize = GUARD_BEFORE_BYTES + SPACE_BYTES + GUARD_BYTES;

/// Regions that one system call can reset: it takes 2 GiB less a page, and most of that is address space
/// which no step has touched.
pub(super) const WIPED_TOGETHER: usize =
    0x7fff_f000 / (STACK_BYTES as usize + STATIC_MUTABLE_BYTES + (IMAGE_BASE - ARENA_BASE) as usize);
/// The most static data that a guest may write to.
const STATIC_MUTABLE_BYTES: usize = 64 << 10;

/// Up to here a resident step's arena is wiped by hand; what lies above goes back to the kernel.
const WIPED_BYTES: usize = 1 << 20;

const PAGE_BYTES: usize = 4096;

/// The guest's static data as a file to map, made once per engine.
#[derive(Debug)]
pub(super) struct Template {
    file: OwnedFd,
    /// The pages of the address space that may be written to, from `mutable_start` on.
    mutable: Box<[u8]>,
    mutable_start: usize,
}

impl Template {
    pub(super) fn new(guest: &Guest) -> Result<Self, EngineError> {
        let start = STATIC_BASE as usize;
        let end = (guest.static_end as usize).next_multiple_of(PAGE_BYTES);
        let mut pages = guest.data.to_vec();
        pages.resize(end - start, 0);
        let file = memfd_create("sparring-guest", MemfdFlags::CLOEXEC)?;
        let mut rest = pages.as_slice();
        while !rest.is_empty() {
            let written = rustix::io::write(&file, rest)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        let mutable_start = guest.mutable_base as usize / PAGE_BYTES * PAGE_BYTES;
        let mutable = pages.split_off(mutable_start - start).into_boxed_slice();
        if mutable.len() > STATIC_MUTABLE_BYTES {
            let message = format!("the guest has {} bytes of mutable static data", mutable.len());
            return Err(EngineError::Engine(message));
        }
        Ok(Self { file, mutable, mutable_start })
    }
}

/// The reservation, shared by a region, the engine's view of its memory and a running step's slot.
#[derive(Debug)]
pub(super) struct Mapping {
    reserved: NonNull<u8>,
}

// SAFETY: this is an address range. Who may touch the bytes in it is the business of `Region`.
unsafe impl Send for Mapping {}
// SAFETY: as above; `revoke` is a system call, which may come from any thread.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn reserve() -> Result<Self, EngineError> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new mapping at a place of the kernel's choice touches nothing that exists.
        let reserved = unsafe { mmap_anonymous(ptr::null_mut(), RESERVED_BYTES, ProtFlags::empty(), flags) }?;
        let reserved = NonNull::new(reserved.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        Ok(Self { reserved })
    }

    /// The host's address of the guest's address 0.
    pub(super) fn base(&self) -> *mut u8 {
        self.reserved.as_ptr().wrapping_add(GUARD_BEFORE_BYTES)
    }

    /// Takes all memory away from the guest, for good: its next access is a trap. Called by the watchdog
    /// on a region that is inside of [`Region::run`].
    pub(super) fn revoke(&self) -> io::Result<()> {
        // SAFETY: the range is ours. Nobody but the guest may be touching it, see `Region::run`, and
        // its faults are traps.
        unsafe { mprotect(self.base().cast(), SPACE_BYTES, MprotectFlags::empty()) }?;
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is ours, and whoever could use it holds a reference to `self`.
        let unmapped = unsafe { munmap(self.reserved.as_ptr().cast(), RESERVED_BYTES) };
        debug_assert!(unmapped.is_ok(), "a whole mapping can be unmapped");
    }
}

/// An idle address space whose writable part is as the guest's build left it.
#[derive(Debug)]
pub(super) struct Region {
    mapping: Arc<Mapping>,
    template: Arc<Template>,
    /// Bytes that are mapped at the image's place, in whole pages.
    image_mapped: usize,
    /// One past the last address that the host wrote to.
    input_end: u32,
}

impl Region {
    pub(super) fn new(template: &Arc<Template>) -> Result<Self, EngineError> {
        let mut region = Self {
            mapping: Arc::new(Mapping::reserve()?),
            template: Arc::clone(template),
            image_mapped: 0,
            input_end: INPUT_BASE,
        };
        let writable = MprotectFlags::READ | MprotectFlags::WRITE;
        for (start, bytes) in [(0, STACK_BYTES), (ARENA_BASE, IMAGE_BASE - ARENA_BASE)] {
            let at = region.at(start as usize).cast();
            // SAFETY: the range lies in the reservation, of which nothing is in use yet.
            unsafe { mprotect(at, bytes as usize, writable) }?;
            // A huge page would be zeroed as a whole for a step that needs a few small ones. A kernel
            // without huge pages refuses the advice, and needs none.
            // SAFETY: as above.
            let _refused = unsafe { madvise(at, bytes as usize, Advice::LinuxNoHugepage) };
        }
        let constants = template.mutable_start - STATIC_BASE as usize;
        let readable = ProtFlags::READ;
        region.map(STATIC_BASE as usize, constants, readable, MapFlags::PRIVATE, &template.file, 0)?;
        region.map(
            template.mutable_start,
            template.mutable.len(),
            readable | ProtFlags::WRITE,
            MapFlags::PRIVATE,
            &template.file,
            constants as u64,
        )?;
        region.own_static_pages();
        Ok(region)
    }

    /// What the engine's view of the memory and the watchdog hold on to.
    pub(super) fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    /// Maps an image instead of the one that was mapped before.
    pub(super) fn bind(&mut self, image: &ImageHandle) -> Result<(), EngineError> {
        let bytes = (image.bytes() as usize).next_multiple_of(PAGE_BYTES);
        let start = IMAGE_BASE as usize;
        self.map(start, bytes, ProtFlags::READ, MapFlags::SHARED, image.file(), 0)?;
        if let Some(rest) = self.image_mapped.checked_sub(bytes).filter(|rest| *rest > 0) {
            let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
            // SAFETY: the range lies in the reservation, and no reference into it exists: images
            // are read by the guest only.
            unsafe { mmap_anonymous(self.at(start + bytes).cast(), rest, ProtFlags::empty(), flags) }?;
        }
        self.image_mapped = bytes;
        Ok(())
    }

    fn map(
        &self,
        start: usize,
        bytes: usize,
        protection: ProtFlags,
        flags: MapFlags,
        file: impl std::os::fd::AsFd,
        offset: u64,
    ) -> Result<(), EngineError> {
        if bytes == 0 {
            return Ok(());
        }
        let flags = flags | MapFlags::FIXED | MapFlags::NORESERVE;
        // SAFETY: every caller names a range of the reservation that no reference points into.
        unsafe { mmap(self.at(start).cast(), bytes, protection, flags, file, offset) }?;
        Ok(())
    }

    fn at(&self, address: usize) -> *mut u8 {
        self.mapping.base().wrapping_add(address)
    }

    /// The place for a step's input.
    pub(super) fn input(&mut self) -> InputBuffer<'_> {
        InputBuffer { region: self, bytes: 0, overflow: false }
    }

    fn control(&self) -> &Control {
        // SAFETY: the region is idle, so the block is mapped and nobody writes to it; every bit pattern
        // is a valid block.
        unsafe { &*self.at(ARENA_BASE as usize).cast::<Control>() }
    }

    /// Runs the guest in this region, guarded by `slot`. `None`: the watchdog took the memory away, and the
    /// region is gone.
    pub(super) fn run<T>(self, slot: &Slot, ticks: Ticks, call: impl FnOnce() -> T) -> Option<(Self, T)> {
        slot.arm(ticks, &self.mapping);
        let answer = call();
        slot.disarm().then_some((self, answer))
    }

    /// What the step left as its output.
    pub(super) fn output(&self) -> Result<&[u8], EngineError> {
        let (address, bytes) = (self.control().output_address, self.control().output_bytes);
        if bytes == 0 {
            return Ok(&[]);
        }
        let end = address.checked_add(bytes);
        if address < ARENA_BASE || end.is_none_or(|end| end > IMAGE_BASE) {
            return Err(EngineError::Output { address, bytes });
        }
        // SAFETY: the range lies in the arena, which is mapped and which nobody writes to while the
        // region is idle and borrowed.
        Ok(unsafe { slice::from_raw_parts(self.at(address as usize), bytes as usize) })
    }

    /// What the guest wrote down when it panicked, if it did.
    pub(super) fn panic_text(&self) -> Option<String> {
        let control = self.control();
        let text = control.panic_text.get(..control.panic_bytes as usize)?;
        (!text.is_empty()).then(|| String::from_utf8_lossy(text).into_owned())
    }

    /// Whether the guest's allocator had to refuse something.
    pub(super) fn arena_exhausted(&self) -> bool {
        self.control().arena_exhausted != 0
    }

    /// Gives every page that the guests of these regions may have written to back to the kernel.
    pub(super) fn reset_by_kernel<'a>(regions: impl IntoIterator<Item = &'a mut Self>) -> Result<(), EngineError> {
        let mut regions: Vec<&mut Self> = regions.into_iter().collect();
        let mut ranges = Vec::with_capacity(3 * regions.len());
        for region in &mut regions {
            region.input_end = INPUT_BASE;
            for (start, bytes) in [
                (0, STACK_BYTES as usize),
                (region.template.mutable_start, region.template.mutable.len()),
                (ARENA_BASE as usize, (IMAGE_BASE - ARENA_BASE) as usize),
            ] {
                ranges.push(Range { start: region.at(start), bytes });
            }
        }
        // SAFETY: the ranges hold nothing but pages that guests may write to and pages that nobody may
        // touch; the regions are idle and mutably borrowed, so nobody holds a reference to the bytes
        // that change.
        unsafe { wipe::forget_all(&ranges) }?;
        regions.into_iter().for_each(Self::own_static_pages);
        Ok(())
    }

    /// Writes to each page of mutable static data what it holds. A guest that reads such a page before it writes to
    /// it would take two faults, and the second one interrupts the other processors.
    fn own_static_pages(&mut self) {
        for (offset, byte) in self.template.mutable.iter().enumerate().step_by(PAGE_BYTES) {
            // SAFETY: the page is mapped writable, and the region is idle and mutably borrowed.
            unsafe { self.at(self.template.mutable_start + offset).write_volatile(*byte) };
        }
    }

    /// Bytes of the arena that the last step used, as far as its guest says.
    pub(super) fn arena_used(&self) -> usize {
        self.control().arena_high.saturating_sub(ARENA_BASE) as usize
    }

    /// Sets back what the guest says that it wrote to: the stack from its low-water mark on, static
    /// data as a whole, the arena up to its high-water mark.
    pub(super) fn reset_by_hand(&mut self, stack_low: u32) -> Result<(), EngineError> {
        let end = self.control().arena_high;
        if end > IMAGE_BASE {
            return Self::reset_by_kernel([self]);
        }
        let used = (end.max(self.input_end) - ARENA_BASE) as usize;
        self.input_end = INPUT_BASE;
        // SAFETY: stack, mutable data and arena are mapped writable; `used` does not pass the arena's
        // end; the region is idle and mutably borrowed, so nobody else sees these bytes.
        #[expect(clippy::multiple_unsafe_ops_per_block, reason = "one argument holds for all three")]
        unsafe {
            ptr::write_bytes(self.at(stack_low as usize), 0, STACK_BYTES.saturating_sub(stack_low) as usize);
            let mutable = &self.template.mutable;
            ptr::copy_nonoverlapping(mutable.as_ptr(), self.at(self.template.mutable_start), mutable.len());
            ptr::write_bytes(self.at(ARENA_BASE as usize), 0, used.min(WIPED_BYTES));
        }
        if used > WIPED_BYTES {
            let rest = (used - WIPED_BYTES).next_multiple_of(PAGE_BYTES);
            self.forget(ARENA_BASE as usize + WIPED_BYTES, rest)?;
        }
        Ok(())
    }

    /// Private pages fall back to their file, or to zeros.
    fn forget(&mut self, start: usize, bytes: usize) -> Result<(), EngineError> {
        if bytes == 0 {
            return Ok(());
        }
        // SAFETY: the range holds nothing but pages that the guest may write to and pages that
        // nobody may touch; the region is idle and mutably borrowed, so nobody holds a reference to
        // the bytes that change.
        unsafe { madvise(self.at(start).cast(), bytes, Advice::LinuxDontNeed) }?;
        Ok(())
    }

    /// Makes the next step panic: the guest refuses a host of another version.
    #[cfg(test)]
    pub(super) fn spoil_version(&mut self) {
        // SAFETY: the block is mapped writable, and the region is idle and mutably borrowed.
        let control = unsafe { &mut *self.at(ARENA_BASE as usize).cast::<Control>() };
        control.abi_version += 1;
    }

    /// Every range that the guest can write to, with what it holds in a fresh region: that many given
    /// bytes, and zeros from there on. The arena is cut after `arena_bytes`.
    #[cfg(test)]
    pub(super) fn writable(&self, arena_bytes: usize) -> [(&[u8], &[u8]); 3] {
        let ranges = [
            (0, STACK_BYTES as usize, &[][..]),
            (self.template.mutable_start, self.template.mutable.len(), &self.template.mutable[..]),
            (ARENA_BASE as usize, arena_bytes, &[][..]),
        ];
        ranges.map(|(start, bytes, fresh)| {
            // SAFETY: the ranges are mapped, and nobody writes to them while the region is idle and
            // borrowed.
            (unsafe { slice::from_raw_parts(self.at(start), bytes) }, fresh)
        })
    }
}

/// Where a caller writes a step's input: directly into the guest's memory.
#[derive(Debug)]
pub struct InputBuffer<'a> {
    region: &'a mut Region,
    bytes: u32,
    overflow: bool,
}

impl InputBuffer<'_> {
    /// Appends to the input. An input that grows beyond [`MAX_INPUT_BYTES`] fails the step with
    /// [`EngineError::InputTooLong`].
    pub fn write(&mut self, bytes: &[u8]) {
        let end = u32::try_from(bytes.len()).ok().and_then(|more| self.bytes.checked_add(more));
        let Some(end) = end.filter(|end| *end <= MAX_INPUT_BYTES && !self.overflow) else {
            self.overflow = true;
            return;
        };
        let at = self.region.at((INPUT_BASE + self.bytes) as usize);
        // SAFETY: the arena is mapped writable up to `INPUT_BASE + MAX_INPUT_BYTES` and further; the region
        // is idle and mutably borrowed.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
        self.bytes = end;
        self.region.input_end = INPUT_BASE + end;
    }

    /// Writes the control block: the region is ready to run.
    pub(super) fn finish(self, image_bytes: u32) -> Result<(), EngineError> {
        if self.overflow {
            return Err(EngineError::InputTooLong { limit: MAX_INPUT_BYTES });
        }
        let fresh = Control::new(image_bytes, self.bytes);
        debug_assert_eq!(fresh.abi_version, ABI_VERSION, "the block is of this host's version");
        // SAFETY: the block is mapped writable, and the region is idle and mutably borrowed.
        unsafe { self.region.at(ARENA_BASE as usize).cast::<Control>().write(fresh) };
        Ok(())
    }
}

impl io::Write for InputBuffer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        InputBuffer::write(self, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
