//! Texts that are read, and those that end early.

use super::*;

/// The faults of a text that must have some.
fn faults(text: &[u8]) -> String {
    crate::fault::summary(&stream(text).unwrap_err())
}

#[test]
fn places_and_spellings_are_kept() {
    let documents = stream("\u{feff}a: 0644\r\nb:\r\n  - 'x'\r\n".as_bytes()).unwrap();
    let mode = documents[0].get("a").unwrap();
    assert_eq!(
        (mode.place.to_string(), mode.value.place.to_string()),
        ("1:1".into(), "1:4".into())
    );
    assert!(matches!(&mode.value.value, Value::Scalar(text, Style::Plain) if text == "0644"));
    let Value::List(items) = &documents[0].get("b").unwrap().value.value else { panic!("a list") };
    assert!(matches!(&items[0].value, Value::Scalar(text, Style::Quoted) if text == "x"));
    assert_eq!(items[0].place, Place { line: 3, column: 5 });
}

#[test]
fn null_documents_and_comments_between_are_skipped() {
    assert_eq!(stream(b"---\n# c\n---\na: 1\n---\n~\n---\n").unwrap().len(), 1);
    assert!(stream(b"").unwrap().is_empty());
}

#[test]
fn json_is_yaml() {
    let documents = stream(b"{\n\t\"a\": [1, \"2\"],\n\t\"b\": {\"c\": null}\n}").unwrap();
    assert!(documents[0].get("b").unwrap().value.get("c").unwrap().value.is_null());
}

#[test]
fn every_duplicate_is_named() {
    assert_eq!(
        faults(b"a: 1\na: 2\nb: {c: 1, c: 2}\n"),
        "2:1: duplicate key \"a\", first at 1:1\n3:11: duplicate key \"c\", first at 3:5"
    );
}

#[test]
fn hostile_bytes_have_a_place() {
    assert_eq!(faults(b"a: b\nc: \xff\n"), "2:4: not UTF-8");
    assert_eq!(faults(b"a: b\nc: \0\n"), "2:4: a NUL character, which no YAML text holds");
    assert!(faults(b"a:\n\tb: c\n").starts_with("2:"), "{}", faults(b"a:\n\tb: c\n"));
    assert!(faults(b"a: [").starts_with("1:"));
    assert_eq!(faults(b"? [a]\n: b\n"), "1:3: a key must be text");
    assert_eq!(faults(b"a: !exec ls\n"), "1:10: a tag that has no meaning here");
}

#[test]
fn a_bomb_of_aliases_ends_early() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{},", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    assert!(faults(text.as_bytes()).contains("more than 250000 values, aliases included"));
    let wide = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a,".repeat(100));
    assert!(faults(wide.as_bytes()).contains("more than 16 MiB of text"));
}

#[test]
fn nesting_ends_early_through_aliases_too() {
    let deep = "[".repeat(10_000);
    assert!(faults(deep.as_bytes()).contains("nested deeper"), "{}", faults(deep.as_bytes()));
    let block: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    stream(block.as_bytes()).unwrap_err();
    let mut chain = "- &a0 [x]\n".to_owned();
    for level in 1..100 {
        chain.push_str(&format!("- &a{level} [*a{}]\n", level - 1));
    }
    assert!(faults(chain.as_bytes()).contains("nested deeper than 64 levels"));
    stream(b"&a [*a]").unwrap_err();
}

#[test]
fn size_and_documents_are_bounded() {
    assert_eq!(faults(&vec![b'a'; MAX_BYTES + 1]), "1:1: larger than 8 MiB");
    assert!(faults("---\na\n".repeat(2000).as_bytes()).contains("more than 1024 documents"));
    assert!(faults("- a\n".repeat(400_000).as_bytes()).contains("more than 250000 values"));
}
