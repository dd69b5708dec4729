//! Says what the machine is in its cluster.
//!
//! reads    `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `MachineType` `machine-type` in `config`
//! touches  nothing
//!
//! Without a configuration there is no machine type.

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::config::{MachineConfig, MachineType};
use resources::namespace::CONFIG;

const DECLARATION: Declaration = Declaration {
    name: "config.MachineType",
    inputs: &[weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE)],
    outputs: &[exclusive::<MachineType>()],
};

/// The id of the only one.
const ID: &str = "machine-type";

/// The controller.
#[derive(Debug)]
pub(super) struct MachineTypeController;

impl Controller for MachineTypeController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let config = super::active(cx)?;
        let wanted = config.as_ref().and_then(plan);
        cx.converge(CONFIG, wanted.map(|kind| (ID, kind)))?;
        Ok(())
    }
}

/// root document | machine.type   |
/// --------------|----------------|--------------
/// absent        | –              | none
/// there         | absent, worker | worker
/// there         | controlplane   | control plane
/// there         | init           | init
fn plan(config: &::config::Config) -> Option<MachineType> {
    use ::config::v1alpha1::machine::MachineType as Kind;

    let machine = config.machine()?;
    Some(match machine.kind {
        Some(Kind::ControlPlane) => MachineType::ControlPlane,
        Some(Kind::Init) => MachineType::Init,
        Some(Kind::Worker) | None => MachineType::Worker,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<MachineType>) {
        let (config, _) = ::config::Config::decode(text.as_bytes()).expect("decodes");
        assert_eq!(plan(&config), expected, "{text}");
    }

    #[test]
    fn the_type_is_that_of_the_root_document() {
        check("machine: {type: controlplane}\ncluster: {}\n", Some(MachineType::ControlPlane));
        check("machine: {}\ncluster: {}\n", Some(MachineType::Worker));
        check("apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: a\nauto: off\n", None);
    }
}
