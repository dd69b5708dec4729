//! Texts before and after a patch.

use crate::document::Config;
use crate::patch::{Patch, apply};

/// Patches a text.
fn patch(text: &str, patch: &str) -> String {
    let (config, _) = Config::decode(text.as_bytes()).unwrap();
    let patched = apply(&config, &[Patch::decode(patch.as_bytes()).unwrap()]).unwrap();
    String::from_utf8(patched.bytes().to_vec()).unwrap()
}

fn check(text: &str, by: &str, want: &str) {
    assert_eq!(patch(text, by), want, "{by}");
}

const TEXT: &str = "\
# The first worker.
machine:
  type: worker # for now
  # Names that the certificate holds.
  certSANs:
    - a.example # old
    # the new one
    - b.example
  # Time comes from the router.
  time:
    servers: [10.0.0.1] # by address
  nodeLabels: {}

  # After a blank line.
  sysctls:
    a: '1' # one
    b: \"2\"
cluster:
  clusterName: demo
--- # names
apiVersion: v1alpha1
kind: HostnameConfig
hostname: h # mine
";

#[test]
fn only_what_changes_is_written() {
    check(
        TEXT,
        "machine: {type: controlplane}",
        &TEXT.replace("worker # for", "controlplane # for"),
    );
    check(TEXT, "machine: {certSANs: [c]}", &TEXT.replace("b.example\n", "b.example\n    - c\n"));
    check(
        TEXT,
        "machine: {sysctls: {a: '3', c: x}}",
        &TEXT.replace("'1' # one", "\"3\" # one").replace("\"2\"\n", "\"2\"\n    c: x\n"),
    );
    check(
        TEXT,
        "machine: {nodeLabels: {x: y}}\n---\n{apiVersion: v1alpha1, kind: HostnameConfig, hostname: i}",
        &TEXT.replace("Labels: {}", "Labels:\n      x: y").replace("h # mine", "i # mine"),
    );
    check(TEXT, "machine: {type: worker}", TEXT);
}

#[test]
fn braces_become_lines_and_their_comment_stays() {
    check(
        TEXT,
        "machine: {time: {servers: [b]}}",
        &TEXT.replace(
            "servers: [10.0.0.1] # by address",
            "servers: # by address\n        - 10.0.0.1\n        - b",
        ),
    );
    check(
        "{\"machine\": {\"type\": \"worker\"}}",
        "machine: {token: x}",
        "machine:\n    type: worker\n    token: x",
    );
}

#[test]
fn what_is_deleted_goes_with_its_comment() {
    check(
        TEXT,
        "machine: {time: {$patch: delete}}",
        &TEXT.replace(
            "  # Time comes from the router.\n  time:\n    servers: [10.0.0.1] # by address\n",
            "",
        ),
    );
    check(
        TEXT,
        "machine: {sysctls: {a: {$patch: delete}}}",
        &TEXT.replace("    a: '1' # one\n", ""),
    );
    check(
        TEXT,
        "{apiVersion: v1alpha1, kind: HostnameConfig, $patch: delete}",
        TEXT.split("---").next().unwrap(),
    );
}

#[test]
fn documents_are_appended() {
    let link = "apiVersion: v1alpha1\nkind: LinkConfig\nname: eth0\nmtu: 9000\n";
    check(TEXT, link, &format!("{TEXT}---\n{link}"));
    let bare = TEXT.trim_end();
    check(bare, link, &format!("{TEXT}---\n{link}"));
}

const ITEMS: &str = "\
machine:
  files:
  # the first
  - path: /a # a
    content: one
  # the second
  - path: /b
    content: |
      two
      lines

  - content: three # three
    path: /c
";

#[test]
fn items_go_and_change_by_themselves() {
    let delete = |path: &str| format!("machine: {{files: [{{path: {path}, $patch: delete}}]}}");
    check(
        ITEMS,
        &delete("/b"),
        &ITEMS
            .replace("  # the second\n  - path: /b\n    content: |\n      two\n      lines\n", ""),
    );
    check(ITEMS, &delete("/a"), &ITEMS.replace("  - path: /a # a\n    content: one\n", ""));
    check(
        ITEMS,
        "machine: {files: [{path: /d, content: \"four\\nlines\\n\"}]}",
        &format!("{ITEMS}  - path: /d\n    content: |\n        four\n        lines\n"),
    );
    check(
        ITEMS,
        "[{op: replace, path: /machine/files/1/content, value: x}, {op: remove, path: /machine/files/2/content}]",
        &ITEMS
            .replace("content: |\n      two\n      lines\n", "content: x\n")
            .replace("content: three # three\n    path", "path"),
    );
    check(
        ITEMS,
        "[{op: add, path: /machine/files/0, value: {path: /z}}, {op: remove, path: /machine/files/2}]",
        "machine:\n  files:\n  # the first\n  - path: /z\n  - path: /a # a\n    content: one\n\n  - content: three # three\n    path: /c\n",
    );
}

#[test]
fn an_alias_that_reaches_a_change_costs_comments_only() {
    let text = "# mine\nmachine:\n  env: &e {A: b}\n  sysctls: *e\n";
    check(
        text,
        "machine: {sysctls: {c: d}}",
        "# mine\nmachine:\n  env: &e {A: b}\n  sysctls:\n      A: b\n      c: d\n",
    );
    check(
        text,
        "machine: {env: {c: d}}",
        "machine:\n    env:\n        A: b\n        c: d\n    sysctls:\n        A: b\n",
    );
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    check(
        "\u{feff}machine:\r\n  type: worker\r\n  token: x\r\n",
        "machine: {type: controlplane, token: {$patch: delete}}",
        "\u{feff}machine:\r\n  type: controlplane\r\n",
    );
}
