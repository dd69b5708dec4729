//! Resources of a node: finding their type, getting, listing, watching.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use api::MESSAGE_LIMIT;
use cosi::wire::meta::ResourceDefinitionSpec;
use cosi::wire::state_client::StateClient;
use cosi::wire::{
    Event, EventType, GetRequest, ListRequest, Metadata, Resource, WatchOptions, WatchRequest,
};
use prost::Message as _;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::client::{Group, within};
use crate::exit::usage;
use crate::fault::Fault;
use crate::jsonpath::Template;

/// The type of every type, and where the definitions are.
const DEFINITIONS: &str = "ResourceDefinitions.meta.cosi.dev";
const META: &str = "meta";
/// Most resources of one list: a node has some thousands of the most numerous type.
const MAX_ITEMS: usize = 100_000;
/// First pause before a lost watch is resumed; it doubles up to the second.
const PAUSE: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];
/// How long a lost watch is tried again: longer than a reboot takes.
const GIVE_UP: Duration = Duration::from_secs(15 * 60);

/// The path of each call.
pub(crate) const GET: &str = "/cosi.resource.State/Get";
pub(crate) const LIST: &str = "/cosi.resource.State/List";
pub(crate) const WATCH: &str = "/cosi.resource.State/Watch";

/// A resource type as its definition has it.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    /// Its full name.
    pub(crate) name: String,
    /// What it is called in tables.
    pub(crate) display: String,
    /// Where its resources are unless said otherwise.
    pub(crate) namespace: String,
    /// What tables show besides: name and template.
    pub(crate) columns: Vec<(String, Template)>,
}

impl Kind {
    /// The type that a definition describes. A column that cannot be read is left out: the node may
    /// be newer than this client.
    fn of(spec: ResourceDefinitionSpec) -> Self {
        let columns = spec
            .print_columns
            .into_iter()
            .filter_map(|column| Some((column.name, Template::parse(&column.json_path).ok()?)));
        Self {
            name: spec.resource_type,
            display: spec.display_type,
            namespace: spec.default_namespace,
            columns: columns.collect(),
        }
    }
}

/// The store of a node.
fn state(group: &Group) -> StateClient<Channel> {
    StateClient::new(group.channel()).max_decoding_message_size(MESSAGE_LIMIT)
}

/// Finds the type that a person means: by the id of its definition or one of its aliases, whatever
/// the case.
///
/// # Errors
/// [`Fault`] when the node does not tell; usage when no type or more than one is meant.
pub(crate) async fn resolve(group: &Group, wanted: &str) -> anyhow::Result<Kind> {
    let mut found = Vec::new();
    for resource in list(group, META, DEFINITIONS).await? {
        let id = resource.metadata.map(|metadata| metadata.id).unwrap_or_default();
        let spec = resource.spec.unwrap_or_default().proto_spec;
        let spec = ResourceDefinitionSpec::decode(spec.as_slice())
            .with_context(|| format!("definition of {id}"))?;
        if names(&id, &spec.all_aliases, wanted) {
            found.push(Kind::of(spec));
        }
    }
    match found.len() {
        1 => found.pop().context("one was found"),
        0 => Err(usage(format!("no resource type {wanted:?}: osctl get rd lists them"))),
        _ => {
            let all: Vec<&str> = found.iter().map(|kind| kind.name.as_str()).collect();
            Err(usage(format!("{wanted:?} may mean {}", all.join(", "))))
        }
    }
}

/// Every type of a node. A definition that cannot be read is left out: the node may be newer than
/// this client.
pub(crate) async fn definitions(group: &Group) -> Result<Vec<Kind>, Fault> {
    let definitions = list(group, META, DEFINITIONS).await?.into_iter();
    let specs = definitions.filter_map(|resource| {
        ResourceDefinitionSpec::decode(resource.spec?.proto_spec.as_slice()).ok()
    });
    Ok(specs.map(Kind::of).collect())
}

/// Whether a definition goes by this name.
fn names(id: &str, aliases: &[String], wanted: &str) -> bool {
    id.eq_ignore_ascii_case(wanted)
        || aliases.iter().any(|alias| alias.eq_ignore_ascii_case(wanted))
}

/// One resource.
pub(crate) async fn get(
    group: &Group,
    namespace: &str,
    kind: &str,
    id: &str,
) -> Result<Resource, Fault> {
    let request = GetRequest {
        namespace: namespace.to_owned(),
        r#type: kind.to_owned(),
        id: id.to_owned(),
        options: None,
    };
    let response = state(group).get(within(group.one(request))).await;
    let resource = response.map_err(|status| group.fault(GET, status))?.into_inner().resource;
    resource.ok_or_else(|| Fault::said(Code::Internal, "the answer holds no resource"))
}

/// All resources of a type.
pub(crate) async fn list(
    group: &Group,
    namespace: &str,
    kind: &str,
) -> Result<Vec<Resource>, Fault> {
    let fault = |status| group.fault(LIST, status);
    let request =
        ListRequest { namespace: namespace.to_owned(), r#type: kind.to_owned(), options: None };
    let response = state(group).list(within(group.one(request))).await;
    let mut stream = response.map_err(fault)?.into_inner();
    let mut found = Vec::new();
    while let Some(item) = stream.message().await.map_err(fault)? {
        found.extend(item.resource);
        if found.len() > MAX_ITEMS {
            return Err(too_many());
        }
    }
    Ok(found)
}

/// The answer to a node that sends more than it can have.
fn too_many() -> Fault {
    Fault::said(Code::OutOfRange, "more than 100000 resources")
}

/// What a watch reports.
#[derive(Debug)]
pub(crate) enum Change {
    /// A resource came, also one that was there before.
    Created(Resource),
    /// A resource changed.
    Updated(Resource),
    /// A resource went.
    Destroyed(Resource),
    /// All that was there before has been reported.
    Complete,
    /// The connection was lost; it is tried again.
    Lost(Fault),
    /// Nothing more will come.
    End(Fault),
}

/// What is watched at one node.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Its namespace.
    pub(crate) namespace: String,
    /// Its type.
    pub(crate) kind: String,
    /// One resource; all of the type when absent.
    pub(crate) id: Option<String>,
}

/// Watches until nobody listens or it is of no use, resuming after a lost connection.
pub(crate) async fn watch(group: Group, target: Target, to: Sender<(Group, Change)>) {
    let mut follower = Follower { group, target, to, bookmark: None, known: BTreeMap::new() };
    let mut complete = false;
    let mut pause = PAUSE[0];
    let mut lost_since: Option<Instant> = None;
    loop {
        let fault = match follower.once(&mut complete, &mut lost_since).await {
            Ok(()) => return,
            Err(Broken::Nobody) => return,
            Err(Broken::Fault(fault)) => fault,
        };
        if lost_since.is_none() {
            pause = PAUSE[0];
        }
        let since = *lost_since.get_or_insert_with(Instant::now);
        // The node forgot where we were: begin anew, and tell only what differs.
        if fault.is(Code::FailedPrecondition) && follower.bookmark.take().is_some() {
            continue;
        }
        let again = complete && matches!(fault, Fault::Unreachable(_)) && since.elapsed() < GIVE_UP;
        let change = if again { Change::Lost(fault) } else { Change::End(fault) };
        if follower.tell(change).await.is_err() || !again {
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE[1]);
    }
}

/// Why one stream of a watch ended.
enum Broken {
    /// The listener went away.
    Nobody,
    /// The node or the connection.
    Fault(Fault),
}

/// One watch across its connections.
struct Follower {
    group: Group,
    target: Target,
    to: Sender<(Group, Change)>,
    /// Where the next stream begins.
    bookmark: Option<Vec<u8>>,
    /// What the listener knows: metadata by id, with which a new beginning is compared.
    known: BTreeMap<String, Metadata>,
}

impl Follower {
    /// One stream, to its end.
    async fn once(
        &mut self,
        complete: &mut bool,
        lost_since: &mut Option<Instant>,
    ) -> Result<(), Broken> {
        let resumed = self.bookmark.is_some();
        let request = self.request();
        let group = self.group.clone();
        let fault = |status: Status| Broken::Fault(group.fault(WATCH, status));
        let response = state(&self.group).watch(self.group.one(request)).await;
        let mut stream = response.map_err(fault)?.into_inner();
        let mut seen = (!resumed && *complete).then(BTreeMap::new);
        while let Some(message) = stream.message().await.map_err(fault)? {
            *lost_since = None;
            for event in message.event {
                self.take(event, complete, &mut seen).await?;
            }
        }
        Err(Broken::Fault(Fault::Unreachable("the node ended the watch".to_owned())))
    }

    /// What the node is asked for.
    fn request(&self) -> WatchRequest {
        let bookmark = self.bookmark.clone();
        WatchRequest {
            namespace: self.target.namespace.clone(),
            r#type: self.target.kind.clone(),
            id: self.target.id.clone(),
            options: Some(WatchOptions {
                bootstrap_contents: self.target.id.is_none() && bookmark.is_none(),
                start_from_bookmark: bookmark,
                ..WatchOptions::default()
            }),
            api_version: 1,
        }
    }

    /// One event. `seen` collects the ids of a new beginning after which the listener is told only
    /// what differs from what it knows.
    async fn take(
        &mut self,
        event: Event,
        complete: &mut bool,
        seen: &mut Option<BTreeMap<String, ()>>,
    ) -> Result<(), Broken> {
        let kind = event.event_type();
        if let Some(bookmark) = event.bookmark {
            self.bookmark = Some(bookmark);
        }
        if kind == EventType::Errored {
            let text = event.error.unwrap_or_default();
            return Err(Broken::Fault(Fault::said(Code::Unknown, &text)));
        }
        let resource = event.resource.unwrap_or_default();
        let metadata = resource.metadata.clone().unwrap_or_default();
        match kind {
            EventType::Created | EventType::Updated => {
                if let Some(seen) = seen {
                    seen.insert(metadata.id.clone(), ());
                }
                let before = self.known.insert(metadata.id.clone(), metadata.clone());
                if self.known.len() > MAX_ITEMS {
                    return Err(Broken::Fault(too_many()));
                }
                let same = |before: &Metadata| {
                    before.version == metadata.version && before.phase == metadata.phase
                };
                match before {
                    Some(before) if seen.is_some() && same(&before) => {}
                    Some(_) => self.tell(Change::Updated(resource)).await?,
                    None if kind == EventType::Updated => {
                        self.tell(Change::Updated(resource)).await?;
                    }
                    None => self.tell(Change::Created(resource)).await?,
                }
                if self.target.id.is_some() {
                    *complete = true;
                }
            }
            EventType::Destroyed => {
                let known = self.known.remove(&metadata.id).is_some();
                if known || self.target.id.is_some() {
                    self.tell(Change::Destroyed(resource)).await?;
                }
                if self.target.id.is_some() {
                    *complete = true;
                }
            }
            EventType::Bootstrapped => {
                *complete = true;
                for gone in self.gone(seen.take()) {
                    self.tell(Change::Destroyed(gone)).await?;
                }
                self.tell(Change::Complete).await?;
            }
            EventType::Errored | EventType::Noop => {}
        }
        Ok(())
    }

    /// What was known and is not in a new beginning.
    fn gone(&mut self, seen: Option<BTreeMap<String, ()>>) -> Vec<Resource> {
        let Some(seen) = seen else { return Vec::new() };
        let gone: Vec<Metadata> =
            self.known.values().filter(|known| !seen.contains_key(&known.id)).cloned().collect();
        for metadata in &gone {
            self.known.remove(&metadata.id);
        }
        gone.into_iter().map(|metadata| Resource { metadata: Some(metadata), spec: None }).collect()
    }

    async fn tell(&self, change: Change) -> Result<(), Broken> {
        self.to.send((self.group.clone(), change)).await.map_err(|_closed| Broken::Nobody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        let aliases = ["linkstatus".to_owned(), "ls".to_owned()];
        assert!(names("linkstatuses.net.talos.dev", &aliases, "LinkStatuses.net.talos.dev"));
        assert!(names("linkstatuses.net.talos.dev", &aliases, "LS"));
        assert!(!names("linkstatuses.net.talos.dev", &aliases, "link"));
    }

    #[test]
    fn a_column_that_cannot_be_read_is_left_out() {
        use cosi::wire::meta::resource_definition_spec::PrintColumn;
        let column = |name: &str, path: &str| PrintColumn {
            name: name.to_owned(),
            json_path: path.to_owned(),
        };
        let kind = Kind::of(ResourceDefinitionSpec {
            print_columns: vec![column("A", "{.a}"), column("B", "{.b"), column("C", "{@}")],
            ..ResourceDefinitionSpec::default()
        });
        let names: Vec<&str> = kind.columns.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["A", "C"]);
    }
}
