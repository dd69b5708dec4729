//! The framing of netlink messages: `struct nlmsghdr` of `linux/netlink.h`.
//!
//! Only what carries a message; what is in it is the family's matter.

/// Length of `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;

/// `NLMSG_ERROR`: the answer to a request; with code 0 it is the acknowledgement.
pub(super) const ERROR: u16 = 2;
/// `NLMSG_DONE`: the end of a dump.
pub(super) const DONE: u16 = 3;

/// `NLM_F_REQUEST`, `NLM_F_ACK`, `NLM_F_DUMP`, `NLM_F_EXCL`, `NLM_F_REPLACE`, `NLM_F_CREATE`.
pub(super) const REQUEST: u16 = 0x1;
pub(super) const ACK: u16 = 0x4;
pub(super) const DUMP: u16 = 0x300;
pub(super) const EXCLUSIVE: u16 = 0x200;
pub(super) const REPLACE: u16 = 0x100;
pub(super) const CREATE: u16 = 0x400;

/// `NLM_F_DUMP_INTR`: what is dumped has changed meanwhile, so the list is neither the old one nor
/// the new.
const DUMP_INTERRUPTED: u16 = 0x10;
/// `NLM_F_CAPPED` and `NLM_F_ACK_TLVS`: the answer repeats only the header of the request, and
/// attributes follow.
const CAPPED: u16 = 0x100;
const ATTRIBUTES: u16 = 0x200;

/// `NLMSGERR_ATTR_MSG`: the kernel's words.
const ATTRIBUTE_MESSAGE: u16 = 1;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) kind: u16,
    pub(super) flags: u16,
    pub(super) sequence: u32,
    pub(super) payload: &'a [u8],
}

/// An answer to a request: code 0, or a positive error number with the kernel's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) errno: i32,
    pub(super) words: Option<String>,
}

impl Frame<'_> {
    /// Whether the dump it belongs to has to be begun anew.
    pub(super) fn interrupted(&self) -> bool {
        self.flags & DUMP_INTERRUPTED != 0
    }

    /// The content of an [`ERROR`] or [`DONE`]; a short one counts as an input/output error.
    pub(super) fn answer(&self) -> Answer {
        let code = self.payload.first_chunk().map_or(-libc::EIO, |code| i32::from_ne_bytes(*code));
        // After the code comes the header of the request, after that the attributes.
        let attributes = match self.flags & (CAPPED | ATTRIBUTES) {
            both if both == CAPPED | ATTRIBUTES => self.payload.get(4 + HEADER..),
            _ => None,
        };
        Answer { errno: code.saturating_neg(), words: attributes.and_then(words) }
    }
}

/// The message attribute among these: each is length and type (2 bytes each), value, padding to 4.
fn words(mut attributes: &[u8]) -> Option<String> {
    while let Some((length, kind)) = read_u16(attributes, 0).zip(read_u16(attributes, 2)) {
        let length = usize::from(length);
        let value = attributes.get(4..length)?;
        if kind == ATTRIBUTE_MESSAGE {
            let text = String::from_utf8_lossy(value);
            return Some(text.trim_end_matches('\0').to_owned());
        }
        attributes = attributes.get(length.next_multiple_of(4)..)?;
    }
    None
}

/// The messages of one datagram; ends at the first that does not fit.
pub(super) fn frames(mut bytes: &[u8]) -> impl Iterator<Item = Frame<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(read_u32(bytes, 0)?).ok()?;
        let frame = Frame {
            kind: read_u16(bytes, 4)?,
            flags: read_u16(bytes, 6)?,
            sequence: read_u32(bytes, 8)?,
            payload: bytes.get(HEADER..length)?,
        };
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(frame)
    })
}

fn read_u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(kind: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(HEADER + payload.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(7_u32.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn splits_a_datagram() {
        let bytes = [message(16, 2, b"abcde"), message(DONE, 2, &[0; 4])].concat();
        let frames: Vec<_> = frames(&bytes).collect();
        let [first, last] = frames.as_slice() else { panic!("{frames:?}") };
        assert_eq!((first.kind, first.sequence, first.payload), (16, 7, &b"abcde"[..]));
        assert_eq!((last.kind, last.answer().errno), (DONE, 0));
    }

    #[test]
    fn reads_the_kernels_words() {
        let mut payload = (-22_i32).to_ne_bytes().to_vec();
        payload.extend([0; HEADER]);
        payload.extend([8, 0, 2, 0, 1, 2, 3, 4]);
        payload.extend([4 + 6, 0, 1, 0]);
        payload.extend(b"wrong\0");
        let bytes = message(ERROR, CAPPED | ATTRIBUTES, &payload);
        let answer = frames(&bytes).next().unwrap().answer();
        assert_eq!(answer, Answer { errno: 22, words: Some("wrong".to_owned()) });
    }

    #[test]
    fn a_short_answer_is_an_error() {
        let bytes = message(ERROR, 0, b"x");
        assert_eq!(frames(&bytes).next().unwrap().answer().errno, libc::EIO);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            for frame in frames(&bytes) {
                frame.answer();
            }
            words(&bytes);
        }
    }
}
