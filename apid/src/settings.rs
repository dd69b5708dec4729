//! Follows what the node says about its front door, and keeps [`Front`] and [`Names`] up to date.
//!
//! A store that restarts changes nothing: until it says something else, what it said last holds.
//! And a node that has a configuration opens itself to everybody only once the store has meant it
//! for a while: a store that starts anew may say so for a moment, before it has read.

use std::collections::BTreeMap;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use cosi::grpc::{Client, Follow, Update};
use cosi::{Id, Object, Spec};
use resources::network::{HostnameStatus, NodeAddress};
use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::front::{Front, FrontError, Mode};
use crate::log::chain;
use crate::route::Names;

/// The set of addresses that the node has now.
const CURRENT: &str = "current";

/// How long the store must say that the node has no configuration any more. It restarts within a
/// second; who takes a configuration back waits this long.
const RETREAT: Duration = Duration::from_secs(5);

/// What callers are met with; `None` while nobody is let in.
pub(crate) type Fronts = watch::Receiver<Option<Arc<Front>>>;

/// Follows the store forever; other nodes are reached at `port`.
pub(crate) async fn follow(
    store: Client,
    fronts: watch::Sender<Option<Arc<Front>>>,
    names: watch::Sender<Names>,
    port: u16,
) {
    let mut services = Mirror::<ApiServiceConfig>::new(&store);
    let mut certificates = Mirror::<ApiCertificates>::new(&store);
    let mut addresses = Mirror::<NodeAddress>::new(&store);
    let mut hostnames = Mirror::<HostnameStatus>::new(&store);
    let mut retreat = None;
    loop {
        tokio::select! {
            () = services.change() => {}
            () = certificates.change() => {}
            () = reached(retreat) => {}
            () = addresses.change() => {
                publish_names(&names, &addresses, &hostnames);
                continue;
            }
            () = hostnames.change() => {
                publish_names(&names, &addresses, &hostnames);
                continue;
            }
        }
        let service = services.get(ApiServiceConfig::ID);
        let certificates = certificates.get(ApiCertificates::ID);
        let (Some(service), Some(certificates)) = (service, certificates) else { continue };
        let wanted = Mode::of(service);
        let former = fronts.borrow().clone();
        if is_retreat(former.as_deref(), wanted) {
            let since = *retreat.get_or_insert(Instant::now() + RETREAT);
            if Instant::now() < since {
                continue;
            }
        }
        retreat = None;
        let built = Front::new(service, certificates, port);
        fronts.send_replace(next(former, wanted, built));
    }
}

async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => future::pending().await,
    }
}

/// Whether a node that asked for certificates is to let everybody in.
fn is_retreat(former: Option<&Front>, wanted: Option<Mode>) -> bool {
    former.is_some_and(|former| former.mode == Mode::Configured)
        && wanted == Some(Mode::Maintenance)
}

/// What holds after a change: the new front; else the former one, but never beyond its mode.
fn next(
    former: Option<Arc<Front>>,
    wanted: Option<Mode>,
    built: Result<Front, FrontError>,
) -> Option<Arc<Front>> {
    match built {
        Ok(front) => {
            if former.as_ref().is_none_or(|former| former.mode != front.mode) {
                tracing::info!(mode = ?front.mode, forwards = front.nodes.is_some(), "serving");
            }
            Some(Arc::new(front))
        }
        Err(error) => {
            let kept = former.filter(|former| Some(former.mode) == wanted);
            // Expected between two changes that belong together.
            if !matches!(error, FrontError::Disagree) {
                tracing::warn!(kept = kept.is_some(), "front door: {}", chain(&error));
            }
            kept
        }
    }
}

fn publish_names(
    names: &watch::Sender<Names>,
    addresses: &Mirror<NodeAddress>,
    hostnames: &Mirror<HostnameStatus>,
) {
    let new = own_names(addresses.get(CURRENT), hostnames.get(HostnameStatus::ID));
    names.send_if_modified(|old| {
        let changed = *old != new;
        *old = new;
        changed
    });
}

fn own_names(addresses: Option<&NodeAddress>, hostname: Option<&HostnameStatus>) -> Names {
    let mut names = Names::default();
    for prefix in addresses.iter().flat_map(|current| &current.addresses) {
        names.addresses.insert(prefix.addr());
    }
    if let Some(status) = hostname.filter(|status| !status.hostname.is_empty()) {
        let host = status.hostname.to_ascii_lowercase();
        if !status.domainname.is_empty() {
            names.hosts.insert(format!("{host}.{}", status.domainname.to_ascii_lowercase()));
        }
        names.hosts.insert(host);
    }
    names
}

/// The resources of a kind, as they were last told.
struct Mirror<T> {
    follow: Follow,
    items: BTreeMap<Id, T>,
}

impl<T: Spec> Mirror<T> {
    fn new(store: &Client) -> Self {
        Self { follow: store.follow(T::NAMESPACE, T::TYPE), items: BTreeMap::new() }
    }

    fn get(&self, id: &str) -> Option<&T> {
        self.items.get(id)
    }

    /// Waits for a change. Dropping the future loses nothing.
    async fn change(&mut self) {
        match self.follow.next().await {
            Update::Contents(objects) => objects.iter().for_each(|object| self.put(object)),
            Update::Changed(object) => self.put(&object),
            // A store that starts anew may tell that it has nothing yet.
            Update::Removed(_) => {}
        }
    }

    fn put(&mut self, object: &Object) {
        match object.downcast::<T>() {
            Ok(resource) => {
                self.items.insert(resource.id().clone(), resource.into_spec());
            }
            Err(error) => tracing::warn!(kind = T::TYPE, %error, "a resource is not readable"),
        }
    }
}
