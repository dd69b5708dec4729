//! The API over a real socket, called as apid calls it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::api::roles::{Kind, TABLE};
use bytes::{Buf, BufMut, Bytes};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use types::{Caller, Mode, Role, Roles};

use super::server::serve_for;
use crate::configuration::Configuration;
use crate::events::Events;
use crate::logs::Logs;
use crate::node::Node;
use crate::power::Power;
use crate::service::{Supervisor, catalog};
use crate::stage::Stage;
use crate::xid::XidSource;

fn node(folder: &Path) -> Arc<Node> {
    let state = cosi::State::new(Arc::new(cosi::SystemClock));
    resources::register_all(&state);
    let events = Events::new(XidSource::fixed(1));
    let stage = Stage::new(events.clone());
    let (init, requests) = mpsc::channel(64);
    // Nobody is init here: what is asked of it waits in the queue.
    tokio::spawn(async move {
        let mut requests = requests;
        while requests.recv().await.is_some() {}
    });
    let logs = Logs::default();
    let tell = crate::report::services(state.clone(), events.clone());
    let (supervisor, task) =
        Supervisor::new(catalog::services(), init.clone(), &logs, Duration::ZERO, tell);
    tokio::spawn(task);
    // In a container nothing can end the machine that runs this test.
    let power = Power::new(Mode::Container, stage.clone(), init);
    let configuration = Configuration::new(Mode::Container, state.clone(), folder, power.clone());
    configuration.settle();
    let controllers = cosi::Runtime::local(state.clone()).monitor();
    Arc::new(Node {
        mode: Mode::Container,
        state,
        events,
        logs,
        stage,
        supervisor,
        configuration,
        power,
        controllers,
    })
}

struct Rig {
    folder: tempfile::TempDir,
}

impl Rig {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join("socket")).expect("bound");
        let node = node(folder.path());
        tokio::spawn(serve_for(node, listener, linux::process::uid()));
        Self { folder }
    }

    /// A node whose front door is another user than this process.
    fn start_for_another() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join("socket")).expect("bound");
        let node = node(folder.path());
        tokio::spawn(serve_for(node, listener, linux::process::uid() + 1));
        Self { folder }
    }

    async fn stream(&self) -> UnixStream {
        UnixStream::connect(self.folder.path().join("socket")).await.expect("connected")
    }

    async fn channel(&self, roles: &[Role], maintenance: bool) -> Channel {
        let path = self.folder.path().join("socket");
        let caller = Caller { roles: Roles::of(roles), peer: None, maintenance };
        let connector = tower::service_fn(move |_| {
            let (path, head) = (path.clone(), caller.encode());
            async move {
                let mut stream = UnixStream::connect(path).await?;
                stream.write_u32_le(u32::try_from(head.len()).expect("short")).await?;
                stream.write_all(&head).await?;
                Ok::<_, std::io::Error>(TokioIo::new(stream))
            }
        });
        let endpoint = Endpoint::from_static("http://node");
        endpoint.connect_with_connector(connector).await.expect("connected")
    }
}

/// Passes bytes as they are.
#[derive(Debug, Default, Clone)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// The status of a call with an empty message: of the call, or of the first thing in its stream.
async fn call(channel: &Channel, method: &'static str) -> Code {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.expect("ready");
    let path = http::uri::PathAndQuery::from_static(method);
    let messages = tokio_stream::iter([Bytes::new()]);
    let answer = client.streaming(Request::new(messages), path, Raw).await;
    let mut stream = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => return status.code(),
    };
    match tokio::time::timeout(Duration::from_millis(20), stream.message()).await {
        Ok(Err(status)) => status.code(),
        Ok(Ok(_)) | Err(_) => Code::Ok,
    }
}

/// What the store refuses by its own policy: it says so with the code of a missing role.
fn refused_by_the_store(method: &str) -> bool {
    method.starts_with("/cosi.resource.State/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_asks_for_the_roles_of_the_table() {
    let rig = Rig::start();
    let cases: [&[Role]; 7] = [
        &[],
        &[Role::Reader],
        &[Role::Operator],
        &[Role::Admin],
        &[Role::EtcdBackup],
        &[Role::MetaWriter],
        &[Role::Impersonator],
    ];
    let mut faults = Vec::new();
    for roles in cases {
        let channel = rig.channel(roles, false).await;
        for row in TABLE {
            let allowed = row.roles().meets(Roles::of(roles));
            let code = call(&channel, row.method).await;
            let denied = code == Code::PermissionDenied;
            if denied == allowed && !(allowed && refused_by_the_store(row.method)) {
                faults.push(format!("{} as {roles:?}: {code:?}", row.method));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_opens_what_the_table_says() {
    let rig = Rig::start();
    let channel = rig.channel(&[Role::Reader], true).await;
    let mut faults = Vec::new();
    for row in TABLE {
        let code = call(&channel, row.method).await;
        let denied = code == Code::PermissionDenied;
        if denied == row.in_maintenance() && !refused_by_the_store(row.method) {
            faults.push(format!("{}: {code:?}", row.method));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_version_lacks_is_unimplemented_for_those_who_may_call_it() {
    let rig = Rig::start();
    let channel = rig.channel(&[Role::Admin], false).await;
    for row in TABLE.iter().filter(|row| row.served() && row.kind != Kind::Bidirectional) {
        let code = call(&channel, row.method).await;
        assert!(code != Code::Internal, "{}: {code:?}", row.method);
    }
    assert_eq!(call(&channel, "/machine.MachineService/EtcdStatus").await, Code::Unimplemented);
    assert_eq!(call(&channel, "/machine.LifecycleService/Install").await, Code::Unimplemented);
    assert_eq!(call(&channel, "/no.Service/Method").await, Code::Unimplemented);
    for newer in ["/cosi.resource.State/Teardown", "/cosi.resource.State/TeardownAndDestroy"] {
        assert_eq!(call(&channel, newer).await, Code::Unimplemented, "{newer}");
    }
    assert_eq!(call(&channel, "/machine.MachineService/Version").await, Code::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_say_who_calls_is_turned_away() {
    let rig = Rig::start();
    for head in [&[0xff, 0xff, 0xff, 0xff][..], &[4, 0, 0, 0, 1, 2, 3, 4], b"PRI * HTTP/2.0\r\n"] {
        let mut stream = rig.stream().await;
        stream.write_all(head).await.expect("written");
        let mut answer = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
        // Closed, or reset because bytes were left unread; never answered.
        drop(end.await.expect("closed in time"));
        assert!(answer.is_empty(), "{head:?}");
    }
}

async fn closed(stream: &mut UnixStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer));
    drop(end.await.expect("closed in time"));
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_nothing_or_half_of_it_is_closed_soon() {
    let rig = Rig::start();
    for head in [&[][..], &[4, 0], &[4, 0, 0, 0, 1]] {
        let mut stream = rig.stream().await;
        stream.write_all(head).await.expect("written");
        assert!(closed(&mut stream).await.is_empty(), "{head:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_another_user_is_turned_away_whatever_it_says() {
    let rig = Rig::start_for_another();
    let mut stream = rig.stream().await;
    let caller = Caller { roles: Roles::of(&[Role::Admin]), peer: None, maintenance: false };
    let head = caller.encode();
    let length = u32::try_from(head.len()).expect("short").to_le_bytes();
    // The other side may have closed already.
    drop(stream.write_all(&[&length[..], &head].concat()).await);
    assert!(closed(&mut stream).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_told_what_clients_decide_by() {
    use ::api::machine::machine_service_client::MachineServiceClient;

    let rig = Rig::start();
    let mut client = MachineServiceClient::new(rig.channel(&[Role::Reader], false).await);
    let answer = client.version(()).await.expect("a version").into_inner();
    let version = answer.messages.first().expect("one node");
    let tag = version.version.as_ref().map(|info| info.tag.as_str());
    assert_eq!(tag, Some(types::version::TAG));
    let platform = version.platform.as_ref().map(|platform| platform.mode.as_str());
    assert_eq!(platform, Some("container"));
    assert_eq!(version.features, None, "no configuration is active");

    let answer = client.hostname(()).await.expect("a name").into_inner();
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("readable");
    assert_eq!(answer.messages[0].hostname, name.trim_end());

    let answer = client.service_list(()).await.expect("a list").into_inner();
    let services = &answer.messages[0].services;
    assert!(!services.is_empty());
    for service in services {
        assert!(service.events.is_some() && service.health.is_some(), "{}", service.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_does_not_end_its_machine() {
    use ::api::machine::machine_service_client::MachineServiceClient;
    use ::api::machine::{RebootRequest, ShutdownRequest};

    let rig = Rig::start();
    let mut client = MachineServiceClient::new(rig.channel(&[Role::Operator], false).await);
    let reboot = client.reboot(RebootRequest::default()).await.expect_err("refused");
    let shutdown = client.shutdown(ShutdownRequest::default()).await.expect_err("refused");
    for status in [reboot, shutdown] {
        let said = (status.code(), status.message());
        let expected = "method is not supported in container mode";
        assert_eq!(said, (Code::FailedPrecondition, expected));
    }
}
