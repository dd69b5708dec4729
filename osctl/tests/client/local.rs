//! What needs no node: help, the client configuration, making and checking configurations.

use crate::fake::run::{Client, golden};

/// Every command whose help is kept.
const COMMANDS: &[&str] = &[
    "",
    "apply-config",
    "completion",
    "config",
    "config add",
    "config context",
    "config contexts",
    "config endpoint",
    "config info",
    "config merge",
    "config new",
    "config node",
    "config remove",
    "copy",
    "dmesg",
    "edit",
    "events",
    "gen",
    "gen ca",
    "gen config",
    "gen crt",
    "gen csr",
    "gen key",
    "gen keypair",
    "gen schema",
    "gen secrets",
    "gen secureboot",
    "gen secureboot database",
    "gen secureboot pcr",
    "gen secureboot uki",
    "get",
    "inspect",
    "inspect dependencies",
    "list",
    "logs",
    "machineconfig",
    "machineconfig patch",
    "memory",
    "mounts",
    "patch",
    "plan",
    "processes",
    "read",
    "reboot",
    "service",
    "shutdown",
    "time",
    "validate",
    "version",
];

#[test]
fn help_is_as_it_was() {
    let client = Client::bare();
    for command in COMMANDS {
        let mut args: Vec<&str> = command.split_whitespace().collect();
        args.push("--help");
        let ran = client.run(&args);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{command}");
        let name = if command.is_empty() { "osctl".to_owned() } else { command.replace(' ', "-") };
        golden(&format!("help/{name}.txt"), &ran.out);
    }
}

#[test]
fn a_new_cluster_is_made_checked_and_used() {
    let client = Client::bare();
    let gen_config = ["gen", "config", "demo", "https://10.5.0.2:6443", "-o", "out"];
    client.run(&gen_config).golden("local/gen-config");
    client.run(&gen_config).golden("local/gen-config-again");
    for name in ["controlplane.yaml", "worker.yaml", "talosconfig"] {
        let path = client.home.path().join("out").join(name);
        let metadata = std::fs::metadata(&path).expect(name);
        assert!(metadata.len() > 100, "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
    for file in ["out/controlplane.yaml", "out/worker.yaml"] {
        let ran = client.run(&["validate", "-m", "metal", "-c", file]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.out, format!("{file} is valid for metal mode\n"));
    }
    assert_eq!(client.run(&["config", "merge", "out/talosconfig"]).code, Some(0));
    assert_eq!(client.run(&["config", "endpoint", "10.5.0.2"]).code, Some(0));
    client.run(&["config", "contexts"]).golden("local/config-contexts");
    let info = client.run(&["config", "info"]).out;
    assert!(info.contains("Roles:                 os:admin\n"), "{info}");
    let only =
        client.run(&["gen", "config", "x", "https://h:6443", "-t", "talosconfig", "-o", "-"]);
    assert!(only.out.starts_with("context: x\n"), "{only:?}");
    assert_eq!(client.run(&["gen", "config", "x", "10.5.0.2"]).code, Some(2));
}

#[test]
fn a_wrong_configuration_has_its_faults_told() {
    let client = Client::bare();
    let text = "machine:\n    type: controlpane\n    kubelt: {}\ncluster: {}\n";
    std::fs::write(client.home.path().join("bad.yaml"), text).expect("written");
    client.run(&["validate", "-m", "metal", "-c", "bad.yaml"]).golden("local/validate");
    client.run(&["validate", "-m", "metal", "-c", "absent.yaml"]).golden("local/validate-absent");
}

#[test]
fn contexts_are_changed() {
    let client = Client::bare();
    let run = |args: &[&str]| client.run(args);
    assert_eq!(run(&["config", "add", "a"]).code, Some(0));
    assert_eq!(run(&["config", "add", "b"]).code, Some(0));
    run(&["config", "add", "b"]).golden("local/config-add-twice");
    assert_eq!(run(&["config", "node", "10.5.0.2", "10.5.0.3"]).code, Some(0));
    assert_eq!(run(&["config", "endpoint", "h:1", "--context", "b"]).code, Some(0));
    assert_eq!(run(&["config", "endpoint", "h:x"]).code, Some(2));
    run(&["config", "contexts", "-o", "yaml"]).golden("local/config-contexts-yaml");
    assert_eq!(run(&["config", "context", "b"]).code, Some(0));
    run(&["config", "remove", "b", "-y"]).golden("local/config-remove-current");
    run(&["config", "remove", "a"]).golden("local/config-remove-unasked");
    run(&["config", "remove", "*", "--dry-run"]).golden("local/config-remove-dry");
    assert_eq!(run(&["config", "remove", "a", "-y"]).code, Some(0));
    run(&["config", "context", "a"]).golden("local/config-context-absent");
    run(&["config", "new"]).golden("local/config-new");
}

#[test]
fn a_file_is_patched() {
    let client = Client::bare();
    let text = "# mine\nmachine:\n    type: worker # for now\n    certSANs: [a]\n---\n\
                apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: h\n";
    std::fs::write(client.home.path().join("c.yaml"), text).expect("written");
    std::fs::write(client.home.path().join("p.yaml"), "machine: {certSANs: [b]}\n")
        .expect("written");
    let patch = |args: &[&str]| {
        let all: Vec<_> =
            ["machineconfig", "patch", "c.yaml"].iter().chain(args).copied().collect();
        client.run(&all)
    };
    assert_eq!(patch(&[]).out, text);
    let delete = "{apiVersion: v1alpha1, kind: HostnameConfig, $patch: delete}";
    patch(&["-p", "@p.yaml", "-p", delete, "-p", "[{op: remove, path: /machine/certSANs/0}]"])
        .golden("local/patch");
    patch(&["-p", "[{op: remove, path: /machine}]"]).golden("local/patch-many-documents");
    patch(&["-p", "machine: {certSAN: x}"]).golden("local/patch-faults");
    assert_eq!(patch(&["-p", "@p.yaml", "-o", "out.yaml"]).code, Some(0));
    let written = std::fs::read_to_string(client.home.path().join("out.yaml")).expect("a file");
    assert!(written.contains("- b\n"), "{written}");
}

#[test]
fn two_files_are_compared() {
    let client = Client::bare();
    let base = client.run(&[
        "gen",
        "config",
        "demo",
        "https://10.5.0.2:6443",
        "-t",
        "worker",
        "-o",
        "old.yaml",
    ]);
    assert_eq!(base.code, Some(0), "{base:?}");
    let plan = |args: &[&str]| {
        let all: Vec<_> = ["plan", "--from", "old.yaml"].iter().chain(args).copied().collect();
        client.run(&all)
    };
    let patch = "machine: {sysctls: {a: '1'}, env: {A: b}, install: {disk: /dev/vda}, token: x}\n---\n\
                 {apiVersion: v1alpha1, kind: LinkConfig, name: eth0, mtu: 9000}";
    plan(&["-p", patch]).golden("local/plan");
    plan(&["-p", patch, "-o", "json", "--exit-code"]).golden("local/plan-json");
    plan(&["-p", patch, "-o", "patch"]).golden("local/plan-patch");
    plan(&["-f", "old.yaml", "--exit-code"]).golden("local/plan-nothing");
    assert_eq!(plan(&[]).code, Some(2));
    plan(&["-p", "{apiVersion: v1alpha1, kind: HostnameConfig, hostname: a}"])
        .golden("local/plan-not-valid");
}
