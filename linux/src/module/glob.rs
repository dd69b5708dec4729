//! Patterns as `modules.alias` has them: `*`, `?` and `[a-z]`, `glob(7)` without folders.

/// Whether the whole text matches the pattern. Takes time in proportion to the product of their
/// lengths at most.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // After the latest star, and the text that it has not swallowed yet.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            retry = Some((rest, text));
            continue;
        }
        match (text.split_first(), one(pattern)) {
            (None, _) if pattern.is_empty() => return true,
            (None, _) => return false,
            (Some((byte, after)), Some((accepts, rest))) if accepts(*byte) => {
                (pattern, text) = (rest, after)
            }
            (Some(_), _) => match retry {
                // The star swallows one more.
                Some((after_star, [_, left @ ..])) => {
                    (pattern, text) = (after_star, left);
                    retry = Some((after_star, left));
                }
                _ => return false,
            },
        }
    }
}

/// What the first part of the pattern accepts, and the rest.
fn one(pattern: &[u8]) -> Option<(impl Fn(u8) -> bool, &[u8])> {
    let (first, rest) = pattern.split_first()?;
    let class = match first {
        b'[' => {
            rest.iter().position(|byte| *byte == b']').and_then(|end| rest.split_at_checked(end))
        }
        _ => None,
    };
    let (set, rest) = match class {
        Some((set, after)) => (Some(set), after.get(1..).unwrap_or_default()),
        None => (None, rest),
    };
    let first = *first;
    let accepts = move |byte: u8| match set {
        Some(set) => in_class(set, byte),
        None => first == b'?' || first == byte,
    };
    Some((accepts, rest))
}

fn in_class(mut set: &[u8], byte: u8) -> bool {
    loop {
        match set {
            [from, b'-', to, rest @ ..] => {
                if (*from..=*to).contains(&byte) {
                    return true;
                }
                set = rest;
            }
            [one, rest @ ..] => {
                if *one == byte {
                    return true;
                }
                set = rest;
            }
            [] => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matches_as_a_shell_does() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcb", false),
            ("a*b*c", "aXbXbXc", true),
            ("usb:v*d?", "usb:v12d3", true),
            ("usb:v*d?", "usb:v12d", false),
            ("x[0-9A]y", "x5y", true),
            ("x[0-9A]y", "xAy", true),
            ("x[0-9A]y", "xBy", false),
            ("x[", "x[", true),
            ("abc", "ab", false),
            ("ab", "abc", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn ends_and_a_text_matches_itself(pattern in "[ab*?\\[\\]-]{0,20}", text in "[ab]{0,40}") {
            matches(&pattern, &text);
            prop_assert!(matches(&text, &text));
            let starred = format!("*{text}*");
            prop_assert!(matches(&starred, &text));
        }
    }
}
