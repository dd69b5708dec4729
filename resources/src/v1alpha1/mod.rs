//! Services, and the way to a configuration.

mod acquire_config_spec;
mod acquire_config_status;
mod service;

pub use acquire_config_spec::AcquireConfigSpec;
pub use acquire_config_status::AcquireConfigStatus;
pub use service::Service;
