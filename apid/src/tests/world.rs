//! What the tests share: a node with everything around its front door, and clients.

use std::net::{IpAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use config::pki::{Authority, Identity};
use cosi::grpc::{AllowAll, Server};
use cosi::{Spec, State, SystemClock};
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::Incoming;
use resources::network::{HostnameStatus, NodeAddress};
use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use resources::value::{Certificate, IpPrefix};
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, UnixListener};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::{Code, Status};
use types::caller::Caller;

use super::certificates::{authority, client, pair, server, tls};
use super::machined::Machined;
use crate::body::whole;
use crate::line::{Call, Line, Pulse, Unanswered};
use crate::message::{Messages, frame};

/// Longer than anything takes that is going to come.
pub(super) const LONG: Duration = Duration::from_secs(20);

const PULSE: Pulse = Pulse { every: LONG, patience: LONG };

/// An authority with the same subject as that of the node, accepted beside it.
static OLDER: LazyLock<String> = LazyLock::new(|| authority().certificate().to_owned());

/// Who owns the resources here.
const OWNER: &str = "test";

/// A method whose answer has no end, here.
pub(super) const ENDLESS: &str = "/machine.MachineService/Dmesg";
/// A method whose answer has two messages, here.
pub(super) const STREAM: &str = "/machine.MachineService/Logs";
/// A method that fails, here.
pub(super) const FAILING: &str = "/machine.MachineService/Memory";
/// A unary method.
pub(super) const VERSION: &str = "/machine.MachineService/Version";
/// A method of a service for one node.
pub(super) const GET: &str = "/cosi.resource.State/Get";

/// A node: its store, its machined, its front door.
pub(super) struct Node {
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) state: State,
    pub(super) machined: Machined,
    folder: tempfile::TempDir,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Node {
    /// A node at an address of this machine; `port` 0 is any.
    pub(super) async fn start(address: &str, port: u16) -> Self {
        let (mut node, listener) = Self::prepare(address, port);
        let (store, machine) = node.sockets();
        let port = node.port;
        node.tasks.push(tokio::spawn(async move {
            crate::serve(listener, &store, &machine, port).await.unwrap_err();
        }));
        node
    }

    /// A node whose front door has given up what the program gives up; it lives as long as the
    /// tests.
    pub(super) async fn start_in_sandbox(address: &str, port: u16) -> Self {
        let (node, listener) = Self::prepare(address, port);
        let (store, machine) = node.sockets();
        let port = node.port;
        // A thread of its own, since the sandbox holds for it and those that it makes.
        std::thread::spawn(move || {
            crate::sandbox::enter().unwrap();
            // Names are still found.
            ("localhost", port).to_socket_addrs().unwrap().next().unwrap();
            crate::runtime().unwrap().block_on(crate::serve(listener, &store, &machine, port))
        });
        node
    }

    fn prepare(address: &str, port: u16) -> (Self, std::net::TcpListener) {
        let address: IpAddr = address.parse().unwrap();
        let listener = std::net::TcpListener::bind((address, port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(Arc::new(SystemClock));
        resources::register_all(&state);
        let store = serve_store(&state, &folder.path().join("state"));
        let machined = Machined::start(&folder.path().join("machine"), &address.to_string());
        (Self { address, port, state, machined, folder, tasks: vec![store] }, listener)
    }

    fn sockets(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("state"), self.folder.path().join("machine"))
    }

    /// machined is gone, with all its connections; its socket stays, as init holds it.
    pub(super) fn kill_machined(&mut self) {
        self.machined.task.abort();
    }

    /// machined is back.
    pub(super) fn start_machined(&mut self) {
        let socket = self.folder.path().join("machine");
        self.machined = Machined::start(&socket, &self.address.to_string());
    }

    pub(super) fn put<T: Spec>(&self, id: &str, spec: T) {
        self.state.put(T::NAMESPACE, id, OWNER, spec).unwrap();
    }

    /// The node has no configuration.
    pub(super) fn maintain(&self) {
        let authority = authority();
        self.put(
            ApiCertificates::ID,
            ApiCertificates {
                server: Some(pair(&server(&authority, self.address))),
                skip_verifying_client_cert: true,
                ..ApiCertificates::default()
            },
        );
        self.put(
            ApiServiceConfig::ID,
            ApiServiceConfig {
                listen_address: ":50000".to_owned(),
                node_routing_disabled: true,
                readonly_role_mode: true,
                skip_verifying_client_cert: true,
            },
        );
    }

    /// The node has a configuration; a control plane can speak to others.
    pub(super) fn configure(&self, authority: &Authority, kind: Kind) {
        self.put(
            "current",
            NodeAddress {
                addresses: vec![IpPrefix::single(self.address)],
                ..NodeAddress::default()
            },
        );
        let hostname = format!("node-{}", self.address.to_string().replace('.', "-"));
        self.put(HostnameStatus::ID, HostnameStatus { hostname, domainname: "lan".to_owned() });
        self.put(
            ApiServiceConfig::ID,
            ApiServiceConfig { listen_address: ":50000".to_owned(), ..ApiServiceConfig::default() },
        );
        let client =
            (kind == Kind::ControlPlane).then(|| pair(&client(authority, &["os:impersonator"])));
        self.put(
            ApiCertificates::ID,
            ApiCertificates {
                accepted_cas: vec![
                    Certificate { crt: OLDER.clone() },
                    Certificate { crt: authority.certificate().to_owned() },
                ],
                client,
                server: Some(pair(&server(authority, self.address))),
                skip_verifying_client_cert: false,
            },
        );
    }

    /// A connection with this certificate; an error where the node does not want it.
    pub(super) async fn connect(&self, identity: Option<&Identity>) -> Result<Line, String> {
        let socket = TcpStream::connect((self.address, self.port)).await.unwrap();
        // As every gRPC client does.
        socket.set_nodelay(true).unwrap();
        let connector = TlsConnector::from(Arc::new(tls(identity)));
        let tls = connector
            .connect(ServerName::from(self.address), socket)
            .await
            .map_err(|error| error.to_string())?;
        assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        Line::open(tls, PULSE).await.map_err(|error| error.to_string())
    }

    /// A connection once the node is as it shall be: it takes a moment to hear of it.
    pub(super) async fn connect_when_ready(&self, identity: &Identity) -> Line {
        let ready = async {
            loop {
                if let Ok(line) = self.connect(Some(identity)).await
                    && call(&line, VERSION, &[])
                        .await
                        .is_ok_and(|answer| !answer.caller(0).contains("maintenance"))
                {
                    return line;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(LONG, ready).await.expect("the node serves its configuration")
    }
}

/// What a configured node is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ControlPlane,
    Worker,
}

fn serve_store(state: &State, path: &Path) -> JoinHandle<()> {
    let incoming = UnixListenerStream::new(UnixListener::bind(path).unwrap());
    let service = Server::new(state.clone(), AllowAll).into_service();
    tokio::spawn(async move {
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming)
            .await
            .unwrap();
    })
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer(pub(super) Vec<Bytes>);

impl Answer {
    /// What machined said about the caller in a message.
    pub(super) fn caller(&self, message: usize) -> String {
        String::from_utf8_lossy(&self.0[message]).into_owned()
    }
}

/// Makes a call with these headers, and reads the whole answer.
pub(super) async fn call(
    line: &Line,
    method: &str,
    sent: &[(&str, &str)],
) -> Result<Answer, Status> {
    let mut messages = begin(line, method, sent).await?;
    let mut all = Vec::new();
    while let Some(message) = timeout(LONG, messages.next()).await.expect("in time")? {
        all.push(message);
    }
    Ok(Answer(all))
}

/// Makes a call with these headers, and leaves the answer to be read.
pub(super) async fn begin(
    line: &Line,
    method: &str,
    sent: &[(&str, &str)],
) -> Result<Messages<Incoming>, Status> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", crate::headers::GRPC);
    headers.insert("te", HeaderValue::from_static("trailers"));
    for (name, value) in sent {
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    let caller = Caller { roles: types::caller::Roles::NONE, peer: None, maintenance: false };
    let call = Call { caller, method: method.to_owned(), headers };
    let request = call.request("node", whole(frame(b"ask"))).unwrap();
    let answer = timeout(LONG, line.clone().send(request)).await.expect("in time");
    let (head, body) = answer.map_err(closed)?.into_parts();
    assert_eq!(head.status, 200);
    assert_eq!(head.headers["content-type"], "application/grpc");
    Ok(Messages::new(&head.headers, body))
}

fn closed(unanswered: Unanswered) -> Status {
    match unanswered {
        Unanswered::Unsent(_) => Status::aborted("closed"),
        Unanswered::Lost(error) => Status::aborted(format!("{error:?}")),
    }
}

/// Whether the other side has closed the connection, soon.
pub(super) async fn closes(line: &Line) -> bool {
    let closed = async {
        while line.is_open() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, closed).await.is_ok()
}

/// Asserts that a call was refused with this code.
pub(super) fn refused(answer: Result<Answer, Status>, code: Code) -> String {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), code, "{status:?}");
    status.message().to_owned()
}
