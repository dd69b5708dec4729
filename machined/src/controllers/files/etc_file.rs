//! Writes `hosts` and `resolv.conf`.
//!
//! reads    `HostnameStatus`, `NodeAddress` `default`, `ResolverStatus` in `network`,
//!          `MachineConfig` `v1alpha1` in `config` (weak)
//! writes   `EtcFileStatus` `hosts`, `resolv.conf` in `files`
//! touches  the folder of generated files; bind mounts over `/etc/hosts` and `/etc/resolv.conf`,
//!          once each; in a container neither, since they are the engine's

use std::fmt::Write;
use std::net::IpAddr;
use std::path::PathBuf;

use ::config::network::Host;
use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use linux::mount::{self, Reach, table};
use resources::config::MachineConfig;
use resources::files::EtcFileStatus;
use resources::namespace::{CONFIG, FILES, NETWORK};
use resources::network::{HostnameStatus, NodeAddress, ResolverStatus};

use crate::controllers::config;

const DECLARATION: Declaration = Declaration {
    name: "files.EtcFile",
    inputs: &[
        weak::<HostnameStatus>(NETWORK),
        weak::<NodeAddress>(NETWORK).id(DEFAULT),
        weak::<ResolverStatus>(NETWORK),
        weak::<MachineConfig>(CONFIG).id(MachineConfig::ACTIVE),
    ],
    outputs: &[exclusive::<EtcFileStatus>()],
};

/// The address under which the node is known.
const DEFAULT: &str = "default";
/// The files, by their names below `/etc`.
const HOSTS: &str = "hosts";
const RESOLV_CONF: &str = "resolv.conf";
/// Everybody may read them.
const MODE: u32 = 0o644;
/// Search domains and name servers that resolvers read (resolv.conf(5)).
const MAX_NAMESERVERS: usize = 3;

/// The controller.
#[derive(Debug)]
pub(super) struct EtcFileController {
    folder: PathBuf,
    /// The folder over whose files they are mounted; none leaves both alone.
    over: Option<PathBuf>,
}

impl EtcFileController {
    /// Writes into that folder, and shows the files in `over`.
    pub(super) fn new(folder: PathBuf, over: Option<PathBuf>) -> Self {
        Self { folder, over }
    }

    fn show(&self, name: &str, text: &str) -> Result<(), BoxError> {
        let Some(over) = &self.over else { return Ok(()) };
        let path = self.folder.join(name);
        let target = over.join(name);
        // In place: the bind mount shows this inode, which a rename would leave behind. Readers of
        // a few hundred bytes see the old text or the new one.
        if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
            std::fs::write(&path, text)?;
            set_mode(&path)?;
        }
        let target_text = target.to_string_lossy();
        if !table::load()?.iter().any(|entry| entry.target == target_text) {
            // Stays mounted: the value that would undo it is not kept.
            drop(mount::bind(&path, &target, Reach::One)?);
        }
        Ok(())
    }
}

fn set_mode(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(MODE))
}

impl Controller for EtcFileController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let hostname = cx.get::<HostnameStatus>(NETWORK, HostnameStatus::ID)?;
        let addresses = cx.get::<NodeAddress>(NETWORK, DEFAULT)?;
        let resolvers = cx.get::<ResolverStatus>(NETWORK, ResolverStatus::ID)?;
        let further = config::active(cx)?.map(|config| config.network().hosts);
        let mut shown = Vec::new();
        if let Some(hostname) = hostname {
            let address = addresses.and_then(|found| Some(found.spec.addresses.first()?.addr()));
            let text = hosts(&hostname.spec, address, &further.unwrap_or_default());
            self.show(HOSTS, &text)?;
            shown.push(HOSTS);
        }
        if let Some(resolvers) = resolvers {
            self.show(RESOLV_CONF, &resolv_conf(&resolvers.spec))?;
            shown.push(RESOLV_CONF);
        }
        let version = |name| (name, EtcFileStatus { spec_version: "1".to_owned() });
        cx.converge(FILES, shown.into_iter().map(version))?;
        Ok(())
    }
}

/// The loopback names, the node's own, and what the configuration adds.
fn hosts(hostname: &HostnameStatus, address: Option<IpAddr>, further: &[Host]) -> String {
    let mut text = String::from("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    let mut line = |address: &dyn std::fmt::Display, names: &str| {
        let written = writeln!(text, "{address} {names}");
        debug_assert!(written.is_ok(), "text takes all that is written");
    };
    if let Some(address) = address {
        let short = &hostname.hostname;
        let names = match hostname.domainname.as_str() {
            "" => short.clone(),
            domain => format!("{short}.{domain} {short}"),
        };
        line(&address, &names);
    }
    for host in further {
        line(&host.address, &host.names.join(" "));
    }
    text
}

/// At most three name servers, since resolvers read no more.
fn resolv_conf(resolvers: &ResolverStatus) -> String {
    let servers = resolvers.dns_servers.iter().take(MAX_NAMESERVERS);
    let mut text: String = servers.map(|server| format!("nameserver {server}\n")).collect();
    if !resolvers.search_domains.is_empty() {
        text.push_str(&format!("search {}\n", resolvers.search_domains.join(" ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_is_in_its_own_hosts_file() {
        let hostname =
            HostnameStatus { hostname: "node".to_owned(), domainname: "example.org".to_owned() };
        let further = Host {
            address: "10.1.1.1".parse().expect("an address"),
            names: vec!["a".to_owned(), "b".to_owned()],
        };
        let text = hosts(&hostname, Some("10.0.2.15".parse().expect("an address")), &[further]);
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(lines, ["10.0.2.15 node.example.org node", "10.1.1.1 a b"]);
        assert!(text.starts_with("127.0.0.1 localhost\n"));
    }

    #[test]
    fn resolvers_get_three_servers_and_the_search_domains() {
        let server = |text: &str| text.parse().expect("an address");
        let resolvers = ResolverStatus {
            dns_servers: ["1.1.1.1", "8.8.8.8", "9.9.9.9", "4.4.4.4"].map(server).to_vec(),
            search_domains: vec!["example.org".to_owned()],
        };
        assert_eq!(
            resolv_conf(&resolvers),
            "nameserver 1.1.1.1\nnameserver 8.8.8.8\nnameserver 9.9.9.9\nsearch example.org\n"
        );
    }
}
