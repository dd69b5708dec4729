//! Lets clients in: TCP, TLS, the first bytes of HTTP/2, and then their calls.
//!
//! Strangers can do nothing but wait, and not for long.

use std::io::Cursor;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, join, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use types::caller::{Role, Roles};

use crate::crowd::Crowd;
use crate::front::{Front, Mode};
use crate::line::{CONNECTION_WINDOW, STREAM_WINDOW};
use crate::log::Throttle;
use crate::route::Names;
use crate::session::{Peer, Session};
use crate::settings::Fronts;

/// From the TCP connection to the first bytes of HTTP/2: several round trips around the world, and
/// a slow machine.
const GREETING: Duration = Duration::from_secs(5);

/// For calls that are open when their connection must end, such as the one that configured the
/// node: the answer is already on its way.
const FAREWELL: Duration = Duration::from_secs(3);

/// After an accept that failed for want of descriptors or memory.
const BREATH: Duration = Duration::from_millis(50);

/// Calls at a time on one connection; the limit that clients of gRPC are used to is 100 to 1000.
const CALLS: u32 = 1000;

/// The same for somebody whom nobody knows: what a client needs to configure the node.
const CALLS_OF_STRANGERS: u32 = 32;

/// Bytes of request headers: the names of the nodes are the longest.
const HEADERS: u32 = 64 * 1024;

/// Bytes of an answer that wait for a client to read, per call.
const SEND_BUFFER: usize = 128 * 1024;

/// A silent client is asked whether it lives, and given up.
const PULSE: Duration = Duration::from_secs(30);
/// How long it may take to say so.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client of HTTP/2 says first (RFC 9113, 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What every connection needs.
#[derive(Debug)]
pub(crate) struct Door {
    /// How callers are met.
    pub(crate) fronts: Fronts,
    /// The own names.
    pub(crate) names: watch::Receiver<Names>,
    /// Where machined is.
    pub(crate) machine: Arc<Path>,
}

/// Why a client was not let in.
#[derive(Debug, thiserror::Error)]
enum GreetError {
    #[error("TLS")]
    Tls(#[source] std::io::Error),
    #[error("HTTP/2 preface")]
    Read(#[source] std::io::Error),
    #[error("the first bytes are not those of HTTP/2")]
    Preface,
    #[error("the door is closed for good")]
    Closed,
}

/// Accepts forever.
pub(crate) async fn serve(listener: TcpListener, door: Arc<Door>) {
    let crowd = Arc::new(Crowd::default());
    let turned_away = Throttle::default();
    let failed = Arc::new(Throttle::default());
    loop {
        let (socket, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if let Some(kept) = turned_away.pass(Instant::now()) {
                    tracing::warn!(%error, kept, "accept");
                }
                sleep(BREATH).await;
                continue;
            }
        };
        // An IPv4 client of the one socket for both is shown as such.
        let from = SocketAddr::new(from.ip().to_canonical(), from.port());
        let Some(place) = crowd.enter(from.ip()) else {
            if let Some(kept) = turned_away.pass(Instant::now()) {
                tracing::warn!(%from, kept, "too many connections");
            }
            continue;
        };
        let (door, failed) = (Arc::clone(&door), Arc::clone(&failed));
        tokio::spawn(async move {
            if let Err(error) = meet(door, socket, from).await
                && let Some(kept) = failed.pass(Instant::now())
            {
                tracing::info!(%from, kept, error = crate::log::chain(&*error), "not let in");
            }
            drop(place);
        });
    }
}

/// One connection, from its first byte to its last.
async fn meet(
    door: Arc<Door>,
    socket: TcpStream,
    from: SocketAddr,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut fronts = door.fronts.clone();
    let (front, peer, io) = timeout(GREETING, greet(&mut fronts, socket, from.ip())).await??;
    let calls_at_a_time = if peer.maintenance { CALLS_OF_STRANGERS } else { CALLS };
    let session = Arc::new(Session::new(door, peer));
    let calls = service_fn(move |request| Arc::clone(&session).answer(request));
    let mut connection = pin!(
        Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .auto_date_header(false)
            .keep_alive_interval(PULSE)
            .keep_alive_timeout(PATIENCE)
            .max_concurrent_streams(calls_at_a_time)
            .max_header_list_size(HEADERS)
            .max_send_buf_size(SEND_BUFFER)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .serve_connection(TokioIo::new(io), calls)
    );
    let outdated = fronts.wait_for(|newer| !front.stays_under(newer.as_deref()));
    tokio::select! {
        // How a connection of somebody known ends is nobody's concern.
        _ended = connection.as_mut() => return Ok(()),
        _newer = outdated => {}
    }
    connection.as_mut().graceful_shutdown();
    timeout(FAREWELL, connection).await.map_or(Ok(()), |_ended| Ok(()))
}

/// The stranger becomes somebody: TLS, and who the certificate says it is.
async fn greet(
    fronts: &mut Fronts,
    socket: TcpStream,
    address: IpAddr,
) -> Result<(Arc<Front>, Peer, impl AsyncRead + AsyncWrite + Unpin + use<>), GreetError> {
    socket.set_nodelay(true).map_err(GreetError::Tls)?;
    // While nothing can be shown, whoever comes waits.
    let front = fronts.wait_for(Option::is_some).await.ok().and_then(|front| front.clone());
    let front = front.ok_or(GreetError::Closed)?;
    let acceptor = TlsAcceptor::from(Arc::clone(&front.tls));
    let mut tls = acceptor.accept(socket).await.map_err(GreetError::Tls)?;
    // The HTTP/2 library would wait for these bytes without end.
    let mut preface = [0; PREFACE.len()];
    tls.read_exact(&mut preface).await.map_err(GreetError::Read)?;
    if preface != *PREFACE {
        return Err(GreetError::Preface);
    }
    let leaf = tls.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let leaf = leaf.map(|leaf| leaf.clone().into_owned());
    let maintenance = front.mode == Mode::Maintenance;
    let roles = match &leaf {
        _ if maintenance => Roles::of(&[Role::Reader]),
        None => Roles::NONE,
        Some(leaf) => crate::identity::roles(leaf).unwrap_or_else(|error| {
            tracing::info!(%address, %error, "a certificate grants nothing");
            Roles::NONE
        }),
    };
    let (reader, writer) = split(tls);
    let io = join(Cursor::new(preface).chain(reader), writer);
    Ok((front, Peer { address, leaf, roles, maintenance }, io))
}
