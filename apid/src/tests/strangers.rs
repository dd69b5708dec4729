//! Whoever knocks without a good reason.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::certificates::{authority, client};
use super::world::{Kind, Node, VERSION, call};

/// Sends bytes, and waits for the end of the connection.
async fn knock(node: &Node, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    let mut socket = TcpStream::connect((node.address, node.port)).await.unwrap();
    // It may be closed before all is written.
    socket.write_all(bytes).await.ok();
    let mut answer = Vec::new();
    let ended = timeout(Duration::from_secs(8), socket.read_to_end(&mut answer)).await;
    ended.expect("closed").ok();
    assert!(answer.len() < 64, "an alert at most");
    began.elapsed()
}

#[tokio::test]
async fn strangers_are_sent_away_and_others_are_served_meanwhile() {
    let node = Node::start("127.0.0.1", 0).await;
    let authority = authority();
    node.configure(&authority, Kind::ControlPlane);
    let admin = client(&authority, &["os:admin"]);
    node.connect_when_ready(&admin).await;
    let noise: Vec<u8> =
        (0_u32..5000).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    // At once: what is no TLS.
    for bytes in [
        &noise[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\xff\xff",
    ] {
        assert!(knock(&node, bytes).await < Duration::from_secs(7));
    }
    // After the deadline: half a handshake, silence, many of both.
    let half = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    let slow = futures_util::future::join_all(
        (0..100).map(|n| knock(&node, if n % 2 == 0 { half } else { b"" })),
    );
    let served = async {
        let mut count = 0;
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(4) {
            let line = node.connect(Some(&admin)).await.unwrap();
            call(&line, VERSION, &[]).await.unwrap();
            count += 1;
        }
        count
    };
    let (times, served) = tokio::join!(slow, served);
    assert!(served > 10, "{served}");
    assert!(times.iter().all(|time| *time < Duration::from_secs(7)), "{times:?}");
}

#[tokio::test]
async fn one_address_does_not_take_all_places() {
    let node = Node::start("127.0.0.1", 0).await;
    node.maintain();
    let line = node.connect(None).await.unwrap();
    let mut silent = Vec::new();
    for _ in 0..400 {
        silent.push(TcpStream::connect((node.address, node.port)).await.unwrap());
    }
    // Who is in stays in; who comes now is closed at once.
    call(&line, VERSION, &[]).await.unwrap();
    let mut late = silent.pop().unwrap();
    let mut byte = [0];
    let read = timeout(Duration::from_secs(2), late.read(&mut byte)).await.expect("closed");
    assert!(matches!(read, Ok(0) | Err(_)));
    drop(silent);
    node.connect(None).await.unwrap();
}
