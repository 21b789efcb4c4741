//! Gives pages of several address ranges back to the kernel with one interruption of the other threads.
#![allow(unsafe_code, reason = "a system call that rustix does not have")]

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::mm::{Advice, madvise};

/// A part of the address space, in whole pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) start: *mut u8,
    pub(super) bytes: usize,
}

/// Set once the kernel has refused to take several ranges at once: before Linux 6.13 it does not drop pages
/// that way.
static ONE_BY_ONE: AtomicBool = AtomicBool::new(false);

/// `PIDFD_SELF_THREAD_GROUP`: this process, without a descriptor. Known since Linux 6.14.
const THIS_PROCESS: libc::c_int = -10_000;

/// Makes private pages fall back to their file, or to zeros.
///
/// Every processor that runs a thread of this process is interrupted to forget its translations: once for
/// all ranges where the kernel can (since 6.16), else once for each.
///
/// # Safety
/// The ranges are mapped, and nobody relies on what private pages in them hold.
pub(super) unsafe fn forget_all(ranges: &[Range]) -> rustix::io::Result<()> {
    if ranges.len() > 1 && !ONE_BY_ONE.load(Ordering::Relaxed) {
        // SAFETY: as the caller promises.
        if unsafe { together(ranges) } {
            return Ok(());
        }
        ONE_BY_ONE.store(true, Ordering::Relaxed);
    }
    for range in ranges {
        // SAFETY: as the caller promises.
        unsafe { madvise(range.start.cast(), range.bytes, Advice::LinuxDontNeed) }?;
    }
    Ok(())
}

/// Whether the kernel took them all.
///
/// # Safety
/// As [`forget_all`].
unsafe fn together(ranges: &[Range]) -> bool {
    let vectors: Vec<libc::iovec> =
        ranges.iter().map(|range| libc::iovec { iov_base: range.start.cast(), iov_len: range.bytes }).collect();
    let all: usize = ranges.iter().map(|range| range.bytes).sum();
    // SAFETY: the call reads `vectors`, which lives until it returns; what it does to the ranges is what the
    // caller asks for.
    let done = unsafe {
        libc::syscall(libc::SYS_process_madvise, THIS_PROCESS, vectors.as_ptr(), vectors.len(), libc::MADV_DONTNEED, 0)
    };
    usize::try_from(done).is_ok_and(|done| done == all)
}
