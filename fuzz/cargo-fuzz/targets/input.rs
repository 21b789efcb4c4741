//! See `sparring_fuzz::targets::input`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sparring_fuzz::targets::input(bytes));
