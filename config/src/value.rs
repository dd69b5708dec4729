//! Values that several documents share and that say more than text.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use types::Secret;

use crate::field::{Context, Field, section};
use crate::pki::pem;
use crate::table::{Merge, Scalar, Shape};
use crate::yaml::read::{Entry, Style};
use crate::yaml::{Node, Tree, Value, scalar};

pub use crate::duration::Duration;

/// An address with the length of its network's prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// A prefix, if the length fits the address: at most 32 bits, or 128 for IPv6.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        (length <= full(address)).then_some(Self { address, length })
    }

    /// A single address.
    #[must_use]
    pub fn host(address: IpAddr) -> Self {
        Self { address, length: full(address) }
    }

    /// The address, host bits included.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// Bits of the network.
    #[must_use]
    pub fn length(self) -> u8 {
        self.length
    }
}

/// Bits of an address.
fn full(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The text is no prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an address with a prefix length, as 10.0.0.1/24")]
pub struct BadPrefix;

impl FromStr for Prefix {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, length) = text.split_once('/').ok_or(BadPrefix)?;
        // The standard parser would take a sign.
        if !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadPrefix);
        }
        let address = address.parse().ok().ok_or(BadPrefix)?;
        Self::new(address, length.parse().ok().ok_or(BadPrefix)?).ok_or(BadPrefix)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl Field for Prefix {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        pattern: r"^[0-9a-f.:]+/\d{1,3}$",
        ..Scalar::text("address with prefix", "10.5.0.2/24")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be an address with a prefix length, as 10.0.0.1/24", |text| {
            text.parse().ok()
        })
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

/// An address with or without the length of its prefix; without one it is a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Prefix);

impl Field for Address {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("address", "10.5.0.2/24"));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let rule = "must be an address with or without a prefix length, as 10.0.0.1/24";
        cx.scalar(node, rule, |text| text.parse().or_else(|_| text.parse().map(Prefix::host)).ok())
            .map(Self)
    }

    fn encode(&self) -> Option<Tree> {
        self.0.encode()
    }
}

/// PEM text, which documents hold as base64 once more. What it holds is checked to be PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pem(pub String);

/// The text inside base64, checked to be PEM; the rule broken otherwise.
fn unwrap_pem(text: &str) -> Result<String, String> {
    // Long lines are wrapped by some writers.
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(packed).ok().ok_or("must be base64 of PEM text")?;
    let text = String::from_utf8(bytes).ok().ok_or("must be base64 of PEM text")?;
    let rule = |why: String| format!("must be base64 of PEM text: {why}");
    match pem::read(&text) {
        Ok(blocks) if blocks.is_empty() => Err(rule("it holds no block".to_owned())),
        Ok(_) => Ok(text),
        Err(error) => Err(rule(error.to_string())),
    }
}

/// Base64 of a PEM block that holds the text `sample`, as an example of what is taken.
const SAMPLE_PEM: &str =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCmMyRnRjR3hsCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K";

impl Field for Pem {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("base64 of PEM", SAMPLE_PEM));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        read_pem(node, cx).map(Self)
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(STANDARD.encode(&self.0)))
    }
}

/// PEM text of a private key, as base64 once more; shown as asterisks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemKey(pub Secret<String>);

impl Field for PemKey {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape =
        Shape::Scalar(&Scalar { secret: true, ..Scalar::text("base64 of a PEM key", SAMPLE_PEM) });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        read_pem(node, cx).map(Secret::new).map(Self)
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Secret(Secret::new(STANDARD.encode(self.0.expose())), "******"))
    }
}

/// The PEM text of a node. The value may be a key and is never shown.
fn read_pem(node: &Node, cx: &mut Context<'_>) -> Option<String> {
    let result = match &node.value {
        Value::Scalar(text, _) => unwrap_pem(text),
        Value::List(_) | Value::Map(_) => Err("must be base64 of PEM text".to_owned()),
    };
    result.map_err(|rule| cx.wrong(node.place, rule)).ok()
}

section! {
    /// A certificate and its key.
    pub struct CertificateAndKey {
        /// The certificate.
        "crt" => certificate: Option<Pem> { merge: Merge::Replace },
        /// Its private key; a node that only has to check has none.
        "key" => key: Option<PemKey> { merge: Merge::Replace },
    }
}

section! {
    /// A certificate that is trusted.
    pub struct AcceptedCertificate {
        /// The certificate.
        "crt" => certificate: Option<Pem> { merge: Merge::Replace },
    }
}

section! {
    /// A private key without a certificate.
    pub struct KeyOnly {
        /// The key.
        "key" => key: Option<PemKey> { merge: Merge::Replace },
    }
}

/// A part that is not ours: any YAML, handed on to the program that knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Free(pub(crate) Tree);

impl Free {
    /// The names of its fields, if it is a mapping.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let entries: &[(String, Tree)] = match &self.0 {
            Tree::Map(entries) => entries,
            Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) | Tree::List(_) => &[],
        };
        entries.iter().map(|(key, _)| key.as_str())
    }
}

/// A node as it is, without its places.
pub(crate) fn free(node: &Node) -> Tree {
    match &node.value {
        Value::Scalar(..) if node.is_null() => Tree::Null,
        Value::Scalar(text, Style::Plain) if scalar::is_typed(text) => Tree::Word(text.clone()),
        Value::Scalar(text, _) => Tree::Text(text.clone()),
        Value::List(items) => Tree::List(items.iter().map(free).collect()),
        Value::Map(entries) => Tree::Map(
            entries.iter().map(|Entry { key, value, .. }| (key.clone(), free(value))).collect(),
        ),
    }
}

impl Field for Free {
    const SHAPE: Shape = Shape::Free;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.entries(node)?;
        Some(Self(free(node)))
    }

    fn encode(&self) -> Option<Tree> {
        Some(self.0.clone())
    }
}

/// The value of a program's argument: one text or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// Given once.
    One(String),
    /// Given once for each, or not at all.
    Many(Vec<String>),
}

impl Default for Argument {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Field for Argument {
    const NULL_IS_EMPTY: bool = true;
    const SHAPE: Shape = Shape::Argument;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::decode(node, cx).map(Self::Many),
            Value::Scalar(..) => String::decode(node, cx).map(Self::One),
            Value::Map(_) => {
                cx.wrong(node.place, "must be text or a list of texts");
                None
            }
        }
    }

    fn encode(&self) -> Option<Tree> {
        match self {
            Self::One(text) => text.encode(),
            Self::Many(texts) => Some(Tree::List(texts.iter().cloned().map(Tree::Text).collect())),
        }
    }
}

/// An amount of bytes or a part of a whole, in the words of the document: `10GiB`, `12.5%`, `-1GiB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size(String);

/// What a size means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// So many bytes.
    Bytes(u64),
    /// All but so many bytes.
    AllBut(u64),
    /// So many parts of a hundred.
    Percent(f64),
    /// All but so many parts of a hundred.
    AllButPercent(f64),
}

impl Size {
    /// What it means.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        let (negative, text) =
            self.0.strip_prefix('-').map_or((false, self.0.as_str()), |rest| (true, rest));
        match text.strip_suffix('%') {
            Some(number) => {
                let whole = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                let share: f64 = number.parse().ok().filter(|_| whole)?;
                let amount = if negative { Amount::AllButPercent } else { Amount::Percent };
                (0.0..=100.0).contains(&share).then(|| amount(share))
            }
            None => {
                let amount = if negative { Amount::AllBut } else { Amount::Bytes };
                text.parse::<types::ByteSize>().ok().map(|size| amount(size.0))
            }
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for Size {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("size", "10GiB"));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be a size, as 10GiB, or a percentage from 0% to 100%", |text| {
            Some(Self(text.to_owned())).filter(|size| size.amount().is_some())
        })
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.0.clone()))
    }
}

/// A hardware address of any length: bytes in hexadecimal with colons between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardwareAddress(pub Vec<u8>);

impl Field for HardwareAddress {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        pattern: "^[0-9a-f:]+$",
        ..Scalar::text("hardware address", "\"2e:3c:4d:5e:6f:70\"")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let byte = |pair: &str| {
            let hex = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
            hex.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
        };
        let pairs = |text: &str| -> Option<Vec<u8>> {
            if text.contains(':') {
                return text.split(':').map(byte).collect();
            }
            (0..text.len()).step_by(2).map(|at| byte(text.get(at..at + 2)?)).collect()
        };
        cx.scalar(node, "must be a hardware address, as 2e:3c:4d:5e:6f:70", pairs).map(Self)
    }

    fn encode(&self) -> Option<Tree> {
        let bytes: Vec<_> = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Tree::Text(bytes.join(":")))
    }
}

/// Ports from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// First port.
    pub first: u16,
    /// Last port, not below the first.
    pub last: u16,
}

impl Field for PortRange {
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("port or range of ports", "9000-9100"));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let quoted = matches!(&node.value, Value::Scalar(_, Style::Quoted));
        cx.scalar(node, "must be a port, as 443, or a range of ports, as 9000-9100", |text| {
            let (first, last) = match text.split_once('-') {
                Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
                None => {
                    let port = scalar::integer(text).filter(|_| !quoted)?;
                    let port = u16::try_from(port).ok()?;
                    (port, port)
                }
            };
            (first <= last).then_some(Self { first, last })
        })
    }

    fn encode(&self) -> Option<Tree> {
        Some(if self.first == self.last {
            Tree::Word(self.first.to_string())
        } else {
            Tree::Text(format!("{}-{}", self.first, self.last))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_checked() {
        for good in ["10.0.0.1/24", "0.0.0.0/0", "fd00::1/64", "fd00::/128"] {
            assert_eq!(good.parse::<Prefix>().unwrap().to_string(), good);
        }
        for bad in
            ["10.0.0.1", "10.0.0.1/33", "10.0.0/8", "fd00::/129", "10.0.0.1/+8", "10.0.0.1/", "x/8"]
        {
            assert_eq!(bad.parse::<Prefix>(), Err(BadPrefix), "{bad}");
        }
    }

    #[test]
    fn pem_is_looked_into() {
        let wrap = |text: &str| unwrap_pem(&STANDARD.encode(text));
        let good = pem::write("CERTIFICATE", b"x");
        assert_eq!(wrap(&good), Ok(good.clone()));
        assert_eq!(wrap(""), Err("must be base64 of PEM text: it holds no block".into()));
        assert_eq!(
            wrap(&good[..40]),
            Err("must be base64 of PEM text: line 3: the text ends inside a block".into())
        );
        unwrap_pem("******").unwrap_err();
    }
}
