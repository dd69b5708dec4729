//! The configuration as clients change it, on a folder of the test's own.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::*;
use crate::events::Events;
use crate::stage::Stage;
use crate::xid::XidSource;

struct Rig {
    configuration: Configuration,
    state: State,
    folder: tempfile::TempDir,
}

fn rig() -> Rig {
    let state = State::new(Arc::new(cosi::SystemClock));
    resources::register_all(&state);
    let folder = tempfile::tempdir().expect("a folder");
    let (init, _requests) = mpsc::channel(4);
    let stage = Stage::new(Events::new(XidSource::fixed(1)));
    let power = Power::new(Mode::Metal, stage, init);
    let configuration = Configuration::new(Mode::Metal, state.clone(), folder.path(), power);
    assert!(!configuration.in_maintenance(), "nobody has looked yet");
    configuration.settle();
    assert!(configuration.in_maintenance());
    Rig { configuration, state, folder }
}

fn control_plane() -> String {
    let now = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let bundle = config::pki::Bundle::generate(now).expect("a bundle");
    let request = config::generate::Request::new("test", "https://10.5.0.2:6443");
    let generated = config::generate::generate(&request, &bundle, now).expect("generated");
    generated.control_plane
}

fn ask(text: &str, mode: ApplyMode, run: Run) -> Apply {
    Apply { bytes: text.as_bytes().to_vec(), mode, run, actor: "actor".to_owned() }
}

impl Rig {
    fn active(&self) -> Option<String> {
        let found = self.state.get_as::<MachineConfig>(MachineConfig::ACTIVE).expect("readable");
        found.map(|resource| resource.spec.text.expose().clone())
    }

    fn stored(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(FILE)).ok()
    }
}

#[tokio::test]
async fn the_first_configuration_is_stored_byte_for_byte_and_put_in_force() {
    let rig = rig();
    let text = format!("# a comment\n{}", control_plane());
    let applied = rig.configuration.apply(ask(&text, ApplyMode::Auto, Run::Real)).await;
    let applied = applied.expect("applied");
    assert_eq!(applied.mode, ApplyMode::NoReboot);
    assert_eq!(applied.details, "Applied configuration without a reboot");
    assert_eq!(rig.active().as_deref(), Some(text.as_str()));
    assert_eq!(rig.stored().as_deref(), Some(text.as_str()));
    assert!(!rig.configuration.in_maintenance());
    rig.configuration.complete().await;
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let rig = rig();
    let applied = rig.configuration.apply(ask(&control_plane(), ApplyMode::Auto, Run::Dry)).await;
    let details = applied.expect("described").details;
    assert!(details.starts_with("Dry run summary:\n"), "{details}");
    assert_eq!((rig.active(), rig.stored()), (None, None));
}

#[tokio::test]
async fn mistakes_are_told_with_their_place_and_change_nothing() {
    let rig = rig();
    let refused =
        rig.configuration.apply(ask("machine:\n  kubelt: {}\n", ApplyMode::Auto, Run::Real));
    let text = refused.await.expect_err("refused").to_string();
    assert!(
        text.contains("2:3: machine.kubelt: unknown field, did you mean \"kubelet\"?"),
        "{text}"
    );
    assert_eq!((rig.active(), rig.stored()), (None, None));
}

#[tokio::test]
async fn a_partial_configuration_keeps_the_node_in_maintenance() {
    let rig = rig();
    let partial = "apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: early\nauto: off\n";
    rig.configuration.apply(ask(partial, ApplyMode::Auto, Run::Real)).await.expect("taken");
    assert!(rig.configuration.in_maintenance());
    assert_eq!(rig.stored().as_deref(), Some(partial));
    let whole = control_plane();
    rig.configuration.apply(ask(&whole, ApplyMode::Auto, Run::Real)).await.expect("taken");
    let refused = rig.configuration.apply(ask(partial, ApplyMode::Auto, Run::Real)).await;
    assert!(matches!(refused, Err(ApplyError::Partial)));
    assert_eq!(rig.active().as_deref(), Some(whole.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_tried_configuration_is_taken_back() {
    let rig = rig();
    let first = control_plane();
    rig.configuration.apply(ask(&first, ApplyMode::Auto, Run::Real)).await.expect("taken");
    let second = format!("# tried\n{first}");
    let minute = Duration::from_secs(60);
    let applied = rig.configuration.apply(ask(&second, ApplyMode::Try(minute), Run::Real)).await;
    assert!(applied.expect("tried").details.contains("reverted in 60 s"));
    assert_eq!(rig.active().as_deref(), Some(second.as_str()));
    assert_eq!(rig.stored().as_deref(), Some(first.as_str()));
    tokio::time::sleep(minute + Duration::from_secs(1)).await;
    assert_eq!(rig.active().as_deref(), Some(first.as_str()));
}

#[tokio::test]
async fn nobody_says_what_the_machine_is_before_it_has_looked() {
    let mut rig = rig();
    let unsettled = Configuration::new(
        Mode::Metal,
        rig.state.clone(),
        rig.folder.path(),
        rig.configuration.0.power.clone(),
    );
    rig.configuration = unsettled;
    let refused = rig.configuration.apply(ask(&control_plane(), ApplyMode::Auto, Run::Real)).await;
    assert!(matches!(refused, Err(ApplyError::Looking)), "{refused:?}");
    assert_eq!((rig.active(), rig.stored()), (None, None));
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_not_tried() {
    let rig = rig();
    let minute = Duration::from_secs(60);
    let refused = rig.configuration.apply(ask(&control_plane(), ApplyMode::Try(minute), Run::Real));
    assert!(matches!(refused.await, Err(ApplyError::NoWayBack)));
    assert!(rig.configuration.in_maintenance());
}
