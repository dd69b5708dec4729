//! Text of a node made safe for a terminal.
//!
//! A node, or whoever writes to its logs, is not trusted with the operator's terminal: control
//! characters and escape sequences are dropped, as are the marks that reorder text.

/// The text on one line without control characters: line ends and tabs become blanks.
pub(crate) fn clean(text: &str) -> String {
    strip(text.replace(['\n', '\t'], " ").as_str())
}

/// The text without control characters, its line ends and tabs kept.
pub(crate) fn strip(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\n' | '\t' => kept.push(c),
            _ if c.is_control() || reorders(c) => {}
            _ => kept.push(c),
        }
    }
    kept
}

/// Whether the character is one of the marks that change the direction of the text after them.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Skips what follows an escape character: a control sequence (ECMA-48 5.4) up to its final byte, a
/// control string (5.6) up to its terminator or the end of the line, or one character.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    if rest.next_if_eq(&'[').is_some() {
        while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
        rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
    } else if rest.next_if(|c| matches!(c, ']' | 'P' | 'X' | '^' | '_')).is_some() {
        while let Some(c) = rest.next_if(|c| *c != '\n') {
            if c == '\u{7}' || (c == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
                break;
            }
        }
    } else {
        rest.next_if(|c| matches!(c, '\u{20}'..='\u{7e}'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_dropped() {
        let check = |text: &str, expected: &str| assert_eq!(strip(text), expected);
        check("plain\ttext\n", "plain\ttext\n");
        check("a\u{1b}[31mred\u{1b}[0m", "ared");
        check("a\u{1b}[2;5Hb\u{1b}c", "ab");
        check("a\u{1b}]0;title\u{7}b\u{1b}]8;;x\u{1b}\\c", "abc");
        check("a\u{1b}]0;never ended\nb", "a\nb");
        check("over\rwritten\u{8}", "overwritten");
        check("\u{9b}2Jc1", "2Jc1");
        check("\u{202e}reversed", "reversed");
        check("cut\u{1b}[12", "cut");
        check("ümläut ✓", "ümläut ✓");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_drives_a_terminal_is_left(text in r"[\x1b\x07\x9b\[\]0-9;mJa\n\\\u{202e}é]{0,40}") {
            let left = strip(&text);
            assert!(!left.contains(|c: char| c.is_control() && c != '\n' || reorders(c)), "{left:?}");
            assert_eq!(left.matches('\n').count(), text.matches('\n').count());
        }
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(clean("a\nb\tc\r"), "a b c");
    }
}
