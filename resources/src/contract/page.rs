//! The page `docs/reference/resources.md`: every type as clients are told of it.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path, sync::Arc};

use cosi::{ManualClock, Sensitivity, Spec, State, meta::ResourceDefinition};

use crate::{Visitor, each, namespace, register_all, wire::Named};

/// Rows of the page by namespace and type.
struct Rows {
    state: State,
    rows: BTreeMap<(&'static str, &'static str), String>,
}

impl Visitor for Rows {
    fn visit<T: Spec + Named>(&mut self) {
        let known = self.state.get_as::<ResourceDefinition>(&ResourceDefinition::id_of(T::TYPE));
        let definition = T::definition();
        let names = known.unwrap().unwrap().spec.aliases.clone();
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let columns: Vec<_> = definition.columns.iter().map(|(title, _)| *title).collect();
        let readers = match definition.sensitivity {
            Sensitivity::Public => "`os:reader`",
            Sensitivity::Sensitive => "`os:admin`",
        };
        let row =
            format!("| `{}` | {} | {readers} | {} |", T::TYPE, names.join(" "), columns.join(", "));
        self.rows.insert((T::NAMESPACE, T::TYPE), row);
    }
}

/// The page's text.
fn page() -> String {
    let state = State::new(Arc::new(ManualClock::default()));
    register_all(&state);
    let mut rows = Rows { state, rows: BTreeMap::new() };
    each(&mut rows);
    let mut page = String::from(
        "# Resource types\n\n\
         <!-- Generated: UPDATE_EXPECT=1 cargo test -p resources -->\n\n\
         Every type that a node knows, by the namespace that a client looks in when it names none.\n\
         *Names* are what `osctl get` takes beside the type itself, *readers* the least role that sees such resources, \
         and *columns* what a table of them shows beside namespace, type, id and version.\n\
         Types that end in `.holdfast.dev` are ours; the others are the contract's.\n",
    );
    for (name, description) in namespace::ALL {
        let here: Vec<_> =
            rows.rows.iter().filter(|((namespace, _), _)| namespace == name).collect();
        if here.is_empty() {
            continue;
        }
        write!(page, "\n## {name}\n\n{description}\n\n| type | names | readers | columns |\n|---|---|---|---|\n").unwrap();
        for (_, row) in here {
            writeln!(page, "{row}").unwrap();
        }
    }
    page
}

#[test]
fn the_page_shows_every_type() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/resources.md");
    let page = page();
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1")
        && std::env::var("CI").as_deref() != Ok("true")
    {
        fs::write(&file, &page).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == page, "docs/reference/resources.md is stale: UPDATE_EXPECT=1 writes it");
}
