//! Calls that are for this node, for another one, for several.

use std::sync::atomic::Ordering;
use std::time::Duration;

use api::common;
use api::machine::HostnameResponse;
use prost::Message;
use tonic::Code;
use types::caller::{Caller, Role, Roles};

use super::certificates::{authority, client, signer};
use super::world::{
    ENDLESS, FAILING, GET, Kind, LONG, Node, STREAM, VERSION, begin, call, refused,
};
use crate::token::{HEADER, LIFETIME, Token};

/// Two control planes at one port of two addresses, and a connection of an operator to the first.
async fn two() -> (Node, Node, config::pki::Authority) {
    let authority = authority();
    let one = Node::start("127.0.0.1", 0).await;
    let two = Node::start("127.0.0.2", one.port).await;
    let admin = client(&authority, &["os:admin"]);
    for node in [&one, &two] {
        node.configure(&authority, Kind::ControlPlane);
        node.connect_when_ready(&admin).await;
    }
    (one, two, authority)
}

/// Who answered, what they said, and with which error, item by item.
fn items(answer: &[u8]) -> Vec<(String, String, i32)> {
    let item = |item: api::machine::Hostname| {
        let metadata = item.metadata.unwrap();
        let code = metadata.status.map_or(0, |status| status.code);
        assert_eq!(metadata.error.is_empty(), code == 0);
        (metadata.hostname, item.hostname, code)
    };
    HostnameResponse::decode(answer).unwrap().messages.into_iter().map(item).collect()
}

#[tokio::test]
async fn several_nodes_answer_as_one() {
    let (one, two, authority) = two().await;
    let line = one.connect(Some(&client(&authority, &["os:reader"]))).await.unwrap();
    let nodes = [("nodes", "127.0.0.2"), ("nodes", "NODE-127-0-0-1.lan"), ("nodes", "127.0.0.3")];
    let answer = call(&line, VERSION, &nodes).await.unwrap();
    let told = items(&answer.0[0]);
    assert_eq!(answer.0.len(), 1);
    // The other node learns the caller's roles and address, not those of the node.
    assert_eq!(told[0].0, "127.0.0.2");
    assert_eq!(told[0].1, "127.0.0.2 os:reader configured Some(127.0.0.1)");
    assert_eq!(told[1].0, "NODE-127-0-0-1.lan");
    assert_eq!(told[1].1, "127.0.0.1 os:reader configured Some(127.0.0.1)");
    assert_eq!((told[2].0.as_str(), told[2].2), ("127.0.0.3", i32::from(Code::Unavailable)));
    let asked = two.machined.take().pop().unwrap();
    assert!(!asked.headers.contains_key(HEADER));

    let answer = call(&line, FAILING, &[("nodes", "127.0.0.1,127.0.0.2")]).await.unwrap();
    let codes: Vec<i32> = items(&answer.0[0]).into_iter().map(|item| item.2).collect();
    assert_eq!(codes, [i32::from(Code::NotFound); 2]);
}

#[tokio::test]
async fn streams_of_several_nodes_are_told_apart() {
    let (one, two, authority) = two().await;
    let line = one.connect(Some(&client(&authority, &["os:reader"]))).await.unwrap();
    let nodes = [("nodes", "127.0.0.1"), ("nodes", "127.0.0.2"), ("nodes", "127.0.0.3")];
    let answer = call(&line, STREAM, &nodes).await.unwrap();
    let mut told: Vec<(String, i32)> = answer
        .0
        .iter()
        .filter_map(|message| {
            // What the client sent comes back as the second message, and is no protobuf.
            let data = common::Data::decode(message.clone()).ok()?;
            let metadata = data.metadata.unwrap();
            Some((metadata.hostname, metadata.status.map_or(0, |status| status.code)))
        })
        .collect();
    told.sort_unstable();
    let unavailable = i32::from(Code::Unavailable);
    assert_eq!(answer.0.len(), 5);
    assert_eq!(
        told,
        [("127.0.0.1".into(), 0), ("127.0.0.2".into(), 0), ("127.0.0.3".into(), unavailable)]
    );

    // A client that goes away ends the answers everywhere.
    let mut messages = begin(&line, ENDLESS, &nodes).await.unwrap();
    for _ in 0..10 {
        messages.next().await.unwrap().unwrap();
    }
    assert_eq!((count(&one), count(&two)), (1, 1));
    drop(messages);
    until_quiet(&one).await;
    until_quiet(&two).await;
}

fn count(node: &Node) -> usize {
    node.machined.endless.load(Ordering::SeqCst)
}

async fn until_quiet(node: &Node) {
    let quiet = async {
        while count(node) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, quiet).await.expect("the answer is given up");
}

#[tokio::test]
async fn one_node_answers_byte_for_byte() {
    let (one, _two, authority) = two().await;
    let line = one.connect(Some(&client(&authority, &["os:operator"]))).await.unwrap();
    for (target, name) in [("127.0.0.2", "127.0.0.2"), ("node-127-0-0-1", "127.0.0.1")] {
        let answer = call(&line, GET, &[("node", target)]).await.unwrap();
        let expected = format!("\x12\x2f{name} os:operator configured Some(127.0.0.1)");
        assert_eq!(answer.caller(0)[2..], expected[2..]);
        let answer = call(&line, STREAM, &[("node", target)]).await.unwrap();
        assert_eq!(answer.0[1], &b"ask"[..]);
        refused(call(&line, FAILING, &[("node", target)]).await, Code::NotFound);
    }
    refused(call(&line, GET, &[("node", "127.0.0.3")]).await, Code::Unavailable);
    refused(call(&line, GET, &[("nodes", "127.0.0.2")]).await, Code::InvalidArgument);
    refused(call(&line, GET, &[("node", "a"), ("node", "b")]).await, Code::InvalidArgument);
    refused(call(&line, GET, &[("node", "127.0.0.2:50000")]).await, Code::Internal);
    refused(call(&line, VERSION, &[("nodes", "")]).await, Code::Internal);
    // The role is checked before the route.
    refused(
        call(&line, "/machine.MachineService/Reset", &[("nodes", "")]).await,
        Code::PermissionDenied,
    );
}

#[tokio::test]
async fn in_its_sandbox_it_does_all_of_this() {
    let authority = authority();
    let one = Node::start_in_sandbox("127.0.0.1", 0).await;
    let two = Node::start_in_sandbox("127.0.0.2", one.port).await;
    let admin = client(&authority, &["os:admin"]);
    one.maintain();
    call(&one.connect(None).await.unwrap(), VERSION, &[]).await.unwrap();
    for node in [&one, &two] {
        node.configure(&authority, Kind::ControlPlane);
        node.connect_when_ready(&admin).await;
    }
    let line = one.connect(Some(&admin)).await.unwrap();
    let answer = call(&line, VERSION, &[("nodes", "127.0.0.1,127.0.0.2")]).await.unwrap();
    assert!(items(&answer.0[0]).iter().all(|item| item.2 == 0), "{answer:?}");
    call(&line, STREAM, &[("nodes", "127.0.0.1,127.0.0.2")]).await.unwrap();
    let told = refused(call(&line, GET, &[("node", "no.such.invalid")]).await, Code::Unavailable);
    assert!(told.contains("lookup"), "{told}");
}

#[tokio::test]
async fn a_worker_answers_for_itself_only() {
    let authority = authority();
    let node = Node::start("127.0.0.1", 0).await;
    node.configure(&authority, Kind::Worker);
    let line = node.connect_when_ready(&client(&authority, &["os:reader"])).await;
    let answer = call(&line, VERSION, &[("nodes", "127.0.0.1")]).await.unwrap();
    assert_eq!(items(&answer.0[0])[0].0, "127.0.0.1");
    call(&line, GET, &[("node", "node-127-0-0-1")]).await.unwrap();
    for sent in [&[("node", "127.0.0.2")][..], &[("nodes", "127.0.0.1"), ("nodes", "127.0.0.2")]] {
        let told = refused(call(&line, VERSION, sent).await, Code::PermissionDenied);
        assert_eq!(told, "no request forwarding");
    }
}

#[tokio::test]
async fn a_token_is_believed_only_from_its_own_node() {
    let (one, two, authority) = two().await;
    let impersonator = client(&authority, &["os:impersonator"]);
    let other = client(&authority, &["os:impersonator"]);
    let token = |method: &str, target: &str, expires| {
        let caller = Caller { roles: Roles::of(&[Role::Admin]), peer: None, maintenance: false };
        let token = Token { caller, method: method.to_owned(), target: target.to_owned(), expires };
        token.seal(&signer(&impersonator)).unwrap()
    };
    let now = crate::node::now();
    let good = token(VERSION, "127.0.0.2", now + LIFETIME);
    let line = two.connect(Some(&impersonator)).await.unwrap();
    let answer = call(&line, VERSION, &[(HEADER, &good), ("nodes", "127.0.0.1")]).await.unwrap();
    assert!(answer.caller(0).contains("127.0.0.2 os:admin configured"), "{answer:?}");

    // Of another method, of another node, too old, from too far ahead.
    for bad in [
        token(GET, "127.0.0.2", now + LIFETIME),
        token(VERSION, "127.0.0.9", now + LIFETIME),
        token(VERSION, "127.0.0.2", now - 60),
        token(VERSION, "127.0.0.2", now + 3600),
        good[1..].to_owned(),
        String::new(),
    ] {
        refused(call(&line, VERSION, &[(HEADER, &bad)]).await, Code::PermissionDenied);
    }
    // The good one over other connections.
    let admin = client(&authority, &["os:admin"]);
    for (node, identity) in [(&two, &other), (&two, &admin), (&one, &impersonator)] {
        let line = node.connect(Some(identity)).await.unwrap();
        refused(call(&line, VERSION, &[(HEADER, &good)]).await, Code::PermissionDenied);
    }
    // Without a token the certificate grants nothing.
    refused(call(&line, VERSION, &[]).await, Code::PermissionDenied);
}
