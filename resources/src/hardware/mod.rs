//! What the machine is made of.

mod processor;
mod system_information;

pub use processor::Processor;
pub use system_information::SystemInformation;
