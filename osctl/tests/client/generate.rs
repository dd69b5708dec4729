//! Keys, certificates and secrets made without a node, one out of the other.

use std::path::Path;

use config::pki::{Authority, SigningRequest, pem};

use crate::fake::run::Client;
use crate::fake::{Door, Fake, Reply, Scripts};

fn read(client: &Client, name: &str) -> String {
    std::fs::read_to_string(client.home.path().join(name)).expect(name)
}

fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn an_authority_signs_the_request_of_a_key() {
    let client = Client::bare();
    let run = |args: &[&str]| client.run(args);
    run(&["gen", "ca", "--organization", "talos"]).golden("local/gen-ca");
    run(&["gen", "ca", "--organization", "talos"]).golden("local/gen-ca-again");
    assert_eq!(run(&["gen", "ca", "--organization", "talos", "-f"]).code, Some(0));
    let authority =
        Authority::from_pem(&read(&client, "talos.crt"), &read(&client, "talos.key")).expect("one");
    assert_eq!(read(&client, "talos.sha256"), authority.pin());
    assert_eq!(run(&["gen", "key", "--name", "admin"]).code, Some(0));
    let csr = ["gen", "csr", "--key", "admin.key", "--ip", "10.0.0.9", "--roles", "os:reader,os:x"];
    run(&csr).golden("local/gen-csr");
    let request = SigningRequest::from_pem(&read(&client, "admin.csr")).expect("a request");
    assert_eq!(request.organizations, ["os:reader", "os:x"]);
    assert_eq!(request.names, ["10.0.0.9"]);
    let crt = ["gen", "crt", "--ca", "talos", "--csr", "admin.csr", "--name", "admin"];
    run(&crt).golden("local/gen-crt");
    let mut less = crt.to_vec();
    less.extend(["--roles", "os:reader", "--names=", "--hours", "8", "-f", "--ca", "talos.crt"]);
    less.drain(2..4);
    run(&less).golden("local/gen-crt-less");
    for name in ["talos.crt", "talos.key", "admin.key", "admin.csr", "admin.crt"] {
        private(&client.home.path().join(name));
    }
    let der = pem::certificate(&read(&client, "admin.crt")).expect("a certificate");
    let (_, leaf) = x509_parser::parse_x509_certificate(&der).expect("a certificate");
    let roles: Vec<_> =
        leaf.subject().iter_organization().filter_map(|role| role.as_str().ok()).collect();
    assert_eq!(roles, ["os:reader"]);
    assert!(leaf.subject_alternative_name().expect("once").is_none());
}

#[test]
fn a_pair_is_its_own_authority_for_an_address() {
    let client = Client::bare();
    let ran = client.run(&["gen", "keypair", "--organization", "test", "--ip", "10.0.0.2"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let der = pem::certificate(&read(&client, "test.crt")).expect("a certificate");
    let (_, pair) = x509_parser::parse_x509_certificate(&der).expect("a certificate");
    assert!(pair.is_ca());
    assert!(pair.subject_alternative_name().expect("once").is_some());
    Authority::from_pem(&read(&client, "test.crt"), &read(&client, "test.key")).expect("a pair");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let client = Client::bare();
    let run = |args: &[&str]| client.run(args);
    assert_eq!(run(&["gen", "ca"]).code, Some(2));
    assert_eq!(run(&["gen", "key", "--name", ""]).code, Some(2));
    assert_eq!(run(&["gen", "ca", "--organization", "a", "--hours", "0"]).code, Some(2));
    let absent = run(&["gen", "csr", "--key", "absent.key", "--ip", "10.0.0.1"]);
    assert_eq!(absent.code, Some(2));
    std::fs::write(client.home.path().join("bad.key"), "nonsense").expect("written");
    run(&["gen", "csr", "--key", "bad.key", "--ip", "10.0.0.1"]).golden("local/gen-csr-bad");
    run(&["gen", "secureboot", "database"]).golden("local/gen-secureboot-database");
}

#[test]
fn secrets_make_the_same_cluster_twice() {
    let client = Client::bare();
    let run = |args: &[&str]| client.run(args);
    run(&["gen", "secrets"]).golden("local/gen-secrets");
    run(&["gen", "secrets"]).golden("local/gen-secrets-again");
    private(&client.home.path().join("secrets.yaml"));
    let made = |folder: &str| {
        let config = ["gen", "config", "demo", "https://10.5.0.2:6443"];
        let ran = run(&[&config[..], &["--with-secrets", "secrets.yaml", "-o", folder]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ["controlplane.yaml", "worker.yaml"].map(|name| read(&client, &format!("{folder}/{name}")))
    };
    assert_eq!(made("one"), made("two"));
    let from = ["gen", "secrets", "--from-controlplane-config", "one/controlplane.yaml", "-o", "-"];
    assert_eq!(run(&from).out, read(&client, "secrets.yaml"));
    run(&["gen", "secrets", "--from-controlplane-config", "one/worker.yaml", "-o", "-"])
        .golden("local/gen-secrets-worker");
    let old = run(&["gen", "secrets", "-o", "-", "--talos-version", "v1.2"]);
    assert!(old.out.contains("    aescbcencryptionsecret: "), "{old:?}");
    let unknown = run(&["gen", "secrets", "-o", "-", "--talos-version", "v2.0"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
}

#[test]
fn comments_are_there_unless_they_are_not_wanted() {
    let client = Client::bare();
    let made = |more: &[&str]| {
        let config = ["gen", "config", "demo", "https://10.5.0.2:6443", "-t", "worker", "-o", "-"];
        let ran = client.run(&[&config[..], more].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    let (docs, examples) = ("    # The kubelet.\n", "        # clusterDNS:\n");
    let all = made(&[]);
    assert!(all.contains(docs) && all.contains(examples), "{all}");
    let some = made(&["--with-examples=false"]);
    assert!(some.contains(docs) && !some.contains(examples), "{some}");
    let none = made(&["--with-examples=false", "--with-docs=false"]);
    assert!(!none.contains('#'), "{none}");
}

#[test]
fn patches_are_for_all_or_for_one_kind() {
    let client = Client::bare();
    std::fs::write(client.home.path().join("all.yaml"), "machine: {sysctls: {a: b}}\n")
        .expect("written");
    let run = |more: &[&str]| {
        let config = ["gen", "config", "demo", "https://10.5.0.2:6443", "-o", "out", "-f"];
        client.run(&[&config[..], more].concat())
    };
    let ran = run(&[
        "--config-patch",
        "@all.yaml",
        "--config-patch-control-plane",
        "machine: {sysctls: {a: c}}",
        "--config-patch-worker",
        "[{op: add, path: /machine/certSANs/-, value: x.example}]",
        "--talos-version",
        "v1.11",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let control_plane = read(&client, "out/controlplane.yaml");
    assert!(control_plane.contains("\n    sysctls:\n        a: c\n"), "{control_plane}");
    assert!(control_plane.contains("    # The kubelet.\n"), "comments are kept");
    let worker = read(&client, "out/worker.yaml");
    assert!(worker.contains("\n        a: b\n"), "{worker}");
    assert!(worker.contains("    certSANs:\n        - x.example\n"), "{worker}");
    let before = read(&client, "out/talosconfig");
    let bad = run(&["--config-patch-worker", "machine: {typ: x}"]);
    assert_eq!(bad.code, Some(1), "{bad:?}");
    assert_eq!(read(&client, "out/talosconfig"), before, "nothing was written");
}

#[test]
fn what_kubernetes_has_is_taken_over() {
    let client = Client::bare();
    let run = |args: &[&str]| client.run(args);
    std::fs::create_dir_all(client.home.path().join("pki/etcd")).expect("folders");
    for (organization, name) in [("kubernetes", "ca"), ("etcd", "etcd/ca"), ("x", "front-proxy-ca")]
    {
        assert_eq!(run(&["gen", "ca", "--organization", organization]).code, Some(0));
        for ending in ["crt", "key"] {
            let from = client.home.path().join(format!("{organization}.{ending}"));
            let to = client.home.path().join(format!("pki/{name}.{ending}"));
            std::fs::rename(from, to).expect("moved");
        }
    }
    let from = ["gen", "secrets", "-p", "pki", "-o", "-", "-t", "abcdef.0123456789abcdef"];
    assert_eq!(run(&from).code, Some(2), "there is no sa.key");
    assert_eq!(run(&["gen", "key", "--name", "pki/sa"]).code, Some(0));
    let taken = run(&from);
    assert!(taken.out.contains("    bootstraptoken: abcdef.0123456789abcdef\n"), "{taken:?}");
    let bundle = config::pki::Bundle::decode(taken.out.as_bytes(), std::time::UNIX_EPOCH);
    let bundle = bundle.expect("a bundle");
    assert_eq!(bundle.kubernetes.certificate(), read(&client, "pki/ca.crt"));
    assert_eq!(bundle.etcd.certificate(), read(&client, "pki/etcd/ca.crt"));
    assert_eq!(bundle.aggregator.certificate(), read(&client, "pki/front-proxy-ca.crt"));
    assert_eq!(bundle.service_account.pem().expose(), &read(&client, "pki/sa.key"));
}

#[test]
fn a_control_plane_is_asked_for_another_client() {
    use api::common::Metadata;
    use api::machine::{
        GenerateClientConfiguration, GenerateClientConfigurationRequest,
        GenerateClientConfigurationResponse,
    };
    let path = "/machine.MachineService/GenerateClientConfiguration";
    let scripts = Scripts::default().on(path, |call| {
        let request: GenerateClientConfigurationRequest = call.read();
        let metadata = |error: &str| {
            let hostname = "10.5.0.2".to_owned();
            Some(Metadata { hostname, error: error.to_owned(), status: None })
        };
        let message = if request.roles == ["os:nobody"] {
            let metadata = metadata("unknown role \"os:nobody\"");
            GenerateClientConfiguration { metadata, ..GenerateClientConfiguration::default() }
        } else {
            GenerateClientConfiguration {
                metadata: metadata(""),
                talosconfig: b"context: a\ncontexts:\n    a: {}\n".to_vec(),
                ..GenerateClientConfiguration::default()
            }
        };
        Reply::one(&GenerateClientConfigurationResponse { messages: vec![message] })
    });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:admin"], &["10.5.0.2"]);
    let new = ["config", "new", "new.yaml", "--roles", "os:reader,os:operator", "--crt-ttl", "8h"];
    client.run(&new).golden("local/config-new-made");
    let request: GenerateClientConfigurationRequest = fake.calls_of(path)[0].read();
    assert_eq!(request.roles, ["os:reader", "os:operator"]);
    assert_eq!(request.crt_ttl.map(|ttl| ttl.seconds), Some(8 * 3600));
    let made = read(&client, "new.yaml");
    assert!(made.contains("        nodes:\n            - 10.5.0.2\n"), "{made}");
    assert!(made.contains(&fake.address.to_string()), "{made}");
    client.run(&new).golden("local/config-new-again");
    let nobody = ["config", "new", "other.yaml", "--roles", "os:nobody"];
    client.run(&nobody).golden("local/config-new-refused");
    assert!(!client.home.path().join("other.yaml").exists());
    let several = ["config", "new", "other.yaml", "-n", "10.5.0.2,10.5.0.3"];
    client.run(&several).golden("local/config-new-several");
}

#[test]
fn the_schema_is_the_contracts_with_descriptions() {
    let client = Client::bare();
    let read = |args: &[&str]| -> serde_json::Value {
        let ran = client.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}");
        serde_json::from_str(&ran.out).expect("JSON")
    };
    let schema = read(&["gen", "schema"]);
    assert_eq!(schema, config::schema::schema(config::schema::Form::Contract));
    let corrected = read(&["gen", "schema", "--corrected"]);
    assert_eq!(corrected, config::schema::schema(config::schema::Form::Corrected));
    assert_ne!(schema, corrected);
    let kept = client.run(&["gen", "schema", "-o", "s.json"]);
    assert_eq!((kept.code, kept.out.as_str()), (Some(0), ""));
    assert_eq!(client.run(&["gen", "schema", "-o", "s.json"]).code, Some(2));
}
