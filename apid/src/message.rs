//! gRPC messages as bytes: cut out of a body, told apart by node, never decoded as a whole.
//!
//! What is not understood is passed on, so that a node of a newer contract can answer through us.

use std::pin::Pin;

use api::{MESSAGE_LIMIT, common, google};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::HeaderMap;
use http_body::Body;
use http_body_util::BodyExt;
use prost::Message;
use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};
use tonic::{Code, Status};

/// Length of what stands before each message on the wire: a compression flag and four bytes of
/// length.
const PREFIX: usize = 5;

/// `messages` of a unary answer, and `metadata` of its items and of streamed messages.
const FIRST: u32 = 1;

/// A message with its prefix.
pub(crate) fn frame(message: &[u8]) -> Bytes {
    let mut framed = BytesMut::with_capacity(PREFIX + message.len());
    framed.put_u8(0);
    // Nothing over MESSAGE_LIMIT per node, and no more nodes than fit.
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// Reads the messages of an answer one by one.
#[derive(Debug)]
pub(crate) struct Messages<B> {
    body: B,
    buffer: BytesMut,
    trailers: Option<HeaderMap>,
}

impl<B: Body<Data = Bytes> + Unpin> Messages<B> {
    /// The messages of an answer whose headers are known.
    pub(crate) fn new(headers: &HeaderMap, body: B) -> Self {
        let trailers = headers.contains_key("grpc-status").then(|| headers.clone());
        Self { body, buffer: BytesMut::new(), trailers }
    }

    /// The next message; `None` at the end of an answer that succeeded.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Status> {
        loop {
            if let Some(message) = take(&mut self.buffer)? {
                return Ok(Some(message));
            }
            match Pin::new(&mut self.body).frame().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.buffer.extend_from_slice(&data),
                    Err(frame) => {
                        self.trailers = frame.into_trailers().ok().or(self.trailers.take())
                    }
                },
                Some(Err(_broken)) => return Err(crate::body::lost("the node")),
                None => return self.end().map(|()| None),
            }
        }
    }

    fn end(&self) -> Result<(), Status> {
        if !self.buffer.is_empty() {
            return Err(Status::internal("the answer ends inside a message"));
        }
        match self.trailers.as_ref().and_then(Status::from_header_map) {
            Some(status) if status.code() == Code::Ok => Ok(()),
            Some(status) => Err(status),
            None => Err(Status::internal("the answer ends without a status")),
        }
    }
}

/// Cuts the first message off the buffer, if it is complete.
fn take(buffer: &mut BytesMut) -> Result<Option<Bytes>, Status> {
    let Some((prefix, rest)) = buffer.split_first_chunk::<PREFIX>() else { return Ok(None) };
    let [flag, length @ ..] = *prefix;
    if flag != 0 {
        return Err(Status::internal("the answer is compressed, which nobody asked for"));
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MESSAGE_LIMIT {
        return Err(Status::resource_exhausted(format!(
            "a message of {length} bytes, the limit is {MESSAGE_LIMIT}"
        )));
    }
    if rest.len() < length {
        return Ok(None);
    }
    buffer.advance(PREFIX);
    Ok(Some(buffer.split_to(length).freeze()))
}

/// The `metadata` field of an item or a streamed message, which says who answered.
///
/// To append it is to merge it into what the node itself wrote there: the last `hostname` wins.
pub(crate) fn tag(hostname: &str) -> Vec<u8> {
    field(&common::Metadata { hostname: hostname.to_owned(), ..Default::default() }.encode_to_vec())
}

/// The `metadata` field of a node that gave no answer.
pub(crate) fn error_tag(hostname: &str, status: &Status) -> Vec<u8> {
    let metadata = common::Metadata {
        hostname: hostname.to_owned(),
        error: status.message().to_owned(),
        status: Some(google::rpc::Status {
            code: i32::from(status.code()),
            message: status.message().to_owned(),
            details: Vec::new(),
        }),
    };
    field(&metadata.encode_to_vec())
}

/// Bytes as field 1.
pub(crate) fn field(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 6);
    put_field(&mut out, bytes);
    out
}

fn put_field(out: &mut Vec<u8>, bytes: &[u8]) {
    encode_key(FIRST, WireType::LengthDelimited, out);
    encode_varint(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// Appends the answer of a node to a merged one: its items, each with `tag` behind.
pub(crate) fn merge(out: &mut Vec<u8>, answer: &[u8], tag: &[u8]) -> Result<(), Status> {
    let unreadable = |_error| Status::internal("the answer is no protobuf message");
    let mut rest = answer;
    let mut items = 0;
    while rest.has_remaining() {
        let start = rest;
        let (number, kind) = decode_key(&mut rest).map_err(unreadable)?;
        let length = match kind {
            WireType::Varint => {
                decode_varint(&mut rest).map_err(unreadable)?;
                0
            }
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => decode_varint(&mut rest).map_err(unreadable)?,
            WireType::StartGroup | WireType::EndGroup => {
                return Err(Status::internal("the answer has a group"));
            }
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (content, after) = rest
            .split_at_checked(length)
            .ok_or_else(|| Status::internal("the answer ends inside a field"))?;
        if number == FIRST && kind == WireType::LengthDelimited {
            put_field(out, &[content, tag].concat());
            items += 1;
        } else {
            let whole = start.len() - after.len();
            out.extend_from_slice(start.get(..whole).unwrap_or_default());
        }
        rest = after;
    }
    if items == 0 {
        put_field(out, tag);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use api::machine::{Hostname, HostnameResponse};
    use http_body_util::Full;

    use super::*;

    fn answer(names: &[&str]) -> Vec<u8> {
        let item = |name: &&str| Hostname { metadata: None, hostname: (*name).to_owned() };
        HostnameResponse { messages: names.iter().map(item).collect() }.encode_to_vec()
    }

    #[test]
    fn items_carry_the_name_that_the_client_wrote() {
        let mut merged = Vec::new();
        merge(&mut merged, &answer(&["n1"]), &tag("10.0.0.2")).unwrap();
        let golden = b"\x0a\x10\x12\x02n1\x0a\x0a\x0a\x0810.0.0.2";
        assert_eq!(merged, golden);
        merge(&mut merged, &answer(&["n2"]), &tag("n2.lan")).unwrap();
        let refused = Status::permission_denied("no");
        put_field(&mut merged, &error_tag("n3", &refused));

        let read = HostnameResponse::decode(merged.as_slice()).unwrap();
        let told: Vec<_> = read
            .messages
            .iter()
            .map(|item| {
                let metadata = item.metadata.as_ref().unwrap();
                let code = metadata.status.as_ref().map(|status| status.code);
                (metadata.hostname.as_str(), item.hostname.as_str(), metadata.error.as_str(), code)
            })
            .collect();
        assert_eq!(
            told,
            [("10.0.0.2", "n1", "", None), ("n2.lan", "n2", "", None), ("n3", "", "no", Some(7))]
        );
    }

    #[test]
    fn a_tag_is_merged_into_what_the_node_wrote() {
        let own =
            common::Metadata { hostname: "own".to_owned(), error: "kept".to_owned(), status: None };
        let item = Hostname { metadata: Some(own), hostname: "n".to_owned() };
        let sent = HostnameResponse { messages: vec![item] }.encode_to_vec();
        let mut merged = Vec::new();
        merge(&mut merged, &sent, &tag("asked")).unwrap();
        let read = HostnameResponse::decode(merged.as_slice()).unwrap();
        let metadata = read.messages[0].metadata.as_ref().unwrap();
        assert_eq!((metadata.hostname.as_str(), metadata.error.as_str()), ("asked", "kept"));
    }

    #[test]
    fn unknown_fields_pass_and_empty_answers_still_name_their_node() {
        let mut merged = Vec::new();
        merge(&mut merged, b"\x10\x05\x1d\x01\x02\x03\x04\x0a\x01x", b"").unwrap();
        assert_eq!(merged, b"\x10\x05\x1d\x01\x02\x03\x04\x0a\x01x");
        let mut merged = Vec::new();
        merge(&mut merged, b"", b"tag").unwrap();
        assert_eq!(merged, b"\x0a\x03tag");
    }

    #[test]
    fn hostile_answers_are_errors() {
        for bytes in [
            &b"\x0a\x05x"[..],
            b"\x0a",
            b"\x0b",
            b"\x0f",
            b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            merge(&mut Vec::new(), bytes, b"").unwrap_err();
        }
    }

    #[tokio::test]
    async fn messages_are_cut_wherever_the_pieces_end() {
        let ok = HeaderMap::from_iter([(
            http::HeaderName::from_static("grpc-status"),
            http::HeaderValue::from_static("0"),
        )]);
        let bytes = [frame(b"one"), frame(b""), frame(b"three")].concat();
        for size in 1..=bytes.len() {
            let pieces: Vec<Result<_, std::convert::Infallible>> = bytes
                .chunks(size)
                .map(|piece| Ok(http_body::Frame::data(Bytes::copy_from_slice(piece))))
                .chain([Ok(http_body::Frame::trailers(ok.clone()))])
                .collect();
            let body = http_body_util::StreamBody::new(futures_util::stream::iter(pieces));
            let mut messages = Messages::new(&HeaderMap::new(), body);
            for expected in [&b"one"[..], b"", b"three"] {
                assert_eq!(messages.next().await.unwrap().unwrap(), expected);
            }
            assert_eq!(messages.next().await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn broken_answers_have_a_status() {
        let check = async |bytes: &'static [u8], code| {
            let mut messages =
                Messages::new(&HeaderMap::new(), Full::new(Bytes::from_static(bytes)));
            assert_eq!(messages.next().await.unwrap_err().code(), code, "{bytes:?}");
        };
        check(b"", Code::Internal).await;
        check(b"\0\0\0\0\x05abc", Code::Internal).await;
        check(b"\x01\0\0\0\0", Code::Internal).await;
        check(b"\0\x7f\0\0\0", Code::ResourceExhausted).await;
    }
}
