//! Connections and what is said when there is none: against a node in this process.

use crate::fake::run::{Client, context};
use crate::fake::{Door, Fake, Reply, Scripts};
use api::common::Metadata;
use api::machine::{
    FeaturesInfo, Memory, MemoryResponse, PlatformInfo, Version, VersionInfo, VersionResponse,
};

const VERSION: &str = "/machine.MachineService/Version";
const MEMORY: &str = "/machine.MachineService/Memory";

/// A version as a node gives it, tagged with its name.
fn version(node: &str) -> Version {
    Version {
        metadata: (!node.is_empty())
            .then(|| Metadata { hostname: node.to_owned(), ..Metadata::default() }),
        version: Some(VersionInfo {
            tag: types::version::TAG.to_owned(),
            os: "linux".to_owned(),
            arch: "amd64".to_owned(),
            ..VersionInfo::default()
        }),
        platform: Some(PlatformInfo { name: "metal".to_owned(), mode: "metal".to_owned() }),
        features: Some(FeaturesInfo { rbac: true }),
    }
}

/// A node that tells its version under each name that it was asked by.
fn node(door: Door) -> Fake {
    let scripts = Scripts::default().on(VERSION, |call| {
        let names = call.metadata("nodes");
        let messages = if names.is_empty() {
            vec![version("")]
        } else {
            names.iter().map(|name| version(name)).collect()
        };
        Reply::one(&VersionResponse { messages })
    });
    Fake::start(door, scripts)
}

#[test]
fn nodes_are_named_one_by_one() {
    let fake = node(Door::Mutual);
    let client = Client::of(&fake, &["os:reader"], &["10.5.0.2", "10.5.0.3"]);
    client.run(&["version"]).golden("version/two-nodes");
    let calls = fake.calls_of(VERSION);
    assert_eq!(calls[0].metadata("nodes"), ["10.5.0.2", "10.5.0.3"]);
    assert_eq!(calls[0].metadata("node"), [""; 0]);
    assert_eq!(calls[0].metadata("grpc-timeout").len(), 1);
    client.run(&["version", "--short", "-n", "10.5.0.9"]).golden("version/short");
    assert_eq!(fake.calls_of(VERSION)[1].metadata("nodes"), ["10.5.0.9"]);
    client.run(&["version", "-o", "json", "-n", "10.5.0.9"]).golden("version/json");
}

#[test]
fn without_nodes_the_endpoint_is_meant() {
    let fake = node(Door::Mutual);
    let client = Client::of(&fake, &["os:reader"], &[]);
    client.run(&["version", "--short"]).golden("version/endpoint-itself");
    assert_eq!(fake.calls_of(VERSION)[0].metadata("nodes"), [""; 0]);
    let several = format!("{},{}", fake.address, fake.address);
    let ran = client.run(&["version", "--short", "-e", &several]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("has several endpoints and no nodes"), "{ran:?}");
}

#[test]
fn a_dead_endpoint_is_passed_over() {
    let fake = node(Door::Mutual);
    let client = Client::of(&fake, &["os:reader"], &["a"]);
    let endpoints = format!("127.0.0.1:1,{}", fake.address);
    let ran = client.run(&["version", "-e", &endpoints]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    client
        .run(&["version", "--short", "-e", "127.0.0.1:1,127.0.0.1:2"])
        .golden("version/unreachable");
}

#[test]
fn a_node_of_another_authority_is_a_stranger() {
    let fake = node(Door::Mutual);
    let other = node(Door::Mutual);
    let client = Client::bare().hiding(&fake);
    let text = context(
        other.authority.certificate(),
        &fake.client(&["os:admin"]),
        &[fake.address.to_string()],
        &["a"],
    );
    std::fs::write(client.config(), text).expect("written");
    client.run(&["memory"]).golden("transport/stranger");
    assert_eq!(fake.calls().len(), 0);
}

#[test]
fn a_refused_client_certificate_is_said_so() {
    let fake = node(Door::Mutual);
    let other = node(Door::Mutual);
    let client = Client::bare().hiding(&fake);
    let text = context(
        fake.authority.certificate(),
        &other.client(&["os:admin"]),
        &[fake.address.to_string()],
        &["a"],
    );
    std::fs::write(client.config(), text).expect("written");
    client.run(&["memory"]).golden("transport/refused-certificate");
}

#[test]
fn a_certificate_for_another_name_is_said_so() {
    let fake = node(Door::Mutual);
    let client = Client::of(&fake, &["os:admin"], &["a"]);
    let ran = client.run(&["memory", "-e", &format!("localhost:{}", fake.address.port())]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("its certificate does not name this host"), "{ran:?}");
}

#[test]
fn maintenance_names_nobody_and_may_be_pinned() {
    let fake = node(Door::Open);
    let address = fake.address.to_string();
    let client = Client::bare().hiding(&fake);
    client.run(&["version", "--short", "-i", "-n", &address]).golden("version/insecure");
    assert_eq!(fake.calls_of(VERSION)[0].metadata("nodes"), [""; 0]);
    let pinned = ["version", "--short", "-i", "-n", &address, "--cert-fingerprint", &fake.pin];
    assert_eq!(client.run(&pinned).code, Some(0));
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let ran = client.run(&["version", "-i", "-n", &address, "--cert-fingerprint", other]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains(&format!("the certificate's fingerprint is {}", fake.pin)), "{ran:?}");
    assert_eq!(fake.calls().len(), 2);
    let ran = client.run(&["memory", "-n", &address, "--cert-fingerprint", other]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.starts_with("osctl: --cert-fingerprint goes with --insecure"), "{ran:?}");
}

#[test]
fn faults_of_some_nodes_are_told_beside_the_answers() {
    let scripts = Scripts::default().on(MEMORY, |call| match call.earlier {
        0 => Reply::one(&MemoryResponse {
            messages: vec![
                Memory {
                    metadata: Some(Metadata { hostname: "a".to_owned(), ..Metadata::default() }),
                    meminfo: Some(api::machine::MemInfo {
                        memtotal: 4_000_000,
                        memfree: 1_000_000,
                        ..Default::default()
                    }),
                },
                Memory {
                    metadata: Some(Metadata {
                        hostname: "b".to_owned(),
                        error: "rpc error: code = PermissionDenied desc = not authorized"
                            .to_owned(),
                        status: Some(api::google::rpc::Status {
                            code: 7,
                            message: "not authorized".to_owned(),
                            details: Vec::new(),
                        }),
                    }),
                    meminfo: None,
                },
            ],
        }),
        1 => Reply::no(7, "not authorized"),
        _ => Reply::no(14, "%1B[2Jno route to it"),
    });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:etcd:backup"], &["a", "b"]);
    client.run(&["memory"]).golden("transport/one-of-two");
    client.run(&["memory", "-n", "b"]).golden("transport/no-role");
    let ran = client.run(&["memory", "-n", "b"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(3), "osctl: memory b: no route to it\n"));
}

#[test]
fn what_is_missing_is_named() {
    Client::bare().run(&["version", "-n", "a", "-e", "b"]).golden("transport/no-config");
    let client = Client::bare();
    std::fs::write(client.config(), "context: a\ncontexts: {a: {endpoints: [h]}}")
        .expect("written");
    let ran = client.run(&["memory"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.ends_with("config: context \"a\" has no ca\n"), "{ran:?}");
    let ran = client.run(&["memory", "-i"]);
    assert_eq!(ran.err, "osctl: --insecure dials the nodes themselves: name them with --nodes\n");
}

#[test]
fn a_cluster_behind_a_proxy_is_named() {
    let fake = node(Door::Mutual);
    let client = Client::of(&fake, &["os:reader"], &["a"]);
    client.run(&["version", "--cluster", "blue"]);
    client.run(&["version"]);
    let calls = fake.calls_of(VERSION);
    assert_eq!(calls[0].metadata("context"), ["blue"]);
    assert_eq!(calls[0].metadata("runtime"), ["Talos"]);
    assert_eq!(calls[1].metadata("context"), [""; 0]);
}

#[test]
fn the_peers_ed25519_authority_and_key_are_fine() {
    use config::pki::{Authority, Identity, Leaf, PrivateKey, Usage};
    let key = include_str!("../../../config/testdata/pki/ed25519.pem");
    let certificate = include_str!("../../../config/testdata/pki/ed25519-ca.crt");
    assert!(key.starts_with("-----BEGIN ED25519 PRIVATE KEY-----"), "the label that others use");
    let authority = Authority::from_pem(certificate, key).expect("an authority");
    let leaf = Leaf {
        usage: Usage::Client,
        common_name: None,
        organizations: &["os:admin"],
        names: &[],
        lifetime: std::time::Duration::from_secs(3600),
    };
    // The key that made the authority serves as the client's too: only its kind matters here.
    let key = PrivateKey::from_pem(key).expect("a key");
    let public = key.public_key_der().expect("its public half");
    let certificate = authority.certify(&leaf, &public, crate::fake::now()).expect("a certificate");
    let identity = Identity { certificate, key };
    let scripts = Scripts::default()
        .on(VERSION, |_| Reply::one(&VersionResponse { messages: vec![version("a")] }));
    let fake = Fake::start_under(authority, Door::Mutual, scripts);
    let text =
        context(fake.authority.certificate(), &identity, &[fake.address.to_string()], &["a"]);
    let client = Client::bare();
    std::fs::write(client.config(), text).expect("written");
    let ran = client.run(&["version", "--short"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
}
