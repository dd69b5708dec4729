//! From endpoints to one encrypted connection: round-robin with fail-over, every step with a deadline.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::Code;

use crate::exit::usage;
use crate::fault::Fault;

/// Port of the machine API.
const PORT: u16 = 50_000;
/// For name resolution and TCP together: a live host answers in a round trip, a dead one never.
const DIAL: Duration = Duration::from_secs(5);
/// For the TLS handshake: a node in software emulation on a busy computer takes a second.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// For the server's first word. Most say it at once or when they have heard ours; one that does
/// neither costs this much, once.
const GREETING: Duration = Duration::from_secs(2);
/// What an HTTP/2 connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// A connection that is silent this long is probed, so that a stream notices a node that lost power.
/// HTTP/2 pings would do the same, but gRPC servers may end a connection that pings this often.
const PROBE_AFTER: Duration = Duration::from_secs(20);
/// Between two probes.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// One address to dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Name or address, without brackets.
    pub(crate) host: String,
    /// TCP port.
    pub(crate) port: u16,
}

impl Endpoint {
    /// Reads `host`, `host:port`, an IPv6 address with or without brackets, or a URL.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let wrong = || usage(format!("endpoint {text:?}: give host, host:port or a URL"));
        let bare = text.split_once("://").map_or(text, |(_scheme, rest)| rest);
        let bare = bare.split('/').next().unwrap_or_default();
        let (host, port) = if let Some(rest) = bare.strip_prefix('[') {
            let (host, after) = rest.split_once(']').ok_or_else(wrong)?;
            (host, after.strip_prefix(':').or_else(|| after.is_empty().then_some("")))
        } else if bare.matches(':').count() > 1 {
            (bare, Some(""))
        } else {
            bare.split_once(':').map_or((bare, Some("")), |(host, port)| (host, Some(port)))
        };
        let port = match port.ok_or_else(wrong)? {
            "" => PORT,
            digits => digits.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?,
        };
        let odd = |c: char| c.is_whitespace() || c.is_control() || "@?#[]\"<>\\^`{|}".contains(c);
        if host.is_empty() || host.contains(odd) {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }

    /// The name to find in the server's certificate; the zone of a link-local address is not part
    /// of it.
    fn server_name(&self) -> Result<ServerName<'static>, Reason> {
        let bare = self.host.split('%').next().unwrap_or_default();
        ServerName::try_from(bare.to_owned()).map_err(|error| Reason::Name(error.to_string()))
    }

    /// What requests over this connection name as their authority.
    pub(crate) fn authority(&self) -> String {
        let bare = self.host.split('%').next().unwrap_or_default();
        if bare.contains(':') {
            format!("[{bare}]:{}", self.port)
        } else {
            format!("{bare}:{}", self.port)
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Why one endpoint was of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Reason {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Nothing came back.
    #[error("no answer in {} s", .0.as_secs())]
    Silence(Duration),
    /// The host cannot stand in a certificate.
    #[error("{0}")]
    Name(String),
    /// Its certificate was not signed by the context's authority.
    #[error("its certificate is not from the context's authority")]
    Stranger,
    /// Its certificate was issued for other names.
    #[error("its certificate does not name this host")]
    OtherName,
    /// It did not let us in.
    #[error("the client certificate was not accepted: {0:?}")]
    NotAccepted(AlertDescription),
    /// TLS failed in another way.
    #[error("TLS: {0}")]
    Tls(String),
}

/// No endpoint was of use.
#[derive(Debug, thiserror::Error)]
pub(crate) struct Unconnected {
    /// The endpoints in the order in which they were tried.
    tried: Vec<(Endpoint, Reason)>,
}

impl fmt::Display for Unconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (endpoint, reason)) in self.tried.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}connect to {endpoint}: {reason}")?;
        }
        Ok(())
    }
}

impl Unconnected {
    /// The same as a fault of a call.
    pub(crate) fn fault(&self) -> Fault {
        let text = self.to_string();
        let all = |kind: fn(&Reason) -> bool| self.tried.iter().all(|(_, reason)| kind(reason));
        if all(|reason| matches!(reason, Reason::Stranger)) {
            Fault::Stranger(format!("{text}; a node in maintenance mode needs --insecure"))
        } else if all(|reason| matches!(reason, Reason::NotAccepted(_))) {
            Fault::Refused { code: Code::Unauthenticated, text }
        } else {
            Fault::Unreachable(text)
        }
    }
}

/// Dials the endpoints in turn; each new connection begins with the next one.
#[derive(Clone)]
pub(crate) struct Connector {
    endpoints: Arc<[Endpoint]>,
    next: Arc<AtomicUsize>,
    tls: TlsConnector,
}

impl Connector {
    /// A connector for at least one endpoint.
    pub(crate) fn new(endpoints: Vec<Endpoint>, tls: ClientConfig) -> Self {
        Self {
            endpoints: endpoints.into(),
            next: Arc::new(AtomicUsize::new(0)),
            tls: TlsConnector::from(Arc::new(tls)),
        }
    }

    /// The first connection that works, each endpoint tried once.
    async fn connect(self) -> Result<TokioIo<Stream>, Unconnected> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut tried = Vec::new();
        for offset in 0..self.endpoints.len() {
            let at = first.wrapping_add(offset) % self.endpoints.len();
            let Some(endpoint) = self.endpoints.get(at) else { continue };
            match self.dial(endpoint).await {
                Ok(stream) => return Ok(TokioIo::new(stream)),
                Err(reason) => tried.push((endpoint.clone(), reason)),
            }
        }
        Err(Unconnected { tried })
    }

    /// One endpoint: TCP, then TLS, then its first word.
    async fn dial(&self, endpoint: &Endpoint) -> Result<Stream, Reason> {
        let name = endpoint.server_name()?;
        let dial = TcpStream::connect((endpoint.host.as_str(), endpoint.port));
        let stream = timeout(DIAL, dial).await.map_err(|_late| Reason::Silence(DIAL))??;
        stream.set_nodelay(true)?;
        let probes = TcpKeepalive::new().with_time(PROBE_AFTER).with_interval(PROBE_EVERY);
        SockRef::from(&stream).set_tcp_keepalive(&probes)?;
        let handshake = timeout(HANDSHAKE, self.tls.connect(name, stream)).await;
        let mut stream = handshake.map_err(|_late| Reason::Silence(HANDSHAKE))?.map_err(reason)?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(Reason::Tls("it does not speak HTTP/2".to_owned()));
        }
        let greeting = greeting(&mut stream).await?;
        Ok(Stream { inner: stream, greeting, said: PREFACE.len() })
    }
}

/// Waits for the server's first bytes, its HTTP/2 settings.
///
/// With TLS 1.3 a refused client certificate shows only here: our handshake is over by then, and if
/// requests were on their way the alert could be lost with the connection. Only the preface goes
/// first, for which some servers wait.
async fn greeting(stream: &mut TlsStream<TcpStream>) -> Result<Vec<u8>, Reason> {
    stream.write_all(PREFACE).await.map_err(reason)?;
    stream.flush().await.map_err(reason)?;
    let mut bytes = vec![0; 64];
    match timeout(GREETING, stream.read(&mut bytes)).await {
        Ok(Ok(0)) => Err(Reason::Io(io::ErrorKind::UnexpectedEof.into())),
        Ok(Ok(length)) => {
            bytes.truncate(length);
            Ok(bytes)
        }
        Ok(Err(error)) => Err(reason(error)),
        Err(_it_waits_for_us) => Ok(Vec::new()),
    }
}

/// A connection of which the first bytes have been read and written already.
#[derive(Debug)]
pub(crate) struct Stream {
    inner: TlsStream<TcpStream>,
    greeting: Vec<u8>,
    /// How many bytes of the preface the HTTP/2 library has still to write.
    said: usize,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buffer);
        }
        let taken = self.greeting.len().min(buffer.remaining());
        for byte in self.greeting.drain(..taken) {
            buffer.put_slice(&[byte]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.said > 0 {
            let again = self.said.min(bytes.len());
            self.said -= again;
            return Poll::Ready(Ok(again));
        }
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// What a failed handshake means.
fn reason(error: io::Error) -> Reason {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return Reason::Io(error);
    };
    match tls {
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => Reason::Stranger,
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Reason::OtherName,
        rustls::Error::AlertReceived(alert) => Reason::NotAccepted(*alert),
        other => Reason::Tls(other.to_string()),
    }
}

impl tower::Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Unconnected;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _authority: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_come_in_many_forms() {
        let check = |text: &str, expected: Option<(&str, u16)>| {
            let endpoint = Endpoint::parse(text).ok();
            let expected = expected.map(|(host, port)| Endpoint { host: host.to_owned(), port });
            assert_eq!(endpoint, expected, "{text}");
        };
        check("10.0.0.2", Some(("10.0.0.2", 50_000)));
        check("10.0.0.2:6000", Some(("10.0.0.2", 6000)));
        check("node.example", Some(("node.example", 50_000)));
        check("https://node.example:443/x", Some(("node.example", 443)));
        check("fd00::2", Some(("fd00::2", 50_000)));
        check("[fd00::2]", Some(("fd00::2", 50_000)));
        check("[fd00::2]:7", Some(("fd00::2", 7)));
        check("fe80::1%eth0", Some(("fe80::1%eth0", 50_000)));
        for wrong in ["", ":5", "a b", "[fd00::2", "[fd00::2]x", "h:0", "h:70000", "h:x", "u@h"] {
            check(wrong, None);
        }
    }

    #[test]
    fn endpoints_are_shown_as_they_are_dialled() {
        let show = |text| Endpoint::parse(text).expect(text).to_string();
        assert_eq!(show("fd00::2"), "[fd00::2]:50000");
        assert_eq!(show("https://h:1/"), "h:1");
        let zone = Endpoint::parse("fe80::1%eth0").expect("an address");
        assert_eq!(zone.authority(), "[fe80::1]:50000");
        zone.server_name().expect("a name");
    }

    #[tokio::test]
    async fn each_endpoint_is_tried_and_named() {
        let silent = Endpoint { host: "127.0.0.1".to_owned(), port: 1 };
        let tls = crate::tls::insecure(&[]).expect("a configuration");
        let connector = Connector::new(vec![silent.clone(), silent], tls);
        let error = connector.connect().await.expect_err("nobody listens");
        assert_eq!(error.tried.len(), 2);
        assert!(error.to_string().starts_with("connect to 127.0.0.1:1: "), "{error}");
        assert!(matches!(error.fault(), Fault::Unreachable(_)));
    }
}
