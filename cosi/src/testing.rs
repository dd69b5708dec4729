//! What this crate's tests share: a resource type, and a store behind a socket that can be killed.

use std::{path::PathBuf, sync::Arc};

use prost::Message;
use tempfile::TempDir;
use tokio::{net::UnixListener, runtime};
use tokio_stream::wrappers::UnixListenerStream;

use crate::{
    grpc::{Access, Client, Server},
    spec::{DecodeError, Definition, Spec},
    state::State,
    time::SystemClock,
};

/// A spec of two short strings.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Note {
    #[prost(string, tag = "1")]
    pub(crate) title: String,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
}

impl Note {
    pub(crate) fn new(title: &str, text: &str) -> Self {
        Self { title: title.to_owned(), text: text.to_owned() }
    }
}

impl Spec for Note {
    const TYPE: &'static str = "Notes.test.cosi.dev";
    const NAMESPACE: &'static str = "test";

    fn definition() -> Definition {
        Definition::new()
    }

    fn to_proto(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Message::decode(bytes)?)
    }

    fn to_yaml(&self) -> String {
        format!("title: {:?}\ntext: {:?}\n", self.title, self.text)
    }
}

/// A number, made from notes.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Count {
    #[prost(uint64, tag = "1")]
    pub(crate) count: u64,
}

impl Spec for Count {
    const TYPE: &'static str = "Counts.test.cosi.dev";
    const NAMESPACE: &'static str = "test";

    fn definition() -> Definition {
        Definition::new()
    }

    fn to_proto(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Message::decode(bytes)?)
    }

    fn to_yaml(&self) -> String {
        format!("count: {}\n", self.count)
    }
}

pub(crate) fn state() -> State {
    State::new(Arc::new(SystemClock))
}

/// A store behind a unix socket, in an async runtime of its own so that it can die at once.
pub(crate) struct Served {
    folder: TempDir,
    runtime: Option<runtime::Runtime>,
}

impl Served {
    pub(crate) fn new(state: State, access: impl Access) -> Self {
        let mut served = Self { folder: tempfile::tempdir().unwrap(), runtime: None };
        served.start(state, access);
        served
    }

    pub(crate) fn client(&self) -> Client {
        Client::unix(self.path())
    }

    pub(crate) fn start(&mut self, state: State, access: impl Access) {
        let runtime =
            runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = {
            let _inside = runtime.enter();
            UnixListener::bind(self.path()).unwrap()
        };
        runtime.spawn(
            tonic::transport::Server::builder()
                .add_service(Server::new(state, access).into_service())
                .serve_with_incoming(UnixListenerStream::new(listener)),
        );
        self.runtime = Some(runtime);
    }

    /// Dies as a process does: every connection breaks, nothing is said.
    pub(crate) fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Waits until every connection is closed, which the async test itself must not.
            std::thread::spawn(move || drop(runtime)).join().unwrap();
            std::fs::remove_file(self.path()).unwrap();
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state.sock")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}
