//! What the configuration says of the machine as a whole.

mod machine_type;

use cosi::{Context, Controller, Error};
use resources::config::MachineConfig;
use resources::namespace;

/// The active configuration, if there is one, with the documented default wherever it says nothing.
/// Undecodable text never becomes active.
pub(super) fn active(cx: &Context<'_>) -> Result<Option<::config::Config>, Error> {
    let found = cx.get::<MachineConfig>(namespace::CONFIG, MachineConfig::ACTIVE)?;
    let decoded = found.map(|found| ::config::Config::decode(found.spec.text.expose().as_bytes()));
    Ok(decoded.and_then(Result::ok).map(|(config, _)| config.with_defaults()))
}

/// Every controller of this group, in the order of their names.
pub(super) fn controllers() -> Vec<Box<dyn Controller>> {
    vec![Box::new(machine_type::MachineTypeController)]
}
