//! The reference page of all methods, made from the role table and the comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use api::roles::{Access, Gate, Kind, Selection, TABLE};

/// The page, given the comments of the contract by full name.
pub(crate) fn page(comments: &BTreeMap<String, Option<String>>) -> Result<String, std::fmt::Error> {
    let mut page = String::from(HEAD);
    let mut current = "";
    for row in TABLE {
        let (service, method) = split(row.method);
        if service != current {
            current = service;
            let about = comments.get(service).cloned().flatten().unwrap_or_default();
            write!(page, "\n## {service}\n\n{}\n\n{COLUMNS}\n", sentences(&about))?;
        }
        let about = comments.get(&format!("{service}.{method}")).cloned().flatten();
        writeln!(
            page,
            "| {method} | {} | {} | {} | {} | {} |",
            kind(row.kind),
            who(row),
            maintenance(row),
            nodes(row),
            about.unwrap_or_default(),
        )?;
    }
    Ok(page)
}

const HEAD: &str = "\
# Methods and roles

<!-- Generated: UPDATE_EXPECT=1 cargo test -p api --test contract -->

Every method of the contract, who may call it, and how it is routed.
A caller needs one of the roles that are named.
In maintenance mode nobody is authenticated: whoever calls is a reader, or an administrator when the call comes through the management tunnel.
*Nodes* tells how a client may choose who answers: *several* through the metadata `nodes`, or *one* through `node`.
A method that is not here needs an administrator and is then answered `Unimplemented`.
";

const COLUMNS: &str = "\
| Method | Kind | Roles | In maintenance | Nodes | What it does |
|---|---|---|---|---|---|";

/// Service and method of a request path.
fn split(path: &str) -> (&str, &str) {
    path.trim_start_matches('/').split_once('/').unwrap_or((path, ""))
}

/// One sentence per line, as everywhere in the docs.
fn sentences(text: &str) -> String {
    text.replace(". ", ".\n")
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unary => "unary",
        Kind::ServerStream => "server stream",
        Kind::ClientStream => "client stream",
        Kind::Bidirectional => "both stream",
    }
}

fn who(row: &Access) -> String {
    match row.gate {
        Gate::Roles { configured, .. } => {
            configured.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" ")
        }
        Gate::Token => "the join token".to_owned(),
        Gate::Elsewhere => "served elsewhere".to_owned(),
    }
}

fn maintenance(row: &Access) -> &'static str {
    match row.gate {
        Gate::Roles { .. } if row.in_maintenance() => "anybody",
        Gate::Roles { .. } => "tunnel only",
        Gate::Token | Gate::Elsewhere => "–",
    }
}

fn nodes(row: &Access) -> &'static str {
    match (row.gate, row.selection) {
        (Gate::Token | Gate::Elsewhere, _) => "–",
        (Gate::Roles { .. }, Selection::Many) => "several",
        (Gate::Roles { .. }, Selection::One) => "one",
    }
}
