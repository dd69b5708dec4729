//! The kernel's command line: `bootparam(7)`, kernel documentation `admin-guide/kernel-parameters`.
//!
//! Splits it as the kernel does (`lib/cmdline.c`, next_arg); what the arguments mean is not known
//! here.

use crate::error::Result;

/// `COMMAND_LINE_SIZE` is 2048 on x86 and arm64; a bootconfig can add to it.
const MAX_COMMAND_LINE: usize = 32 << 10;

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// What comes before the first `=`.
    pub key: String,
    /// What comes after it, quotes taken off; `None` without a `=`.
    pub value: Option<String>,
}

/// The arguments that this kernel was started with, in their order.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn load() -> Result<Vec<Argument>> {
    load_text().map(|text| parse(&text))
}

/// The command line as it is, without its newline. Bytes that are not UTF-8 are replaced.
///
/// # Errors
/// As [`load`].
pub fn load_text() -> Result<String> {
    let bytes = crate::fs::read_bounded("/proc/cmdline".as_ref(), MAX_COMMAND_LINE)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

/// The arguments of a command line. A double quote keeps blanks together, around the whole argument
/// or the value; an unclosed one reaches to the end.
#[must_use]
pub fn parse(line: &str) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let mut quoted = false;
        let end = rest.find(|c: char| {
            quoted ^= c == '"';
            c.is_ascii_whitespace() && !quoted
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        arguments.push(argument(word));
        rest = after.trim_start();
    }
    arguments
}

fn argument(word: &str) -> Argument {
    let whole = word.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner));
    let (key, value) = match whole.unwrap_or(word).split_once('=') {
        Some((key, value)) => (key, Some(value)),
        None => (whole.unwrap_or(word), None),
    };
    let unquoted = |value: &str| {
        let inner = value.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner));
        inner.unwrap_or(value).to_owned()
    };
    Argument { key: key.to_owned(), value: value.map(unquoted) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &str, expected: &[(&str, Option<&str>)]) {
        let found = parse(line);
        let found: Vec<_> = found.iter().map(|a| (a.key.as_str(), a.value.as_deref())).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn splits_as_the_kernel_does() {
        check("", &[]);
        check("  quiet  panic=0 ", &[("quiet", None), ("panic", Some("0"))]);
        check("a=b=c d=", &[("a", Some("b=c")), ("d", Some(""))]);
        check("k=\"two words\" x", &[("k", Some("two words")), ("x", None)]);
        check("\"k=two words\" x", &[("k", Some("two words")), ("x", None)]);
        check("k=\"open end", &[("k", Some("open end"))]);
        check("dyndbg=\"file a +p\"", &[("dyndbg", Some("file a +p"))]);
    }

    #[test]
    fn reads_this_kernels() {
        load().unwrap();
    }

    proptest! {
        #[test]
        fn never_panics_and_loses_no_word(line in "[ -~\t\n]{0,100}") {
            let words = line.split_ascii_whitespace().count();
            prop_assert!(parse(&line).len() <= words);
            prop_assert_eq!(parse(&line).is_empty(), words == 0);
        }
    }
}
