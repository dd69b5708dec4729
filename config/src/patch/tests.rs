//! Patches as operators write them, and how those that do not fit are refused.

use super::*;

const BASE: &str = "\
machine:
    type: worker
    certSANs: [a]
    sysctls: {a: \"1\", b: \"2\"}
    kubelet:
        extraArgs: {v: \"4\"}
        extraConfig: {a: 1}
    network:
        interfaces:
            - interface: eth0
              mtu: 1500
              vlans: [{vlanId: 5, mtu: 1400}]
    files:
        - {path: /var/x, content: abc, op: create}
        - {path: /var/y, content: abc, op: create}
cluster:
    clusterName: c
    network: {podSubnets: [10.0.0.0/8]}
---
apiVersion: v1alpha1
kind: LinkConfig
name: eth5
mtu: 1500
addresses: [{address: 10.0.0.1/24}]
";

fn config(text: &str) -> Config {
    Config::decode(text.as_bytes()).unwrap().0
}

/// Patches in order; the faults of the first that is refused.
fn patched(text: &str, patches: &[&str]) -> Result<Config, String> {
    let read = |text: &&str| Patch::decode(text.as_bytes()).map_err(|faults| summary(&faults));
    let patches: Vec<_> = patches.iter().map(read).collect::<Result<_, _>>()?;
    apply(&config(text), &patches).map_err(|error| error.to_string())
}

/// Patches and compares with the same text where `from` is `to`.
fn check(patches: &[&str], from: &str, to: &str) {
    assert!(BASE.contains(from), "{from}");
    let want = config(&BASE.replacen(from, to, 1));
    let got = patched(BASE, patches).unwrap();
    assert_eq!(got.encode(), want.encode(), "{patches:?}");
}

fn refused(patch: &str, want: &str) {
    assert_eq!(patched(BASE, &[patch]).unwrap_err(), want, "{patch}");
}

#[test]
fn documents_are_merged_by_kind_and_name() {
    check(&["machine: {certSANs: [b]}"], "[a]", "[a, b]");
    check(
        &["{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, mtu: 9000}"],
        "mtu: 1500\naddr",
        "mtu: 9000\naddr",
    );
    let other = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth6, mtu: 9000}\n";
    check(
        &[other],
        "addresses: [{address: 10.0.0.1/24}]\n",
        &format!("addresses: [{{address: 10.0.0.1/24}}]\n---\n{other}"),
    );
    check(
        &[
            "machine: {type: controlplane}\n---\n{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, up: false}",
            "{\"cluster\": {\"clusterName\": \"d\"}}",
        ],
        BASE,
        &BASE
            .replace("worker", "controlplane")
            .replace("name: eth5", "name: eth5\nup: false")
            .replace("clusterName: c", "clusterName: d"),
    );
}

#[test]
fn later_patches_see_earlier_ones() {
    check(
        &["machine: {sysctls: {c: x}}", "machine: {sysctls: {c: y}}"],
        "b: \"2\"",
        "b: \"2\", c: y",
    );
    let two = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, $patch: delete}";
    let operation = "[{op: replace, path: /machine/type, value: controlplane}]";
    let (first, _) = BASE.split_once("---").unwrap();
    let got = patched(BASE, &[two, operation]).unwrap();
    assert_eq!(got.encode(), config(&first.replace("worker", "controlplane")).encode());
}

#[test]
fn what_is_marked_is_deleted() {
    check(&["machine: {certSANs: {$patch: delete}}"], "    certSANs: [a]\n", "");
    check(&["machine: {sysctls: {a: {$patch: delete}}}"], "a: \"1\", ", "");
    check(
        &["machine: {files: [{path: /var/y, $patch: delete}]}"],
        "        - {path: /var/y, content: abc, op: create}\n",
        "",
    );
    check(
        &["machine: {files: [{$patch: delete, op: create}]}"],
        "        - {path: /var/x, content: abc, op: create}\n",
        "",
    );
    check(&["machine: {kernel: {$patch: delete}, kubelet: {image: {$patch: delete}}}"], "", "");
    check(&["cluster: {network: {podSubnets: {$patch: delete}}}"], "podSubnets: [10.0.0.0/8]", "");
    check(
        &["machine: {network: {interfaces: [{interface: eth0, $patch: delete}]}}"],
        "\n        interfaces:\n            - interface: eth0\n              mtu: 1500\n              vlans: [{vlanId: 5, mtu: 1400}]",
        " {}",
    );
    check(
        &["{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, mtu: {$patch: delete}}"],
        "mtu: 1500\naddr",
        "addr",
    );
    check(
        &["{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, $patch: delete}"],
        &BASE[BASE.find("---").unwrap()..],
        "",
    );
}

#[test]
fn deleting_goes_before_merging() {
    let delete = "machine: {certSANs: {$patch: delete}}";
    for patch in [
        format!("{delete}\n---\nmachine: {{certSANs: [b]}}"),
        format!("machine: {{certSANs: [b]}}\n---\n{delete}"),
    ] {
        check(&[&patch], "[a]", "[b]");
    }
}

#[test]
fn a_patch_that_is_wrong_is_refused_with_its_places() {
    refused("", "1:1: there is no patch in it");
    refused(
        "machine: {kubelt: {}, certSANs: x}",
        "1:11: machine.kubelt: unknown field, did you mean \"kubelet\"?\n1:33: machine.certSANs: must be a list, not \"x\"",
    );
    refused(
        "version: v1alpha1",
        "1:1: a document must have a kind, or be the root with machine and cluster",
    );
    refused("machine: {}\n---\ncluster: {}", "3:1: duplicate root document, first at 1:1");
    refused("{version: v1alpha1, $patch: delete}", "1:1: the root document cannot be deleted");
    refused(
        "machine: {sysctls: {$patch: delete, c: x}}",
        "1:37: machine.sysctls.c: has no meaning beside $patch: delete",
    );
    refused(
        "machine: {sysctls: {$patch: replace}}",
        "1:29: machine.sysctls.$patch: must be delete",
    );
    refused(
        "machine: {files: [{$patch: delete}]}",
        "1:19: machine.files[0]: must say which item is deleted, by a field of it",
    );
    refused(
        "machine: {network: {interfaces: [{interface: eth0, mtu: {$patch: delete}}]}}",
        "1:58: machine.network.interfaces[0].mtu: cannot be deleted inside of an item: delete the item",
    );
    refused("&a [*a]", "1:5: an alias inside what it stands for");
}

#[test]
fn a_patch_that_does_not_fit_is_refused_with_its_place() {
    let nothing = |place: &str| format!("{place}: there is nothing to delete");
    refused("machine: {sysctls: {z: {$patch: delete}}}", &nothing("1:25: machine.sysctls.z"));
    refused(
        "machine: {kernel: {modules: {$patch: delete}}}",
        &nothing("1:30: machine.kernel.modules"),
    );
    refused(
        "machine: {files: [{path: /nope, $patch: delete}]}",
        &nothing("1:33: machine.files[0]"),
    );
    refused(
        "{apiVersion: v1alpha1, kind: LinkConfig, name: eth5, addresses: [{address: 1.1.1.1/8, $patch: delete}]}",
        &nothing("1:87: LinkConfig eth5: addresses[0]"),
    );
    refused(
        "{apiVersion: v1alpha1, kind: LinkConfig, name: eth6, $patch: delete}",
        "1:54: LinkConfig eth6: there is no such document to delete from",
    );
    refused(
        "machine: {kubelet: {extraConfig: {a: x}}}",
        "1:38: machine.kubelet.extraConfig.a: must be a whole number as in the configuration, not text: delete it first",
    );
    refused(
        "[{op: remove, path: /machine/type}]",
        "1:2: JSON patches work on a configuration of one document: write it as a strategic merge patch",
    );
}

#[test]
fn what_comes_out_is_a_configuration() {
    let one = "machine: {type: worker}\n";
    let result = patched(one, &["[{op: add, path: /machine/nope, value: 1}]"]).unwrap_err();
    assert_eq!(
        result,
        "what the patches make is no configuration:\n3:5: machine.nope: unknown field, did you mean \"type\"?"
    );
    let result = patched(
        "{apiVersion: v1alpha1, kind: HostnameConfig}",
        &["{apiVersion: v1alpha1, kind: HostnameConfig, $patch: delete}"],
    );
    assert_eq!(result.unwrap_err(), "the patches leave no document");
    assert_eq!(patched(BASE, &[]).unwrap().bytes(), BASE.as_bytes());
}

/// What leads from one configuration to another, and that it does.
fn leads(old: &str, new: &str, want: &str) {
    let (old, new) = (config(old), config(new));
    let patch = between(&old, &new).unwrap();
    assert_eq!(patch, want);
    if !patch.is_empty() {
        let patched = apply(&old, &[Patch::decode(patch.as_bytes()).unwrap()]).unwrap();
        assert_eq!(patched.encode(), new.encode(), "{patch}");
    }
}

#[test]
fn the_patch_between_two_says_only_what_differs() {
    leads(BASE, BASE, "");
    leads(
        BASE,
        &BASE
            .replace("worker", "controlplane")
            .replace("[a]", "[a, b]")
            .replace("b: \"2\"", "c: x"),
        "machine:\n    sysctls:\n        b:\n            $patch: delete\n---\n\
         machine:\n    type: controlplane\n    certSANs:\n        - b\n    sysctls:\n        c: x\n",
    );
    leads(
        BASE,
        &BASE
            .replace("mtu: 1500\naddr", "mtu: 0\naddr")
            .replace("[10.0.0.0/8]", "[10.0.0.0/9]")
            .replace("{a: 1}", "{a: x}"),
        "machine:\n    kubelet:\n        extraConfig:\n            a:\n                $patch: delete\n---\n\
         apiVersion: v1alpha1\nkind: LinkConfig\nname: eth5\nmtu:\n    $patch: delete\n---\n\
         machine:\n    kubelet:\n        extraConfig:\n            a: x\n\
         cluster:\n    network:\n        podSubnets:\n            - 10.0.0.0/9\n---\n\
         apiVersion: v1alpha1\nkind: LinkConfig\nname: eth5\nmtu: 0\n",
    );
    leads(
        BASE,
        &BASE.replace("name: eth5", "name: eth6"),
        "apiVersion: v1alpha1\nkind: LinkConfig\nname: eth5\n$patch: delete\n---\n\
         apiVersion: v1alpha1\nkind: LinkConfig\nname: eth6\nmtu: 1500\naddresses:\n    - address: 10.0.0.1/24\n",
    );
    leads(
        "machine: {type: worker}",
        "{machine: {type: worker}, version: v1alpha1}",
        "version: v1alpha1\nmachine: null\n",
    );
}

#[test]
fn what_no_patch_can_do_is_said() {
    let link = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth5}";
    assert_eq!(between(&config(BASE), &config(link)), Err(NoPatch::Root));
    let marked = "machine: {kubelet: {extraConfig: {$patch: delete}}}";
    assert_eq!(between(&config("machine: {}"), &config(marked)), Err(NoPatch::Marker));
}

#[test]
fn an_address_is_one_name_in_all_its_spellings() {
    let host = |name: &str, names: &str| {
        format!(
            "{{apiVersion: v1alpha1, kind: StaticHostConfig, name: '{name}', hostnames: [{names}]}}"
        )
    };
    let patched = patched(&host("FD00::1", "a"), &[&host("fd00:0::1", "b")]).unwrap();
    assert_eq!(patched.encode(), config(&host("fd00::1", "a, b")).encode());
}
