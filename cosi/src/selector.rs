//! Which resources of a kind are meant: by labels, and by a pattern of the id.
//!
//! Comparisons of texts are by bytes; numeric ones understand sizes such as `16GiB`.

use regex::{Regex, RegexBuilder};

use crate::{labels::Labels, metadata::Metadata, text::Text};

/// Memory that a compiled id pattern may take: patterns come from clients, and the largest sensible one is an alternation of ids.
const PATTERN_BYTES: usize = 256 * 1024;

/// Chooses resources: those that match any of the label queries, if there are some, and the id pattern, if there is one.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    labels: Vec<LabelQuery>,
    id: Option<Regex>,
}

impl Selector {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Also chooses what `query` matches.
    #[must_use]
    pub fn or_labels(mut self, query: LabelQuery) -> Self {
        self.labels.push(query);
        self
    }

    /// Only chooses resources whose label `key` is `value`.
    #[must_use]
    pub fn label(key: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self::all().or_labels(LabelQuery::new().and(Term::new(key, Operator::Equal(value.into()))))
    }

    /// Only chooses resources in whose id the regular expression `pattern` is found.
    ///
    /// # Errors
    /// The pattern is not a regular expression, or too large a one.
    pub fn id(mut self, pattern: &str) -> Result<Self, InvalidPattern> {
        let regex = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
        self.id = Some(regex.map_err(InvalidPattern)?);
        Ok(self)
    }

    /// Whether the selector chooses everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.labels.is_empty() && self.id.is_none()
    }

    /// Whether the selector chooses the resource.
    #[must_use]
    pub fn matches(&self, metadata: &Metadata) -> bool {
        let labels = metadata.labels();
        (self.labels.is_empty() || self.labels.iter().any(|query| query.matches(labels)))
            && self.id.as_ref().is_none_or(|id| id.is_match(metadata.id()))
    }

    /// The label queries.
    #[must_use]
    pub fn label_queries(&self) -> &[LabelQuery] {
        &self.labels
    }

    /// The id pattern.
    #[must_use]
    pub fn id_pattern(&self) -> Option<&str> {
        self.id.as_ref().map(Regex::as_str)
    }
}

/// An id pattern that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("id pattern")]
pub struct InvalidPattern(#[source] regex::Error);

/// Terms that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelQuery(Vec<Term>);

impl LabelQuery {
    /// Holds for everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a term.
    #[must_use]
    pub fn and(mut self, term: Term) -> Self {
        self.0.push(term);
        self
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Whether all terms hold.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|term| term.matches(labels))
    }
}

/// A condition on one label, or its opposite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The label.
    pub key: Text,
    /// What must be true of it. Of a label that is absent, nothing is.
    pub operator: Operator,
    /// Whether the term holds when the operator does not.
    pub invert: bool,
}

/// What must be true of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is there.
    Exists,
    /// It has this value.
    Equal(Text),
    /// It has one of these values.
    In(Vec<Text>),
    /// It comes before this value.
    Less(Text),
    /// It comes before this value, or is equal.
    LessOrEqual(Text),
    /// It is a smaller number.
    LessNumeric(Text),
    /// It is a smaller number, or the same.
    LessOrEqualNumeric(Text),
}

impl Term {
    /// The term that holds when the operator does.
    #[must_use]
    pub fn new(key: impl Into<Text>, operator: Operator) -> Self {
        Self { key: key.into(), operator, invert: false }
    }

    fn matches(&self, labels: &Labels) -> bool {
        let holds = labels.get(&self.key).is_some_and(|value| self.operator.holds(value));
        holds != self.invert
    }
}

/// The opposite term.
impl std::ops::Not for Term {
    type Output = Self;

    fn not(self) -> Self {
        Self { invert: !self.invert, ..self }
    }
}

impl Operator {
    fn holds(&self, value: &Text) -> bool {
        match self {
            Self::Exists => true,
            Self::Equal(other) => value == other,
            Self::In(others) => others.contains(value),
            Self::Less(other) => value < other,
            Self::LessOrEqual(other) => value <= other,
            Self::LessNumeric(other) => {
                number(value).zip(number(other)).is_some_and(|(a, b)| a < b)
            }
            Self::LessOrEqualNumeric(other) => {
                number(value).zip(number(other)).is_some_and(|(a, b)| a <= b)
            }
        }
    }
}

/// A whole number with an optional unit: `k`, `M` … powers of 1000, `Ki`, `Mi` … powers of 1024.
///
/// What follows is the unit's own name and counts for nothing: `4GiB`, `10kg`.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    number.parse::<i64>().ok()?.checked_mul(factor(unit.trim())?)
}

fn factor(unit: &str) -> Option<i64> {
    let mut letters = unit.chars().map(|c| c.to_ascii_lowercase());
    let power = match letters.next() {
        None => 0,
        Some('k') => 1,
        Some('m') => 2,
        Some('g') => 3,
        Some('t') => 4,
        Some('p') => 5,
        Some(_) => return None,
    };
    let base: i64 = if letters.next() == Some('i') { 1024 } else { 1000 };
    base.checked_pow(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(term: Term, holds: bool) {
        let labels = Labels::from_iter([("disk", "ssd"), ("mem", "16GiB")]);
        assert_eq!(term.matches(&labels), holds, "{term:?}");
        let opposite = !term;
        assert_eq!(opposite.matches(&labels), !holds, "{opposite:?}");
    }

    #[test]
    fn operators_and_their_opposites() {
        let text = Text::from;
        check(Term::new("disk", Operator::Exists), true);
        check(Term::new("nope", Operator::Exists), false);
        check(Term::new("disk", Operator::Equal(text("ssd"))), true);
        check(Term::new("disk", Operator::Equal(text("hdd"))), false);
        check(Term::new("nope", Operator::Equal(text("ssd"))), false);
        check(Term::new("disk", Operator::In(vec![text("hdd"), text("ssd")])), true);
        check(Term::new("disk", Operator::In(vec![])), false);
        check(Term::new("disk", Operator::Less(text("ssd"))), false);
        check(Term::new("disk", Operator::LessOrEqual(text("ssd"))), true);
        check(Term::new("mem", Operator::LessNumeric(text("17179869185"))), true);
        check(Term::new("mem", Operator::LessNumeric(text("16 Gi"))), false);
        check(Term::new("mem", Operator::LessOrEqualNumeric(text("16 Gi"))), true);
        check(Term::new("disk", Operator::LessOrEqualNumeric(text("16 Gi"))), false);
    }

    #[test]
    fn numbers_with_units() {
        for (text, value) in [
            ("1", Some(1)),
            (" 1 k", Some(1000)),
            ("-1 k", Some(-1000)),
            ("4GB", Some(4_000_000_000)),
            ("4GiB", Some(4 << 30)),
            ("1.1 k", None),
            ("1 i", None),
            ("1 1", None),
            ("", None),
            ("10kg", Some(10_000)),
            ("9000P", Some(9_000_000_000_000_000_000)),
            ("10000P", None),
        ] {
            assert_eq!(number(text), value, "{text:?}");
        }
    }

    #[test]
    fn queries_are_alternatives_and_the_id_must_match_as_well() {
        let mut metadata = Metadata::new("ns", "Kind", "node-7");
        metadata.labels_mut().set("a", "1");
        let equal =
            |key, value| LabelQuery::new().and(Term::new(key, Operator::Equal(Text::from(value))));
        let either = Selector::all().or_labels(equal("a", "2")).or_labels(equal("a", "1"));
        assert!(either.matches(&metadata));
        assert!(either.clone().id("^node-[0-9]$").unwrap().matches(&metadata));
        assert!(!either.id("^7").unwrap().matches(&metadata));
        assert!(Selector::all().id("ode").unwrap().matches(&metadata));
        Selector::all().id("(").unwrap_err();
        Selector::all().id("(a{1000}){1000}").unwrap_err();
    }
}
