//! What the parser refuses, said to somebody who has written a configuration by hand.
//!
//! Kinds of mistakes that have no words here come with the parser's own.

use serde_saphyr::granit_parser::ErrorKind;

/// The mistake, and what is most likely behind it; none for rare ones.
pub(super) fn words(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart => "a tab in front, where YAML takes spaces only",
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation => {
            "does not belong to what is above it: is it indented as its neighbours are?"
        }
        ErrorKind::MappingValueNotAllowed => {
            "a ':' where no field can begin: is the value to be quoted, or indented otherwise?"
        }
        ErrorKind::InvalidColonPlacement => "a ':' that does not belong there",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "a key without its ':'",
        ErrorKind::UnknownAnchor => "an alias of an anchor that is not there",
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            "a quote that is not closed"
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => "something behind a closing quote",
        ErrorKind::UnknownQuotedScalarEscape => {
            "an escape that does not exist: in double quotes a backslash is written twice"
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnclosedFlowCollection { .. } => "a bracket that is not closed",
        ErrorKind::MisplacedFlowCollectionEnd => "a closing bracket that nothing opened",
        ErrorKind::MismatchedFlowCollectionEnd { .. } => "a closing bracket of the other kind",
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            "a ',' or a closing bracket is missing before it"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::yaml::read::stream;

    /// The only fault of a text.
    fn check(text: &str, want: &str) {
        let faults = stream(text.as_bytes()).unwrap_err();
        let shown: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(shown, [want], "{text}");
    }

    #[test]
    fn common_mistakes_are_said_in_plain_words() {
        check("a:\n\tb: 1\n", "2:2: a tab in front, where YAML takes spaces only");
        check(
            "a:\n    b: 1\n  c: 2\n",
            "3:3: does not belong to what is above it: is it indented as its neighbours are?",
        );
        check(
            "a: b: c\n",
            "1:5: a ':' where no field can begin: is the value to be quoted, or indented otherwise?",
        );
        check("a: *b\n", "1:4: an alias of an anchor that is not there");
        check("a: \"b\n", "1:4: a quote that is not closed");
        check("a: 'b' c\n", "1:8: something behind a closing quote");
        check(
            "a: \"\\d\"\n",
            "1:4: an escape that does not exist: in double quotes a backslash is written twice",
        );
        check("a: ]\n", "1:4: a closing bracket that nothing opened");
        check("a: [b}\n", "1:4: a closing bracket of the other kind");
    }

    #[test]
    fn an_open_bracket_is_named_where_it_opens() {
        for text in ["a: [b, c\nd: e\nf: g\n", "a: {b: c\nd: e\nf: g\n"] {
            let faults = stream(text.as_bytes()).unwrap_err();
            assert!(faults[0].rule.ends_with("inside the bracket at 1:4"), "{}", faults[0]);
        }
    }
}
