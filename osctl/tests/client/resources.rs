//! `get`: types by their names, tables and documents, watches that are cut and resumed.

use cosi::wire::meta::ResourceDefinitionSpec;
use cosi::wire::meta::resource_definition_spec::PrintColumn;
use cosi::wire::{
    Event, EventType, GetRequest, GetResponse, ListRequest, ListResponse, Metadata, Resource, Spec,
    WatchRequest, WatchResponse,
};
use prost::Message as _;

use crate::fake::run::Client;
use crate::fake::{Call, Door, Fake, Reply, Scripts};

const GET: &str = "/cosi.resource.State/Get";
const LIST: &str = "/cosi.resource.State/List";
const WATCH: &str = "/cosi.resource.State/Watch";
const ADDRESSES: &str = "AddressStatuses.net.talos.dev";

/// A resource as a node has it.
fn resource(kind: &str, id: &str, version: &str, yaml: &str) -> Resource {
    let stamp = prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 };
    Resource {
        metadata: Some(Metadata {
            namespace: "network".to_owned(),
            r#type: kind.to_owned(),
            id: id.to_owned(),
            version: version.to_owned(),
            owner: "network.AddressStatus".to_owned(),
            phase: "running".to_owned(),
            created: Some(stamp),
            updated: Some(stamp),
            ..Metadata::default()
        }),
        spec: Some(Spec { proto_spec: Vec::new(), yaml_spec: yaml.to_owned() }),
    }
}

/// An address.
fn address(id: &str, version: &str) -> Resource {
    let yaml = format!("address: {id}\nlinkName: eth0\nflags: []\n");
    resource(ADDRESSES, id, version, &yaml)
}

/// The definition of a type.
fn definition(kind: &str, display: &str, aliases: &[&str], columns: &[(&str, &str)]) -> Resource {
    let spec = ResourceDefinitionSpec {
        resource_type: kind.to_owned(),
        display_type: display.to_owned(),
        default_namespace: "network".to_owned(),
        all_aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        print_columns: columns
            .iter()
            .map(|(name, path)| PrintColumn {
                name: (*name).to_owned(),
                json_path: (*path).to_owned(),
            })
            .collect(),
        ..ResourceDefinitionSpec::default()
    };
    let mut resource =
        resource("ResourceDefinitions.meta.cosi.dev", &kind.to_lowercase(), "1", "x: 1\n");
    resource.spec = Some(Spec { proto_spec: spec.encode_to_vec(), yaml_spec: "x: 1\n".to_owned() });
    resource
}

/// Answers lists: the definitions, and two addresses.
fn list(call: &Call) -> Reply {
    let request: ListRequest = call.read();
    let found = if request.r#type == ADDRESSES {
        vec![address("10.5.0.2/24", "1"), address("fd00::2/64", "3")]
    } else {
        let columns = [("Address", "{.address}"), ("Link", "{.linkName}")];
        vec![
            definition(ADDRESSES, "AddressStatus", &["addressstatus", "as", "address"], &columns),
            definition("AddressSpecs.net.talos.dev", "AddressSpec", &["addressspec", "as"], &[]),
        ]
    };
    let found: Vec<ListResponse> =
        found.into_iter().map(|resource| ListResponse { resource: Some(resource) }).collect();
    Reply::many(&found)
}

/// A node with these answers to watches.
fn node(watch: impl Fn(&Call) -> Reply + Send + Sync + 'static) -> (Fake, Client) {
    let scripts = Scripts::default().on(LIST, list).on(WATCH, watch).on(GET, |call| {
        match call.read::<GetRequest>().id.as_str() {
            "10.5.0.2/24" => {
                Reply::one(&GetResponse { resource: Some(address("10.5.0.2/24", "1")) })
            }
            _ => Reply::no(
                5,
                "resource AddressStatuses.net.talos.dev(network/x@undefined) doesn't exist",
            ),
        }
    });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:reader"], &["10.5.0.2"]);
    (fake, client)
}

/// An event with its place.
fn event(kind: EventType, resource: Resource, bookmark: &[u8]) -> WatchResponse {
    let event = Event {
        resource: Some(resource),
        event_type: kind.into(),
        bookmark: (!bookmark.is_empty()).then(|| bookmark.to_vec()),
        ..Event::default()
    };
    WatchResponse { event: vec![event] }
}

/// The event that ends the beginning.
fn bootstrapped(bookmark: &[u8]) -> WatchResponse {
    event(EventType::Bootstrapped, Resource::default(), bookmark)
}

#[test]
fn a_type_goes_by_its_names() {
    let (fake, client) = node(|_| Reply::no(12, ""));
    client.run(&["get", "Address"]).golden("get/table");
    let calls = fake.calls_of(LIST);
    assert_eq!(calls[0].metadata("node"), ["10.5.0.2"]);
    assert_eq!(calls[0].metadata("nodes"), [""; 0]);
    let request: ListRequest = calls[1].read();
    assert_eq!((request.namespace.as_str(), request.r#type.as_str()), ("network", ADDRESSES));
    client.run(&["get", "AS"]).golden("get/ambiguous");
    client.run(&["get", "nope"]).golden("get/unknown-type");
    client.run(&["get", "addressstatuses.net.talos.dev", "--namespace", "other"]);
    assert_eq!(
        fake.calls_of(LIST).last().expect("a call").read::<ListRequest>().namespace,
        "other"
    );
}

#[test]
fn every_node_is_asked_by_itself() {
    let (fake, client) = node(|_| Reply::no(12, ""));
    client.run(&["get", "address", "-n", "a,b"]).golden("get/two-nodes");
    let asked: Vec<Vec<String>> =
        fake.calls_of(LIST).iter().map(|call| call.metadata("node")).collect();
    assert_eq!(asked.len(), 3);
    assert!(asked.contains(&vec!["b".to_owned()]), "{asked:?}");
}

#[test]
fn one_resource_has_many_forms() {
    let (_fake, client) = node(|_| Reply::no(12, ""));
    for form in ["table", "yaml", "json", "jsonpath={.spec.address} on {.spec.linkName}"] {
        let name = form.split('=').next().expect("a name");
        client
            .run(&["get", "address", "10.5.0.2/24", "-o", form])
            .golden(&format!("get/one-{name}"));
    }
    client.run(&["get", "address", "x"]).golden("get/absent");
    let ran = client.run(&["get", "address", "-o", "jsonpath={.a"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn a_cut_watch_is_resumed_where_it_was() {
    let (fake, client) = node(|call| match call.earlier {
        0 => Reply::many(&[
            WatchResponse::default(),
            event(EventType::Created, address("10.5.0.2/24", "1"), b""),
            bootstrapped(b"\x01"),
            event(EventType::Updated, address("10.5.0.2/24", "2"), b"\x02"),
        ])
        .cut(),
        1 => Reply::many(&[
            WatchResponse::default(),
            event(EventType::Created, address("10.5.0.9/24", "1"), b"\x03"),
            event(EventType::Destroyed, address("10.5.0.2/24", "2"), b"\x04"),
        ])
        .then(7, "namespace \"network\" is not supported"),
        _ => Reply::no(12, ""),
    });
    let ran = client.run(&["get", "address", "-w"]);
    assert_eq!(ran.err.matches("trying again").count(), 1, "{ran:?}");
    let quiet = crate::fake::run::Ran {
        err: ran.err.lines().skip(1).map(|line| format!("{line}\n")).collect(),
        ..ran
    };
    quiet.golden("get/watch-resumed");
    let requests: Vec<WatchRequest> = fake.calls_of(WATCH).iter().map(Call::read).collect();
    let options: Vec<_> =
        requests.into_iter().map(|request| request.options.expect("options")).collect();
    assert!(options[0].bootstrap_contents && options[0].start_from_bookmark.is_none());
    assert!(!options[1].bootstrap_contents);
    assert_eq!(options[1].start_from_bookmark.as_deref(), Some(&b"\x02"[..]));
}

#[test]
fn a_forgotten_place_begins_anew_and_tells_what_differs() {
    let (fake, client) = node(|call| match call.earlier {
        0 => Reply::many(&[
            event(EventType::Created, address("same", "1"), b""),
            event(EventType::Created, address("older", "1"), b""),
            event(EventType::Created, address("gone", "1"), b""),
            bootstrapped(b"\x01"),
        ])
        .cut(),
        1 => Reply::no(9, "bookmark is too old"),
        2 => Reply::many(&[
            event(EventType::Created, address("same", "1"), b""),
            event(EventType::Created, address("older", "2"), b""),
            event(EventType::Created, address("new", "1"), b""),
            bootstrapped(b"\x05"),
        ])
        .then(7, "that is all"),
        _ => Reply::no(12, ""),
    });
    let ran = client.run(&["get", "address", "-w"]);
    assert_eq!(fake.calls_of(WATCH).len(), 3);
    let rows: Vec<(&str, &str)> = ran
        .out
        .lines()
        .skip(4)
        .map(|row| {
            (
                row.get(11..12).unwrap_or_default(),
                row.split_whitespace().rev().nth(1).unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(rows, [(" ", "older"), ("+", "new"), ("-", "gone")], "{ran:?}");
}

#[test]
fn a_watch_of_one_resource_prints_at_once() {
    let (fake, client) = node(|_| {
        Reply::many(&[
            WatchResponse::default(),
            event(EventType::Created, address("10.5.0.2/24", "1"), b""),
            event(EventType::Updated, address("10.5.0.2/24", "2"), b"\x01"),
        ])
        .then(7, "that is all")
    });
    client.run(&["get", "address", "10.5.0.2/24", "-w", "-o", "yaml"]).golden("get/watch-one");
    let request: WatchRequest = fake.calls_of(WATCH)[0].read();
    assert_eq!(request.id.as_deref(), Some("10.5.0.2/24"));
    assert_eq!(request.api_version, 1);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::{BufRead as _, BufReader};
    let (_fake, client) = node(|_| {
        let many: Vec<WatchResponse> = (0..20_000)
            .map(|version| event(EventType::Updated, address("a", &version.to_string()), b"\x01"))
            .collect();
        Reply::one(&bootstrapped(b"\x01")).with(&many).forever()
    });
    let mut child = client.start(&["get", "address", "-w"]);
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut String::new()).expect("a line");
    drop(reader);
    assert_eq!(child.wait().expect("an end").code(), Some(0));
}
