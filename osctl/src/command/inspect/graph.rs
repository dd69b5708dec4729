//! The graph of controllers and resources, as Graphviz reads it.
//!
//! Boxes are controllers, ellipses are resource types. With several nodes each has a frame.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use api::inspect::{ControllerDependencyEdge, DependencyEdgeType};

use crate::clean::clean;

/// Resources of one type that are named, the others are counted: a picture with more is not read.
const NAMED: usize = 50;

/// The graphs of all nodes.
#[derive(Debug, Default)]
pub(super) struct Graph(BTreeMap<String, Node>);

/// The graph of one node.
#[derive(Debug, Default)]
struct Node {
    controllers: BTreeSet<String>,
    /// The types, and the resources that there are of each.
    types: BTreeMap<String, Vec<String>>,
    arrows: BTreeSet<Arrow>,
}

/// One arrow.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: String,
    to: String,
    style: &'static str,
    label: String,
}

impl Graph {
    /// Adds what a node says of its controllers.
    pub(super) fn edges(&mut self, node: &str, edges: &[ControllerDependencyEdge]) {
        let node = self.0.entry(node.to_owned()).or_default();
        for edge in edges {
            let (controller, kind) = (&edge.controller_name, &edge.resource_type);
            node.controllers.insert(controller.clone());
            node.types.entry(kind.clone()).or_default();
            let (style, (from, to)) = match edge.edge_type() {
                DependencyEdgeType::OutputExclusive => ("bold", (controller, kind)),
                DependencyEdgeType::OutputShared => ("solid", (controller, kind)),
                DependencyEdgeType::InputStrong => ("solid", (kind, controller)),
                DependencyEdgeType::InputWeak => ("dashed", (kind, controller)),
                DependencyEdgeType::InputDestroyReady => ("dotted", (kind, controller)),
            };
            let place = [&edge.resource_namespace, &edge.resource_id];
            let place = place.into_iter().filter(|part| !part.is_empty()).map(String::as_str);
            let label = place.collect::<Vec<_>>().join("/");
            node.arrows.insert(Arrow { from: from.clone(), to: to.clone(), style, label });
        }
    }

    /// Adds the names of the resources of a type.
    pub(super) fn names(&mut self, node: &str, kind: String, names: Vec<String>) {
        self.0.entry(node.to_owned()).or_default().types.insert(kind, names);
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph {{\n    rankdir=LR\n    node [fontname=\"sans-serif\"]")?;
        for (number, (name, node)) in self.0.iter().enumerate() {
            // Nodes of several graphs must not be mistaken for each other.
            let several = self.0.len() > 1;
            let key = |name: &str| match several {
                true => format!("{number} {name}"),
                false => name.to_owned(),
            };
            if several {
                writeln!(f, "    subgraph cluster_{number} {{\n    label={}", quoted(name))?;
            }
            node.write(f, key)?;
            if several {
                writeln!(f, "    }}")?;
            }
        }
        writeln!(f, "}}")
    }
}

impl Node {
    fn write(&self, f: &mut fmt::Formatter<'_>, key: impl Fn(&str) -> String) -> fmt::Result {
        for name in &self.controllers {
            let (id, label) = (quoted(&key(name)), quoted(name));
            writeln!(f, "    {id} [shape=box, style=filled, fillcolor=lightblue, label={label}]")?;
        }
        for (kind, names) in &self.types {
            let mut label = vec![kind.clone()];
            label.extend(names.iter().take(NAMED).cloned());
            if names.len() > NAMED {
                label.push(format!("and {} more", names.len() - NAMED));
            }
            let shape = if names.is_empty() { "ellipse" } else { "note" };
            let (id, label) = (quoted(&key(kind)), quoted(&label.join("\n")));
            writeln!(f, "    {id} [shape={shape}, label={label}]")?;
        }
        for Arrow { from, to, style, label } in &self.arrows {
            let (from, to) = (quoted(&key(from)), quoted(&key(to)));
            write!(f, "    {from} -> {to} [style={style}")?;
            if !label.is_empty() {
                write!(f, ", label={}", quoted(label))?;
            }
            writeln!(f, "]")?;
        }
        Ok(())
    }
}

/// A text in double quotes. Line ends become Graphviz's own, other control characters go.
fn quoted(text: &str) -> String {
    let lines = text.split('\n').map(|line| clean(line).replace('\\', "\\\\").replace('"', "\\\""));
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(controller: &str, edge_type: DependencyEdgeType, id: &str) -> ControllerDependencyEdge {
        ControllerDependencyEdge {
            controller_name: controller.to_owned(),
            edge_type: edge_type.into(),
            resource_namespace: if id.is_empty() { String::new() } else { "ns".to_owned() },
            resource_type: "Things".to_owned(),
            resource_id: id.to_owned(),
        }
    }

    #[test]
    fn arrows_lead_from_writers_to_readers() {
        let mut graph = Graph::default();
        graph.edges(
            "n",
            &[
                edge("a.Writer", DependencyEdgeType::OutputExclusive, ""),
                edge("b.Reader", DependencyEdgeType::InputWeak, "one"),
            ],
        );
        let text = graph.to_string();
        assert!(text.contains("\"a.Writer\" -> \"Things\" [style=bold]\n"), "{text}");
        assert!(text.contains("\"Things\" -> \"b.Reader\" [style=dashed, label=\"ns/one\"]"));
        assert!(!text.contains("subgraph"));
    }

    #[test]
    fn several_nodes_have_a_frame_each() {
        let mut graph = Graph::default();
        for node in ["n1", "n2"] {
            graph.edges(node, &[edge("a.Writer", DependencyEdgeType::OutputShared, "")]);
        }
        let text = graph.to_string();
        assert_eq!(text.matches("subgraph").count(), 2);
        assert!(text.contains("\"1 a.Writer\" -> \"1 Things\" [style=solid]"), "{text}");
    }

    #[test]
    fn resources_are_named_up_to_a_number() {
        let mut graph = Graph::default();
        let names = (0..NAMED + 2).map(|number| format!("ns/{number}"));
        graph.names("n", "Things".to_owned(), names.collect());
        let text = graph.to_string();
        assert!(text.contains("shape=note, label=\"Things\\nns/0\\nns/1\\n"), "{text}");
        assert!(text.contains("and 2 more") && !text.contains("ns/50"));
    }

    #[test]
    fn what_a_node_sends_stays_inside_its_quotes() {
        assert_eq!(quoted("a\"] evil [\\\u{7}"), "\"a\\\"] evil [\\\\\"");
    }
}
