//! A node that is not there: TLS, HTTP/2 and gRPC frames in this process, with scripted answers.
//!
//! A test says for each path what comes back, and reads what was sent. The State API may be that of
//! a real store instead.

pub(crate) mod run;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::{BufMut as _, Bytes, BytesMut};
use config::pki::{Authority, Identity, Leaf, Usage, pem};
use cosi::State;
use cosi::grpc::{AllowAll, Server};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tonic::service::Routes;
use tower::ServiceExt as _;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One call as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// `/package.Service/Method`
    pub(crate) path: String,
    /// Everything in the header.
    pub(crate) headers: HeaderMap,
    /// The request message.
    pub(crate) message: Bytes,
    /// How many calls of this path came before.
    pub(crate) earlier: usize,
}

impl Call {
    /// The request.
    pub(crate) fn read<M: Message + Default>(&self) -> M {
        M::decode(self.message.clone()).expect("the request")
    }

    /// The values of one key of the metadata.
    pub(crate) fn metadata(&self, key: &str) -> Vec<String> {
        let values = self.headers.get_all(key).into_iter();
        values.map(|value| value.to_str().expect("text").to_owned()).collect()
    }
}

/// What comes back.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    messages: Vec<Bytes>,
    end: End,
}

/// How an answer ends.
#[derive(Debug)]
enum End {
    Status(i32, &'static str),
    /// The connection is cut.
    Cut,
    /// It does not end.
    Never,
}

impl Default for End {
    fn default() -> Self {
        Self::Status(0, "")
    }
}

impl Reply {
    /// One message and success.
    pub(crate) fn one(message: &impl Message) -> Self {
        Self::default().and(message)
    }

    /// Success without a message, to be continued with [`and`](Self::and).
    pub(crate) fn many<M: Message>(messages: &[M]) -> Self {
        Self::default().with(messages)
    }

    /// More messages.
    pub(crate) fn with<M: Message>(self, messages: &[M]) -> Self {
        messages.iter().fold(self, Self::and)
    }

    /// No message, but a status.
    pub(crate) fn no(code: i32, text: &'static str) -> Self {
        Self::default().then(code, text)
    }

    /// Another message.
    pub(crate) fn and<M: Message>(mut self, message: &M) -> Self {
        self.messages.push(message.encode_to_vec().into());
        self
    }

    /// Ends with a status.
    pub(crate) fn then(mut self, code: i32, text: &'static str) -> Self {
        self.end = End::Status(code, text);
        self
    }

    /// Ends with a cut connection.
    pub(crate) fn cut(mut self) -> Self {
        self.end = End::Cut;
        self
    }

    /// Does not end.
    pub(crate) fn forever(mut self) -> Self {
        self.end = End::Never;
        self
    }
}

type Script = Box<dyn Fn(&Call) -> Reply + Send + Sync>;

/// What a node answers, by path.
#[derive(Default)]
pub(crate) struct Scripts {
    scripts: BTreeMap<&'static str, Script>,
    store: Option<Routes>,
}

impl Scripts {
    /// Serves this store under the State API.
    pub(crate) fn store(mut self, state: &State) -> Self {
        let server = Server::new(state.clone(), AllowAll);
        self.store = Some(Routes::new(server.into_service()));
        self
    }

    /// Answers calls of the path.
    pub(crate) fn on(
        mut self,
        path: &'static str,
        script: impl Fn(&Call) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.scripts.insert(path, Box::new(script));
        self
    }
}

/// The node.
pub(crate) struct Fake {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Who signed its certificate and its clients'.
    pub(crate) authority: Authority,
    /// The fingerprint of its certificate.
    pub(crate) pin: String,
    calls: Arc<Mutex<Vec<Call>>>,
    cut: Arc<Notify>,
    _runtime: Runtime,
}

/// Whom it lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Clients of its authority.
    Mutual,
    /// Everybody, as in maintenance mode.
    Open,
}

impl Fake {
    /// A node that listens on a free port of the loopback.
    pub(crate) fn start(door: Door, scripts: Scripts) -> Self {
        let authority = Authority::generate(Some("talos"), now()).expect("an authority");
        Self::start_under(authority, door, scripts)
    }

    /// The same under a given authority.
    pub(crate) fn start_under(authority: Authority, door: Door, scripts: Scripts) -> Self {
        let (config, pin) = server_config(&authority, door);
        let tls = TlsAcceptor::from(Arc::new(config));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::new((scripts, calls.clone()));
        let cut = Arc::new(Notify::new());
        let all = cut.clone();
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, shared, all) = (tls.clone(), shared.clone(), all.clone());
                tokio::spawn(async move {
                    // A client that goes away, or is not let in, is part of many a test.
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, shared, all).await;
                    }
                });
            }
        });
        Self { address, authority, pin, calls, cut, _runtime: runtime }
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        self.cut.notify_waiters();
    }

    /// The calls so far, in their order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }

    /// The calls of one path so far.
    pub(crate) fn calls_of(&self, path: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.path == path).collect()
    }

    /// A client certificate with these roles, of this node's authority.
    pub(crate) fn client(&self, roles: &[&str]) -> Identity {
        issue(&self.authority, Usage::Client, roles, &[])
    }
}

/// Now, for certificates.
#[expect(clippy::disallowed_methods, reason = "the program under test looks at the same clock")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

fn issue(authority: &Authority, usage: Usage, roles: &[&str], names: &[String]) -> Identity {
    let leaf = Leaf {
        usage,
        common_name: None,
        organizations: roles,
        names,
        lifetime: Duration::from_secs(3600),
    };
    authority.issue(&leaf, now()).expect("an identity")
}

fn server_config(authority: &Authority, door: Door) -> (ServerConfig, String) {
    let identity = issue(authority, Usage::Server, &[], &["127.0.0.1".to_owned()]);
    let chain: Vec<CertificateDer<'static>> = pem::certificates(&identity.certificate)
        .expect("a chain")
        .into_iter()
        .map(CertificateDer::from)
        .collect();
    let pin = config::pki::fingerprint(&chain[0]).expect("a fingerprint");
    let key = PrivatePkcs8KeyDer::from(identity.key.pkcs8_der().expose().clone());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3");
    let builder = match door {
        Door::Open => builder.with_no_client_auth(),
        Door::Mutual => {
            let mut roots = RootCertStore::empty();
            for der in pem::certificates(authority.certificate()).expect("a certificate") {
                roots.add(der.into()).expect("a root");
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let mut config =
        builder.with_single_cert(chain, PrivateKeyDer::Pkcs8(key)).expect("a configuration");
    config.alpn_protocols = vec![b"h2".to_vec()];
    (config, pin)
}

type Shared = Arc<(Scripts, Arc<Mutex<Vec<Call>>>)>;

/// One connection, until it ends or is cut.
async fn serve(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    shared: Shared,
    all: Arc<Notify>,
) {
    let cut = Arc::new(Notify::new());
    let service =
        service_fn(|request: Request<Incoming>| answer(request, shared.clone(), cut.clone()));
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ended = connection => {}
        () = cut.notified() => {}
        () = all.notified() => {}
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: Shared,
    cut: Arc<Notify>,
) -> Result<Response<UnsyncBoxBody<Bytes, BoxError>>, Infallible> {
    let path = request.uri().path();
    if let (Some(routes), true) = (&shared.0.store, path.starts_with("/cosi.resource.State/")) {
        let reply = routes.clone().oneshot(request.map(tonic::body::Body::new)).await;
        return Ok(reply?.map(|body| body.map_err(BoxError::from).boxed_unsync()));
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a request").to_bytes();
    let (scripts, calls) = &*shared;
    let path = head.uri.path().to_owned();
    let call = {
        let mut calls = calls.lock().expect("no panic");
        let earlier = calls.iter().filter(|call| call.path == path).count();
        // Five bytes in front: whether it is compressed, and its length.
        let call =
            Call { path, headers: head.headers, message: body.slice(5.min(body.len())..), earlier };
        calls.push(call.clone());
        call
    };
    let reply = match scripts.scripts.get(call.path.as_str()) {
        Some(script) => script(&call),
        None => Reply::no(12, "the test did not expect this call"),
    };
    let frames = reply.messages.into_iter().map(|message| {
        let mut frame = BytesMut::new();
        frame.put_u8(0);
        frame.put_u32(u32::try_from(message.len()).expect("a small message"));
        frame.put(message);
        Ok(Frame::data(frame.freeze()))
    });
    let end = async move {
        match reply.end {
            End::Status(code, text) => {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", HeaderValue::from(code));
                trailers.insert("grpc-message", HeaderValue::from_static(text));
                Ok(Frame::trailers(trailers))
            }
            End::Cut => {
                // What was sent before shall arrive before the cut.
                tokio::time::sleep(Duration::from_millis(100)).await;
                cut.notify_one();
                std::future::pending().await
            }
            End::Never => std::future::pending().await,
        }
    };
    let stream = futures_util::stream::iter(frames).chain(futures_util::stream::once(end));
    let response = Response::builder().header("content-type", "application/grpc");
    let body = StreamBody::new(stream).map_err(|never: Infallible| match never {}).boxed_unsync();
    Ok(response.body(body).expect("a response"))
}
