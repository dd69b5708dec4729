//! Tells the node whether its front door serves.

use std::time::Duration;

use cosi::grpc::{Client, Update};
use cosi::{Object, Spec};
use resources::runtime::ServiceHealth;
use tokio::time::sleep;

use crate::settings::Fronts;

/// Our id among the services, and the owner of what we write.
const NAME: &str = "apid";

/// After a store that did not take it: machined is back within a second.
const RETRY: Duration = Duration::from_millis(200);

/// Tells forever; anew to a store that forgot it.
pub(crate) async fn report(store: Client, mut fronts: Fronts) {
    let mut follow = store.follow(ServiceHealth::NAMESPACE, ServiceHealth::TYPE);
    let mut known: Option<ServiceHealth> = None;
    loop {
        tokio::select! {
            update = follow.next() => match update {
                Update::Contents(objects) => known = objects.iter().find_map(own),
                Update::Changed(object) => known = own(&object).or(known),
                Update::Removed(object) if &**object.id() == NAME => known = None,
                Update::Removed(_) => {}
            },
            changed = fronts.changed() => if changed.is_err() { return },
        }
        let health = health(fronts.borrow().is_some());
        if known.as_ref() == Some(&health) {
            continue;
        }
        while let Err(error) = store.put(ServiceHealth::NAMESPACE, NAME, NAME, health.clone()).await
        {
            tracing::debug!(%error, "health is not reported yet");
            sleep(RETRY).await;
        }
        known = Some(health);
    }
}

fn health(serving: bool) -> ServiceHealth {
    let message = if serving { "" } else { "waiting for certificates" };
    ServiceHealth { healthy: serving, message: message.to_owned() }
}

fn own(object: &Object) -> Option<ServiceHealth> {
    let found = object.downcast::<ServiceHealth>().ok().filter(|found| &**found.id() == NAME)?;
    Some(found.into_spec())
}
