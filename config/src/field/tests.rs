//! Fields of every shape, right and wrong.

use std::collections::BTreeMap;
use std::net::IpAddr;

use types::Secret;

use super::*;

section! {
    /// Of every shape.
    pub struct Sample {
        "enabled" => enabled: Option<bool>,
        "port" => port: Option<u16>,
        "key" => key: Option<Secret<String>>,
        "list" => list: Vec<Item>,
        "labels" => labels: BTreeMap<String, String>,
        "mode" => mode: Option<Mode>,
    }
}

section! {
    /// An item of it.
    pub struct Item {
        "port" => port: Option<u16>,
    }
}

choice! {
    /// Two words.
    pub enum Mode {
        One = "one",
        Two = "802.3ad",
    }
}

fn read(text: &str) -> (Option<Sample>, Vec<String>) {
    let documents = read::stream(text.as_bytes()).unwrap();
    let mut faults = Vec::new();
    let sample = Sample::decode(&documents[0], &mut Context::new("", &mut faults));
    (sample, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn all_mistakes_are_found_with_their_places() {
    let (_, faults) = read(
        "enabled: maybe\nport: 70000\nkey: [hunter2]\nlist:\n- prot: 1\n- ~\n- {port: '1'}\nlabels: {a.b/c: [1]}\nmode: three\n",
    );
    assert_eq!(
        faults,
        [
            r#"1:10: enabled: must be true or false, not "maybe""#,
            r#"2:7: port: must be a whole number from 0 to 65535, not "70000""#,
            "3:6: key: must be text",
            r#"5:3: list[0].prot: unknown field, did you mean "port"?"#,
            "6:3: list[1]: must not be empty",
            r#"7:10: list[2].port: must be a whole number from 0 to 65535, not "1""#,
            r#"8:17: labels["a.b/c"]: must be text"#,
            r#"9:7: mode: must be one of one, 802.3ad, not "three""#,
        ]
    );
}

#[test]
fn what_is_read_is_written() {
    let text =
        "enabled: true\nport: 0x10\nkey: s\nlist:\n- {}\nlabels: {a: 1, b: }\nmode: 802.3AD\n";
    let (sample, faults) = read(text);
    assert!(faults.is_empty(), "{faults:?}");
    let tree = sample.unwrap().encode().unwrap();
    assert_eq!(
        tree.to_yaml(crate::yaml::tree::Show::Masks),
        "enabled: true\nport: 16\nkey: REDACTED\nlist:\n    - {}\nlabels:\n    a: \"1\"\n    b: \"\"\nmode: 802.3ad\n"
    );
}

#[test]
fn an_empty_text_is_no_address_and_a_null_no_section() {
    section! {
        /// Of what clients leave empty.
        pub struct Empty {
            "address" => address: Option<IpAddr>,
            "mode" => mode: Option<Mode>,
            "inner" => inner: BTreeMap<String, Sample>,
        }
    }
    let read = |text: &str| {
        let documents = read::stream(text.as_bytes()).unwrap();
        let mut faults = Vec::new();
        let empty = Empty::decode(&documents[0], &mut Context::new("", &mut faults));
        (empty, faults.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(read("address: \"\"\nmode: ''\ninner:\n"), (Some(Empty::default()), vec![]));
    assert_eq!(read("inner: {a: }\n").1, ["1:10: inner.a: must not be empty"]);
}

#[test]
fn only_a_near_word_is_proposed() {
    let known = ["kubelet", "network", "certSANs"];
    for (word, want) in [
        ("kubelt", Some("kubelet")),
        ("certsans", Some("certSANs")),
        ("netwrok", Some("network")),
        ("gateway", None),
        ("", None),
    ] {
        assert_eq!(nearest(word, &known).as_deref(), want, "{word}");
    }
    assert_eq!(nearest(&"kubelet".repeat(20), &known), None);
}
