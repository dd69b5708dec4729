//! A store behind a socket.
//!
//! Each call has a deadline. A connection that breaks is made anew by the next call; [`Follow`] does so by itself.

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use hyper_util::rt::TokioIo;
use tokio::{net::UnixStream, time::timeout};
use tonic::{
    Response, Status, Streaming,
    transport::{Channel, Endpoint},
};
use tower::service_fn;

use super::{
    convert::{event_from_wire, object_from_wire, object_to_wire, selector_to_wire, watch_to_wire},
    follow::Follow,
};
use crate::{
    error::{Error, Key},
    metadata::{Metadata, Phase},
    object::{Object, Resource},
    selector::Selector,
    spec::Spec,
    state::{UpdateOptions, typed},
    text::{Id, Text},
    watch::{Event, WatchRequest},
    wire::{self, state_client::StateClient},
};

/// Longest wait for the answer to one call: the store answers from memory.
const DEADLINE: Duration = Duration::from_secs(5);

/// Attempts at a change that others keep overtaking, before it is left to the caller's backoff.
const ATTEMPTS: usize = 5;

/// A store behind a socket. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Client(pub(super) StateClient<Channel>);

impl Client {
    /// The store behind the unix socket at `path`; connects with the first call, and again after a break.
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        let path: Arc<PathBuf> = Arc::new(path.into());
        // The authority is what HTTP/2 wants to see; nobody resolves it.
        let endpoint = Endpoint::from_static("http://store").connect_timeout(DEADLINE);
        Self::new(endpoint.connect_with_connector_lazy(service_fn(move |_| {
            let path = Arc::clone(&path);
            async move { UnixStream::connect(&*path).await.map(TokioIo::new) }
        })))
    }

    /// The store behind `channel`.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self(StateClient::new(channel))
    }

    /// The resource, if it is there.
    ///
    /// # Errors
    /// The store refuses, or does not answer in time.
    pub async fn get(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
    ) -> Result<Option<Object>, Error> {
        let request = wire::GetRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
            id: id.to_owned(),
            options: None,
        };
        match call("get a resource", self.0.clone().get(request)).await {
            Ok(response) => found(response.resource).map(Some),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The resources of a kind that `selector` chooses, in the order of their ids.
    ///
    /// # Errors
    /// The store refuses, or does not answer in time.
    pub async fn list(
        &self,
        namespace: &str,
        kind: &str,
        selector: &Selector,
    ) -> Result<Vec<Object>, Error> {
        let (label_query, id_query) = selector_to_wire(selector);
        let request = wire::ListRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
            options: Some(wire::ListOptions { label_query, id_query }),
        };
        let what = "list resources";
        let mut stream = call(what, self.0.clone().list(request)).await?;
        let mut objects = Vec::new();
        while let Some(response) = within(what, stream.message()).await? {
            objects.push(found(response.resource)?);
        }
        Ok(objects)
    }

    /// Stores a new resource for `owner`, and returns it as stored.
    ///
    /// # Errors
    /// It exists, the store refuses, or does not answer in time.
    pub async fn create(&self, object: &Object, owner: &str) -> Result<Object, Error> {
        let request = wire::CreateRequest {
            resource: Some(object_to_wire(object)),
            options: Some(wire::CreateOptions { owner: owner.to_owned() }),
        };
        found(call("create a resource", self.0.clone().create(request)).await?.resource)
    }

    /// Replaces a resource that is still as the given one was when it was read, and returns it as stored.
    ///
    /// # Errors
    /// It was written since, the store refuses, or does not answer in time.
    pub async fn update(&self, object: &Object, options: &UpdateOptions) -> Result<Object, Error> {
        let request = wire::UpdateRequest {
            new_resource: Some(object_to_wire(object)),
            options: Some(wire::UpdateOptions {
                owner: options.owner.to_string(),
                expected_phase: options.expected_phase.map(|phase| phase.to_string()),
            }),
        };
        found(call("update a resource", self.0.clone().update(request)).await?.resource)
    }

    /// Removes a resource that nobody holds.
    ///
    /// # Errors
    /// It does not exist, is held, the store refuses, or does not answer in time.
    pub async fn destroy(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        owner: &str,
    ) -> Result<(), Error> {
        let request = wire::DestroyRequest {
            namespace: namespace.to_owned(),
            r#type: kind.to_owned(),
            id: id.to_owned(),
            options: Some(wire::DestroyOptions { owner: owner.to_owned() }),
        };
        call("destroy a resource", self.0.clone().destroy(request)).await.map(drop)
    }

    /// Creates the resource, or makes the existing one like it in spec, labels and annotations; returns it as stored.
    ///
    /// # Errors
    /// It belongs to somebody else, is being torn down, the store refuses, or does not answer in time.
    pub async fn write(&self, object: Object, owner: &Text) -> Result<Object, Error> {
        let metadata = object.metadata().clone();
        let options = UpdateOptions::owner(owner);
        for _ in 0..ATTEMPTS {
            let place = (metadata.namespace(), metadata.kind(), metadata.id());
            let written = match self.get(place.0, place.1, place.2).await? {
                None => self.create(&object, owner).await,
                Some(old) => {
                    let mut new = object.clone();
                    let edited = new.edit();
                    edited.set_version(old.metadata().version());
                    for finalizer in old.metadata().finalizers() {
                        edited.add_finalizer(finalizer);
                    }
                    self.update(&new, &options).await
                }
            };
            match written {
                Err(error) if overtaken(&error) => {}
                other => return other,
            }
        }
        Err(overtaken_for_good(&metadata))
    }

    /// Marks a resource as one that its owner wants gone, and returns it as stored.
    ///
    /// # Errors
    /// It does not exist, belongs to somebody else, the store refuses, or does not answer in time.
    pub async fn teardown(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        owner: &str,
    ) -> Result<Object, Error> {
        self.modify(namespace, kind, id, |metadata| {
            metadata.set_phase(Phase::TearingDown);
            UpdateOptions::owner(owner).any_phase()
        })
        .await
    }

    /// Holds a resource, so that it is not destroyed before it is let go; returns it as stored.
    ///
    /// # Errors
    /// It does not exist, is being torn down, the store refuses, or does not answer in time.
    pub async fn add_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        finalizer: &str,
    ) -> Result<Object, Error> {
        self.modify(namespace, kind, id, |metadata| {
            metadata.add_finalizer(finalizer);
            UpdateOptions::owner(metadata.owner())
        })
        .await
    }

    /// Lets go of a resource, and returns it as stored; `None` if it is gone.
    ///
    /// # Errors
    /// The store refuses, or does not answer in time.
    pub async fn remove_finalizer(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        finalizer: &str,
    ) -> Result<Option<Object>, Error> {
        let removed = self.modify(namespace, kind, id, |metadata| {
            metadata.remove_finalizer(finalizer);
            UpdateOptions::owner(metadata.owner()).any_phase()
        });
        match removed.await {
            Err(error) if error.is_not_found() => Ok(None),
            other => other.map(Some),
        }
    }

    /// Begins to watch.
    ///
    /// # Errors
    /// The store refuses, does not know the bookmark (`FailedPrecondition`), or does not answer in time.
    pub async fn watch(&self, request: &WatchRequest) -> Result<RemoteWatch, Error> {
        let what = "watch resources";
        let mut stream = call(what, self.0.clone().watch(watch_to_wire(request))).await?;
        // The store says that it listens by a response without events.
        match within(what, stream.message()).await? {
            Some(_) => Ok(RemoteWatch(stream)),
            None => Err(Error::from(Status::unavailable("the watch ended before it began"))),
        }
    }

    /// Follows the resources of a kind forever, over breaks of the connection and restarts of the store.
    #[must_use]
    pub fn follow(&self, namespace: &str, kind: &str) -> Follow {
        Follow::new(self.clone(), namespace.into(), kind.into())
    }

    /// The resource of type `T` in its default namespace.
    ///
    /// # Errors
    /// The store refuses, does not answer in time, or what is stored is not a `T`.
    pub async fn get_as<T: Spec>(&self, id: &str) -> Result<Option<Resource<T>>, Error> {
        self.get(T::NAMESPACE, T::TYPE, id).await?.map(typed).transpose()
    }

    /// The resources of type `T` in its default namespace.
    ///
    /// # Errors
    /// The store refuses, does not answer in time, or what is stored is not a `T`.
    pub async fn list_as<T: Spec>(&self) -> Result<Vec<Resource<T>>, Error> {
        let objects = self.list(T::NAMESPACE, T::TYPE, &Selector::all()).await?;
        objects.into_iter().map(typed).collect()
    }

    /// Creates the resource, or updates its spec if that is another one.
    ///
    /// # Errors
    /// It belongs to somebody else, is being torn down, the store refuses, or does not answer in time.
    pub async fn put<T: Spec>(
        &self,
        namespace: &str,
        id: impl Into<Id>,
        owner: &str,
        spec: T,
    ) -> Result<Resource<T>, Error> {
        let object = Object::new(namespace, id, spec);
        typed(self.write(object, &Text::from(owner)).await?)
    }

    /// Changes the metadata of a resource, unless it is so already.
    async fn modify(
        &self,
        namespace: &str,
        kind: &str,
        id: &str,
        change: impl Fn(&mut Metadata) -> UpdateOptions,
    ) -> Result<Object, Error> {
        for _ in 0..ATTEMPTS {
            let old = self
                .get(namespace, kind, id)
                .await?
                .ok_or_else(|| Error::NotFound(Box::new(Key::new(namespace, kind, id))))?;
            let mut new = old.clone();
            let options = change(new.edit());
            if new.metadata() == old.metadata() {
                return Ok(old);
            }
            match self.update(&new, &options).await {
                Err(error) if overtaken(&error) => {}
                other => return other,
            }
        }
        Err(overtaken_for_good(&Metadata::new(namespace, kind, id)))
    }
}

/// A watch in progress at a distance. Dropping it ends it.
#[derive(Debug)]
pub struct RemoteWatch(Streaming<wire::WatchResponse>);

impl RemoteWatch {
    /// The next events, in order; `None` once the store ended the watch.
    ///
    /// # Errors
    /// The connection broke, or an event makes no sense.
    pub async fn next(&mut self) -> Result<Option<Vec<Event>>, Error> {
        let Some(response) = self.0.message().await? else { return Ok(None) };
        response.event.into_iter().map(event_from_wire).collect::<Result<_, _>>().map(Some)
    }
}

/// Whether somebody else wrote between our read and our write.
fn overtaken(error: &Error) -> bool {
    matches!(error.code(), tonic::Code::FailedPrecondition | tonic::Code::AlreadyExists)
}

fn overtaken_for_good(metadata: &Metadata) -> Error {
    Error::from(Status::aborted(format!("resource {metadata} is written by others all the time")))
}

fn found(resource: Option<wire::Resource>) -> Result<Object, Error> {
    let missing = || Error::Invalid { field: "resource", problem: "is missing".to_owned() };
    object_from_wire(resource.ok_or_else(missing)?)
}

async fn call<R>(
    what: &'static str,
    answer: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<R, Error> {
    within(what, answer).await.map(Response::into_inner)
}

async fn within<R>(
    what: &'static str,
    answer: impl Future<Output = Result<R, Status>>,
) -> Result<R, Error> {
    match timeout(DEADLINE, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Error::Timeout(what)),
    }
}
