//! Validated values and the two local protocols that every other crate shares.
//!
//! Nothing here does input or output, and nothing waits.

#![forbid(unsafe_code)]

pub mod caller;
pub mod codec;
pub mod init;
pub mod link;
pub mod mode;
pub mod paths;
pub mod secret;
pub mod size;
pub mod uid;
pub mod version;

pub use caller::{Caller, Role, Roles};
pub use link::LinkName;
pub use mode::Mode;
pub use secret::Secret;
pub use size::ByteSize;
