//! Times as Go writes them: `1h30m`, `500ms`.

use std::fmt;
use std::str::FromStr;

use crate::field::{Context, Field};
use crate::table::{Scalar, Shape};
use crate::yaml::{Node, Tree};

/// A length of time, not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration(pub std::time::Duration);

/// The text is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time with units, as 1h30m or 500ms")]
pub struct BadDuration;

/// Units with their nanoseconds, longer names before the ones that begin them.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 3600 * 1_000_000_000),
];

impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text.strip_prefix('+').unwrap_or(text);
        if rest == "0" {
            return Ok(Self::default());
        }
        if rest.is_empty() {
            return Err(BadDuration);
        }
        let mut total = 0_u64;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(BadDuration)?;
            let (number, after) = rest.split_at(end);
            let (unit, scale) =
                UNITS.into_iter().find(|(unit, _)| after.starts_with(unit)).ok_or(BadDuration)?;
            let part = nanoseconds(number, scale).ok_or(BadDuration)?;
            total = total.checked_add(part).ok_or(BadDuration)?;
            rest = &after[unit.len()..];
        }
        // Go counts in signed 64-bit nanoseconds, about 292 years.
        i64::try_from(total).ok().ok_or(BadDuration)?;
        Ok(Self(std::time::Duration::from_nanos(total)))
    }
}

/// A decimal number of units, rounded down.
fn nanoseconds(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    // Digits beyond the eighteenth are below a nanosecond of any unit.
    let fraction = &fraction[..fraction.len().min(18)];
    let tens = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? };
    let part = u64::try_from(part.checked_mul(u128::from(scale))? / tens).ok()?;
    whole.checked_mul(scale)?.checked_add(part)
}

/// As Go prints it: `1h0m0s`, `1m30s`, `1.5s`, `500ms`, `0s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        let decimal = |f: &mut fmt::Formatter<'_>, scale: u128, unit: &str| {
            let (whole, fraction) = (nanoseconds / scale, nanoseconds % scale);
            let width = scale.ilog10() as usize;
            let text = format!("{whole}.{fraction:0width$}");
            let text =
                if width == 0 { text.trim_end_matches(".0") } else { text.trim_end_matches('0') };
            write!(f, "{}{unit}", text.trim_end_matches('.'))
        };
        match nanoseconds {
            0 => f.write_str("0s"),
            1..1_000 => decimal(f, 1, "ns"),
            1_000..1_000_000 => decimal(f, 1_000, "µs"),
            1_000_000..1_000_000_000 => decimal(f, 1_000_000, "ms"),
            _ => {
                let seconds = self.0.as_secs();
                let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if seconds >= 60 {
                    write!(f, "{minutes}m")?;
                }
                let rest = Self(std::time::Duration::new(seconds % 60, self.0.subsec_nanos()));
                match rest.0.as_nanos() {
                    0 => f.write_str("0s"),
                    nanoseconds => {
                        let text = format!(
                            "{}.{:09}",
                            nanoseconds / 1_000_000_000,
                            nanoseconds % 1_000_000_000
                        );
                        write!(f, "{}s", text.trim_end_matches('0').trim_end_matches('.'))
                    }
                }
            }
        }
    }
}

impl Field for Duration {
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        pattern: r"^[-+]?(((\d+(\.\d*)?|\d*(\.\d+)+)([nuµm]?s|m|h))|0)+$",
        ..Scalar::text("duration", "1m0s")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be a time with units, as 1h30m or 500ms", |text| text.parse().ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_printed_as_go_does() {
        for (text, printed) in [
            ("0", "0s"),
            ("1h", "1h0m0s"),
            ("8760h", "8760h0m0s"),
            ("90s", "1m30s"),
            ("1.5s", "1.5s"),
            ("500ms", "500ms"),
            ("1h0.5s", "1h0m0.5s"),
            ("1500us", "1.5ms"),
            ("7ns", "7ns"),
            ("10us", "10µs"),
            (".5h", "30m0s"),
        ] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), printed, "{text}");
        }
        for text in ["", "1", "-1s", "s", "1x", "1.2.3s", ".s", "9999999999h", "1h 2m", "1.s5"] {
            assert_eq!(text.parse::<Duration>(), Err(BadDuration), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read(nanoseconds in 0_u64..=i64::MAX as u64) {
            let duration = Duration(std::time::Duration::from_nanos(nanoseconds));
            proptest::prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }
    }
}
