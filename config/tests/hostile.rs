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
fn a_file_of_32_megabytes_is_refused_unread() {
    let text = EXAMPLE.repeat((32 << 20) / EXAMPLE.len() + 1);
    assert!(text.len() >= 32 << 20);
    assert_eq!(faults(text.as_bytes())[0].to_string(), "1:1: larger than 8 MiB");
}

#[test]
fn ten_thousand_levels_are_refused_where_they_get_too_deep() {
    let deep: String =
        (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level % 200))).collect();
    faults(deep.as_bytes());
    for open in ["[", "{a: ", "- ", "? "] {
        let faults = faults(format!("machine:\n  pods: {}", open.repeat(10_000)).as_bytes());
        assert!(faults[0].place.line <= 2, "{}", faults[0]);
    }
    let wide = format!("machine: {{pods: {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let found = faults(wide.as_bytes());
    // The scanner runs ahead of who counts.
    assert_eq!((found[0].rule.as_str(), found[0].place.line), ("nested deeper than 64 levels", 1));
}

#[test]
fn aliases_of_aliases_do_not_explode() {
    let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let uses = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("k{level}: &a{level} [{uses}]\n"));
    }
    let faults = faults(text.as_bytes());
    assert!(faults[0].rule.starts_with("more than 250000 values"), "{}", faults[0]);
    check("machine: &a {pods: [*a]}", "1:21: an alias inside what it stands for");
    check(
        "machine: {type: *b}",
        "1:17: an alias of an anchor that is not there, inside the bracket at 1:10",
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    let broken = |at: &str, byte: &[u8]| {
        let (before, after) = EXAMPLE.split_once(at).unwrap();
        [before.as_bytes(), byte, after.as_bytes()].concat()
    };
    assert_eq!(faults(&broken("controlplane\n", b"\xff\n"))[0].to_string(), "5:11: not UTF-8");
    // The first half of a character.
    assert_eq!(faults(&broken("controlplane\n", b"\xc3"))[0].to_string(), "5:11: not UTF-8");
    let nul = faults(&broken("controlplane\n", b"\0\n"));
    assert_eq!(nul[0].to_string(), "5:11: a NUL character, which no YAML text holds");
    // As another encoding has it.
    let wide: Vec<u8> = EXAMPLE.bytes().flat_map(|byte| [byte, 0]).collect();
    assert_eq!(faults(&wide)[0].to_string(), "1:2: a NUL character, which no YAML text holds");
}

#[test]
fn windows_a_mark_and_json_are_read_as_the_same() {
    let documents = |text: &str| Config::decode(text.as_bytes()).unwrap().0.documents().to_vec();
    let plain = documents(EXAMPLE);
    assert_eq!(documents(&EXAMPLE.replace('\n', "\r\n")), plain);
    assert_eq!(documents(&format!("\u{feff}{EXAMPLE}")), plain);
    assert_eq!(documents(&format!("# a comment\n---\n{EXAMPLE}---\n---\n# nothing\n")), plain);
    assert_eq!(
        documents(r#"{"machine": {"type": "worker", "certSANs": ["a"]}, "cluster": null}"#),
        documents("machine:\n  type: worker\n  certSANs:\n  - a\n")
    );
    // Places are those of the file as it is.
    let windows = "machine:\r\n  kubelt: {}\r\n";
    check(windows, "2:3: machine.kubelt: unknown field, did you mean \"kubelet\"?");
}

#[test]
fn numbers_beyond_every_type_are_refused() {
    for number in [
        "1e400",
        "9".repeat(400).as_str(),
        "0x1_0000",
        "-1",
        "1.5",
        ".inf",
        ".nan",
        "0o200000",
        "1 0",
    ] {
        let text = format!("machine: {{features: {{kubePrism: {{port: {number}}}}}}}\n");
        let found = faults(text.as_bytes());
        assert_eq!(found[0].path, "machine.features.kubePrism.port", "{number}");
        assert_eq!(found[0].place.to_string(), "1:40", "{number}");
        // The answer does not repeat all of it.
        assert!(found[0].to_string().chars().count() < 200, "{}", found[0]);
    }
}

/// Mistakes of a text, of its types or of its meaning.
fn mistakes(text: &str) -> Vec<Fault> {
    match Config::decode(text.as_bytes()) {
        Ok((config, _)) => config::validate(&config, types::Mode::Metal),
        Err(faults) => faults,
    }
}

#[test]
fn keys_and_certificates_that_are_cut_off_have_their_place() {
    assert_eq!(mistakes(EXAMPLE), []);
    for (begin, path, line) in [("crt: ", "machine.ca", 8), ("key: ", "machine.ca", 9)] {
        let whole = EXAMPLE.lines().find(|line| line.trim().starts_with(begin)).unwrap();
        // Here and there: base64 or not any more, PEM or not.
        for length in (14..whole.len() - 40).step_by(41) {
            let found = mistakes(&EXAMPLE.replacen(whole, &whole[..length], 1));
            let [first, ..] = found.as_slice() else { panic!("{length} of {whole}") };
            assert!(first.path.starts_with(path), "{length}: {first}");
            assert!((7..=line).contains(&first.place.line), "{length}: {first}");
            assert_eq!(first.value, None, "{length}");
        }
    }
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
