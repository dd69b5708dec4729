//! The socket of the machine API: who may connect, who calls, and what a caller may call.
//!
//! A connection begins with the caller as apid knows it, a length and that many bytes; what follows
//! is HTTP/2. The caller belongs to the connection, so no request can change it.

use std::convert::Infallible;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::api::{MESSAGE_LIMIT, roles};
use http::Request;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::transport::server::Connected;
use tonic::{Code, Status};
use types::caller::MAX_CALLER;
use types::{Caller, uid};

use super::inspect::Inspect;
use super::resources::Policy;
use super::service::Machine;
use super::time::Clocks;
use crate::node::Node;

/// Connections at once; apid makes one for each client connection that calls something.
const CONNECTIONS: usize = 4096;
/// From the connection to the whole of its head: apid sends both at once.
const HEAD_DEADLINE: Duration = Duration::from_secs(1);

/// Why the API is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("listen on the machine socket")]
    Listen(#[source] io::Error),
    #[error("serve the machine socket")]
    Serve(#[source] tonic::transport::Error),
}

/// How long to wait when the kernel gives no connection: what it lacks then, descriptors or memory,
/// comes back when others end.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves the API for as long as the process lives.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) async fn serve(node: Arc<Node>, listener: OwnedFd) -> Result<(), ServeError> {
    let listener = std::os::unix::net::UnixListener::from(listener);
    listener.set_nonblocking(true).map_err(ServeError::Listen)?;
    let listener = UnixListener::from_std(listener).map_err(ServeError::Listen)?;
    serve_for(node, listener, uid::APID).await
}

/// The same for the process with the user id `front`.
pub(super) async fn serve_for(
    node: Arc<Node>,
    listener: UnixListener,
    front: u32,
) -> Result<(), ServeError> {
    let (connections, incoming) = mpsc::channel(16);
    let routes = tonic::transport::Server::builder()
        .layer(tower::layer::layer_fn(|inner| Gate { inner }))
        .add_service(
            ::api::machine::machine_service_server::MachineServiceServer::new(Machine::new(
                Arc::clone(&node),
            ))
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT),
        )
        .add_service(
            cosi::grpc::Server::new(node.state.clone(), Policy::of(&node.state)).into_service(),
        )
        .add_service(::api::time::time_service_server::TimeServiceServer::new(Clocks))
        .add_service(::api::inspect::inspect_service_server::InspectServiceServer::new(
            Inspect::new(node.controllers.clone(), node.state.clone()),
        ))
        .serve_with_incoming(ReceiverStream::new(incoming));
    tokio::select! {
        never = accept(listener, connections, front) => match never {},
        ended = routes => ended.map_err(ServeError::Serve),
    }
}

async fn accept(
    listener: UnixListener,
    connections: mpsc::Sender<io::Result<Connection>>,
    front: u32,
) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("machine socket: accept: {error}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        match linux::socket::peer(&stream) {
            Ok(peer) if peer.uid == front => {}
            Ok(peer) => {
                tracing::warn!("machine socket: user id {} is turned away", peer.uid);
                continue;
            }
            Err(error) => {
                tracing::warn!("machine socket: who connects is not known: {error}");
                continue;
            }
        }
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(
                "machine socket: {CONNECTIONS} connections are open, one more is closed"
            );
            continue;
        };
        let connections = connections.clone();
        tokio::spawn(async move {
            match tokio::time::timeout(HEAD_DEADLINE, greet(stream)).await {
                Ok(Ok((stream, caller))) => {
                    let connection = Connection { stream, caller, _place: place };
                    // The server ends only with the process.
                    drop(connections.send(Ok(connection)).await);
                }
                Ok(Err(error)) => tracing::warn!("machine socket: read who calls: {error}"),
                Err(_elapsed) => tracing::warn!("machine socket: nobody said who calls"),
            }
        });
    }
}

/// Reads who calls.
async fn greet(mut stream: UnixStream) -> io::Result<(UnixStream, Caller)> {
    let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
    let length = usize::try_from(stream.read_u32_le().await?).unwrap_or(usize::MAX);
    if length > MAX_CALLER {
        return Err(invalid(format!("{length} bytes, the limit is {MAX_CALLER}")));
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    let caller = Caller::decode(&bytes).map_err(|error| invalid(error.to_string()))?;
    Ok((stream, caller))
}

/// A connection of one caller.
#[derive(Debug)]
struct Connection {
    stream: UnixStream,
    caller: Caller,
    _place: tokio::sync::OwnedSemaphorePermit,
}

impl Connected for Connection {
    type ConnectInfo = Caller;

    fn connect_info(&self) -> Caller {
        self.caller.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Checks the role of each call before anything else looks at it.
#[derive(Debug, Clone)]
struct Gate<S> {
    inner: S,
}

type Answer<E> = Pin<Box<dyn Future<Output = Result<http::Response<Body>, E>> + Send>>;

impl<S> tower::Service<Request<Body>> for Gate<S>
where
    S: tower::Service<Request<Body>, Response = http::Response<Body>> + Send,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = Answer<S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = request.uri().path();
        let caller = request.extensions().get::<Caller>();
        if caller.is_none_or(|caller| !roles::permits(method, caller)) {
            let status = Status::permission_denied("not authorized");
            return Box::pin(async move { Ok(status.into_http()) });
        }
        if !implemented(method) {
            let text =
                format!("{} is not implemented in this version", method.trim_start_matches('/'));
            let status = Status::new(Code::Unimplemented, text);
            return Box::pin(async move { Ok(status.into_http()) });
        }
        Box::pin(self.inner.call(request))
    }
}

/// Methods of the contract that no node of this version of it answers: clients tear down by an update.
const NEWER: [&str; 2] =
    ["/cosi.resource.State/Teardown", "/cosi.resource.State/TeardownAndDestroy"];

/// Whether there is a handler at all; a handler may still say what it lacks.
fn implemented(method: &str) -> bool {
    let service = method.trim_start_matches('/').split('/').next().unwrap_or_default();
    let served = matches!(
        service,
        "machine.MachineService"
            | "cosi.resource.State"
            | "time.TimeService"
            | "inspect.InspectService"
    );
    served && !NEWER.contains(&method)
}
