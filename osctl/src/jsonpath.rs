//! The part of JSONPath that print columns and `-o jsonpath=` use, in the form that kubectl made known.
//!
//! A template is text with expressions in braces: `{.a.b}`, `{@}`, `{.list[0]}`, `{.list[*].name}`,
//! `{.list[?(@.type=="Ready")].status}`, `{['a.b']}`, `{..name}`. A path that leads nowhere yields nothing.
//! Left out are ranges, functions and unions.

mod scan;

use serde_json::Value;

use self::scan::Scanner;

/// Longest template that is read: columns come from a node.
const MAX_TEMPLATE: usize = 4096;
/// Most values that one expression yields: `..` over a large document may find many.
const MAX_VALUES: usize = 10_000;

/// A template, ready to be used on many values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Path(Vec<Step>),
}

/// One step from a set of values to the next.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    Index(i64),
    All,
    Descend,
    Where { path: Vec<Step>, test: Test },
}

/// What a filter asks of the value at its path.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Exists,
    Compare(Operator, Value),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why a template cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("jsonpath at character {at}: {rule}")]
pub(crate) struct TemplateError {
    /// Position in the template, from 1.
    at: usize,
    /// What would be right there.
    rule: &'static str,
}

impl Template {
    /// Reads a template. A text without braces that begins with a dot or `@` is one expression.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > MAX_TEMPLATE {
            return Err(TemplateError {
                at: MAX_TEMPLATE,
                rule: "the template is longer than 4096 bytes",
            });
        }
        let mut scanner = Scanner::new(text);
        if text.starts_with(['.', '@', '$']) && !text.contains('{') {
            let path = scanner.path()?;
            return match scanner.peek() {
                None => Ok(Self(vec![Part::Path(path)])),
                Some(_) => Err(scanner.wrong("a dot or a bracket continues a path")),
            };
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        while let Some(c) = scanner.next() {
            if c != '{' {
                plain.push(c);
                continue;
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(match scanner.quoted()? {
                Some(text) => Part::Text(text),
                None => Part::Path(scanner.path()?),
            });
            scanner.expect('}', "a closing brace ends an expression")?;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// The text for one value: several results of an expression are joined by blanks, objects and
    /// lists are JSON, null is nothing.
    pub(crate) fn render(&self, value: &Value) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Path(path) => {
                    let found: Vec<String> = walk(path, value).into_iter().map(show).collect();
                    text.push_str(&found.join(" "));
                }
            }
        }
        text
    }
}

/// One value as text.
fn show(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// All values that the path leads to.
fn walk<'a>(path: &[Step], root: &'a Value) -> Vec<&'a Value> {
    let mut at = vec![root];
    for step in path {
        at = at.into_iter().flat_map(|value| step.from(value)).take(MAX_VALUES).collect();
    }
    at
}

impl Step {
    /// The values one step away.
    fn from<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Key(key) => value.get(key).into_iter().collect(),
            Self::Index(index) => {
                value.as_array().and_then(|list| item(list, *index)).into_iter().collect()
            }
            Self::All => children(value),
            Self::Descend => descendants(value),
            Self::Where { path, test } => {
                children(value).into_iter().filter(|child| test.holds(&walk(path, child))).collect()
            }
        }
    }
}

/// The item of a list; negative indices count from its end.
fn item(list: &[Value], index: i64) -> Option<&Value> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    let at = if index < 0 { list.len().checked_sub(distance)? } else { distance };
    list.get(at)
}

/// The items of a list or the values of an object.
fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The value itself and all below it.
fn descendants(value: &Value) -> Vec<&Value> {
    let mut found = vec![value];
    let mut next = 0;
    while let Some(value) = found.get(next).copied() {
        next += 1;
        if found.len() > MAX_VALUES {
            break;
        }
        found.extend(children(value));
    }
    found
}

impl Test {
    /// Whether one of the values at the filter's path passes.
    fn holds(&self, values: &[&Value]) -> bool {
        match self {
            Self::Exists => !values.is_empty(),
            Self::Compare(operator, literal) => {
                values.iter().any(|value| operator.holds(value, literal))
            }
        }
    }
}

impl Operator {
    fn holds(self, left: &Value, right: &Value) -> bool {
        let order = match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right))
            }
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            _ => None,
        };
        match self {
            Self::Equal => left == right || order.is_some_and(|order| order.is_eq()),
            Self::NotEqual => left != right && order.is_none_or(|order| order.is_ne()),
            Self::Less => order.is_some_and(|order| order.is_lt()),
            Self::LessOrEqual => order.is_some_and(|order| order.is_le()),
            Self::Greater => order.is_some_and(|order| order.is_gt()),
            Self::GreaterOrEqual => order.is_some_and(|order| order.is_ge()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "a": {"b": "text", "n": 7, "f": 1.5, "t": true, "none": null, "dotted.key": "d"},
            "list": ["x", "y", "z"],
            "conditions": [
                {"type": "Pressure", "status": "False", "rank": 1},
                {"type": "Ready", "status": "True", "rank": 2},
            ],
            "hosts": [{"host": "h1", "port": 1}, {"host": "h2", "port": 2}],
        })
    }

    #[test]
    fn paths_lead_to_values() {
        let document = document();
        let check = |template: &str, expected: &str| {
            let parsed = Template::parse(template).expect(template);
            assert_eq!(parsed.render(&document), expected, "{template}");
        };
        check("{.a.b}", "text");
        check(".a.b", "text");
        check("{.a.n}", "7");
        check("{.a.f}", "1.5");
        check("{.a.t}", "true");
        check("{.a.none}", "");
        check("{.absent.deeper}", "");
        check("{.a['dotted.key']}", "d");
        check(r"{.a.dotted\.key}", "d");
        check("{.list}", r#"["x","y","z"]"#);
        check("{.list[0]} {.list[-1]} {.list[9]}", "x z ");
        check("{.hosts[*].host}", "h1 h2");
        check("{.hosts[*].port}", "1 2");
        check(r#"{.conditions[?(@.type=="Ready")].status}"#, "True");
        check("{.conditions[?(@.rank<2)].type}", "Pressure");
        check("{.conditions[?(@.rank >= 2)].type}", "Ready");
        check("{.conditions[?(@.absent)].type}", "");
        check("{.conditions[?(@.type!='Ready')].status}", "False");
        check("{..host}", "h1 h2");
        check("{.a.b}{'/'}{.a.n}{\"\\n\"}", "text/7\n");
        check("plain", "plain");
        check("{.a.*}", "text d 1.5 7  true");
    }

    #[test]
    fn the_root_is_a_value() {
        assert_eq!(
            Template::parse("{@}").expect("a path").render(&json!("controlplane")),
            "controlplane"
        );
        assert_eq!(Template::parse("{.}").expect("a path").render(&json!({"a": 1})), r#"{"a":1}"#);
    }

    #[test]
    fn mistakes_have_a_place() {
        let check = |template: &str, expected: &str| {
            assert_eq!(Template::parse(template).expect_err(template).to_string(), expected);
        };
        check("{.a", "jsonpath at character 4: a closing brace ends an expression");
        check(
            "{.a[}",
            "jsonpath at character 5: an index, a quoted name, * or a filter stands in brackets",
        );
        check(
            "{.a[?(@.b==)]}",
            "jsonpath at character 12: a quoted text, a number, true, false or null is compared",
        );
        check("{.a[?(@.b=='x]}", "jsonpath at character 16: a quote closes a text");
        check("{.a[--1]}", "jsonpath at character 5: this is no number");
        check("..", "jsonpath at character 3: a name follows a dot");
        check(".a b", "jsonpath at character 3: a dot or a bracket continues a path");
    }

    proptest::proptest! {
        #[test]
        fn no_template_is_too_odd(text in r#"[{}\[\].@$*?()=<>!'"\\ab0-9 -]{0,40}"#) {
            if let Ok(template) = Template::parse(&text) {
                template.render(&document());
            }
        }
    }

    #[test]
    fn a_long_template_is_refused() {
        Template::parse(&"[".repeat(MAX_TEMPLATE + 1)).expect_err("too long");
    }
}
