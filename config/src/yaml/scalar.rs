//! What a plain scalar is taken for: by us, and by readers of YAML 1.1 such as Go's.

/// Whether an unquoted scalar means nothing.
pub(crate) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// The truth value that a text names, in the spellings of YAML 1.1.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// The integer that a text writes: decimal, `0x`, `0o`, `0b`, or octal with a leading zero, digits
/// apart by `_` if wanted.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let digits = digits.replace('_', "");
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits.as_str()),
    };
    // from_str_radix would take a second sign.
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from_str_radix(digits, radix).ok()?;
    Some(if negative { -value } else { value })
}

/// Whether some reader takes a plain scalar for something other than text: a number, a truth value,
/// nothing, or a date.
pub(crate) fn is_typed(text: &str) -> bool {
    is_null(text) || boolean(text).is_some() || is_numeric(text)
}

/// Whether a text looks like a number, a base-60 number or a date. Addresses such as `10.0.0.1`
/// have too many dots to be any of them.
fn is_numeric(text: &str) -> bool {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    let lower = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") || integer(text).is_some() {
        return true;
    }
    let plain = text.replace('_', "");
    plain.parse::<f64>().is_ok()
        || (text.bytes().all(|byte| byte.is_ascii_digit() || b"+-:.tTzZ _".contains(&byte))
            && text.bytes().filter(|byte| *byte == b'.').count() < 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_in_four_bases() {
        for (text, value) in [
            ("12", 12),
            ("-12", -12),
            ("0x1F", 31),
            ("0o644", 420),
            ("0644", 420),
            ("0b101", 5),
            ("1_000", 1000),
            ("0", 0),
            ("+7", 7),
        ] {
            assert_eq!(integer(text), Some(value), "{text}");
        }
        for text in [
            "",
            "-",
            "+-1",
            "1.5",
            "0x",
            "09",
            "ten",
            "1e3",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn what_another_reader_would_misread_is_typed() {
        for text in [
            "",
            "~",
            "null",
            "yes",
            "off",
            "1",
            "1.5",
            "1e3",
            "0x10",
            "12:30",
            "2024-01-01",
            ".5",
            "-1",
            ".inf",
        ] {
            assert!(is_typed(text), "{text}");
        }
        for text in
            ["10.0.0.1", "10.244.0.0/16", "v1.2", "eth0", "2001:db8::1", "1h", "a", "-x", "512MiB"]
        {
            assert!(!is_typed(text), "{text}");
        }
    }
}
