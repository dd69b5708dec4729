//! Calls to this node's machined, over its unix socket.
//!
//! A connection begins with who calls: four bytes of length, little-endian, and the encoded
//! [`Caller`]. So one connection carries one caller, and no header says who that is.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};
use tonic::Status;
use types::caller::Caller;

use crate::body::RequestBody;
use crate::line::{Call, Line, Pulse, Unanswered};

/// How long a machined that is gone is waited for: it is back within a second.
const RETURN: Duration = Duration::from_secs(1);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// init holds the socket, so a connection may wait for a machined that never comes. With
/// [`RETURN`] this makes less than five seconds.
const PULSE: Pulse = Pulse { every: Duration::from_secs(1), patience: Duration::from_secs(3) };

/// Callers of one client connection that keep a connection of their own: one for a client, a few
/// for another node that speaks for its clients. The oldest makes room.
const LINES: usize = 16;

/// The way to machined for one client connection.
#[derive(Debug)]
pub(crate) struct Machine {
    socket: Arc<Path>,
    lines: Mutex<Vec<(Caller, Line)>>,
}

impl Machine {
    /// Connects with the first call.
    pub(crate) fn new(socket: Arc<Path>) -> Self {
        Self { socket, lines: Mutex::default() }
    }

    /// Makes a call, and waits for the head of its answer.
    ///
    /// # Errors
    /// `Unavailable` when machined is away and does not come back in time.
    pub(crate) async fn call(
        &self,
        call: &Call,
        body: RequestBody,
    ) -> Result<Response<Incoming>, Status> {
        let request = call
            .request("machined", body)
            .ok_or_else(|| Status::invalid_argument("the method is no path"))?;
        let line = match self.line(&call.caller) {
            Some(line) => line,
            None => self.connect(&call.caller).await?,
        };
        match send(line, request).await {
            // It died since: once more with its successor.
            Err(Unanswered::Unsent(request)) => {
                let line = self.connect(&call.caller).await?;
                send(line, *request).await
            }
            other => other,
        }
        .map_err(|unanswered| {
            if let Unanswered::Lost(error) = unanswered {
                tracing::debug!(%error, "machined gave no answer");
            }
            crate::body::lost("machined")
        })
    }

    /// An open connection of the caller.
    fn line(&self, caller: &Caller) -> Option<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|(_, line)| line.is_open());
        lines.iter().find(|(of, _)| of == caller).map(|(_, line)| line.clone())
    }

    async fn connect(&self, caller: &Caller) -> Result<Line, Status> {
        let away = |error: &dyn std::error::Error| {
            Status::unavailable(format!("machined is not running: {error}"))
        };
        let give_up = Instant::now() + RETURN;
        let mut socket = loop {
            match UnixStream::connect(&self.socket).await {
                Ok(socket) => break socket,
                Err(error) if Instant::now() >= give_up => return Err(away(&error)),
                Err(_not_yet) => sleep(PAUSE).await,
            }
        };
        let preface = preface(caller);
        let written = timeout(RETURN, socket.write_all(&preface)).await;
        written.map_err(|late| away(&late))?.map_err(|error| away(&error))?;
        let line = Line::open(socket, PULSE).await.map_err(|error| away(&error))?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LINES {
            lines.remove(0);
        }
        lines.push((caller.clone(), line.clone()));
        Ok(line)
    }
}

async fn send(
    mut line: Line,
    request: Request<RequestBody>,
) -> Result<Response<Incoming>, Unanswered> {
    line.send(request).await
}

/// What stands at the head of a connection.
fn preface(caller: &Caller) -> Vec<u8> {
    let caller = caller.encode();
    // An encoded caller is far below types::caller::MAX_CALLER.
    let length = u32::try_from(caller.len()).unwrap_or(u32::MAX).to_le_bytes();
    [length.as_slice(), &caller].concat()
}

#[cfg(test)]
mod tests {
    use types::caller::{Role, Roles};

    use super::*;

    #[test]
    fn the_head_of_a_connection() {
        let caller = Caller { roles: Roles::of(&[Role::Reader]), peer: None, maintenance: true };
        assert_eq!(preface(&caller), b"\x0c\0\0\0\x04\0\0\0\0\0\0\0\x01\0\0\0");
    }

    #[tokio::test]
    async fn a_machined_that_never_comes_is_reported_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let call = Call {
            caller: Caller { roles: Roles::NONE, peer: None, maintenance: false },
            method: "/a.B/C".to_owned(),
            headers: http::HeaderMap::new(),
        };
        let check = async |path: &Path| {
            let machine = Machine::new(Arc::from(path));
            let answer = machine.call(&call, crate::body::whole(bytes::Bytes::new()));
            let refused = timeout(Duration::from_secs(5), answer).await.expect("in time");
            assert_eq!(refused.unwrap_err().code(), tonic::Code::Unavailable);
        };
        // Nobody listens; somebody listens, as init does, but nobody accepts.
        check(&folder.path().join("none")).await;
        let path = folder.path().join("held");
        let _held = std::os::unix::net::UnixListener::bind(&path).unwrap();
        check(&path).await;
    }
}
