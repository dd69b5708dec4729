//! Between the store's values and their protobuf messages.
//!
//! Both ends use it. What comes in is checked; what goes out cannot fail.

use prost_types::Timestamp as WireTimestamp;

use crate::{
    error::Error,
    labels::Labels,
    metadata::{Metadata, Version},
    object::Object,
    selector::{LabelQuery, Operator, Selector, Term},
    spec::Opaque,
    text::Text,
    time::Timestamp,
    watch::{Bookmark, Change, Event, Start, WatchRequest},
    wire,
};

/// Longest name that a client may give to anything: four times the longest DNS name, which ids are often made of.
const NAME_BYTES: usize = 1024;

/// The API version from which on clients know of every event.
pub(crate) const API_VERSION: i32 = 1;

fn invalid(field: &'static str, problem: impl ToString) -> Error {
    Error::Invalid { field, problem: problem.to_string() }
}

/// Refuses a resource whose names no store could hold.
pub(crate) fn check_names(metadata: &Metadata) -> Result<(), Error> {
    let names = [
        ("metadata.namespace", metadata.namespace()),
        ("metadata.type", metadata.kind()),
        ("metadata.id", metadata.id()),
    ];
    for (field, name) in names {
        if name.is_empty() || name.len() > NAME_BYTES {
            return Err(invalid(field, format!("must have 1 to {NAME_BYTES} bytes")));
        }
    }
    Ok(())
}

/// A resource. Clients insist on a spec; that of a tombstone is empty.
pub(crate) fn object_to_wire(object: &Object) -> wire::Resource {
    wire::Resource {
        metadata: Some(metadata_to_wire(object.metadata())),
        spec: Some(wire::Spec {
            proto_spec: object.to_proto().unwrap_or_default(),
            yaml_spec: object.to_yaml().unwrap_or_default(),
        }),
    }
}

/// A resource as it came, its spec opaque.
pub(crate) fn object_from_wire(resource: wire::Resource) -> Result<Object, Error> {
    let metadata = resource.metadata.ok_or_else(|| invalid("metadata", "is missing"))?;
    let metadata = metadata_from_wire(metadata)?;
    let wire::Spec { proto_spec, yaml_spec } = resource.spec.unwrap_or_default();
    Ok(Object::opaque(metadata, Opaque { proto: proto_spec, yaml: yaml_spec }))
}

fn metadata_to_wire(metadata: &Metadata) -> wire::Metadata {
    let time = |time: Timestamp| WireTimestamp { seconds: time.seconds(), nanos: time.nanos() };
    let labels = |labels: &Labels| {
        labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    };
    wire::Metadata {
        namespace: metadata.namespace().to_string(),
        r#type: metadata.kind().to_string(),
        id: metadata.id().to_string(),
        version: metadata.version().to_string(),
        owner: metadata.owner().to_string(),
        phase: metadata.phase().to_string(),
        created: Some(time(metadata.created())),
        updated: Some(time(metadata.updated())),
        finalizers: metadata.finalizers().iter().map(ToString::to_string).collect(),
        labels: labels(metadata.labels()),
        annotations: labels(metadata.annotations()),
    }
}

fn metadata_from_wire(wire: wire::Metadata) -> Result<Metadata, Error> {
    let time = |time: Option<WireTimestamp>| {
        time.map_or_else(Timestamp::default, |time| Timestamp::new(time.seconds, time.nanos))
    };
    let mut metadata = Metadata::new(wire.namespace, wire.r#type, wire.id);
    metadata.set_owner(wire.owner.into());
    // Left out, they are those of a resource that no store has seen.
    if !wire.version.is_empty() {
        metadata.set_version(wire.version.parse().map_err(|e| invalid("metadata.version", e))?);
    }
    if !wire.phase.is_empty() {
        metadata.set_phase(wire.phase.parse().map_err(|e| invalid("metadata.phase", e))?);
    }
    metadata.set_times(time(wire.created), time(wire.updated));
    for finalizer in wire.finalizers {
        metadata.add_finalizer(finalizer);
    }
    *metadata.labels_mut() = wire.labels.into_iter().collect();
    *metadata.annotations_mut() = wire.annotations.into_iter().collect();
    Ok(metadata)
}

pub(crate) fn selector_to_wire(
    selector: &Selector,
) -> (Vec<wire::LabelQuery>, Option<wire::IdQuery>) {
    let queries = selector
        .label_queries()
        .iter()
        .map(|query| wire::LabelQuery { terms: query.terms().iter().map(term_to_wire).collect() });
    let id = selector.id_pattern().map(|regexp| wire::IdQuery { regexp: regexp.to_owned() });
    (queries.collect(), id)
}

pub(crate) fn selector_from_wire(
    labels: Vec<wire::LabelQuery>,
    id: Option<wire::IdQuery>,
) -> Result<Selector, Error> {
    let mut selector = Selector::all();
    for query in labels {
        let terms = query.terms.into_iter().map(term_from_wire);
        let query = terms.collect::<Result<Vec<_>, _>>()?;
        selector = selector.or_labels(query.into_iter().fold(LabelQuery::new(), LabelQuery::and));
    }
    match id {
        Some(wire::IdQuery { regexp }) if !regexp.is_empty() => Ok(selector.id(&regexp)?),
        _ => Ok(selector),
    }
}

fn term_to_wire(term: &Term) -> wire::LabelTerm {
    use wire::label_term::Operation;
    let one = |value: &Text| vec![value.to_string()];
    let (op, value) = match &term.operator {
        Operator::Exists => (Operation::Exists, Vec::new()),
        Operator::Equal(value) => (Operation::Equal, one(value)),
        Operator::In(values) => (Operation::In, values.iter().map(ToString::to_string).collect()),
        Operator::Less(value) => (Operation::Lt, one(value)),
        Operator::LessOrEqual(value) => (Operation::Lte, one(value)),
        Operator::LessNumeric(value) => (Operation::LtNumeric, one(value)),
        Operator::LessOrEqualNumeric(value) => (Operation::LteNumeric, one(value)),
    };
    wire::LabelTerm { key: term.key.to_string(), op: op.into(), value, invert: term.invert }
}

fn term_from_wire(wire: wire::LabelTerm) -> Result<Term, Error> {
    use wire::label_term::Operation;
    let op = Operation::try_from(wire.op)
        .or(Err(invalid("label_query.op", format!("{} is unknown", wire.op))))?;
    let mut values = wire.value.into_iter().map(Text::from);
    let mut one = || values.next().ok_or_else(|| invalid("label_query.value", "is missing"));
    #[expect(deprecated, reason = "old clients send it")]
    let (operator, invert) = match op {
        Operation::Exists => (Operator::Exists, wire.invert),
        Operation::NotExists => (Operator::Exists, !wire.invert),
        Operation::Equal => (Operator::Equal(one()?), wire.invert),
        Operation::In => (Operator::In(values.collect()), wire.invert),
        Operation::Lt => (Operator::Less(one()?), wire.invert),
        Operation::Lte => (Operator::LessOrEqual(one()?), wire.invert),
        Operation::LtNumeric => (Operator::LessNumeric(one()?), wire.invert),
        Operation::LteNumeric => (Operator::LessOrEqualNumeric(one()?), wire.invert),
    };
    Ok(Term { key: wire.key.into(), operator, invert })
}

pub(crate) fn watch_to_wire(request: &WatchRequest) -> wire::WatchRequest {
    let (label_query, id_query) = selector_to_wire(&request.selector);
    let mut options = wire::WatchOptions {
        label_query,
        id_query,
        aggregated: true,
        bootstrap_bookmark: request.bookmark,
        ..wire::WatchOptions::default()
    };
    match request.start {
        Start::Now => {}
        Start::Contents => options.bootstrap_contents = true,
        Start::Tail(count) => options.tail_events = i32::try_from(count).unwrap_or(i32::MAX),
        Start::After(bookmark) => options.start_from_bookmark = Some(bookmark.as_bytes().to_vec()),
    }
    wire::WatchRequest {
        namespace: request.namespace.to_string(),
        r#type: request.kind.to_string(),
        id: request.id.as_ref().map(ToString::to_string),
        options: Some(options),
        api_version: API_VERSION,
    }
}

pub(crate) fn watch_from_wire(wire: wire::WatchRequest) -> Result<WatchRequest, Error> {
    let options = wire.options.unwrap_or_default();
    let bookmark = options.start_from_bookmark.as_deref().filter(|bytes| !bytes.is_empty());
    let tail = usize::try_from(options.tail_events).unwrap_or(0);
    let start = match (options.bootstrap_contents, tail, bookmark) {
        (true, 0, None) => Start::Contents,
        (false, 0, None) => Start::Now,
        (false, count, None) => Start::Tail(count),
        (false, 0, Some(bytes)) => Start::After(Bookmark::try_from(bytes)?),
        (false, _, Some(_)) => {
            return Err(Error::ConflictingOptions("tail_events and start_from_bookmark"));
        }
        (true, _, _) => {
            return Err(Error::ConflictingOptions(
                "bootstrap_contents and tail_events or start_from_bookmark",
            ));
        }
    };
    Ok(WatchRequest {
        namespace: wire.namespace.into(),
        kind: wire.r#type.into(),
        id: wire.id.map(Text::from),
        start,
        selector: selector_from_wire(options.label_query, options.id_query)?,
        bookmark: options.bootstrap_bookmark,
    })
}

/// An event of a watch of `kind` in `namespace`.
pub(crate) fn event_to_wire(event: &Event, namespace: &str, kind: &str) -> wire::Event {
    use wire::EventType;
    let mut wire = wire::Event {
        bookmark: event.bookmark.map(|bookmark| bookmark.as_bytes().to_vec()),
        ..wire::Event::default()
    };
    let nothing = || object_to_wire(&Object::tombstone(Metadata::new(namespace, kind, "")));
    let (event_type, resource) = match &event.change {
        Change::Created(object) => (EventType::Created, Some(object_to_wire(object))),
        Change::Updated { old, new } => {
            wire.old = Some(object_to_wire(old));
            (EventType::Updated, Some(object_to_wire(new)))
        }
        Change::Destroyed(object) => (EventType::Destroyed, Some(object_to_wire(object))),
        Change::Bootstrapped => (EventType::Bootstrapped, Some(nothing())),
        Change::Noop => (EventType::Noop, Some(nothing())),
        Change::Errored(error) => {
            wire.error = Some(error.clone());
            (EventType::Errored, None)
        }
    };
    wire.resource = resource;
    wire.set_event_type(event_type);
    wire
}

pub(crate) fn event_from_wire(wire: wire::Event) -> Result<Event, Error> {
    use wire::EventType;
    let event_type = EventType::try_from(wire.event_type)
        .or(Err(invalid("event_type", format!("{} is unknown", wire.event_type))))?;
    let object = |resource: Option<wire::Resource>, field| {
        object_from_wire(resource.ok_or_else(|| invalid(field, "is missing"))?)
    };
    let change = match event_type {
        EventType::Created => Change::Created(object(wire.resource, "resource")?),
        EventType::Updated => Change::Updated {
            old: object(wire.old, "old")?,
            new: object(wire.resource, "resource")?,
        },
        EventType::Destroyed => Change::Destroyed(match object(wire.resource, "resource")? {
            never if never.metadata().version() == Version::UNDEFINED => {
                Object::tombstone(never.metadata().clone())
            }
            last => last,
        }),
        EventType::Bootstrapped => Change::Bootstrapped,
        EventType::Errored => Change::Errored(wire.error.unwrap_or_default()),
        EventType::Noop => Change::Noop,
    };
    let bookmark = wire.bookmark.as_deref().map(Bookmark::try_from).transpose()?;
    Ok(Event { change, bookmark })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{metadata::Phase, testing::Note};

    #[test]
    fn a_resource_comes_back_as_it_went() {
        let mut object = Object::new("ns", "id", Note::new("a", "b"));
        let metadata = object.edit();
        metadata.labels_mut().set("l", "1");
        metadata.annotations_mut().set("a", "2");
        metadata.add_finalizer("f");
        metadata.set_phase(Phase::TearingDown);
        metadata.set_owner("owner".into());
        metadata.set_times(Timestamp::new(1, 2), Timestamp::new(3, 4));
        let back = object_from_wire(object_to_wire(&object)).unwrap();
        assert_eq!(back.metadata(), object.metadata());
        assert_eq!(Object::from(back.downcast::<Note>().unwrap()), object);
    }

    #[test]
    fn a_selector_comes_back_as_it_went() {
        let terms = [
            Term::new("k", Operator::Exists),
            !Term::new("k", Operator::Equal("v".into())),
            Term::new("k", Operator::In(vec!["a".into(), "b".into()])),
            Term::new("k", Operator::Less("v".into())),
            Term::new("k", Operator::LessOrEqual("v".into())),
            Term::new("k", Operator::LessNumeric("1".into())),
            Term::new("k", Operator::LessOrEqualNumeric("1".into())),
        ];
        let query = terms.into_iter().fold(LabelQuery::new(), LabelQuery::and);
        let selector = Selector::all().or_labels(query).id("^a$").unwrap();
        let (labels, id) = selector_to_wire(&selector);
        let back = selector_from_wire(labels, id).unwrap();
        assert_eq!(back.label_queries(), selector.label_queries());
        assert_eq!(back.id_pattern(), selector.id_pattern());
    }

    #[test]
    fn the_old_operator_for_absence_is_understood() {
        let term = |invert| wire::LabelTerm { key: "k".into(), op: 2, value: vec![], invert };
        assert_eq!(term_from_wire(term(false)).unwrap(), !Term::new("k", Operator::Exists));
        assert_eq!(term_from_wire(term(true)).unwrap(), Term::new("k", Operator::Exists));
    }
}
