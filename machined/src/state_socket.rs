//! The store as apid and netd reach it: the State service on a local socket, where a process is told
//! by its user id and may do what is listed here for it.

use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cosi::grpc::{Access, Operation, Server};
use cosi::{Spec, State};
use resources::{cluster, namespace, network, runtime, secrets};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;
use tonic::{Extensions, Status};
use types::uid;

/// Connections that one user id may have open: each process has one, and one more while it
/// reconnects.
const CONNECTIONS: usize = 4;

/// How long to wait after the kernel could not give a connection: for want of descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

/// What a process may do with one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Read,
    /// Reading is included: a writer sees what it wrote.
    Write,
}

/// One line of the table: user id, namespace, type, right.
type Grant = (u32, &'static str, &'static str, Right);

/// All that a process may do.
const GRANTS: &[Grant] = &[
    (uid::APID, namespace::RUNTIME, runtime::ApiServiceConfig::TYPE, Right::Read),
    (uid::APID, namespace::SECRETS, secrets::ApiCertificates::TYPE, Right::Read),
    (uid::APID, namespace::NETWORK, network::NodeAddress::TYPE, Right::Read),
    (uid::APID, namespace::NETWORK, network::HostnameStatus::TYPE, Right::Read),
    (uid::APID, namespace::CLUSTER, cluster::Member::TYPE, Right::Read),
    (uid::APID, namespace::RUNTIME, runtime::ServiceHealth::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK, network::OperatorSpec::TYPE, Right::Read),
    (uid::NETD, namespace::NETWORK, network::LinkStatus::TYPE, Right::Read),
    (uid::NETD, namespace::NETWORK, network::HostnameStatus::TYPE, Right::Read),
    (uid::NETD, namespace::NETWORK_CONFIG, network::AddressSpec::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK_CONFIG, network::RouteSpec::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK_CONFIG, network::LinkSpec::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK_CONFIG, network::HostnameSpec::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK_CONFIG, network::ResolverSpec::TYPE, Right::Write),
    (uid::NETD, namespace::NETWORK_CONFIG, network::TimeServerSpec::TYPE, Right::Write),
    (uid::NETD, namespace::RUNTIME, runtime::ServiceHealth::TYPE, Right::Write),
    (uid::NETD, namespace::RUNTIME, runtime::ControllerGraph::TYPE, Right::Write),
];

/// The names in which a process writes: its own, and those of its controllers. What is owned by
/// another name is not its to change, whatever the type, nor is another's finalizer its to touch.
const NAMES: &[(u32, &[&str])] =
    &[(uid::APID, &["apid"]), (uid::NETD, &["netd", "network.Operator"])];

/// Serves the store until the listener fails.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) async fn serve(state: State, listener: OwnedFd) -> Result<(), ServeError> {
    let listener = std::os::unix::net::UnixListener::from(listener);
    listener.set_nonblocking(true).map_err(ServeError::Listen)?;
    let listener = UnixListener::from_std(listener).map_err(ServeError::Listen)?;
    let (connections, incoming) = mpsc::channel(1);
    let accept = accept(listener, connections);
    let service = Server::new(state, Table).into_service();
    let serve = tonic::transport::Server::builder()
        .add_service(service)
        .serve_with_incoming(ReceiverStream::new(incoming));
    tokio::select! {
        () = accept => Ok(()),
        result = serve => result.map_err(ServeError::Serve),
    }
}

/// Why the store is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error("listen on the state socket")]
    Listen(#[source] std::io::Error),
    #[error("serve the state socket")]
    Serve(#[source] tonic::transport::Error),
}

/// Takes connections of the processes in the table, each within its bound.
async fn accept(
    listener: UnixListener,
    connections: mpsc::Sender<Result<Connection, std::io::Error>>,
) {
    let bounds = [uid::APID, uid::NETD].map(|uid| (uid, Arc::new(Semaphore::new(CONNECTIONS))));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("state socket: accept: {error}; again in {PAUSE:?}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let uid = match linux::socket::peer(&stream) {
            Ok(peer) => peer.uid,
            Err(error) => {
                tracing::warn!("state socket: who connects is not known: {error}");
                continue;
            }
        };
        let bound = bounds.iter().find(|(known, _)| *known == uid).map(|(_, bound)| bound);
        let permit = bound.and_then(|bound| Arc::clone(bound).try_acquire_owned().ok());
        let Some(permit) = permit else {
            tracing::warn!("state socket: a connection of user id {uid} is refused");
            continue;
        };
        if connections.send(Ok(Connection { stream, uid, _permit: permit })).await.is_err() {
            return;
        }
    }
}

/// A connection and the user id that the kernel gives for its other end.
#[derive(Debug)]
struct Connection {
    stream: UnixStream,
    uid: u32,
    /// Its place among the connections of its user id.
    _permit: OwnedSemaphorePermit,
}

/// The user id at the other end.
#[derive(Debug, Clone, Copy)]
struct Peer(u32);

impl Connected for Connection {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        Peer(self.uid)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Looks up the table.
struct Table;

impl Access for Table {
    fn check(&self, caller: &Extensions, operation: &Operation<'_>) -> Result<(), Status> {
        let uid = caller.get::<Peer>().map(|peer| peer.0);
        if uid.is_some_and(|uid| granted(uid, operation)) {
            return Ok(());
        }
        let Operation { verb, kind, namespace, owner, .. } = operation;
        let what = format!("{verb:?} {kind} in {namespace} as {owner:?}");
        Err(Status::permission_denied(format!("user id {uid:?} may not {what}")))
    }
}

fn granted(uid: u32, operation: &Operation<'_>) -> bool {
    let mut names = NAMES.iter().filter(|(named, _)| *named == uid);
    if operation.verb.is_write() && !names.any(|(_, names)| names.contains(&operation.owner)) {
        return false;
    }
    GRANTS.iter().any(|(granted, namespace, kind, right)| {
        *granted == uid
            && *namespace == operation.namespace
            && *kind == operation.kind
            && (*right == Right::Write || !operation.verb.is_write())
    })
}

#[cfg(test)]
mod tests {
    use cosi::grpc::Verb;

    use super::*;

    fn check(uid: u32, verb: Verb, namespace: &str, kind: &str, expected: bool) {
        let owner = match uid {
            _ if !verb.is_write() => "",
            uid::APID => "apid",
            _ => "network.Operator",
        };
        let operation = Operation { verb, namespace, kind, id: None, owner };
        assert_eq!(granted(uid, &operation), expected, "{uid} {operation:?}");
    }

    #[test]
    fn each_process_writes_in_its_own_names() {
        let kind = network::AddressSpec::TYPE;
        for verb in [Verb::Create, Verb::Update, Verb::Hold, Verb::Destroy] {
            let namespace = namespace::NETWORK_CONFIG;
            for (owner, expected) in
                [("network.Operator", true), ("network.AddressConfig", false), ("", false)]
            {
                let operation = Operation { verb, namespace, kind, id: None, owner };
                assert_eq!(granted(uid::NETD, &operation), expected, "{operation:?}");
            }
        }
    }

    #[test]
    fn each_process_reaches_what_it_needs_and_no_more() {
        let certificates = secrets::ApiCertificates::TYPE;
        check(uid::APID, Verb::Watch, namespace::SECRETS, certificates, true);
        check(uid::APID, Verb::Update, namespace::SECRETS, certificates, false);
        check(uid::NETD, Verb::Get, namespace::SECRETS, certificates, false);
        let address = network::AddressSpec::TYPE;
        check(uid::NETD, Verb::Create, namespace::NETWORK_CONFIG, address, true);
        check(uid::NETD, Verb::Create, namespace::NETWORK, address, false);
        check(1000, Verb::Get, namespace::NETWORK, network::NodeAddress::TYPE, false);
    }

    #[test]
    fn nobody_is_granted_a_key_but_the_nodes_own() {
        let secret = [secrets::OsRoot::TYPE, secrets::MaintenanceRoot::TYPE];
        assert!(GRANTS.iter().all(|(_, _, kind, _)| !secret.contains(kind)));
    }
}
