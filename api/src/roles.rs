//! The role table: for every method of the contract, who may call it and how it is routed.
//!
//! It decides about methods only. What a handler or the access policy of the resource store refuses
//! beyond that (sensitive resources, writes, stages of the machine) is not here.
//! A method without a row needs [`Role::Admin`]; a test finds every such method of the contract.

use types::caller::{Caller, Role, Roles};

use Kind::{Bidirectional, ClientStream, ServerStream, Unary};

/// Who may call one method and how it is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// The full method as it stands in the request path, `/machine.MachineService/Version`.
    pub method: &'static str,
    /// Which sides of the call are streams.
    pub kind: Kind,
    /// Which of the client's ways to name nodes are understood.
    pub selection: Selection,
    /// What opens the method.
    pub gate: Gate,
}

/// Which sides of a call are streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One request, one response.
    Unary,
    /// One request, many responses.
    ServerStream,
    /// Many requests, one response.
    ClientStream,
    /// Many requests, many responses, in any order.
    Bidirectional,
}

impl Kind {
    /// Whether the node answers with a stream.
    #[must_use]
    pub const fn streams_responses(self) -> bool {
        matches!(self, ServerStream | Bidirectional)
    }

    /// Whether the client sends a stream.
    #[must_use]
    pub const fn streams_requests(self) -> bool {
        matches!(self, ClientStream | Bidirectional)
    }
}

/// How a client may name the nodes that shall answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Metadata `nodes` (several, answers merged) or `node` (one, bytes untouched).
    Many,
    /// Metadata `node` only; `nodes` is refused with `InvalidArgument`.
    One,
}

/// What opens a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The caller has one of these roles.
    Roles {
        /// On a node that verifies client certificates.
        configured: Roles,
        /// In maintenance mode, where everybody is [`Role::Reader`] and a caller from the management
        /// tunnel is [`Role::Admin`].
        maintenance: Roles,
    },
    /// The trust service checks the join token itself; on the machine API it is as if absent.
    Token,
    /// A node is the client of this service, never its server; on the machine API it is as if absent.
    Elsewhere,
}

const ADMIN: Roles = Roles::of(&[Role::Admin]);
const OPERATE: Roles = Roles::of(&[Role::Admin, Role::Operator]);
const READ: Roles = Roles::of(&[Role::Admin, Role::Operator, Role::Reader]);
const ADMIN_READER: Roles = Roles::of(&[Role::Admin, Role::Reader]);
const BACKUP: Roles = Roles::of(&[Role::Admin, Role::Operator, Role::EtcdBackup]);
const ETCD_READ: Roles = Roles::of(&[Role::Admin, Role::Operator, Role::Reader, Role::EtcdBackup]);
const META: Roles = Roles::of(&[Role::Admin, Role::MetaWriter]);
const VERIFY: Roles = Roles::of(&[Role::Admin, Role::Operator, Role::Reader, Role::ImageVerifier]);

impl Access {
    /// The roles of which a caller needs one.
    #[must_use]
    pub const fn roles(&self) -> Roles {
        match self.gate {
            Gate::Roles { configured, .. } => configured,
            Gate::Token | Gate::Elsewhere => ADMIN,
        }
    }

    /// The roles of which a caller needs one while the node is in maintenance mode.
    #[must_use]
    pub const fn maintenance_roles(&self) -> Roles {
        match self.gate {
            Gate::Roles { maintenance, .. } => maintenance,
            Gate::Token | Gate::Elsewhere => ADMIN,
        }
    }

    /// Whether anybody may call the method in maintenance mode, where nobody is authenticated.
    #[must_use]
    pub const fn in_maintenance(&self) -> bool {
        self.maintenance_roles().has(Role::Reader)
    }

    /// Whether the machine API has a handler for the method, be it one that says "unimplemented".
    #[must_use]
    pub const fn served(&self) -> bool {
        matches!(self.gate, Gate::Roles { .. })
    }

    const fn new(method: &'static str, kind: Kind, selection: Selection, roles: Roles) -> Self {
        let gate = Gate::Roles { configured: roles, maintenance: roles };
        Self { method, kind, selection, gate }
    }

    /// In maintenance mode readers may call it too: without them no node could be configured.
    const fn opened_by_maintenance(self) -> Self {
        let gate = Gate::Roles { configured: self.roles(), maintenance: ADMIN_READER };
        Self { gate, ..self }
    }
}

/// The row of a method, given as in the request path. `None` means that the method is not in the
/// contract: treat it as one for [`Role::Admin`] alone, as [`permits`] does.
#[must_use]
pub fn allowed(method: &str) -> Option<&'static Access> {
    let at = TABLE.binary_search_by(|row| row.method.cmp(method)).ok()?;
    TABLE.get(at)
}

/// Whether the caller may call the method, given as in the request path.
#[must_use]
pub fn permits(method: &str, caller: &Caller) -> bool {
    let needed = match allowed(method) {
        Some(access) if caller.maintenance => access.maintenance_roles(),
        Some(access) => access.roles(),
        None => ADMIN,
    };
    caller.roles.meets(needed)
}

/// A row of a service that answers for several nodes at once.
const fn many(method: &'static str, kind: Kind, roles: Roles) -> Access {
    Access::new(method, kind, Selection::Many, roles)
}

/// A row of a service that answers for one node.
const fn one(method: &'static str, kind: Kind, roles: Roles) -> Access {
    Access::new(method, kind, Selection::One, roles)
}

/// A row of a service that the machine API does not serve.
const fn closed(method: &'static str, kind: Kind, gate: Gate) -> Access {
    Access { method, kind, selection: Selection::One, gate }
}

/// Every method of the contract, sorted by name, so that a call finds its row by bisection.
pub static TABLE: &[Access] = &[
    many("/cluster.ClusterService/HealthCheck", ServerStream, READ),
    one("/cosi.resource.State/Create", Unary, ADMIN),
    one("/cosi.resource.State/Destroy", Unary, ADMIN),
    one("/cosi.resource.State/Get", Unary, READ),
    one("/cosi.resource.State/List", ServerStream, READ),
    one("/cosi.resource.State/Teardown", Unary, ADMIN),
    one("/cosi.resource.State/TeardownAndDestroy", Unary, ADMIN),
    one("/cosi.resource.State/Update", Unary, ADMIN),
    one("/cosi.resource.State/Watch", ServerStream, READ),
    closed("/events.EventSinkService/Publish", Unary, Gate::Elsewhere),
    many("/inspect.InspectService/ControllerRuntimeDependencies", Unary, READ),
    one("/machine.DebugService/ContainerRun", Bidirectional, ADMIN),
    one("/machine.ImageService/Import", ClientStream, ADMIN),
    one("/machine.ImageService/List", ServerStream, READ),
    one("/machine.ImageService/Pull", ServerStream, OPERATE),
    one("/machine.ImageService/Remove", Unary, ADMIN),
    one("/machine.ImageService/Verify", Unary, VERIFY),
    one("/machine.LifecycleService/Install", ServerStream, ADMIN),
    one("/machine.LifecycleService/Upgrade", ServerStream, ADMIN),
    many("/machine.MachineService/ApplyConfiguration", Unary, ADMIN).opened_by_maintenance(),
    many("/machine.MachineService/Bootstrap", Unary, ADMIN),
    many("/machine.MachineService/CPUFreqStats", Unary, READ),
    many("/machine.MachineService/CPUInfo", Unary, READ),
    many("/machine.MachineService/Containers", Unary, READ),
    many("/machine.MachineService/Copy", ServerStream, ADMIN),
    many("/machine.MachineService/DiskStats", Unary, READ),
    many("/machine.MachineService/DiskUsage", ServerStream, READ),
    many("/machine.MachineService/Dmesg", ServerStream, READ),
    many("/machine.MachineService/EtcdAlarmDisarm", Unary, OPERATE),
    many("/machine.MachineService/EtcdAlarmList", Unary, ETCD_READ),
    many("/machine.MachineService/EtcdDefragment", Unary, OPERATE),
    many("/machine.MachineService/EtcdDowngradeCancel", Unary, ADMIN),
    many("/machine.MachineService/EtcdDowngradeEnable", Unary, ADMIN),
    many("/machine.MachineService/EtcdDowngradeValidate", Unary, ADMIN),
    many("/machine.MachineService/EtcdForfeitLeadership", Unary, ADMIN),
    many("/machine.MachineService/EtcdLeaveCluster", Unary, ADMIN),
    many("/machine.MachineService/EtcdMemberList", Unary, ETCD_READ),
    many("/machine.MachineService/EtcdRecover", ClientStream, ADMIN),
    many("/machine.MachineService/EtcdRemoveMemberByID", Unary, ADMIN),
    many("/machine.MachineService/EtcdSnapshot", ServerStream, BACKUP),
    many("/machine.MachineService/EtcdStatus", Unary, ETCD_READ),
    many("/machine.MachineService/Events", ServerStream, READ),
    many("/machine.MachineService/GenerateClientConfiguration", Unary, ADMIN),
    many("/machine.MachineService/Hostname", Unary, READ),
    many("/machine.MachineService/ImageList", ServerStream, READ),
    many("/machine.MachineService/ImagePull", Unary, OPERATE),
    many("/machine.MachineService/Kubeconfig", ServerStream, ADMIN),
    many("/machine.MachineService/List", ServerStream, READ),
    many("/machine.MachineService/LoadAvg", Unary, READ),
    many("/machine.MachineService/Logs", ServerStream, READ),
    many("/machine.MachineService/LogsContainers", Unary, READ),
    many("/machine.MachineService/Memory", Unary, READ),
    many("/machine.MachineService/MetaDelete", Unary, META),
    many("/machine.MachineService/MetaWrite", Unary, META),
    many("/machine.MachineService/Mounts", Unary, READ),
    many("/machine.MachineService/Netstat", Unary, READ),
    many("/machine.MachineService/NetworkDeviceStats", Unary, READ),
    many("/machine.MachineService/PacketCapture", ServerStream, OPERATE),
    many("/machine.MachineService/Processes", Unary, READ),
    many("/machine.MachineService/Read", ServerStream, ADMIN),
    many("/machine.MachineService/Reboot", Unary, OPERATE),
    many("/machine.MachineService/Reset", Unary, ADMIN),
    many("/machine.MachineService/Restart", Unary, OPERATE),
    many("/machine.MachineService/Rollback", Unary, ADMIN),
    many("/machine.MachineService/ServiceList", Unary, READ),
    many("/machine.MachineService/ServiceRestart", Unary, OPERATE),
    many("/machine.MachineService/ServiceStart", Unary, OPERATE),
    many("/machine.MachineService/ServiceStop", Unary, OPERATE),
    many("/machine.MachineService/Shutdown", Unary, OPERATE),
    many("/machine.MachineService/Stats", Unary, READ),
    many("/machine.MachineService/SystemStat", Unary, READ),
    many("/machine.MachineService/Upgrade", Unary, ADMIN),
    many("/machine.MachineService/Version", Unary, READ),
    closed("/securityapi.SecurityService/Certificate", Unary, Gate::Token),
    closed("/sidero.discovery.server.Cluster/AffiliateDelete", Unary, Gate::Elsewhere),
    closed("/sidero.discovery.server.Cluster/AffiliateUpdate", Unary, Gate::Elsewhere),
    closed("/sidero.discovery.server.Cluster/Hello", Unary, Gate::Elsewhere),
    closed("/sidero.discovery.server.Cluster/List", Unary, Gate::Elsewhere),
    closed("/sidero.discovery.server.Cluster/Watch", ServerStream, Gate::Elsewhere),
    closed("/sidero.kms.KMSService/Seal", Unary, Gate::Elsewhere),
    closed("/sidero.kms.KMSService/Unseal", Unary, Gate::Elsewhere),
    closed("/sidero.link.ProvisionService/Provision", Unary, Gate::Elsewhere),
    closed("/sidero.link.WireGuardOverGRPCService/CreateStream", Bidirectional, Gate::Elsewhere),
    many("/storage.StorageService/BlockDeviceWipe", Unary, ADMIN).opened_by_maintenance(),
    many("/storage.StorageService/Disks", Unary, READ),
    many("/time.TimeService/Time", Unary, READ),
    many("/time.TimeService/TimeCheck", Unary, READ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost_reflect::DescriptorPool;

    use super::*;

    /// Every method of the contract with the sides that stream.
    fn contract() -> BTreeMap<String, Kind> {
        let pool = DescriptorPool::decode(crate::DESCRIPTOR).expect("the descriptor is ours");
        let methods = pool.services().flat_map(|service| {
            service.methods().collect::<Vec<_>>().into_iter().map(move |method| {
                let kind = match (method.is_client_streaming(), method.is_server_streaming()) {
                    (false, false) => Unary,
                    (false, true) => ServerStream,
                    (true, false) => ClientStream,
                    (true, true) => Bidirectional,
                };
                (format!("/{}/{}", service.full_name(), method.name()), kind)
            })
        });
        methods.collect()
    }

    fn caller(roles: &[Role], maintenance: bool) -> Caller {
        Caller { roles: Roles::of(roles), peer: None, maintenance }
    }

    #[test]
    fn each_method_has_a_row_and_each_row_a_method() {
        let contract = contract();
        let mut faults = Vec::new();
        for (method, kind) in &contract {
            match allowed(method) {
                None => faults.push(format!("{method}: no row in the role table")),
                Some(row) if row.kind != *kind => {
                    faults.push(format!("{method}: is {kind:?}, the table says {:?}", row.kind));
                }
                Some(_) => {}
            }
        }
        for row in TABLE {
            if !contract.contains_key(row.method) {
                faults.push(format!("{}: no such method in the contract", row.method));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn the_table_is_sorted_without_duplicates() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].method < pair[1].method, "{} is out of order", pair[1].method);
        }
    }

    #[test]
    fn an_admin_may_call_everything_and_nobody_nothing() {
        for row in TABLE {
            for maintenance in [false, true] {
                assert!(
                    permits(row.method, &caller(&[Role::Admin], maintenance)),
                    "{}",
                    row.method
                );
                assert!(!permits(row.method, &caller(&[], maintenance)), "{}", row.method);
                let impersonator = caller(&[Role::Impersonator], maintenance);
                assert!(!permits(row.method, &impersonator), "{}", row.method);
            }
        }
    }

    #[test]
    fn an_unknown_method_needs_an_admin() {
        for method in ["/machine.MachineService/Shell", "", "/", "machine.MachineService/Version"] {
            assert!(permits(method, &caller(&[Role::Admin], false)), "{method}");
            let others: Vec<Role> =
                Role::ALL.into_iter().filter(|role| *role != Role::Admin).collect();
            assert!(!permits(method, &caller(&others, false)), "{method}");
            assert!(!permits(method, &caller(&others, true)), "{method}");
        }
    }

    #[test]
    fn maintenance_opens_configuring_and_wiping_to_readers() {
        let opened: Vec<&str> = TABLE
            .iter()
            .filter(|row| !row.roles().has(Role::Reader) && row.in_maintenance())
            .map(|row| row.method)
            .collect();
        let expected = [
            "/machine.MachineService/ApplyConfiguration",
            "/storage.StorageService/BlockDeviceWipe",
        ];
        assert_eq!(opened, expected);
    }

    #[test]
    fn only_five_services_answer_for_several_nodes() {
        let services = [
            "cluster.ClusterService",
            "inspect.InspectService",
            "machine.MachineService",
            "storage.StorageService",
            "time.TimeService",
        ];
        for row in TABLE {
            let service = row.method.split('/').nth(1).unwrap_or_default();
            let expected =
                if services.contains(&service) { Selection::Many } else { Selection::One };
            assert_eq!(row.selection, expected, "{}", row.method);
        }
    }
}
