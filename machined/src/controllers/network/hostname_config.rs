//! Says which names are wanted for the node.
//!
//! reads    `MachineConfig` `v1alpha1` in `config`, `Identity` `local` in `cluster` (weak)
//! writes   `HostnameSpec` in `network-config`, layers default, cmdline, platform, configuration
//! touches  uname(2), in a container, whose engine named it

use config::network::Hostname;
use cosi::{BoxError, Context, Controller, Declaration, shared, weak};
use linux::boot::Argument;
use resources::cluster::Identity;
use resources::config::MachineConfig;
use resources::namespace::{CLUSTER, CONFIG, NETWORK_CONFIG};
use resources::network::{ConfigLayer, HostnameSpec};
use sha2::{Digest, Sha256};
use types::Mode;

use super::layer::Layered;
use crate::controllers::Parts;

const DECLARATION: Declaration = Declaration {
    name: "network.HostnameConfig",
    inputs: &[
        weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE),
        weak::<Identity>(CLUSTER).id(Identity::ID),
    ],
    outputs: &[shared::<HostnameSpec>()],
};

/// Arguments of the kernel that name the node; the first that is there counts.
const ARGUMENTS: [&str; 2] = ["holdfast.hostname", "talos.hostname"];

/// The controller.
#[derive(Debug)]
pub(super) struct HostnameConfigController {
    mode: Mode,
    argument: Option<String>,
}

impl HostnameConfigController {
    /// Names a machine of this mode that was started with these arguments.
    pub(super) fn new(parts: &Parts) -> Self {
        Self { mode: parts.mode, argument: argument(&parts.arguments) }
    }
}

impl Controller for HostnameConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let sources = Sources {
            configured: super::configured(cx)?.hostname,
            identity: cx
                .get::<Identity>(CLUSTER, Identity::ID)?
                .map(|found| found.spec.node_id.clone()),
            argument: self.argument.clone(),
            engine: (self.mode == Mode::Container).then(linux::host::hostname),
        };
        let wanted = plan(&sources);
        cx.converge(NETWORK_CONFIG, wanted.into_iter().map(|spec| (spec.source_id(), spec)))?;
        Ok(())
    }
}

/// Everything that names the node.
#[derive(Debug, Default)]
struct Sources {
    configured: Hostname,
    identity: Option<String>,
    argument: Option<String>,
    engine: Option<String>,
}

/// source                 | layer         | name
/// -----------------------|---------------|---------------------------
/// identity               | default       | made from it
/// argument of the kernel | cmdline       | as given
/// engine                 | platform      | as given
/// configuration, static  | configuration | as given
/// configuration, stable  | configuration | made from the identity
fn plan(sources: &Sources) -> Vec<HostnameSpec> {
    let made = sources.identity.as_deref().map(stable);
    let configured = match &sources.configured {
        Hostname::Unset => None,
        Hostname::Stable => made.clone(),
        Hostname::Static(name) => Some(name.clone()),
    };
    [
        (ConfigLayer::Default, made),
        (ConfigLayer::Cmdline, sources.argument.clone()),
        (ConfigLayer::Platform, sources.engine.clone()),
        (ConfigLayer::Configuration, configured),
    ]
    .into_iter()
    .filter_map(|(layer, name)| spec(&name?, layer))
    .collect()
}

/// The name before the first dot, and the domain behind it.
fn spec(name: &str, layer: ConfigLayer) -> Option<HostnameSpec> {
    let (hostname, domainname) = name.split_once('.').unwrap_or((name, ""));
    (!hostname.is_empty()).then(|| HostnameSpec {
        hostname: hostname.to_owned(),
        domainname: domainname.to_owned(),
        layer,
    })
}

fn argument(arguments: &[Argument]) -> Option<String> {
    let named = |key| arguments.iter().rfind(|argument| argument.key == key);
    ARGUMENTS.into_iter().find_map(named)?.value.clone()
}

/// `talos-XXX-YYY`: characters 2 to 4 and 5 to 7 of the identity's hash, of which the first eight
/// bytes are a number of base 36. Clients know these names.
fn stable(identity: &str) -> String {
    let hash = Sha256::digest(identity);
    let mut number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut digits = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    let part = |skip| digits.iter().rev().skip(skip).take(3).collect::<String>();
    format!("talos-{}-{}", part(1), part(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sources: &Sources, expected: &[(&str, &str, &str)]) {
        let found = plan(sources);
        let shown: Vec<_> = found
            .iter()
            .map(|spec| (spec.layer.as_str(), spec.hostname.as_str(), spec.domainname.as_str()))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn each_source_has_its_layer() {
        check(&Sources::default(), &[]);
        let sources = Sources {
            configured: Hostname::Static("a.example.org".to_owned()),
            argument: Some("b".to_owned()),
            engine: Some("c".to_owned()),
            identity: None,
        };
        let expected =
            [("cmdline", "b", ""), ("platform", "c", ""), ("configuration", "a", "example.org")];
        check(&sources, &expected);
    }

    #[test]
    fn a_name_is_made_from_the_identity() {
        let name = stable("identity");
        assert_eq!(name.len(), "talos-xxx-yyy".len(), "{name}");
        assert_eq!(name, stable("identity"));
        assert_ne!(name, stable("another"));
    }

    #[test]
    fn our_argument_goes_before_its_alias() {
        let check = |line: &str, expected: Option<&str>| {
            assert_eq!(argument(&linux::boot::parse(line)).as_deref(), expected, "{line}");
        };
        check("quiet", None);
        check("talos.hostname=a", Some("a"));
        check("holdfast.hostname=b talos.hostname=a", Some("b"));
    }
}
