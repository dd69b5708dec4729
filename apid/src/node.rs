//! Calls to other nodes, over mutual TLS, with a token that says for whom.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cosi::{Clock, SystemClock};
use http::{HeaderValue, Response};
use hyper::body::Incoming;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tonic::Status;

use crate::body::{RequestBody, lost};
use crate::line::{Call, Line, Pulse, Unanswered};
use crate::token::{HEADER, LIFETIME, Token};

/// For the whole way to a connection, names included: half of what a client waits for.
const CONNECT: Duration = Duration::from_secs(10);

/// A node that vanished is noticed while calls are open.
const PULSE: Pulse = Pulse { every: Duration::from_secs(10), patience: Duration::from_secs(10) };

/// Unused connections are dropped after this time, as the reference does.
const IDLE: Duration = Duration::from_secs(15 * 60);

/// The other nodes of the cluster.
#[derive(Debug)]
pub(crate) struct Nodes {
    tls: Arc<ClientConfig>,
    key: Arc<CertifiedKey>,
    port: u16,
    lines: Mutex<BTreeMap<String, (Line, Instant)>>,
}

impl Nodes {
    /// Reaches nodes at `port` by TLS as configured; `key` signs the tokens and must be the one
    /// that TLS shows.
    pub(crate) fn new(tls: Arc<ClientConfig>, key: Arc<CertifiedKey>, port: u16) -> Self {
        Self { tls, key, port, lines: Mutex::default() }
    }

    /// Makes a call at a node, and waits for the head of its answer.
    ///
    /// # Errors
    /// `Unavailable` when the node cannot be reached or is not of this cluster.
    pub(crate) async fn call(
        &self,
        call: &Call,
        target: &str,
        body: RequestBody,
    ) -> Result<Response<Incoming>, Status> {
        let mut call = call.clone();
        call.headers.insert(HEADER, self.token(&call, target)?);
        let request = call
            .request("node", body)
            .ok_or_else(|| Status::invalid_argument("the method is no path"))?;
        let mut line = match self.line(target) {
            Some(line) => line,
            None => self.connect(target).await?,
        };
        match line.send(request).await {
            // Closed since: once more.
            Err(Unanswered::Unsent(request)) => self.connect(target).await?.send(*request).await,
            other => other,
        }
        .map_err(|unanswered| {
            if let Unanswered::Lost(error) = unanswered {
                tracing::debug!(%error, target, "a node gave no answer");
            }
            lost(target)
        })
    }

    fn token(&self, call: &Call, target: &str) -> Result<HeaderValue, Status> {
        let token = Token {
            caller: call.caller.clone(),
            method: call.method.clone(),
            target: target.to_owned(),
            expires: now() + LIFETIME,
        };
        let sealed = token.seal(&self.key).map_err(|error| crate::log::chain(&error));
        sealed
            .and_then(|text| HeaderValue::from_str(&text).map_err(|error| error.to_string()))
            .map_err(|error| Status::internal(format!("speak for a caller: {error}")))
    }

    /// An open connection to the node.
    fn line(&self, target: &str) -> Option<Line> {
        let now = Instant::now();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|_, (line, used)| line.is_open() && now < *used + IDLE);
        lines.get_mut(target).map(|(line, used)| {
            *used = now;
            line.clone()
        })
    }

    async fn connect(&self, target: &str) -> Result<Line, Status> {
        let unreachable =
            |error: String| Status::unavailable(format!("connect to {target}: {error}"));
        let line = timeout(CONNECT, self.dial(target))
            .await
            .map_err(|_late| unreachable(format!("nothing within {} s", CONNECT.as_secs())))?
            .map_err(|error| unreachable(error.to_string()))?;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.insert(target.to_owned(), (line.clone(), Instant::now()));
        Ok(line)
    }

    async fn dial(&self, target: &str) -> Result<Line, Box<dyn std::error::Error + Send + Sync>> {
        let name = ServerName::try_from(target.to_owned())?;
        let socket = TcpStream::connect((target, self.port)).await?;
        socket.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        Ok(Line::open(connector.connect(name, socket).await?, PULSE).await?)
    }
}

/// Unix seconds; 0 before 1970, when no token is good.
pub(crate) fn now() -> u64 {
    u64::try_from(SystemClock.now().seconds()).unwrap_or(0)
}
