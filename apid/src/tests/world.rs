//! What the tests share: a node with everything around its front door, and clients.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use api::roles::allowed;
use bytes::Bytes;
use config::pki::{Authority, Identity, Leaf, Usage};
use cosi::grpc::{AllowAll, Server};
use cosi::{Clock, Spec, State, SystemClock};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use resources::network::{HostnameStatus, NodeAddress};
use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use resources::value::{Certificate, CertificateAndKey, IpPrefix};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpStream, UnixListener};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_stream::wrappers::UnixListenerStream;
use tonic::{Code, Status};
use types::caller::{Caller, MAX_CALLER};

use crate::body::{Body, trailers, whole};
use crate::line::{Call, Line, Pulse, Unanswered};
use crate::message::{Messages, field, frame};

/// Longer than anything takes that is going to come.
pub(super) const LONG: Duration = Duration::from_secs(10);

const PULSE: Pulse = Pulse { every: LONG, patience: LONG };

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
                    // An older one with the same subject.
                    Certificate { crt: self::authority().certificate().to_owned() },
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

/// What machined was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) headers: HeaderMap,
}

/// A machined that says who called.
pub(super) struct Machined {
    pub(super) asked: Arc<Mutex<Vec<Asked>>>,
    /// Endless answers in progress.
    pub(super) endless: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Machined {
    fn start(socket: &Path, name: &str) -> Self {
        std::fs::remove_file(socket).ok();
        let listener = UnixListener::bind(socket).unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let endless = Arc::<AtomicUsize>::default();
        let shared = (Arc::clone(&asked), Arc::clone(&endless), name.to_owned());
        let task = tokio::spawn(async move {
            // Dropped with this task: so die all connections with it.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (asked, endless, name) = shared.clone();
                connections.spawn(async move {
                    let length = socket.read_u32_le().await.unwrap() as usize;
                    assert!(length <= MAX_CALLER);
                    let mut bytes = vec![0; length];
                    socket.read_exact(&mut bytes).await.unwrap();
                    let caller = Caller::decode(&bytes).unwrap();
                    let answer = service_fn(move |request: Request<Incoming>| {
                        let (head, body) = request.into_parts();
                        let method = head.uri.path().to_owned();
                        asked
                            .lock()
                            .unwrap()
                            .push(Asked { method: method.clone(), headers: head.headers });
                        let text = format!(
                            "{name} {} {} {:?}",
                            caller.roles,
                            if caller.maintenance { "maintenance" } else { "configured" },
                            caller.peer
                        );
                        answer(method, text, body, Arc::clone(&endless))
                    });
                    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(socket), answer)
                        .await
                        .ok();
                });
            }
        });
        Self { asked, endless, task }
    }

    /// The calls that came through, and forgets them.
    pub(super) fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(
    method: String,
    text: String,
    body: Incoming,
    endless: Arc<AtomicUsize>,
) -> Result<Response<Body>, Status> {
    let request = body.collect().await.unwrap().to_bytes();
    // The text stands as field 2, since field 1 is for the metadata.
    let mut said = vec![0x12, u8::try_from(text.len()).unwrap()];
    said.extend_from_slice(text.as_bytes());
    let streams = allowed(&method).is_some_and(|row| row.kind.streams_responses());
    let message = if streams || method == GET { frame(&said) } else { frame(&field(&said)) };
    let ok = Frame::trailers(trailers(&Status::ok("")));
    let frames = match method.as_str() {
        FAILING => vec![Frame::trailers(trailers(&Status::not_found("nothing here")))],
        STREAM => vec![Frame::data(message), Frame::data(request), ok],
        ENDLESS => {
            struct Guard(Arc<AtomicUsize>);
            impl Drop for Guard {
                fn drop(&mut self) {
                    self.0.fetch_sub(1, Ordering::SeqCst);
                }
            }
            endless.fetch_add(1, Ordering::SeqCst);
            let state = (message, Guard(endless));
            let stream = stream::unfold(state, |state| async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((Ok(Frame::data(state.0.clone())), state))
            });
            return Ok(grpc(StreamBody::new(stream).boxed_unsync()));
        }
        _ => vec![Frame::data(message), ok],
    };
    Ok(grpc(StreamBody::new(stream::iter(frames.into_iter().map(Ok))).boxed_unsync()))
}

fn grpc(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", crate::headers::GRPC);
    response
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

fn now() -> SystemTime {
    SystemClock.now().into()
}

pub(super) fn authority() -> Authority {
    Authority::generate(Some("talos"), now()).unwrap()
}

fn server(authority: &Authority, address: IpAddr) -> Identity {
    let names = [address.to_string()];
    let leaf = Leaf {
        usage: Usage::Server,
        common_name: Some("node"),
        organizations: &[],
        names: &names,
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

/// A client's certificate with these organizations.
pub(super) fn client(authority: &Authority, organizations: &[&str]) -> Identity {
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations,
        names: &[],
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

/// A server's certificate that a client shows.
pub(super) fn wrong_usage(authority: &Authority) -> Identity {
    let leaf = Leaf {
        usage: Usage::Server,
        common_name: None,
        organizations: &["os:admin"],
        names: &[],
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).unwrap()
}

fn pair(identity: &Identity) -> CertificateAndKey {
    CertificateAndKey::new(identity.certificate.clone(), identity.key.pem().expose().clone())
}

fn tls(identity: Option<&Identity>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)));
    let mut tls = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder.with_client_auth_cert(chain(identity), key(identity)).unwrap(),
    };
    tls.alpn_protocols = vec![b"h2".to_vec()];
    tls
}

fn chain(identity: &Identity) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap()]
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(identity.key.pem().expose().as_bytes()).unwrap()
}

/// The certificate and key as a node signs with them.
pub(super) fn signer(identity: &Identity) -> rustls::sign::CertifiedKey {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    rustls::sign::CertifiedKey::from_der(chain(identity), key(identity), &provider).unwrap()
}

/// A client that believes any server, as one in maintenance mode must.
#[derive(Debug)]
struct Anybody(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("the node speaks TLS 1.3 only".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
