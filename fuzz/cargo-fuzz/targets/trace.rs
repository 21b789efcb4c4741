//! See `sparring_fuzz::targets::trace`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparring_fuzz::targets::trace(bytes));
