//! Values that have a form of their own in protobuf and in YAML.

mod address;
mod args;
mod choice;
mod duration;
mod hardware_addr;
mod mount;
mod object;
mod pem;
mod secret;
mod url;

pub(crate) use choice::{choices, flags, numbers};
pub(crate) use pem::base64;
pub(crate) use secret::{reveal, reveal_base64};

pub use address::{BadPrefix, IpPrefix};
pub use args::{ArgValues, ExtraArgs};
pub use duration::Duration;
pub use hardware_addr::{BadHardwareAddr, HardwareAddr};
pub use mount::{LinuxIdMapping, Mount};
pub use object::Object;
pub use pem::{Certificate, CertificateAndKey, Key};
pub use url::Url;
