//! `get` against the State API of a real store with our resource types.

use std::io::{BufRead as _, BufReader};
use std::sync::Arc;

use api::inspect::{
    ControllerDependencyEdge, ControllerRuntimeDependenciesResponse, ControllerRuntimeDependency,
    DependencyEdgeType,
};
use cosi::{State, SystemClock};
use resources::network::HostnameStatus;

use crate::fake::run::Client;
use crate::fake::{Door, Fake, Reply, Scripts};

const OWNER: &str = "network.HostnameStatus";

/// A store with a name in it, its node, and a client of that.
fn node() -> (State, Fake, Client) {
    let state = State::new(Arc::new(SystemClock));
    resources::register_all(&state);
    rename(&state, "one");
    let fake = Fake::start(Door::Mutual, Scripts::default().store(&state));
    let client = Client::of(&fake, &["os:reader"], &["10.5.0.2"]);
    (state, fake, client)
}

/// Gives the node a name.
fn rename(state: &State, name: &str) {
    let spec = HostnameStatus { hostname: name.to_owned(), domainname: "example".to_owned() };
    let namespace = <HostnameStatus as cosi::Spec>::NAMESPACE;
    state.put(namespace, HostnameStatus::ID, OWNER, spec).expect("stored");
}

#[test]
fn types_are_found_by_all_their_names() {
    let (_state, _fake, client) = node();
    let all = client.run(&["get", "rd"]);
    assert_eq!((all.code, all.err.as_str()), (Some(0), ""), "{all:?}");
    for kind in ["hostnamestatuses.net.talos.dev", "namespaces.meta.cosi.dev"] {
        assert!(all.out.contains(kind), "{kind} in {}", all.out);
    }
    for name in
        ["hostname", "hostnamestatus", "HostnameStatuses.net.talos.dev", "hostnamestatuses.net"]
    {
        let ran = client.run(&["get", name, "-o", "jsonpath={.spec.hostname}"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), "one\n"), "{name}: {ran:?}");
    }
    client.run(&["get", "hostname"]).golden("store/table");
}

#[test]
fn the_graph_of_controllers_can_show_what_there_is() {
    let state = State::new(Arc::new(SystemClock));
    resources::register_all(&state);
    rename(&state, "one");
    let edge = ControllerDependencyEdge {
        controller_name: OWNER.to_owned(),
        edge_type: DependencyEdgeType::OutputExclusive.into(),
        resource_type: <HostnameStatus as cosi::Spec>::TYPE.to_owned(),
        ..ControllerDependencyEdge::default()
    };
    let graph = ControllerRuntimeDependency { metadata: None, edges: vec![edge] };
    let answer = ControllerRuntimeDependenciesResponse { messages: vec![graph] };
    let path = "/inspect.InspectService/ControllerRuntimeDependencies";
    let scripts = Scripts::default().store(&state).on(path, move |_| Reply::one(&answer));
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:reader"], &["10.5.0.2"]);
    client.run(&["inspect", "dependencies"]).golden("store/dependencies");
    client
        .run(&["inspect", "dependencies", "--with-resources"])
        .golden("store/dependencies-resources");
}

#[test]
fn a_watch_outlives_its_connections() {
    let (state, fake, client) = node();
    let mut child = client.start(&["get", "hostname", "-w"]);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    assert!(next().starts_with("NODE"));
    let mut row = || next().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(row()[1], "+");
    rename(&state, "two");
    assert_eq!(row().iter().rev().nth(1).expect("a name"), "two");
    for name in ["three", "four", "five"] {
        fake.cut();
        rename(&state, name);
        assert_eq!(row().iter().rev().nth(1).expect("a name"), name);
    }
    child.kill().expect("a process");
    child.wait().expect("an end");
}
