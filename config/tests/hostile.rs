//! Bytes that somebody sends to break the decoder: always an answer, soon, with a place.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::{Duration, SystemTime};

use config::{Config, Fault};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};

const EXAMPLE: &str = include_str!("../testdata/v1alpha1/root/controlplane.yaml");

/// The faults of bytes that must have some, each with a place.
fn faults(bytes: &[u8]) -> Vec<Fault> {
    let started = now();
    let faults = Config::decode(bytes).unwrap_err();
    let took = now().duration_since(started).unwrap_or_default();
    // Bounded work, not speed: the slowest takes 2 s without optimisation on an idle machine, and a
    // busy one must not fail here. An input that defeats the bounds would take hours.
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(!faults.is_empty() && faults.len() <= 101);
    assert!(
        faults.iter().all(|fault| fault.place.line > 0 && fault.place.column > 0),
        "{faults:?}"
    );
    faults
}

#[expect(clippy::disallowed_methods, reason = "a test that bounds real time")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn check(text: &str, want: &str) {
    let faults = faults(text.as_bytes());
    assert_eq!(faults[0].to_string(), want, "{text}");
}

#[test]
fn each_hostile_text_is_refused_at_its_place() {
    check("", "1:1: there is no document in it");
    check("---\n---\n# nothing\n", "1:1: there is no document in it");
    check("machine:\n\ttype: worker\n", "2:2: a tab in front, where YAML takes spaces only");
    check(
        "version: v1alpha1\n",
        "1:1: a document must have a kind, or be the root with machine and cluster",
    );
    check("- machine\n", "1:1: a document must be a mapping");
    check("machine: {type: worker, type: worker}\n", "1:25: duplicate key \"type\", first at 1:11");
    check("machine: {}\n---\ncluster: {}\n", "3:1: duplicate root document, first at 1:1");
    check("kind: HostnameConfig\n", "1:1: HostnameConfig: must have an apiVersion, v1alpha1");
    check(
        "apiVersion: v2\nkind: HostnameConfig\n",
        "1:13: HostnameConfig: apiVersion: must be v1alpha1",
    );
    check(
        "apiVersion: v1alpha1\nkind: HostnamConfig\n",
        "2:7: unknown kind, not \"HostnamConfig\", did you mean \"HostnameConfig\"?",
    );
    check("machine: {<<: {type: worker}}\n", "1:11: machine.<<: unknown field");
    check(
        "machine:\n  kubelt: {}\n",
        "2:3: machine.kubelt: unknown field, did you mean \"kubelet\"?",
    );
    check(
        "machine: {ca: {crt: LS0t, key: bm8=}}\n",
        "1:21: machine.ca.crt: must be base64 of PEM text: it holds no block",
    );
    check(
        "machine: {features: {kubePrism: {port: 99999999999999999999999999}}}\n",
        "1:40: machine.features.kubePrism.port: must be a whole number from 0 to 65535, not \"99999999999999999999999999\"",
    );
    let twice = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth0}\n";
    check(&format!("{twice}---\n{twice}"), "3:1: duplicate LinkConfig eth0, first at 1:1");
}

#[test]
fn size_depth_and_aliases_are_bounded() {
    assert_eq!(faults(&vec![b' '; 10_000_000])[0].to_string(), "1:1: larger than 8 MiB");
    faults(format!("machine: {{pods: {}", "[".repeat(10_000)).as_bytes());
    faults("a: ".repeat(100_000).as_bytes());
    faults("{".repeat(1_000_000).as_bytes());
    faults("- ".repeat(1_000_000).as_bytes());
    faults("? ".repeat(1_000_000).as_bytes());
    faults("&a ".repeat(100_000).as_bytes());
    faults(format!("machine: &a\n  pods: [{}]\n", "*a,".repeat(100_000)).as_bytes());
    faults(
        format!("a: &a [{}]\nmachine: {{pods: [{}]}}", "x,".repeat(1000), "*a,".repeat(1000))
            .as_bytes(),
    );
    faults("k: 1\n".repeat(200_000).as_bytes());
    let many: String = (0..5000).map(|index| format!("  unknown{index}: 1\n")).collect();
    assert_eq!(faults(format!("machine:\n{many}").as_bytes()).len(), 100);
}

#[test]
fn a_large_configuration_is_read() {
    let manifest = format!("        - name: NAME\n          contents: {:?}\n", "x".repeat(1000));
    let list: String =
        (0..1000).map(|index| manifest.replace("NAME", &format!("m{index}"))).collect();
    let text = EXAMPLE.replacen(
        "    discovery:\n",
        &format!("    inlineManifests:\n{list}    discovery:\n"),
        1,
    );
    let (config, _) = Config::decode(text.as_bytes()).unwrap();
    assert_eq!(config.cluster().unwrap().inline_manifests.len(), 1000);
}

/// The example with some of its bytes changed.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let special = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"\0\t\r\n:-?[]{}&*!|>'\"%@`#,~\xff\xef\xbb\xbf".to_vec()),
    ];
    let edit = (0..EXAMPLE.len(), special, any::<bool>());
    (Just(EXAMPLE.as_bytes().to_vec()), prop::collection::vec(edit, 1..8)).prop_map(
        |(mut bytes, edits)| {
            for (at, byte, insert) in edits {
                if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
            }
            bytes
        },
    )
}

/// Whatever comes in, faults have places, and what is taken is read again as the same.
fn sound(bytes: &[u8]) -> bool {
    match Config::decode(bytes) {
        Err(faults) => !faults.is_empty() && faults.iter().all(|fault| fault.place.line > 0),
        Ok((config, _)) => {
            let written = config.encode();
            let valid = config::validate(&config, types::Mode::Metal);
            let again = Config::decode(written.as_bytes());
            valid.iter().all(|fault| fault.place.line > 0)
                && config.bytes() == bytes
                && again.is_ok_and(|(again, _)| again.encode() == written)
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(sound(&bytes));
    }

    #[test]
    fn damaged_examples_are_answered(bytes in mutated()) {
        prop_assert!(sound(&bytes), "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn random_yaml_is_answered(text in "(machine|cluster|kind|- |a|b|: |\\{|\\}|\\[|\\]|,|\n|  |&a |\\*a|\"|'|#|!!str |~|1|type|~|\\| ){0,60}") {
        prop_assert!(sound(text.as_bytes()), "{text}");
    }
}
