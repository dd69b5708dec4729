//! The configuration of the machine.

mod config_effects;
mod machine_config;
mod machine_type;

pub use config_effects::{ConfigEffect, ConfigEffects};
pub use machine_config::MachineConfig;
pub use machine_type::MachineType;
