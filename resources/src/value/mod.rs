//! Values that have a form of their own in protobuf and in YAML.

mod address;
mod choice;
mod duration;
mod hardware_addr;
mod pem;
mod secret;

pub(crate) use choice::{choices, flags, numbers};
pub(crate) use secret::reveal;

pub use address::{BadPrefix, IpPrefix};
pub use duration::Duration;
pub use hardware_addr::{BadHardwareAddr, HardwareAddr};
pub use pem::{Certificate, CertificateAndKey};
