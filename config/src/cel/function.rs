//! Operators and functions: what they take and what they give.

use cel::common::ast::operators;

use super::kind::Kind;
use Kind::{Any, Bool, Bytes, Double, Duration, Int, List, Map, Optional, Text, Timestamp, Uint};

/// What a function gives for arguments, the receiver of a method first; none if it takes no such.
/// Functions and methods of one name take the same here, which is laxer than the language only for
/// `size(x)` and `x.size()`, `matches(x, y)` and `x.matches(y)`, where it allows both.
pub(super) fn result(name: &str, arguments: &[Kind]) -> Option<Kind> {
    // Anything may be the right thing: it shows when it is evaluated.
    let fits = |kinds: &[Kind]| {
        kinds.len() == arguments.len()
            && arguments.iter().zip(kinds).all(|(argument, kind)| argument.fits(kind))
    };
    let both = |kinds: &[Kind]| {
        let [one, other] = arguments else { return None };
        kinds.iter().find(|kind| one.fits(kind) && other.fits(kind)).cloned()
    };
    let when = |given: bool, kind: Kind| given.then_some(kind);
    match (name, arguments) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, _) => when(fits(&[Bool, Bool]), Bool),
        (operators::LOGICAL_NOT | operators::NOT_STRICTLY_FALSE, _) => when(fits(&[Bool]), Bool),
        (operators::NEGATE, [number]) => [Int, Double].into_iter().find(|kind| number.fits(kind)),
        (operators::EQUALS | operators::NOT_EQUALS, [one, other]) => when(one.fits(other), Bool),
        (
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            _,
        ) => both(&[Bool, Int, Uint, Double, Text, Bytes, Duration, Timestamp]).map(|_| Bool),
        (operators::ADD, [List(one), List(other)]) if one.fits(other) => {
            Some(List(Box::new(one.as_ref().clone().join(other.as_ref().clone()))))
        }
        (operators::ADD, [Timestamp, Duration] | [Duration, Timestamp])
        | (operators::SUBSTRACT, [Timestamp, Duration]) => Some(Timestamp),
        (operators::ADD, _) => both(&[Int, Uint, Double, Text, Bytes, Duration]),
        (operators::SUBSTRACT, [Timestamp, Timestamp]) => Some(Duration),
        (operators::SUBSTRACT, _) => both(&[Int, Uint, Double, Duration]),
        (operators::MULTIPLY | operators::DIVIDE, _) => both(&[Int, Uint, Double]),
        (operators::MODULO, _) => both(&[Int, Uint]),
        (operators::CONDITIONAL, [condition, one, other]) => {
            when(condition.fits(&Bool) && one.fits(other), one.clone().join(other.clone()))
        }
        (operators::IN, [item, List(kind)]) => when(item.fits(kind), Bool),
        (operators::IN, [item, Map(key, _)]) => when(item.fits(key), Bool),
        (operators::IN, [_, Any]) => Some(Bool),
        (operators::INDEX, [List(kind), index]) => {
            when(index.fits(&Int) || index.fits(&Uint), kind.as_ref().clone())
        }
        (operators::INDEX, [Map(key, value), index]) => {
            when(index.fits(key), value.as_ref().clone())
        }
        (operators::INDEX, [Any, _]) => Some(Any),
        _ => named(name, arguments, &fits),
    }
}

/// Functions that have a name, those of the language before ours.
fn named(name: &str, arguments: &[Kind], fits: &dyn Fn(&[Kind]) -> bool) -> Option<Kind> {
    let any_of = |kinds: &[Kind]| kinds.iter().any(|kind| fits(std::slice::from_ref(kind)));
    let when = |given: bool, kind: Kind| given.then_some(kind);
    match (name, arguments) {
        ("size", [List(_) | Map(..)]) => Some(Int),
        ("size", _) => when(any_of(&[Text, Bytes]), Int),
        ("contains" | "startsWith" | "endsWith" | "matches", _) => when(fits(&[Text, Text]), Bool),
        ("int", _) => when(any_of(&[Int, Uint, Double, Text, Timestamp]), Int),
        ("uint", _) => when(any_of(&[Int, Uint, Double, Text]), Uint),
        ("double", _) => when(any_of(&[Int, Uint, Double, Text]), Double),
        ("bool", _) => when(any_of(&[Bool, Text]), Bool),
        ("bytes", _) => when(any_of(&[Bytes, Text]), Bytes),
        ("string", _) => {
            when(any_of(&[Text, Bool, Int, Uint, Double, Bytes, Duration, Timestamp]), Text)
        }
        ("duration", _) => when(any_of(&[Duration, Text, Int]), Duration),
        ("timestamp", _) => when(any_of(&[Timestamp, Text, Int]), Timestamp),
        ("dyn", [_]) => Some(Any),
        ("type", [_]) => Some(Kind::Type),
        ("getHours" | "getMinutes" | "getSeconds" | "getMilliseconds", [Duration])
        | (
            "getFullYear" | "getMonth" | "getDate" | "getDayOfMonth" | "getDayOfWeek"
            | "getDayOfYear" | "getHours" | "getMinutes" | "getSeconds" | "getMilliseconds",
            [Timestamp] | [Timestamp, Text],
        ) => Some(Int),
        ("hasValue", [Optional(_)]) => Some(Bool),
        ("value", [Optional(kind)]) => Some(kind.as_ref().clone()),
        ("orValue", [Optional(kind), other]) => when(other.fits(kind), kind.as_ref().clone()),
        ("or", [Optional(kind), Optional(other)]) => when(other.fits(kind), Optional(kind.clone())),
        // Ours: the pattern of a path, the usual form of a hardware address, and the sum of the
        // products of what two maps hold for the same class.
        ("glob", _) => when(fits(&[Text, Text]), Bool),
        ("mac", _) => when(fits(&[Bytes]), Text),
        ("multiply_qos_vectors", _) => {
            let vector = Map(Box::new(Int), Box::new(Double));
            when(fits(&[vector.clone(), vector]), Double)
        }
        _ => None,
    }
}

/// Whether there is a function of the name, whatever it takes.
pub(super) fn exists(name: &str) -> bool {
    NAMES.contains(&name)
        || name.contains(['_', '@', '!', '-']) && !name.starts_with(char::is_alphabetic)
}

/// Names of functions, for who has misspelt one.
pub(super) const NAMES: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "bool",
    "bytes",
    "string",
    "duration",
    "timestamp",
    "dyn",
    "type",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
    "hasValue",
    "value",
    "orValue",
    "or",
    "glob",
    "mac",
    "multiply_qos_vectors",
];
