//! The headers that leave this process: built anew, from a list.
//!
//! Identity is never one of them, and neither is anything that chooses nodes: what is not listed
//! stays here, whoever sent it.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

/// What a request takes along: what gRPC itself needs, and who the program says it is.
const REQUEST: &[&str] =
    &["content-type", "te", "user-agent", "grpc-accept-encoding", "grpc-encoding", "grpc-timeout"];

/// What an answer, or its trailers, takes along.
const ANSWER: &[&str] = &[
    "content-type",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
];

/// Longest value that is passed on with a request; gRPC's own are far below.
const LONGEST: usize = 1024;

/// The headers of a request for whoever answers it.
pub(crate) fn request(sent: &HeaderMap) -> HeaderMap {
    listed(sent, REQUEST, LONGEST)
}

/// The headers of an answer for the client, or its trailers.
pub(crate) fn answer(sent: &HeaderMap) -> HeaderMap {
    listed(sent, ANSWER, usize::MAX)
}

fn listed(sent: &HeaderMap, names: &[&'static str], longest: usize) -> HeaderMap {
    let found = names.iter().filter_map(|name| Some((*name, sent.get(*name)?)));
    found
        .filter(|(_, value)| value.len() <= longest)
        .map(|(name, value)| (HeaderName::from_static(name), value.clone()))
        .collect()
}

/// Whether the headers are those of a gRPC call.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

/// The client's deadline (`grpc-timeout` of the gRPC protocol over HTTP/2: at most eight digits and
/// a unit). What is not in that form is as if absent.
pub(crate) fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    Some(match unit {
        "H" => Duration::from_secs(amount * 3600),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    })
}

/// The content type of answers that are made here.
pub(crate) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_goes_on() {
        let mut sent = HeaderMap::new();
        for name in [
            "authorization",
            "content-type",
            "cookie",
            "grpc-timeout",
            "holdfast-token-bin",
            "node",
            "nodes",
            "proxyfrom",
            "role",
            "talos-role",
            "te",
            "x-forwarded-for",
        ] {
            sent.append(name, HeaderValue::from_static("os:admin"));
            sent.append(name, HeaderValue::from_static("second"));
        }
        sent.insert("user-agent", HeaderValue::from_str(&"x".repeat(LONGEST + 1)).unwrap());
        let fresh = request(&sent);
        let mut names: Vec<&str> = fresh.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "grpc-timeout", "te"]);
        assert_eq!(fresh.len(), 3, "one value each");
        assert_eq!(answer(&sent).len(), 1);
    }

    #[test]
    fn deadlines_have_a_unit() {
        let check = |text: &'static str, expected| {
            let headers = HeaderMap::from_iter([(
                "grpc-timeout".parse().unwrap(),
                HeaderValue::from_static(text),
            )]);
            assert_eq!(timeout(&headers), expected, "{text}");
        };
        check("5S", Some(Duration::from_secs(5)));
        check("250m", Some(Duration::from_millis(250)));
        check("99999999H", Some(Duration::from_secs(99_999_999 * 3600)));
        for wrong in ["", "S", "5", "5s", "-5S", "999999999S"] {
            check(wrong, None);
        }
    }
}
