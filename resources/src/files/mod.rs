//! Files below `/etc`.

mod etc_file_spec;
mod etc_file_status;

pub use etc_file_spec::EtcFileSpec;
pub use etc_file_status::EtcFileStatus;
