//! Which services a node has, and as whom each runs.

use types::init::{Address, Spawn};
use types::{paths, uid};

/// CAP_NET_RAW of linux/capability.h: DHCP talks below the IP layer.
const NET_RAW: u64 = 1 << 13;

/// A service as it is started.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// What init is asked to start.
    pub(crate) spawn: Spawn,
    /// Sockets that init is asked to hold first.
    pub(crate) listen: Vec<(&'static str, Address)>,
    /// Whether a client may restart it. The peer refuses all but the kubelet and extensions; netd
    /// is ours, holds no client's connection, and is back in a moment.
    pub(crate) restart: Restart,
}

/// Whether clients may restart a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    Allowed,
    Refused,
}

/// Name of the service that is this process.
pub(crate) const MACHINED: &str = "machined";
/// The front door.
pub(crate) const APID: &str = "apid";
/// The network protocols.
pub(crate) const NETD: &str = "netd";

/// Every service that runs as a process of its own.
pub(crate) fn services() -> Vec<Service> {
    vec![
        Service {
            spawn: Spawn {
                oom_score: -998,
                cgroup: "system/apid".to_owned(),
                listeners: vec!["api".to_owned()],
                ..program(APID, uid::APID, 0)
            },
            listen: vec![("api", Address::Tcp(paths::API_PORT))],
            restart: Restart::Refused,
        },
        Service {
            spawn: Spawn {
                oom_score: -998,
                cgroup: "system/netd".to_owned(),
                ..program(NETD, uid::NETD, NET_RAW)
            },
            listen: Vec::new(),
            restart: Restart::Allowed,
        },
    ]
}

fn program(name: &str, uid: u32, capabilities: u64) -> Spawn {
    Spawn {
        name: name.to_owned(),
        program: paths::EXECUTABLE.to_owned(),
        args: vec![name.to_owned()],
        env: vec!["PATH=/usr/bin".to_owned()],
        uid,
        gid: uid,
        capabilities,
        ..Spawn::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_reads_the_network_is_root() {
        for service in services() {
            assert_ne!(service.spawn.uid, uid::ROOT, "{}", service.spawn.name);
        }
    }

    #[test]
    fn the_front_door_has_no_capability() {
        let apid = services().into_iter().find(|service| service.spawn.name == APID);
        assert_eq!(apid.map(|service| service.spawn.capabilities), Some(0));
    }
}
