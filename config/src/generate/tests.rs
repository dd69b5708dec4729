//! What is made for each contract, compared with what was read and agreed to.

use types::Mode;

use super::*;
use crate::diff::{Side, unified};
use crate::document::Config;
use crate::validate::validate;

/// Every contract that differs from the one before it.
const STEPS: [&str; 11] =
    ["v0.8", "v1.1", "v1.2", "v1.3", "v1.5", "v1.6", "v1.7", "v1.8", "v1.11", "v1.12", "v1.13"];

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn foreign() -> Bundle {
    Bundle::decode(include_bytes!("../../testdata/secrets/foreign.yaml"), now()).unwrap()
}

fn check(endpoint: &str, pods: &str) -> Generated {
    let bundle = Bundle::generate(now()).unwrap();
    let files = generate(&Request::new("demo", endpoint), &bundle, now()).unwrap();
    for text in [&files.control_plane, &files.worker] {
        let (config, _) = Config::decode(text.as_bytes()).unwrap();
        for mode in [Mode::Metal, Mode::Cloud, Mode::Container, Mode::MetalAgent] {
            assert_eq!(validate(&config, mode), [], "{mode}");
        }
        assert_eq!(
            config.cluster().unwrap().network.as_ref().unwrap().pod_subnets[0].to_string(),
            pods
        );
    }
    files
}

#[test]
fn what_is_generated_is_valid_everywhere() {
    let files = check("https://10.5.0.2:6443", "10.244.0.0/16");
    check("https://[fd00::2]:6443", "fc00:db8:10::/56");
    let (worker, _) = Config::decode(files.worker.as_bytes()).unwrap();
    assert!(worker.machine().unwrap().ca.as_ref().unwrap().key.is_none());
    assert!(!files.worker.contains("etcd"));
    assert!(files.client.context(None).unwrap().key.is_some());
}

#[test]
fn every_contract_is_decoded_again() {
    let bundle = foreign();
    for step in STEPS {
        let request =
            Request { contract: step.parse().unwrap(), ..Request::new("demo", "https://a:6443") };
        let files = generate(&request, &bundle, now()).unwrap();
        for text in [&files.control_plane, &files.worker] {
            let faults =
                Config::decode(text.as_bytes()).map(|(config, _)| validate(&config, Mode::Metal));
            assert_eq!(faults, Ok(Vec::new()), "{step}");
        }
    }
}

/// What is made for a contract, with the keys masked.
fn masked(step: &str, kind: MachineType) -> String {
    let mirrors =
        [("docker.io".to_owned(), vec!["http://10.5.0.1:5000".to_owned(), "https://b".to_owned()])];
    let request = Request {
        contract: step.parse().unwrap(),
        install_image: Some("registry.example/installer:1"),
        cert_sans: &["a.example".to_owned()],
        mirrors: &mirrors,
        kube_span: true,
        ..Request::new("demo", "https://10.5.0.2:6443")
    };
    let texts: Vec<_> = documents(kind, &request, &foreign())
        .into_iter()
        .map(|(_, document)| Tree::from(document).to_yaml(Show::Masks))
        .collect();
    texts.join("---\n")
}

/// The first contract in full, then what each later one changes.
#[test]
fn contracts_have_what_came_with_them() {
    let mut text = String::new();
    for kind in [MachineType::ControlPlane, MachineType::Worker] {
        let mut before = String::new();
        for step in STEPS {
            let made = masked(step, kind);
            let side = |text| Side { text, shown: text };
            text.push_str(&format!("=== {kind} {step}\n"));
            if before.is_empty() {
                text.push_str(&made);
            } else {
                text.push_str(&unified(&side(&before), &side(&made)));
            }
            before = made;
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/generate/contracts.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(golden == text, "UPDATE_EXPECT=1 rewrites {path}; now it is:\n{text}");
}

#[test]
fn a_wrong_endpoint_is_answered_with_the_right_form() {
    let check = |given, want: &str| {
        let error = generate(&Request::new("demo", given), &foreign(), now()).unwrap_err();
        assert!(error.to_string().ends_with(&format!("did you mean {want:?}?")), "{error}");
    };
    check("10.5.0.2", "https://10.5.0.2:6443");
    check("http://10.5.0.2:7000/", "https://10.5.0.2:7000");
    check("fd00::2", "https://[fd00::2]:6443");
}

#[test]
fn what_cannot_be_is_refused() {
    let request = Request::new("demo", "https://a");
    let check = |request: &Request<'_>, want: &str| {
        let error = generate(request, &foreign(), now()).unwrap_err().to_string();
        assert_eq!(error, want);
    };
    for version in ["", "1.36", "1.36.x", "v1.36.3", "1..3"] {
        let request = Request { kubernetes_version: version, ..request.clone() };
        check(&request, &format!("{version:?} is no version of Kubernetes, as 1.36.3"));
    }
    let mirrors = [("a".to_owned(), vec!["b".to_owned()])];
    let with = Request { mirrors: &mirrors, ..request.clone() };
    check(&with, "mirror of \"a\": \"b\" is no http or https URL");
    check(&Request { name: "", ..request }, "the cluster's name is empty");
}

/// Comments change nothing, and an example without its mark is a field with a right value.
#[test]
fn comments_say_what_can_be_decoded() {
    let bundle = foreign();
    for kind in [MachineType::ControlPlane, MachineType::Worker] {
        let made = |docs, examples| {
            let notes = Notes { docs, examples };
            write(kind, &Request { notes, ..Request::new("demo", "https://a:6443") }, &bundle)
        };
        let documents = |text: &str| {
            let read = Config::decode(text.as_bytes());
            read.unwrap_or_else(|faults| panic!("{}\n{text}", crate::fault::summary(&faults))).0
        };
        let plain = documents(&made(false, false));
        for (docs, examples) in [(true, false), (false, true), (true, true)] {
            assert_eq!(documents(&made(docs, examples)).documents(), plain.documents());
        }
        let shown = made(false, true);
        let set = documents(&shown.replace("# ", ""));
        let lines = |config: &Config| config.encode().lines().count();
        assert!(lines(&set) > lines(&plain) + 60, "{} {}", lines(&set), lines(&plain));
        let long = made(true, true);
        let longest = long.lines().filter(|line| line.trim_start().starts_with("# "));
        assert!(longest.clone().all(|line| line.chars().count() <= 160), "{long}");
        assert!(longest.count() > 100, "{long}");
    }
}
