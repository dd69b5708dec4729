//! Numbers for people: ages, sizes and times in tables.

use std::time::{Duration, SystemTime};

use prost_types::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The time on this computer.
#[expect(clippy::disallowed_methods, reason = "a desktop program: the clock is the person's own")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// How long ago something was, to the largest two units: `1h5m ago`.
pub(crate) fn ago(then: Option<&Timestamp>, now: SystemTime) -> String {
    let Some(then) = then.and_then(|then| SystemTime::try_from(*then).ok()) else {
        return String::new();
    };
    match now.duration_since(then) {
        Ok(age) => format!("{} ago", span(age)),
        Err(_ahead_of_us) => "now".to_owned(),
    }
}

/// A duration to the largest two units of days, hours, minutes and seconds.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{}s", seconds % 60),
        (0, _, _) => format!("{hours}h{minutes}m"),
        _ => format!("{days}d{hours}h"),
    }
}

/// A size in bytes with a decimal unit, as the tables of the peer have it: `1.2 MB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths of a unit in integers, rounded: exact to the end of the range.
    let mut divisor = 1000_u64;
    let mut unit = 0;
    while bytes / divisor >= 1000 && unit + 1 < UNITS.len() {
        divisor *= 1000;
        unit += 1;
    }
    let tenths = (u128::from(bytes) * 10 + u128::from(divisor / 2)) / u128::from(divisor);
    let name = UNITS.get(unit).copied().unwrap_or("EB");
    if tenths >= 100 {
        return format!("{} {name}", (tenths + 5) / 10);
    }
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// Seconds since 1970 as RFC 3339 in UTC; what cannot be a time is shown as the number.
pub(crate) fn unix(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// A timestamp as RFC 3339 in UTC; nothing when it is absent or no time.
pub(crate) fn timestamp(stamp: Option<&Timestamp>) -> String {
    let text = |stamp: &Timestamp| {
        let nanos = i128::from(stamp.seconds) * 1_000_000_000 + i128::from(stamp.nanos);
        OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?.format(&Rfc3339).ok()
    };
    stamp.and_then(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_unit() {
        let check = |bytes, expected| assert_eq!(size(bytes), expected);
        check(0, "0 B");
        check(999, "999 B");
        check(1000, "1.0 kB");
        check(1_250_000, "1.3 MB");
        check(42_000_000, "42 MB");
        check(u64::MAX, "18 EB");
    }

    #[test]
    fn ages_have_two_units() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let check = |seconds, expected| {
            let then = Timestamp { seconds, nanos: 0 };
            assert_eq!(ago(Some(&then), now), expected);
        };
        check(999_995, "5s ago");
        check(999_900, "1m40s ago");
        check(990_000, "2h46m ago");
        check(0, "11d13h ago");
        check(2_000_000, "now");
        assert_eq!(ago(None, now), "");
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(unix(0), "1970-01-01T00:00:00Z");
        assert_eq!(unix(i64::MAX), i64::MAX.to_string());
        let stamp = Timestamp { seconds: 1, nanos: 500_000_000 };
        assert_eq!(timestamp(Some(&stamp)), "1970-01-01T00:00:01.5Z");
        assert_eq!(timestamp(None), "");
    }
}
