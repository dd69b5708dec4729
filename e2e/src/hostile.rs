//! What nobody should send, sent to a node's API port.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::random::Random;

/// For a connection to a port of this host.
const CONNECT: Duration = Duration::from_secs(10);

/// For a node to turn bytes down that are no handshake. Some look like the begin of one.
const ALERT: Duration = Duration::from_millis(500);

/// A connection to the node's API port.
///
/// # Errors
/// It is refused.
pub fn connect(port: u16) -> Result<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let stream = TcpStream::connect_timeout(&address, CONNECT).context("connect")?;
    stream.set_read_timeout(Some(CONNECT)).context("set a deadline")?;
    stream.set_write_timeout(Some(CONNECT)).context("set a deadline")?;
    Ok(stream)
}

/// Sends random bytes on many connections; that the node closes them is the answer.
///
/// # Errors
/// The port refuses connections.
pub fn random_bytes(port: u16, random: &mut Random, connections: usize) -> Result<()> {
    for _ in 0..connections {
        let mut stream = connect(port)?;
        let length = 1 + usize::try_from(random.number() % 4096)?;
        stream.set_read_timeout(Some(ALERT)).context("set a deadline")?;
        // The node may close before all is written, and says at most why it does.
        if stream.write_all(&random.bytes(length)).is_ok() {
            stream.read_to_end(&mut Vec::new()).ok();
        }
    }
    Ok(())
}

/// The first bytes of a TLS ClientHello: a handshake record of 512 bytes is announced, few come.
const HALF_HELLO: [u8; 9] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc];

/// Begins handshakes and leaves them at that. The connections stay open as long as the result lives.
///
/// # Errors
/// The port refuses connections.
pub fn half_handshakes(port: u16, count: usize) -> Result<Vec<TcpStream>> {
    (0..count)
        .map(|_| {
            let mut stream = connect(port)?;
            stream.write_all(&HALF_HELLO).context("begin a handshake")?;
            Ok(stream)
        })
        .collect()
}

/// A document whose aliases stand for 10^9 words (the "billion laughs").
#[must_use]
pub fn alias_bomb() -> String {
    let mut text = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (name, inner) in ('b'..='i').zip('a'..) {
        let aliases = vec![format!("*{inner}"); 10].join(", ");
        text += &format!("{name}: &{name} [{aliases}]\n");
    }
    text
}

/// A document of 10 MB.
#[must_use]
pub fn huge() -> String {
    let line = "# a long comment that says nothing, over and over again, until it is too much\n";
    format!("version: v1alpha1\n{}", line.repeat(10_000_000 / line.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_what_they_are_called() {
        assert!(huge().len() >= 10_000_000);
        assert_eq!(alias_bomb().lines().count(), 9);
        assert!(alias_bomb().len() < 1000);
    }
}
