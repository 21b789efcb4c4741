//! See `sparring_fuzz::targets::image`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparring_fuzz::targets::image(bytes));
