//! The nodes that a command is for, and calls to them.
//!
//! With a context there is one connection, and the nodes are named in the metadata of each call:
//! `nodes` for calls that the front door merges, `node` for those that it passes on untouched.
//! Without one (`--insecure`) each node is dialled by itself and nothing is named.

use std::time::Duration;

use anyhow::Context as _;
use api::MESSAGE_LIMIT;
use api::machine::machine_service_client::MachineServiceClient;
use api::time::time_service_client::TimeServiceClient;
use config::client::ClientContext;
use config::pki::pem;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint as Origin};
use tonic::{Request, Status};
use types::caller::{Role, Roles};

use crate::cli::Global;
use crate::connect::{Connector, Endpoint};
use crate::context::{self, Places};
use crate::exit::usage;
use crate::fault::Fault;
use crate::tls;

/// For an answer that is not a stream, all nodes together. A front door waits up to 20 s for a node
/// that does not answer; three times that leaves room for a second one behind it.
pub(crate) const ANSWER: Duration = Duration::from_secs(60);
/// Most nodes that one command names: what a front door may be asked to dial at once.
const MAX_NODES: usize = 1024;

/// Some nodes behind one connection.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    channel: Channel,
    /// What goes into the metadata. Empty: whoever is at the other end is meant.
    names: Vec<MetadataValue<Ascii>>,
    /// The cluster that a proxy in front of several is to pass the call to.
    cluster: Option<MetadataValue<Ascii>>,
    /// What the nodes are called in output when an answer does not say.
    label: String,
    /// What the client's certificate grants.
    granted: Roles,
}

impl Group {
    /// The machine service of these nodes.
    pub(crate) fn machine(&self) -> MachineServiceClient<Channel> {
        MachineServiceClient::new(self.channel.clone()).max_decoding_message_size(MESSAGE_LIMIT)
    }

    /// The time service of these nodes.
    pub(crate) fn time(&self) -> TimeServiceClient<Channel> {
        TimeServiceClient::new(self.channel.clone()).max_decoding_message_size(MESSAGE_LIMIT)
    }

    /// The connection itself, for services that are made elsewhere.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// What the nodes are called together.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// A request that names no node yet.
    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(cluster) = &self.cluster {
            request.metadata_mut().insert("context", cluster.clone());
            // The proxy serves other APIs too.
            request.metadata_mut().insert("runtime", MetadataValue::from_static("Talos"));
        }
        request
    }

    /// A request to all nodes of the group, merged by the front door.
    pub(crate) fn all<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        for name in &self.names {
            request.metadata_mut().append("nodes", name.clone());
        }
        request
    }

    /// A request to the one node of the group, passed on untouched.
    pub(crate) fn one<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        if let Some(name) = self.names.first() {
            request.metadata_mut().insert("node", name.clone());
        }
        request
    }

    /// The same connection for each node by itself.
    pub(crate) fn each(&self) -> Vec<Self> {
        if self.names.is_empty() {
            return vec![self.clone()];
        }
        let single = |name: &MetadataValue<Ascii>| Self {
            names: vec![name.clone()],
            label: name.to_str().unwrap_or_default().to_owned(),
            ..self.clone()
        };
        self.names.iter().map(single).collect()
    }

    /// What a failed call means, with the missing role named.
    pub(crate) fn fault(&self, method: &str, status: Status) -> Fault {
        Fault::from(status).explain(method, self.granted)
    }

    /// The same for a fault that came inside an answer.
    pub(crate) fn explain(&self, method: &str, fault: Fault) -> Fault {
        fault.explain(method, self.granted)
    }
}

/// Gives a request its deadline, which the node is told as well.
pub(crate) fn within<T>(mut request: Request<T>) -> Request<T> {
    request.set_timeout(ANSWER);
    request
}

/// Everybody that a command is for.
#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    groups: Vec<Group>,
}

impl Fleet {
    /// Finds out who is meant. Nothing is dialled yet.
    pub(crate) fn new(global: &Global) -> anyhow::Result<Self> {
        if global.nodes.len() > MAX_NODES {
            return Err(usage(format!(
                "--nodes: {} nodes, {MAX_NODES} at once",
                global.nodes.len()
            )));
        }
        if global.insecure {
            return Self::insecure(global);
        }
        if !global.cert_fingerprint.is_empty() {
            return Err(usage(
                "--cert-fingerprint goes with --insecure: else the context's authority decides",
            ));
        }
        let path = Places::of_process(global.talosconfig.clone()).path()?;
        let contexts = context::load(&path)?;
        if contexts.contexts.is_empty() {
            return Err(usage(format!(
                "{}: no contexts; add one with osctl config add or merge, or use --insecure with a \
                 node in maintenance mode",
                path.display()
            )));
        }
        let (name, context) = context::get(&contexts, global.context.as_deref())?;
        Self::mutual(global, name, context).with_context(|| path.display().to_string())
    }

    /// One connection for all nodes.
    fn mutual(global: &Global, name: &str, context: &ClientContext) -> anyhow::Result<Self> {
        let nodes = if global.nodes.is_empty() { &context.nodes } else { &global.nodes };
        let listed =
            if global.endpoints.is_empty() { &context.endpoints } else { &global.endpoints };
        // Without endpoints the first node is the way in.
        let listed = if listed.is_empty() { nodes } else { listed };
        let endpoints =
            listed.iter().map(|text| Endpoint::parse(text)).collect::<anyhow::Result<Vec<_>>>()?;
        let Some(first) = endpoints.first() else {
            return Err(usage(format!(
                "context {name:?} has no endpoints: give --endpoints, or osctl config endpoint"
            )));
        };
        if nodes.is_empty() && endpoints.len() > 1 {
            return Err(usage(format!(
                "context {name:?} has several endpoints and no nodes: name them with --nodes"
            )));
        }
        let label = if nodes.is_empty() { first.host.clone() } else { nodes.join(",") };
        let names =
            nodes.iter().map(|node| metadata("node", node)).collect::<anyhow::Result<_>>()?;
        let cluster = global.cluster.as_ref().or(context.cluster.as_ref());
        let cluster = cluster.map(|cluster| metadata("cluster", cluster)).transpose()?;
        let origin = origin(first)?;
        let tls = tls::mutual(name, context)?;
        let channel = origin.connect_with_connector_lazy(Connector::new(endpoints, tls));
        let granted = granted(context);
        Ok(Self { groups: vec![Group { channel, names, cluster, label, granted }] })
    }

    /// A connection per node.
    fn insecure(global: &Global) -> anyhow::Result<Self> {
        if global.nodes.is_empty() {
            return Err(usage("--insecure dials the nodes themselves: name them with --nodes"));
        }
        let group = |node: &String| {
            let endpoint = Endpoint::parse(node)?;
            let tls = tls::insecure(&global.cert_fingerprint)?;
            let origin = origin(&endpoint)?;
            let connector = Connector::new(vec![endpoint], tls);
            let channel = origin.connect_with_connector_lazy(connector);
            let granted = Roles::of(&[Role::Reader]);
            Ok(Group { channel, names: Vec::new(), cluster: None, label: node.clone(), granted })
        };
        Ok(Self { groups: global.nodes.iter().map(group).collect::<anyhow::Result<_>>()? })
    }

    /// One node by itself, of those that [`each`](Self::each) gives.
    pub(crate) fn of(node: Group) -> Self {
        Self { groups: vec![node] }
    }

    /// The groups, each of which one call reaches.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Every node by itself.
    pub(crate) fn each(&self) -> Vec<Group> {
        self.groups.iter().flat_map(Group::each).collect()
    }
}

/// A name as it stands in the metadata of a call.
fn metadata(what: &str, name: &str) -> anyhow::Result<MetadataValue<Ascii>> {
    name.parse().ok().ok_or_else(|| usage(format!("{what} {name:?}: printable ASCII is a name")))
}

/// What requests name as their origin; it is not what is dialled.
fn origin(endpoint: &Endpoint) -> anyhow::Result<Origin> {
    let origin = Origin::from_shared(format!("https://{}", endpoint.authority()))?;
    Ok(origin.user_agent(concat!("osctl/", env!("CARGO_PKG_VERSION")))?)
}

/// The roles in the context's certificate, for messages only: the node decides for itself.
fn granted(context: &ClientContext) -> Roles {
    roles(context).iter().filter_map(|role| role.parse().ok()).collect()
}

/// The organizations of the context's client certificate, as they stand there.
pub(crate) fn roles(context: &ClientContext) -> Vec<String> {
    leaf(context, |leaf| {
        let named = leaf.subject().iter_organization();
        named.filter_map(|name| name.as_str().ok()).map(|name| name.trim().to_owned()).collect()
    })
    .unwrap_or_default()
}

/// When the context's client certificate ends, in seconds since 1970.
pub(crate) fn expiry(context: &ClientContext) -> Option<i64> {
    leaf(context, |leaf| leaf.validity().not_after.timestamp())
}

/// Looks at the first certificate of a context.
fn leaf<T>(
    context: &ClientContext,
    look: impl FnOnce(&x509_parser::certificate::X509Certificate<'_>) -> T,
) -> Option<T> {
    let der = pem::certificate(&context.certificate.as_ref()?.0).ok()?;
    let (_, leaf) = x509_parser::parse_x509_certificate(&der).ok()?;
    Some(look(&leaf))
}
