#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| evbridge_momento_fuzz::entry::pattern::check(data));
