//! Follows what the node says about its front door, and keeps [`Front`] and [`Names`] up to date.
//!
//! A store that restarts changes nothing: until it says something else, what it said last holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use cosi::grpc::{Client, Follow, Update};
use cosi::{Id, Object, Spec};
use resources::network::{HostnameStatus, NodeAddress};
use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use tokio::sync::watch;

use crate::front::{Front, FrontError, Mode};
use crate::log::chain;
use crate::route::Names;

/// The set of addresses that the node has now.
const CURRENT: &str = "current";

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
    loop {
        tokio::select! {
            () = services.change() => {}
            () = certificates.change() => {}
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
        if let (Some(service), Some(certificates)) = (service, certificates) {
            let built = Front::new(service, certificates, port);
            let former = fronts.borrow().clone();
            fronts.send_replace(next(former, Mode::of(service), built));
        }
    }
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
            tracing::warn!(error = chain(&error), kept = kept.is_some(), "front door not changed");
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
