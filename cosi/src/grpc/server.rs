//! Serves a store over the State API.
//!
//! Every operation is shown to the [`Access`] first. The errors' codes are chosen in [`Error::code`].

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt, stream};
use prost::Message;
use tonic::{Extensions, Request, Response, Status};

use super::{
    access::{Access, Operation, Verb},
    convert::{
        API_VERSION, check_names, event_to_wire, object_from_wire, object_to_wire,
        selector_from_wire, watch_from_wire,
    },
};
use crate::{
    error::{Error, chain},
    metadata::Metadata,
    object::Object,
    state::{State, UpdateOptions, alike},
    text::Text,
    watch::{Change, Watch, WatchRequest},
    wire::{self, state_server::StateServer},
};

/// Events in one response are split where their encoding passes this size, a quarter of what clients accept.
const RESPONSE_BYTES: usize = 1024 * 1024;

/// The State API of one store.
#[derive(Debug)]
pub struct Server<A> {
    state: State,
    access: Arc<A>,
}

type Reply<T> = Result<Response<T>, Status>;
type Responses<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl<A: Access> Server<A> {
    /// Serves `state` to those whom `access` lets in.
    #[must_use]
    pub fn new(state: State, access: A) -> Self {
        Self { state, access: Arc::new(access) }
    }

    /// The service to put into a gRPC server.
    #[must_use]
    pub fn into_service(self) -> StateServer<Self> {
        StateServer::new(self)
    }

    fn check(&self, caller: &Extensions, operation: &Operation<'_>) -> Result<(), Status> {
        self.access.check(caller, operation)
    }

    fn check_write(
        &self,
        caller: &Extensions,
        verb: Verb,
        metadata: &wire::Metadata,
        owner: &str,
    ) -> Result<(), Status> {
        let wire::Metadata { namespace, r#type: kind, id, .. } = metadata;
        self.check(caller, &Operation { verb, namespace, kind, id: Some(id), owner })
    }

    /// The resource of a write, decoded if its type is known.
    fn accept(
        &self,
        caller: &Extensions,
        verb: Verb,
        resource: Option<wire::Resource>,
        owner: &str,
    ) -> Result<Object, Status> {
        // Who may not write is told so, whatever it is.
        let mut resource = resource.unwrap_or_default();
        let metadata = resource.metadata.get_or_insert_default().clone();
        let object = object_from_wire(resource);
        let finalizers = match (verb, &object) {
            (Verb::Update, Ok(object)) => self.finalizers_changed(object),
            _ => Vec::new(),
        };
        if finalizers.is_empty() {
            self.check_write(caller, verb, &metadata, owner)?;
        }
        for finalizer in &finalizers {
            self.check_write(caller, Verb::Hold, &metadata, finalizer)?;
        }
        let object = object?;
        check_names(object.metadata())?;
        Ok(self.state.decode(object)?)
    }

    /// The finalizers that an update adds or removes, if it does nothing else.
    ///
    /// It is of the version that is compared, so that it is refused if something else changes before it is done.
    fn finalizers_changed(&self, new: &Object) -> Vec<Text> {
        let wanted = new.metadata();
        let old = self.state.get(wanted.namespace(), wanted.kind(), wanted.id());
        let (Some(old), Ok(new)) = (old, self.state.decode(new.clone())) else { return Vec::new() };
        let current = old.metadata();
        if current.version() != wanted.version()
            || current.phase() != wanted.phase()
            || !alike(&old, &new)
        {
            return Vec::new();
        }
        let missing = |of: &Metadata, from: &Metadata| -> Vec<Text> {
            of.finalizers().iter().filter(|name| !from.has_finalizer(name)).cloned().collect()
        };
        [missing(wanted, current), missing(current, wanted)].concat()
    }

    /// Marks the resource of a request as unwanted; tells whether it can be destroyed at once.
    fn tear_down(
        &self,
        caller: &Extensions,
        metadata: &wire::Metadata,
        owner: &str,
    ) -> Result<bool, Status> {
        self.check_write(caller, Verb::Destroy, metadata, owner)?;
        let wire::Metadata { namespace, r#type: kind, id, .. } = metadata;
        Ok(self.state.teardown(namespace, kind, id, owner)?)
    }
}

#[tonic::async_trait]
impl<A: Access> wire::state_server::State for Server<A> {
    type ListStream = Responses<wire::ListResponse>;
    type WatchStream = Responses<wire::WatchResponse>;

    async fn get(&self, request: Request<wire::GetRequest>) -> Reply<wire::GetResponse> {
        let (_, caller, message) = request.into_parts();
        let wire::GetRequest { namespace, r#type: kind, id, .. } = &message;
        let operation = Operation { verb: Verb::Get, namespace, kind, id: Some(id), owner: "" };
        self.check(&caller, &operation)?;
        let object = self.state.get(namespace, kind, id);
        let object =
            object.ok_or_else(|| Error::NotFound((&Metadata::new(namespace, kind, id)).into()))?;
        Ok(Response::new(wire::GetResponse { resource: Some(object_to_wire(&object)) }))
    }

    async fn list(&self, request: Request<wire::ListRequest>) -> Reply<Self::ListStream> {
        let (_, caller, message) = request.into_parts();
        let wire::ListRequest { namespace, r#type: kind, options } = message;
        let operation =
            Operation { verb: Verb::List, namespace: &namespace, kind: &kind, id: None, owner: "" };
        self.check(&caller, &operation)?;
        let options = options.unwrap_or_default();
        let selector = selector_from_wire(options.label_query, options.id_query)?;
        let objects = self.state.list(&namespace, &kind, &selector);
        let responses = objects
            .into_iter()
            .map(|object| Ok(wire::ListResponse { resource: Some(object_to_wire(&object)) }));
        Ok(Response::new(stream::iter(responses).boxed()))
    }

    async fn create(&self, request: Request<wire::CreateRequest>) -> Reply<wire::CreateResponse> {
        let (_, caller, message) = request.into_parts();
        let owner = message.options.unwrap_or_default().owner;
        let object = self.accept(&caller, Verb::Create, message.resource, &owner)?;
        let stored = self.state.create(object, owner)?;
        Ok(Response::new(wire::CreateResponse { resource: Some(object_to_wire(&stored)) }))
    }

    async fn update(&self, request: Request<wire::UpdateRequest>) -> Reply<wire::UpdateResponse> {
        let (_, caller, message) = request.into_parts();
        let options = message.options.unwrap_or_default();
        let object = self.accept(&caller, Verb::Update, message.new_resource, &options.owner)?;
        let expected_phase = options.expected_phase.as_deref().map(str::parse).transpose();
        let options = UpdateOptions {
            owner: options.owner.into(),
            expected_phase: expected_phase
                .map_err(|error| Status::invalid_argument(format!("expected_phase: {error}")))?,
        };
        let stored = self.state.update(object, &options)?;
        Ok(Response::new(wire::UpdateResponse { resource: Some(object_to_wire(&stored)) }))
    }

    async fn destroy(
        &self,
        request: Request<wire::DestroyRequest>,
    ) -> Reply<wire::DestroyResponse> {
        let (_, caller, message) = request.into_parts();
        let owner = message.options.unwrap_or_default().owner;
        let metadata = named(message.namespace, message.r#type, message.id);
        self.check_write(&caller, Verb::Destroy, &metadata, &owner)?;
        self.state.destroy(&metadata.namespace, &metadata.r#type, &metadata.id, &owner)?;
        Ok(Response::new(wire::DestroyResponse {}))
    }

    async fn watch(&self, request: Request<wire::WatchRequest>) -> Reply<Self::WatchStream> {
        let (_, caller, message) = request.into_parts();
        let operation = Operation {
            verb: Verb::Watch,
            namespace: &message.namespace,
            kind: &message.r#type,
            id: message.id.as_deref(),
            owner: "",
        };
        self.check(&caller, &operation)?;
        let everything = message.api_version >= API_VERSION;
        let aggregated = message.options.as_ref().is_some_and(|options| options.aggregated);
        let request = watch_from_wire(message)?;
        let watch = self.state.watch(request.clone())?;
        let teller = Teller { watch, request, everything, aggregated };
        // Clients wait for an empty response before they believe in the watch.
        let first = stream::iter([Ok(wire::WatchResponse::default())]);
        let rest = stream::unfold(teller, |mut teller| async {
            let responses = teller.next().await?;
            Some((stream::iter(responses.into_iter().map(Ok)), teller))
        });
        Ok(Response::new(first.chain(rest.flatten()).boxed()))
    }

    async fn teardown(
        &self,
        request: Request<wire::TeardownRequest>,
    ) -> Reply<wire::TeardownResponse> {
        let (_, caller, message) = request.into_parts();
        let owner = message.options.unwrap_or_default().owner;
        let metadata = named(message.namespace, message.r#type, message.id);
        let destroy_ready = self.tear_down(&caller, &metadata, &owner)?;
        Ok(Response::new(wire::TeardownResponse { destroy_ready }))
    }

    /// Waits as long as somebody holds the resource and the caller waits for the reply.
    async fn teardown_and_destroy(
        &self,
        request: Request<wire::TeardownAndDestroyRequest>,
    ) -> Reply<wire::TeardownAndDestroyResponse> {
        let (_, caller, message) = request.into_parts();
        let owner = message.options.unwrap_or_default().owner;
        let metadata = named(message.namespace, message.r#type, message.id);
        let wire::Metadata { namespace, r#type: kind, id, .. } = &metadata;
        let mut ready = self.tear_down(&caller, &metadata, &owner)?;
        let mut watch = self.state.watch(WatchRequest::kind(namespace, kind).id(id))?;
        while !ready {
            let events = watch.next().await.unwrap_or_default();
            ready = events
                .iter()
                .filter_map(|event| event.change.object())
                .any(|object| object.metadata().is_destroy_ready() || object.is_tombstone());
            if events.is_empty() || events.iter().any(|e| matches!(e.change, Change::Errored(_))) {
                return Err(Status::aborted("too many changes while waiting"));
            }
        }
        self.state.destroy(namespace, kind, id, &owner)?;
        Ok(Response::new(wire::TeardownAndDestroyResponse {}))
    }
}

fn named(namespace: String, kind: String, id: String) -> wire::Metadata {
    wire::Metadata { namespace, r#type: kind, id, ..wire::Metadata::default() }
}

/// Puts a watch into words.
struct Teller {
    watch: Watch,
    request: WatchRequest,
    /// Whether the client knows of all kinds of events.
    everything: bool,
    /// Whether the client takes several events in one response.
    aggregated: bool,
}

impl Teller {
    /// The next responses, perhaps none; `None` once the watch is over.
    async fn next(&mut self) -> Option<Vec<wire::WatchResponse>> {
        let events = self.watch.next().await?;
        let mut responses: Vec<wire::WatchResponse> = Vec::new();
        let mut size = 0;
        for event in events {
            let known = !matches!(event.change, Change::Bootstrapped | Change::Errored(_));
            if !known && !self.everything {
                continue;
            }
            let event = event_to_wire(&event, &self.request.namespace, &self.request.kind);
            let bytes = event.encoded_len();
            match responses.last_mut() {
                Some(last) if self.aggregated && size + bytes <= RESPONSE_BYTES => {
                    last.event.push(event);
                    size += bytes;
                }
                _ => {
                    responses.push(wire::WatchResponse { event: vec![event] });
                    size = bytes;
                }
            }
        }
        Some(responses)
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Remote(status) => status,
            error => Self::new(error.code(), chain(&error)),
        }
    }
}
