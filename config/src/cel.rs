//! Expressions in documents, in the Common Expression Language: which disk, which volume, which link,
//! when memory has run out.
//!
//! Parsing is the `cel` crate's; it has no type checker, so [`check`](mod@check) is ours, after the
//! language's definition (github.com/google/cel-spec, doc/langdef.md). Nothing is evaluated here:
//! that is the node's, which has the disk.

mod check;
mod environment;
mod function;
mod kind;

use cel::parser::PrattParser;

pub use self::environment::Purpose;

/// Longest expression in bytes; the longest known, the peer's default ranking, has about 200.
const MAX_BYTES: usize = 4096;
/// Deepest nesting. The parser and the checker call themselves for each level, and both fit the
/// smallest stack that a thread here has, 2 MiB, many times.
const MAX_DEPTH: u16 = 32;
/// Most parts of an expression, macros written out.
const MAX_PARTS: usize = 10_000;

/// What is wrong with an expression for a purpose: its syntax, or else every type that does not fit.
#[must_use]
pub fn faults(text: &str, purpose: Purpose) -> Vec<String> {
    if text.len() > MAX_BYTES {
        return vec![format!("must have at most {MAX_BYTES} bytes")];
    }
    let parser = PrattParser::new()
        .max_recursion_depth(MAX_DEPTH)
        .max_expression_node_count(MAX_PARTS)
        .error_recovery_limit(4)
        .error_reporting_limit(4);
    let expression = match parser.parse(text) {
        Ok(expression) => expression,
        Err(errors) => {
            // What follows the first mistake comes from it.
            let first = errors.errors.first();
            return vec![first.map_or_else(|| "must be an expression".to_owned(), syntax)];
        }
    };
    let (kind, mut faults) = check::check(&expression, purpose.names());
    let wanted = purpose.result();
    if faults.is_empty() && !kind.fits(&wanted) {
        faults.push(format!("must be an expression that gives {wanted}, this one gives {kind}"));
    }
    faults
}

/// A mistake of syntax, in the parser's words, with its place in the expression.
fn syntax(error: &cel::ParseError) -> String {
    let text = error.msg.strip_prefix("Syntax error: ").unwrap_or(&error.msg);
    let (line, column) = error.pos;
    if line > 1 {
        format!("must be an expression: line {line}, column {column}: {text}")
    } else {
        format!("must be an expression: column {column}: {text}")
    }
}

#[cfg(test)]
mod tests;
