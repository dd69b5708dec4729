//! PEM text (RFC 7468) to blocks and back.
//!
//! Labels are given as they are: it is for the reader of a key to know that the same PKCS #8 comes
//! under `PRIVATE KEY` and `ED25519 PRIVATE KEY`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::PkiError;

/// Longest text that is read: a hundred large certificates.
const MAX_TEXT: usize = 1 << 20;
/// Most blocks that are read from one text.
const MAX_BLOCKS: usize = 256;
/// Width of a line of base64, as openssl and Go write it.
const WIDTH: usize = 64;

/// One block of a PEM text.
#[derive(Clone)]
pub struct Block {
    /// What stands between `BEGIN` and the dashes.
    pub label: String,
    /// The content, wiped when dropped because it may be a key.
    pub der: Zeroizing<Vec<u8>>,
}

/// The content may be a key, so only its length is shown.
impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.label, self.der.len())
    }
}

/// All blocks of a text; what stands between blocks is skipped.
///
/// # Errors
/// [`PkiError::Pem`] with the line, for a block that is cut off, ends under another label or holds
/// what is not base64, and for a text that is too long.
pub fn read(text: &str) -> Result<Vec<Block>, PkiError> {
    if text.len() > MAX_TEXT {
        return Err(PkiError::Pem { line: 1, rule: "text is longer than 1 MiB" });
    }
    let mut blocks = Vec::new();
    let mut open: Option<(String, Zeroizing<String>)> = None;
    let mut last = 0;
    for (index, line) in text.lines().enumerate() {
        last = index + 1;
        let wrong = |rule| PkiError::Pem { line: index + 1, rule };
        let line = line.trim();
        if let Some(label) = label(line, "-----BEGIN ") {
            if open.is_some() {
                return Err(wrong("a block begins inside a block"));
            }
            open = Some((label.to_owned(), Zeroizing::new(String::new())));
        } else if let Some(end) = label(line, "-----END ") {
            let (label, body) =
                open.take().ok_or_else(|| wrong("a block ends that did not begin"))?;
            if label != end {
                return Err(wrong("a block ends under another label"));
            }
            let der = STANDARD
                .decode(body.as_str())
                .ok()
                .ok_or_else(|| wrong("a block's content is not base64"))?;
            blocks.push(Block { label, der: Zeroizing::new(der) });
            if blocks.len() > MAX_BLOCKS {
                return Err(wrong("more than 256 blocks"));
            }
        } else if let Some((_, body)) = &mut open {
            body.push_str(line);
        }
    }
    match open {
        Some(_) => Err(PkiError::Pem { line: last, rule: "the text ends inside a block" }),
        None => Ok(blocks),
    }
}

/// The label of a line that begins with `prefix` and ends with dashes.
fn label<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.strip_prefix(prefix)?.strip_suffix("-----")
}

/// One block as text, with a final line end.
#[must_use]
pub fn write(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(body.len() + body.len() / WIDTH + 2 * label.len() + 40);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(WIDTH));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// The content of the first certificate.
///
/// # Errors
/// [`PkiError::Pem`], or [`PkiError::NoBlock`] when there is none.
pub fn certificate(text: &str) -> Result<Vec<u8>, PkiError> {
    certificates(text)?.into_iter().next().ok_or(PkiError::NoBlock("certificate"))
}

/// The contents of all certificates, in order.
///
/// # Errors
/// [`PkiError::Pem`]
pub fn certificates(text: &str) -> Result<Vec<Vec<u8>>, PkiError> {
    let blocks = read(text)?;
    Ok(blocks
        .iter()
        .filter(|block| block.label == "CERTIFICATE")
        .map(|block| block.der.to_vec())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 47, 48, 49, 1000] {
            let der = vec![7_u8; length];
            let blocks = read(&format!("note\n{}\n", write("X Y", &der))).unwrap();
            assert_eq!(blocks.len(), 1);
            assert_eq!((blocks[0].label.as_str(), &*blocks[0].der), ("X Y", &der));
        }
    }

    #[test]
    fn damage_is_named_with_its_line() {
        let check = |text: &str, want: &str| {
            assert_eq!(read(text).expect_err(text).to_string(), want);
        };
        check("-----BEGIN A-----\nAAAA\n", "line 2: the text ends inside a block");
        check(
            "-----BEGIN A-----\nAAAA\n-----END B-----\n",
            "line 3: a block ends under another label",
        );
        check(
            "-----BEGIN A-----\nA*AA\n-----END A-----\n",
            "line 3: a block's content is not base64",
        );
        check("-----BEGIN A-----\n-----BEGIN A-----\n", "line 2: a block begins inside a block");
        check("-----END A-----\n", "line 1: a block ends that did not begin");
        check(&"x".repeat(MAX_TEXT + 1), "line 1: text is longer than 1 MiB");
    }

    #[test]
    fn windows_line_ends_are_taken() {
        let text = write("A", b"abc").replace('\n', "\r\n");
        assert_eq!(read(&text).unwrap()[0].der.as_slice(), b"abc");
    }
}
