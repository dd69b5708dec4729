//! Durations on the command line, in the form that operators know: `30s`, `1m30s`, `1h`, `500ms`.

use std::time::Duration;

/// Longest duration that is taken: a year. Beyond it a digit too many is likelier than a wish.
const MAX: Duration = Duration::from_secs(365 * 24 * 3600);

/// Reads a duration: numbers, each with its unit, the largest unit first or not.
///
/// # Errors
/// A text that says what would be right.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("{text:?} is no duration: give numbers with units, such as 90s or 1h30m");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: u32 = number.parse().ok().ok_or_else(wrong)?;
        let units = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(units);
        let unit = match unit {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(3600),
            _ => return Err(wrong()),
        };
        total =
            unit.checked_mul(number).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
        rest = next;
    }
    if text.is_empty() || total > MAX {
        return Err(wrong());
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        let check = |text, expected: Option<u64>| {
            assert_eq!(parse(text).ok().map(|d| d.as_millis()), expected.map(u128::from), "{text}");
        };
        check("0", Some(0));
        check("90s", Some(90_000));
        check("1m30s", Some(90_000));
        check("1h0m0s", Some(3_600_000));
        check("500ms", Some(500));
        for wrong in ["", "5", "s", "5x", "-1s", "1.5s", "99999999h", "1s2", "4294967296s"] {
            check(wrong, None);
        }
    }
}
