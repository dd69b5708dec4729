//! What each command asks a node, and what it prints of the answer.

use api::common::{Data, Metadata};
use api::machine::{
    ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse, Event, FileInfo,
    ListRequest, LogsRequest, MountStat, Mounts, MountsResponse, Process, ProcessInfo,
    ProcessesResponse, ServiceInfo, ServiceList, ServiceListResponse, ServiceRestart,
    ServiceRestartResponse, TaskEvent,
};
use prost::Message as _;

use crate::fake::run::Client;
use crate::fake::{Door, Fake, Reply, Scripts};

/// The tag of one node.
fn of(node: &str) -> Option<Metadata> {
    Some(Metadata { hostname: node.to_owned(), ..Metadata::default() })
}

/// The tag of a node that refused.
fn refusal(node: &str, text: &str) -> Option<Metadata> {
    Some(Metadata { hostname: node.to_owned(), error: text.to_owned(), status: None })
}

/// A chunk of a node's text.
fn data(node: &str, text: &str) -> Data {
    Data { metadata: of(node), bytes: text.as_bytes().to_vec().into() }
}

/// A client of a node with one script, and the node.
fn with(
    path: &'static str,
    script: impl Fn(&crate::fake::Call) -> Reply + Send + Sync + 'static,
) -> (Fake, Client) {
    let fake = Fake::start(Door::Mutual, Scripts::default().on(path, script));
    let client = Client::of(&fake, &["os:admin"], &["10.5.0.2"]);
    (fake, client)
}

#[test]
fn logs_and_dmesg_are_lines_behind_their_node() {
    let path = "/machine.MachineService/Logs";
    let (fake, client) = with(path, |_| {
        Reply::many(&[
            data("10.5.0.2", "first\nsec"),
            data("10.5.0.3", "other\n"),
            data("10.5.0.2", "ond\u{1b}]0;x\u{7}\n"),
            Data { metadata: refusal("10.5.0.4", "no such service"), bytes: Vec::new().into() },
        ])
    });
    client.run(&["logs", "machined", "--tail", "5", "-f"]).golden("commands/logs");
    let request: LogsRequest = fake.calls_of(path)[0].read();
    assert_eq!(
        (request.namespace.as_str(), request.id.as_str(), request.follow, request.tail_lines),
        ("system", "machined", true, 5)
    );
    client.run(&["logs", "-k", "ns/pod:c"]);
    let request: LogsRequest = fake.calls_of(path)[1].read();
    assert_eq!((request.namespace.as_str(), request.driver, request.tail_lines), ("k8s.io", 1, -1));
}

#[test]
fn a_cut_stream_is_unreachable() {
    let path = "/machine.MachineService/Dmesg";
    let (_fake, client) = with(path, |_| Reply::one(&data("10.5.0.2", "kern: one\nhalf")).cut());
    let ran = client.run(&["dmesg", "-f"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(3), "10.5.0.2: kern: one\n10.5.0.2: half\n"));
    assert!(ran.err.starts_with("osctl: dmesg 10.5.0.2: connection lost: "), "{ran:?}");
}

#[test]
fn events_are_rows_or_documents() {
    let path = "/machine.MachineService/Events";
    let (fake, client) = with(path, |_| {
        let task = TaskEvent { task: "stopAllServices".to_owned(), action: 0 };
        let event = Event {
            metadata: of("10.5.0.2"),
            data: Some(prost_types::Any {
                type_url: "talos/runtime/machine.TaskEvent".to_owned(),
                value: task.encode_to_vec(),
            }),
            id: "d4kq2u5vpe8g00a1b2c0".to_owned(),
            actor_id: "7f9c24e8-3b12-4fef-91e0-58a2d1b0c111".to_owned(),
        };
        Reply::many(&[Event { metadata: of("10.5.0.2"), ..Event::default() }, event])
    });
    client.run(&["events", "--tail", "-1"]).golden("commands/events");
    client.run(&["events", "--duration", "90s", "-o", "json"]).golden("commands/events-json");
    let seconds: api::machine::EventsRequest = fake.calls_of(path)[1].read();
    assert_eq!((seconds.tail_seconds, seconds.tail_events), (90, 0));
}

#[test]
fn folders_are_listed() {
    let path = "/machine.MachineService/List";
    let (fake, client) = with(path, |_| {
        let file = |name: &str, mode, link: &str| FileInfo {
            metadata: of("10.5.0.2"),
            name: format!("/etc/{name}"),
            relative_name: name.to_owned(),
            size: 1234,
            mode,
            modified: 1_800_000_000,
            link: link.to_owned(),
            ..FileInfo::default()
        };
        let fault = FileInfo {
            metadata: of("10.5.0.2"),
            name: "/etc/locked".to_owned(),
            error: "permission denied".to_owned(),
            ..FileInfo::default()
        };
        Reply::many(&[
            file(".", 1 << 31 | 0o755, ""),
            file("hosts", 0o644, ""),
            fault,
            file("mtab", 1 << 27 | 0o777, "/proc/self/mounts"),
        ])
    });
    client.run(&["ls", "-l", "-d", "2", "-t", "f,d", "/etc"]).golden("commands/list");
    let request: ListRequest = fake.calls_of(path)[0].read();
    assert_eq!(
        (request.root.as_str(), request.recurse, request.recursion_depth),
        ("/etc", true, 2)
    );
    assert_eq!(request.types, [0, 1]);
    assert_eq!(client.run(&["ls"]).out.lines().next(), Some("NODE       NAME"));
}

#[test]
fn files_are_read_as_they_are() {
    let path = "/machine.MachineService/Read";
    let (_fake, client) = with(path, |call| match call.earlier {
        0 => Reply::many(&[data("", "Linux\u{1b}[1m"), data("", " 6.18\n")]),
        _ => Reply::no(5, "/nope: no such file or directory"),
    });
    assert_eq!(client.run(&["read", "/proc/version"]).out, "Linux\u{1b}[1m 6.18\n");
    client.run(&["read", "/nope"]).golden("commands/read-absent");
    let ran = client.run(&["read", "/x", "-n", "a,b"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

#[test]
fn folders_are_copied() {
    let path = "/machine.MachineService/Copy";
    let (_fake, client) = with(path, |_| {
        let zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let mut builder = tar::Builder::new(zip);
        let mut header = tar::Header::new_gnu();
        header.set_size(5);
        header.set_mode(0o600);
        builder.append_data(&mut header, "log/a", &b"hello"[..]).expect("an entry");
        let archive = builder.into_inner().expect("an archive").finish().expect("a stream");
        let (first, rest) = archive.split_at(10);
        Reply::many(&[
            Data { metadata: of("10.5.0.2"), bytes: first.to_vec().into() },
            Data { metadata: of("10.5.0.2"), bytes: rest.to_vec().into() },
            Data { metadata: refusal("10.5.0.2", "/var/b: is gone"), bytes: Vec::new().into() },
        ])
    });
    let ran = client.run(&["cp", "/var", "var"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.err, "osctl: copy 10.5.0.2: /var/b: is gone\n");
    let copied = std::fs::read(client.home.path().join("var/log/a")).expect("a file");
    assert_eq!(copied, b"hello");
    let ran = client.run(&["cp", "/var", "var"]);
    assert_eq!(ran.err, "osctl: copy to var: the folder is not empty\n");
    assert_eq!(client.run(&["cp", "var", "x"]).code, Some(2));
}

#[test]
fn processes_and_mounts_are_tables() {
    let scripts = Scripts::default()
        .on("/machine.MachineService/Processes", |_| {
            let process = |pid, args: &str, resident_memory| ProcessInfo {
                pid,
                state: "S".to_owned(),
                threads: 3,
                cpu_time: 1.5,
                virtual_memory: 20_000_000,
                resident_memory,
                args: args.to_owned(),
                ..ProcessInfo::default()
            };
            Reply::one(&ProcessesResponse {
                messages: vec![Process {
                    metadata: of("10.5.0.2"),
                    processes: vec![
                        process(1, "/sbin/init", 1_000_000),
                        process(7, "/usr/bin/machined --x", 9_000_000),
                    ],
                }],
            })
        })
        .on("/machine.MachineService/Mounts", |_| {
            let mount = |filesystem: &str, size, mounted_on: &str| MountStat {
                filesystem: filesystem.to_owned(),
                size,
                available: size / 4,
                mounted_on: mounted_on.to_owned(),
            };
            Reply::one(&MountsResponse {
                messages: vec![Mounts {
                    metadata: of("10.5.0.2"),
                    stats: vec![mount("proc", 0, "/proc"), mount("tmpfs", 1 << 30, "/run")],
                }],
            })
        });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:reader"], &["10.5.0.2"]);
    client.run(&["ps"]).golden("commands/processes");
    client.run(&["mounts"]).golden("commands/mounts");
    client.run(&["mounts", "-o", "yaml"]).golden("commands/mounts-yaml");
}

#[test]
fn services_are_shown_and_told() {
    let scripts = Scripts::default()
        .on("/machine.MachineService/ServiceList", |_| {
            let service = |id: &str| ServiceInfo {
                id: id.to_owned(),
                state: "Running".to_owned(),
                ..ServiceInfo::default()
            };
            Reply::one(&ServiceListResponse {
                messages: vec![ServiceList {
                    metadata: of("10.5.0.2"),
                    services: vec![service("apid"), service("machined")],
                }],
            })
        })
        .on("/machine.MachineService/ServiceRestart", |call| match call.earlier {
            0 => Reply::one(&ServiceRestartResponse {
                messages: vec![ServiceRestart {
                    metadata: of("10.5.0.2"),
                    resp: "Service \"apid\" restarted".to_owned(),
                }],
            }),
            _ => Reply::no(2, "service \"machined\" doesn't support restart operation via API"),
        });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:operator"], &["10.5.0.2"]);
    client.run(&["services"]).golden("commands/services");
    client.run(&["service", "apid"]).golden("commands/service");
    client.run(&["service", "nope"]).golden("commands/service-absent");
    client.run(&["service", "apid", "restart"]).golden("commands/service-restart");
    client.run(&["service", "machined", "restart"]).golden("commands/service-refused");
}

#[test]
fn a_configuration_is_applied() {
    let path = "/machine.MachineService/ApplyConfiguration";
    let (fake, client) = with(path, |call| match call.earlier {
        0 => Reply::one(&ApplyConfigurationResponse {
            messages: vec![ApplyConfiguration {
                metadata: of("10.5.0.2"),
                warnings: vec!["machine.x is deprecated".to_owned()],
                mode: 2,
                mode_details: "Applied configuration without a reboot".to_owned(),
            }],
        }),
        _ => Reply::no(3, "machine.type: \"x\": one of controlplane, worker"),
    });
    std::fs::write(client.home.path().join("c.yaml"), "machine: {}\n").expect("written");
    client
        .run(&["apply", "-f", "c.yaml", "--mode", "try", "--timeout", "90s"])
        .golden("commands/apply");
    let request: ApplyConfigurationRequest = fake.calls_of(path)[0].read();
    assert_eq!((request.data.as_slice(), request.mode), (&b"machine: {}\n"[..], 4));
    assert_eq!(request.try_mode_timeout.map(|timeout| timeout.seconds), Some(90));
    client.run(&["apply", "-f", "c.yaml"]).golden("commands/apply-refused");
    assert_eq!(fake.calls_of(path)[1].read::<ApplyConfigurationRequest>().try_mode_timeout, None);
    client.run(&["apply", "-f", "c.yaml", "-p", "x"]).golden("commands/apply-patch");
    client.run(&["apply", "-f", "c.yaml", "-p", "machine: {type: worker}"]);
    let request: ApplyConfigurationRequest = fake.calls_of(path)[2].read();
    assert_eq!(request.data, b"machine:\n    type: worker\n");
}

/// A node whose configuration is this one, and that takes any other.
fn configured(text: &'static str) -> (Fake, Client) {
    let scripts = Scripts::default()
        .on("/cosi.resource.State/Get", move |_| {
            let metadata = cosi::wire::Metadata {
                id: "v1alpha1".to_owned(),
                annotations: [("talos.dev/yaml-spec".to_owned(), "1".to_owned())].into(),
                ..Default::default()
            };
            let spec =
                cosi::wire::Spec { proto_spec: Vec::new(), yaml_spec: format!("{text:?}\n") };
            let resource = cosi::wire::Resource { metadata: Some(metadata), spec: Some(spec) };
            Reply::one(&cosi::wire::GetResponse { resource: Some(resource) })
        })
        .on("/machine.MachineService/ApplyConfiguration", |_| {
            Reply::one(&ApplyConfigurationResponse {
                messages: vec![ApplyConfiguration {
                    metadata: of("10.5.0.2"),
                    mode_details: "Applied configuration without a reboot".to_owned(),
                    ..Default::default()
                }],
            })
        });
    let fake = Fake::start(Door::Mutual, scripts);
    let client = Client::of(&fake, &["os:admin"], &["10.5.0.2"]);
    (fake, client)
}

const APPLY: &str = "/machine.MachineService/ApplyConfiguration";
const PRESENT: &str =
    "# mine\nmachine:\n    type: worker\n---\napiVersion: v1alpha1\nkind: LinkConfig\nname: eth0\n";

#[test]
fn what_a_node_has_is_patched() {
    let (fake, client) = configured(PRESENT);
    std::fs::write(client.home.path().join("p.yaml"), "machine: {certSANs: [a]}\n")
        .expect("written");
    let patch = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth0, mtu: 9000}";
    client
        .run(&["patch", "mc", "-p", patch, "--patch-file", "p.yaml", "-m", "no-reboot"])
        .golden("commands/patch");
    let request: ApplyConfigurationRequest = fake.calls_of(APPLY)[0].read();
    let want = PRESENT.replace("worker\n", "worker\n    certSANs:\n        - a\n") + "mtu: 9000\n";
    assert_eq!((String::from_utf8_lossy(&request.data).as_ref(), request.mode), (want.as_str(), 2));
    client.run(&["patch", "mc", "-p", "machine: {type: worker}"]).golden("commands/patch-nothing");
    client
        .run(&["patch", "mc", "-p", "machine: {env: {a: {$patch: delete}}}"])
        .golden("commands/patch-unfit");
    assert_eq!(client.run(&["patch", "links", "-p", patch]).code, Some(2));
    assert_eq!(fake.calls_of(APPLY).len(), 1);
}

#[test]
fn a_plan_touches_nothing() {
    let worker = include_str!("../../../config/testdata/v1alpha1/root/worker.yaml");
    let (fake, client) = configured(worker);
    let patch = "{apiVersion: v1alpha1, kind: LinkConfig, name: eth0, mtu: 9000}";
    client.run(&["plan", "-p", patch, "--exit-code", "-o", "diff"]).golden("commands/plan");
    client
        .run(&["plan", "-p", "machine: {env: {A: b}}", "--exit-code"])
        .golden("commands/plan-reboot");
    assert!(fake.calls_of(APPLY).is_empty());
}

#[cfg(unix)]
#[test]
fn what_a_node_has_is_edited() {
    use std::os::unix::fs::PermissionsExt as _;
    let (fake, client) = configured(PRESENT);
    // An editor that writes a mistake first, and right it after it was told.
    let script = "#!/bin/sh\nif grep -q '^# osctl: ' \"$1\"; then sed -i 's/typ: x/token: x/' \"$1\"; \
                  else sed -i 's/type: worker/type: worker\\n    typ: x/' \"$1\"; fi\n";
    let editor = client.home.path().join("config.sh");
    std::fs::write(&editor, script).expect("written");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).expect("executable");
    let edit = |editor: &str| {
        client.finish(
            client.start_with(&["edit", "mc"], &[("EDITOR", editor), ("PATH", "/usr/bin:/bin")]),
        )
    };
    edit(&editor.display().to_string()).golden("commands/edit");
    let request: ApplyConfigurationRequest = fake.calls_of(APPLY)[0].read();
    let want = PRESENT.replace("worker\n", "worker\n    token: x\n");
    assert_eq!(String::from_utf8_lossy(&request.data), want);
    edit("true").golden("commands/edit-nothing");
    edit("false").golden("commands/edit-failed");
    assert_eq!(fake.calls_of(APPLY).len(), 1);
}

#[cfg(unix)]
#[test]
fn an_interrupted_stream_keeps_what_was_printed() {
    use std::io::{BufRead as _, BufReader};
    let path = "/machine.MachineService/Dmesg";
    let (_fake, client) = with(path, |_| Reply::one(&data("10.5.0.2", "kern: one\n")).forever());
    let mut child = client.start(&["dmesg", "-f"]);
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line");
    assert_eq!(line, "10.5.0.2: kern: one\n");
    client.interrupt(&child);
    assert_eq!(child.wait().expect("an end").code(), Some(130));
}
