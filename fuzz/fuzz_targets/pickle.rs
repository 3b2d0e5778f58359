//! Any bytes, read as a PyTorch file and as a bare pickle.

#![no_main]

use libfuzzer_sys::fuzz_target;
use models::import::{pickle, torch};

fuzz_target!(|bytes: &[u8]| {
    let _ = torch::read_state_dict_from(std::io::Cursor::new(bytes));
    let _ = pickle::read(bytes, pickle::Limits::default(), &|_| Ok(()));
});
