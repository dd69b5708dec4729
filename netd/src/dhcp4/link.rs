//! The client of one link with its socket and its clock.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use linux::packet::Socket;
use linux::time::Clock;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::task::JoinSet;

use super::client::{Client, Input, Output};
use super::lease::Lease;
use super::message::{self, CLIENT_PORT, Own, Say};
use crate::say::say;

/// The hardware address of everybody on the link.
const EVERYBODY: [u8; 6] = [0xff; 6];
/// How long to wait before a link whose socket failed is tried again: it was taken down, or away,
/// and the store will say so first.
const AGAIN: Duration = Duration::from_secs(1);

/// A link to run the client on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) index: u32,
    pub(crate) own: Own,
}

/// Runs the client until it is dropped; `report` hears of each lease and of its loss.
///
/// A client that fails, or panics over what it was sent, is said so and begins anew after a pause.
pub(crate) async fn run(
    link: Link,
    before: Option<Ipv4Addr>,
    report: impl Fn(Option<Lease>) + Send + Sync + 'static,
) {
    let report = Arc::new(report);
    let mut before = before;
    loop {
        // The set ends its task when it is dropped, which a bare task would outlive.
        let mut one = JoinSet::new();
        let (own, report) = (link.clone(), Arc::clone(&report));
        one.spawn(async move { serve(&own, before, &*report).await });
        match one.join_next().await {
            Some(Ok(Err(error))) => say(format_args!("dhcp4 {}: {error}", link.name)),
            Some(Err(error)) => say(format_args!("dhcp4 {}: the client ended: {error}", link.name)),
            Some(Ok(Ok(()))) | None => {}
        }
        before = None;
        tokio::time::sleep(AGAIN).await;
    }
}

async fn serve(
    link: &Link,
    before: Option<Ipv4Addr>,
    report: &(impl Fn(Option<Lease>) + Send + Sync),
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let socket = Socket::open(link.index, CLIENT_PORT)?;
    #[expect(
        deprecated,
        reason = "its replacement is unsafe, which only `linux` may say; the socket owns its \
                  descriptor for its life, which is what the old form needs"
    )]
    let socket = AsyncFd::with_interest(socket, Interest::READABLE)?;
    let start = linux::time::now(Clock::Boot);
    let mut client = Client::new(before, start);
    let mut xid = random()?;
    let mut buffer = vec![0; 2048];
    loop {
        let now = linux::time::now(Clock::Boot);
        let outputs = tokio::select! {
            () = until(client.wake_at(), now) => {
                let now = linux::time::now(Clock::Boot);
                client.take(&Input::Tick, now, jitter()?)
            }
            ready = socket.readable() => {
                let mut ready = ready?;
                match ready.get_inner().receive(&mut buffer)? {
                    None => {
                        ready.clear_ready();
                        Vec::new()
                    }
                    Some(datagram) => match message::read(&link.own, xid, datagram) {
                        None => Vec::new(),
                        Some(answer) => {
                            let now = linux::time::now(Clock::Boot);
                            client.take(&Input::Heard(&answer), now, jitter()?)
                        }
                    },
                }
            }
        };
        for output in outputs {
            match output {
                Output::Send(what) => {
                    if what == Say::Discover {
                        xid = random()?;
                    }
                    let waited = linux::time::now(Clock::Boot).saturating_sub(start).as_secs();
                    let seconds = u16::try_from(waited).unwrap_or(u16::MAX);
                    if let Some(datagram) = message::write(&link.own, &what, xid, seconds) {
                        socket.get_ref().send(EVERYBODY, &datagram)?;
                    }
                }
                Output::Bound(lease) => {
                    let (address, prefix) = (lease.address, lease.prefix);
                    let server = lease.server;
                    say(format_args!("dhcp4 {}: {address}/{prefix} from {server}", link.name));
                    report(Some(*lease));
                }
                Output::Lost => {
                    say(format_args!("dhcp4 {}: the lease is lost", link.name));
                    report(None);
                }
            }
        }
    }
}

async fn until(at: Option<Duration>, now: Duration) {
    match at {
        Some(at) => tokio::time::sleep(at.saturating_sub(now)).await,
        None => std::future::pending().await,
    }
}

fn random() -> Result<u32, linux::KernelError> {
    let mut bytes = [0; 4];
    linux::random::fill(&mut bytes)?;
    Ok(u32::from_ne_bytes(bytes))
}

fn jitter() -> Result<f64, linux::KernelError> {
    Ok(f64::from(random()?) / f64::from(u32::MAX))
}
