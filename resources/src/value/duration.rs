//! Spans of time: `google.protobuf.Duration`, in YAML a text such as `1m0s`.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::wire::{invalid, message, through};

/// Nanoseconds of one second.
const SECOND: i64 = 1_000_000_000;

/// Nanoseconds, forwards or backwards; 64 bits reach 292 years.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

impl Duration {
    /// A span of so many nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The span in nanoseconds.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }
}

/// Spans longer than 292 years become 292 years.
impl From<std::time::Duration> for Duration {
    fn from(span: std::time::Duration) -> Self {
        Self(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// A span forwards; backwards there is none.
impl TryFrom<Duration> for std::time::Duration {
    type Error = std::num::TryFromIntError;

    fn try_from(span: Duration) -> Result<Self, Self::Error> {
        u64::try_from(span.0).map(Self::from_nanos)
    }
}

/// The unit is the largest that the span fills; from minutes on the smaller units follow, even when they are 0.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{nanos}ns"),
            1_000..1_000_000 => decimal(f, nanos, 3, "µs"),
            1_000_000..1_000_000_000 => decimal(f, nanos, 6, "ms"),
            _ => {
                let minute = 60 * SECOND.unsigned_abs();
                let (hours, minutes) = (nanos / (60 * minute), nanos / minute % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if hours > 0 || minutes > 0 {
                    write!(f, "{minutes}m")?;
                }
                decimal(f, nanos % minute, 9, "s")
            }
        }
    }
}

/// `value` divided by 10 to the power of `places`, without zeros at the end.
fn decimal(f: &mut fmt::Formatter<'_>, value: u64, places: usize, unit: &str) -> fmt::Result {
    let digits = format!("{value:0width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => write!(f, "{whole}{unit}"),
        fraction => write!(f, "{whole}.{fraction}{unit}"),
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Seconds and nanoseconds have the same sign.
#[derive(Debug, Default)]
struct Wire {
    seconds: i64,
    nanos: i32,
}

message!(Wire as ".google.protobuf.Duration" { 1: seconds, 2: nanos });

through!(
    Duration as Wire,
    |span: &Duration| Wire {
        seconds: span.0 / SECOND,
        nanos: i32::try_from(span.0 % SECOND).unwrap_or_default(),
    },
    |wire: Wire| {
        wire.seconds
            .checked_mul(SECOND)
            .and_then(|nanos| nanos.checked_add(wire.nanos.into()))
            .map(Self)
            .ok_or_else(|| invalid("duration beyond 292 years"))
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_that_clients_parse() {
        let check = |nanos, text: &str| assert_eq!(Duration(nanos).to_string(), text);
        check(0, "0s");
        check(1, "1ns");
        check(-1_500, "-1.5µs");
        check(2_000_000, "2ms");
        check(1_500_000_000, "1.5s");
        check(60 * SECOND, "1m0s");
        check(3_600 * SECOND, "1h0m0s");
        check(-(3_661 * SECOND + 1), "-1h1m1.000000001s");
        check(i64::MIN, "-2562047h47m16.854775808s");
    }
}
