//! The types of an expression, from the inside out.
//!
//! After a mistake its part counts as anything, so that what is around it is not wrong for the same
//! reason.

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue, SelectExpr};

use super::environment::Names;
use super::function;
use super::kind::{Kind, Object};
use crate::field::nearest;

/// Most mistakes that are told of one expression.
const MAX_FAULTS: usize = 8;
/// Deepest part that is looked at: a chain of fields or of sums is deeper than its text is nested.
const MAX_DEPTH: usize = 200;

/// Names that stand for types.
const TYPES: [&str; 11] = [
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "google.protobuf.Duration",
];

/// What an expression gives, and what is wrong in it.
pub(super) fn check(expression: &IdedExpr, names: &'static [Names]) -> (Kind, Vec<String>) {
    let mut checker = Checker { names, bound: Vec::new(), faults: Vec::new(), depth: 0 };
    let kind = checker.kind(expression);
    (kind, checker.faults)
}

#[derive(Debug)]
struct Checker {
    names: &'static [Names],
    /// Names that macros bind, innermost last.
    bound: Vec<(String, Kind)>,
    faults: Vec<String>,
    depth: usize,
}

impl Checker {
    fn wrong(&mut self, rule: String) -> Kind {
        if self.faults.len() < MAX_FAULTS && !self.faults.contains(&rule) {
            self.faults.push(rule);
        }
        Kind::Any
    }

    fn kind(&mut self, expression: &IdedExpr) -> Kind {
        if self.depth == MAX_DEPTH {
            return self.wrong(format!("must be nested at most {MAX_DEPTH} deep"));
        }
        self.depth += 1;
        let kind = self.part(&expression.expr);
        self.depth -= 1;
        kind
    }

    fn part(&mut self, expression: &Expr) -> Kind {
        match expression {
            Expr::Literal(value) => literal(value),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(select),
            Expr::Call(call) => {
                let receiver = call.target.as_deref();
                let arguments: Vec<_> =
                    receiver.into_iter().chain(&call.args).map(|part| self.kind(part)).collect();
                self.call(&call.func_name, &arguments)
            }
            Expr::List(list) => {
                let kinds: Vec<_> = list.elements.iter().map(|item| self.kind(item)).collect();
                Kind::List(Box::new(kinds.into_iter().reduce(Kind::join).unwrap_or(Kind::Any)))
            }
            Expr::Map(map) => {
                let mut kinds: Option<(Kind, Kind)> = None;
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
                    let (key, value) = (self.kind(&entry.key), self.kind(&entry.value));
                    kinds = Some(match kinds {
                        None => (key, value),
                        Some((keys, values)) => (keys.join(key), values.join(value)),
                    });
                }
                let (key, value) = kinds.unwrap_or((Kind::Any, Kind::Any));
                Kind::Map(Box::new(key), Box::new(value))
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Struct(made) => {
                let name = &made.type_name;
                self.wrong(format!("must make no {name}: there are no such types here"))
            }
            Expr::Unspecified => Kind::Any,
        }
    }

    /// A name: bound by a macro, of the environment, or of a type.
    fn name(&mut self, name: &str) -> Kind {
        if let Some((_, kind)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            return kind.clone();
        }
        let known = || self.names.iter().flat_map(|table| table.iter());
        if let Some((_, kind)) = known().find(|(other, _)| *other == name) {
            return Kind::from(*kind);
        }
        if TYPES.contains(&name) {
            return Kind::Type;
        }
        let words: Vec<_> = known().map(|(name, _)| *name).collect();
        let rule = match nearest(name, &words) {
            Some(hint) => format!("must not name {name}, which is nothing here: {hint} is"),
            None => format!("must not name {name}, which is nothing here"),
        };
        self.wrong(rule)
    }

    /// A field, or whether it is there.
    fn select(&mut self, select: &SelectExpr) -> Kind {
        let kind = match self.kind(&select.operand) {
            Kind::Object(object) => self.field(object, &select.field),
            Kind::Map(_, value) => *value,
            Kind::Any => Kind::Any,
            other => self.wrong(format!("must not take .{} of {other}", select.field)),
        };
        if select.test { Kind::Bool } else { kind }
    }

    fn field(&mut self, object: &'static Object, field: &str) -> Kind {
        if let Some((_, kind)) = object.fields.iter().find(|(name, _)| *name == field) {
            return Kind::from(*kind);
        }
        let words: Vec<_> = object.fields.iter().map(|(name, _)| *name).collect();
        let name = object.name;
        let rule = match nearest(field, &words) {
            Some(hint) => {
                format!("must not name {name}.{field}, which does not exist: {name}.{hint} does")
            }
            None => format!("must not name {name}.{field}, which does not exist"),
        };
        self.wrong(rule)
    }

    fn call(&mut self, name: &str, arguments: &[Kind]) -> Kind {
        if let Some(kind) = function::result(name, arguments) {
            return kind;
        }
        if !function::exists(name) {
            let rule = match nearest(name, function::NAMES) {
                Some(hint) => format!("must not call {name}, which is no function: {hint} is"),
                None => format!("must not call {name}, which is no function"),
            };
            return self.wrong(rule);
        }
        let kinds: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        self.wrong(format!("must not apply {} to {}", shown(name), kinds.join(" and ")))
    }

    /// What macros become: a loop over a list or over the keys of a map, with a result that grows.
    fn comprehension(&mut self, part: &ComprehensionExpr) -> Kind {
        let item = match self.kind(&part.iter_range) {
            Kind::List(item) => *item,
            Kind::Map(key, _) => *key,
            Kind::Any => Kind::Any,
            other => {
                self.wrong(format!("must not go through {other}, which is no list and no map"))
            }
        };
        let outside = self.bound.len();
        let begin = self.kind(&part.accu_init);
        self.bound.push((part.iter_var.clone(), item.clone()));
        self.bound.extend(part.iter_var2.iter().map(|name| (name.clone(), Kind::Any)));
        self.bound.push((part.accu_var.clone(), begin));
        self.kind(&part.loop_cond);
        let grown = self.kind(&part.loop_step);
        self.bound.truncate(outside);
        self.bound.push((part.accu_var.clone(), grown));
        let kind = self.kind(&part.result);
        self.bound.truncate(outside);
        kind
    }
}

fn literal(value: &LiteralValue) -> Kind {
    match value {
        LiteralValue::Boolean(_) => Kind::Bool,
        LiteralValue::Bytes(_) => Kind::Bytes,
        LiteralValue::Double(_) => Kind::Double,
        LiteralValue::Int(_) => Kind::Int,
        LiteralValue::Null => Kind::Null,
        LiteralValue::String(_) => Kind::Text,
        LiteralValue::UInt(_) => Kind::Uint,
    }
}

/// An operator as it is written: `_>_` as `>`.
fn shown(name: &str) -> &str {
    match name {
        "_?_:_" => "?:",
        "_[_]" => "[]",
        "@in" => "in",
        _ => name.trim_matches('_'),
    }
}
