//! Every method with every kind of caller.

use api::roles::{TABLE, permits};
use tonic::Code;
use types::caller::{Caller, Role, Roles};

use super::certificates::{self, authority, client, wrong_usage};
use super::world::{FAILING, Kind, Node, VERSION, begin, call, refused};
use crate::line::Line;

/// Calls every method, and compares who came through with the table.
async fn check(node: &Node, line: &Line, caller: &Caller, sent: &[(&str, &str)]) {
    node.machined.take();
    for row in TABLE {
        // Endless answers are not read to their end.
        let answer = match begin(line, row.method, sent).await {
            Ok(mut messages) => messages.next().await,
            Err(status) => Err(status),
        };
        let came_through = !node.machined.take().is_empty();
        let context = format!("{} as {caller:?}: {answer:?}", row.method);
        if permits(row.method, caller) {
            assert!(came_through, "{context}");
            let expected = if row.method == FAILING { Code::NotFound } else { Code::Ok };
            assert_eq!(
                answer.map_or_else(|status| status.code(), |_| Code::Ok),
                expected,
                "{context}"
            );
        } else {
            assert!(!came_through, "{context}");
            assert_eq!(answer.unwrap_err().code(), Code::PermissionDenied, "{context}");
        }
    }
}

fn caller(roles: &[Role], maintenance: bool) -> Caller {
    Caller { roles: Roles::of(roles), peer: None, maintenance }
}

#[tokio::test]
async fn every_method_with_every_role() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    for role in Role::ALL {
        let line = node.connect(Some(&client(&authority, &[role.as_str()]))).await.unwrap();
        check(&node, &line, &caller(&[role], false), &[]).await;
    }
    for organizations in [&[][..], &["talos"], &["os:Admin"], &["system:masters"]] {
        let line = node.connect(Some(&client(&authority, organizations))).await.unwrap();
        check(&node, &line, &caller(&[], false), &[]).await;
    }
    let line = node.connect(Some(&wrong_usage(&authority))).await;
    // webpki refuses it in the handshake already.
    if let Ok(line) = line {
        call(&line, VERSION, &[]).await.unwrap_err();
    }
}

#[tokio::test]
async fn in_maintenance_mode_nobody_has_more_than_a_reader() {
    let node = Node::start("127.0.0.1", 0).await;
    node.maintain();
    let line = node.connect(None).await.unwrap();
    check(&node, &line, &caller(&[Role::Reader], true), &[]).await;
    // A certificate is not asked for, so it changes nothing.
    let line = node.connect(Some(&client(&authority(), &["os:admin"]))).await.unwrap();
    check(&node, &line, &caller(&[Role::Reader], true), &[]).await;
}

#[tokio::test]
async fn without_a_certificate_or_with_a_strange_one_nothing_is_answered() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    let strange = client(&certificates::authority(), &["os:admin"]);
    for identity in [None, Some(&strange)] {
        // In TLS 1.3 the client hears of it only after its own part of the handshake.
        if let Ok(line) = node.connect(identity).await {
            for row in TABLE {
                refused(call(&line, row.method, &[]).await, Code::Aborted);
            }
        }
    }
}

#[tokio::test]
async fn headers_of_a_client_make_no_role() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    let tries: &[&[(&str, &str)]] = &[
        &[("talos-role", "os:admin")],
        &[("talos-role", "os:admin"), ("proxyfrom", "127.0.0.1")],
        &[("role", "os:admin"), ("roles", "os:admin"), ("authorization", "Bearer os:admin")],
        &[("holdfast-token-bin", "AAAA"), ("talos-role", "os:admin")],
        &[("nodes", "127.0.0.1"), ("talos-role", "os:admin")],
        &[("node", "127.0.0.1"), ("talos-role", "os:admin")],
    ];
    for organizations in [&[][..], &["os:impersonator"]] {
        let line = node.connect(Some(&client(&authority, organizations))).await.unwrap();
        for sent in tries {
            check(&node, &line, &caller(&[], false), sent).await;
        }
    }
    // Nor do they reach machined.
    let line = node.connect(Some(&client(&authority, &["os:admin"]))).await.unwrap();
    node.machined.take();
    let sent =
        [("talos-role", "os:reader"), ("node", "127.0.0.1"), ("x-other", "x"), ("proxyfrom", "y")];
    let answer = call(&line, VERSION, &sent).await.unwrap();
    assert!(answer.caller(0).contains("127.0.0.1 os:admin configured"), "{answer:?}");
    let asked = node.machined.take().remove(0);
    let mut names: Vec<&str> = asked.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    // The length is that of the body, as HTTP/2 counted it.
    assert_eq!(names, ["content-length", "content-type", "te"]);
    assert_eq!(asked.method, VERSION);
}
