//! What changes while clients are connected: the configuration, machined.

use std::sync::atomic::Ordering;
use std::time::Duration;

use cosi::Spec;
use resources::runtime::{ApiServiceConfig, ServiceHealth};
use resources::secrets::ApiCertificates;
use tokio::time::timeout;
use tonic::Code;

use super::certificates::{authority, client};
use super::world::{ENDLESS, Kind, LONG, Node, VERSION, begin, call, closes, refused};

const REBOOT: &str = "/machine.MachineService/Reboot";
const APPLY: &str = "/machine.MachineService/ApplyConfiguration";

#[tokio::test]
async fn a_configuration_ends_maintenance_for_everybody() {
    let node = Node::start("127.0.0.1", 0).await;
    node.maintain();
    let early = node.connect(None).await.unwrap();
    let answer = call(&early, VERSION, &[]).await.unwrap();
    assert!(answer.caller(0).ends_with("127.0.0.1 os:reader maintenance Some(127.0.0.1)"));
    call(&early, APPLY, &[]).await.unwrap();
    refused(call(&early, REBOOT, &[]).await, Code::PermissionDenied);
    // No routing: the metadata is as if absent.
    let answer = call(&early, VERSION, &[("nodes", "10.0.0.9"), ("node", "x:1")]).await.unwrap();
    assert!(answer.caller(0).ends_with("maintenance Some(127.0.0.1)"));

    let mut endless = begin(&early, ENDLESS, &[]).await.unwrap();
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    let admin = client(&authority, &["os:admin"]);
    let line = node.connect_when_ready(&admin).await;
    assert!(closes(&early).await, "who came in without a certificate must not stay");
    // Not even with an answer that has no end.
    let ended = timeout(LONG, async { while let Ok(Some(_)) = endless.next().await {} });
    ended.await.expect("the answer ends");
    call(&line, REBOOT, &[]).await.unwrap();

    // Its health was told.
    let told = node.state.get_as::<ServiceHealth>("apid").unwrap().unwrap();
    assert!(told.spec.healthy);
    // A store that forgets it is told again.
    node.state.destroy(ServiceHealth::NAMESPACE, ServiceHealth::TYPE, "apid", "apid").unwrap();
    let again = async {
        while node.state.get_as::<ServiceHealth>("apid").unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, again).await.expect("told again");
}

#[tokio::test]
async fn renewed_certificates_keep_connections_and_removed_authorities_end_them() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    let line = node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    let stored = node.state.get_as::<ApiCertificates>(ApiCertificates::ID).unwrap().unwrap();
    let mut certificates = stored.into_spec();
    // A worker from now on: other certificates, the same authorities.
    certificates.client = None;
    node.put(ApiCertificates::ID, certificates.clone());
    let forwarding = async {
        while call(&line, VERSION, &[("node", "127.0.0.9")]).await.unwrap_err().code()
            != Code::PermissionDenied
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, forwarding).await.expect("the change is there");
    call(&line, VERSION, &[]).await.unwrap();
    // Something unreadable changes nothing.
    let mut broken = certificates.clone();
    broken.server = None;
    node.put(ApiCertificates::ID, broken);
    tokio::time::sleep(Duration::from_millis(200)).await;
    call(&line, VERSION, &[]).await.unwrap();
    certificates.accepted_cas.pop();
    node.put(ApiCertificates::ID, certificates);
    assert!(closes(&line).await);
}

#[tokio::test]
async fn a_configured_node_does_not_open_itself_for_a_moment() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    let line = node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    // As a store does that starts anew and has not read its configuration yet.
    node.maintain();
    tokio::time::sleep(Duration::from_millis(500)).await;
    if let Ok(stranger) = node.connect(None).await {
        refused(call(&stranger, VERSION, &[]).await, Code::Aborted);
    }
    call(&line, VERSION, &[]).await.unwrap();
    node.configure(&authority, Kind::ControlPlane);
    tokio::time::sleep(Duration::from_millis(200)).await;
    call(&line, VERSION, &[]).await.unwrap();
    // If it is meant, it is done, and whoever was known goes.
    node.maintain();
    assert!(closes(&line).await);
    call(&node.connect(None).await.unwrap(), VERSION, &[]).await.unwrap();
}

#[tokio::test]
async fn switches_that_contradict_each_other_let_nobody_in() {
    let node = Node::start("127.0.0.1", 0).await;
    node.maintain();
    let line = node.connect(None).await.unwrap();
    call(&line, VERSION, &[]).await.unwrap();
    // The service says configured, the certificates do not yet.
    node.put(ApiServiceConfig::ID, ApiServiceConfig::default());
    assert!(closes(&line).await);
    // Whoever comes now waits.
    timeout(Duration::from_millis(300), node.connect(None)).await.unwrap_err();
    let authority = authority();
    node.configure(&authority, Kind::Worker);
    node.connect_when_ready(&client(&authority, &["os:reader"])).await;
}

#[tokio::test]
async fn a_machined_that_dies_costs_the_calls_in_progress() {
    let mut node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    let line = node.connect_when_ready(&client(&authority, &["os:admin"])).await;
    let mut endless = begin(&line, ENDLESS, &[]).await.unwrap();
    endless.next().await.unwrap().unwrap();
    assert_eq!(node.machined.endless.load(Ordering::SeqCst), 1);
    node.kill_machined();
    let ended = timeout(LONG, async {
        loop {
            if let Err(status) = endless.next().await {
                return status;
            }
        }
    });
    let status = ended.await.expect("the answer ends");
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    // Meanwhile the client's deadline holds, else ours.
    refused(call(&line, VERSION, &[("grpc-timeout", "50m")]).await, Code::DeadlineExceeded);
    let told = refused(call(&line, VERSION, &[]).await, Code::Unavailable);
    assert!(told.starts_with("machined is not running"), "{told}");
    node.start_machined();
    // The same connection of the client goes on.
    call(&line, VERSION, &[]).await.unwrap();
}
