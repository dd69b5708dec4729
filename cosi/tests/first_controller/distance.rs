//! The same controller in another process than its store.

use std::sync::Arc;
use std::time::Duration;

use cosi::grpc::{AllowAll, Client, Server};
use cosi::{Runtime, State, SystemClock};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;

use crate::lamp_config::LampConfig;
use crate::{lamps, wish};

#[tokio::test]
async fn the_same_controller_behind_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sock");
    let state = State::new(Arc::new(SystemClock));
    let listener = UnixListener::bind(&path).unwrap();
    let server = Server::new(state.clone(), AllowAll).into_service();
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(server)
            .serve_with_incoming(UnixListenerStream::new(listener)),
    );

    // ANCHOR: remote
    let mut runtime = Runtime::remote(Client::unix(&path));
    runtime.register(Box::new(LampConfig)).unwrap();
    tokio::spawn(runtime.run(std::future::pending()));
    // ANCHOR_END: remote

    wish(&state, "ann/desk", "desk", 30);
    while lamps(&state) != [("desk".to_owned(), 30)] {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
