//! `osctl inspect`: the inside of a node.

mod graph;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use api::inspect::inspect_service_client::InspectServiceClient;
use api::inspect::{ControllerDependencyEdge, ControllerRuntimeDependency};
use clap::Subcommand;
use futures_util::StreamExt as _;
use futures_util::stream;

use self::graph::Graph;
use crate::call::ask;
use crate::cli::Cx;
use crate::client::{Fleet, Group, within};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::resource::{definitions, list};

/// Look at the inside of a node
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    osctl inspect dependencies -n 10.0.0.2 | dot -Tsvg > graph.svg")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What can be looked at.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Draw which controllers read and write which resources, in the language of Graphviz
    #[command(after_help = "Examples:\n  \
        osctl inspect dependencies -n 10.0.0.2 | dot -Tsvg > graph.svg\n  \
        osctl inspect dependencies -n 10.0.0.2 --with-resources | dot -Tsvg > graph.svg\n\n\
        An arrow leads from what is read to who reads it, and from who writes to what is written.\n\
        Bold: the only writer. Solid: one of several writers, or a reader that may hold.\n\
        Dashed: a reader. Dotted: a reader that waits until it can be destroyed.")]
    Dependencies {
        /// Also the resources that there are of each type
        #[arg(long)]
        with_resources: bool,
    },
}

/// The path of the call.
const METHOD: &str = "/inspect.InspectService/ControllerRuntimeDependencies";

/// Lists that one node is asked for at once: enough to hide the way there and back, and few enough
/// for the streams that a front door gives one connection.
const AT_ONCE: usize = 16;

/// Runs the command.
pub(crate) async fn run(args: &Args, cx: &mut Cx) -> anyhow::Result<Exit> {
    let Verb::Dependencies { with_resources } = args.verb;
    let fleet = Fleet::new(&cx.global)?;
    let call = async |group: Group| {
        let mut inspect = InspectServiceClient::new(group.channel());
        inspect.controller_runtime_dependencies(within(group.all(()))).await
    };
    let mut answers = ask(&fleet, METHOD, call).await;
    let mut graph = Graph::default();
    for (node, ControllerRuntimeDependency { edges, .. }) in &answers.given {
        graph.edges(node, edges);
        if !with_resources {
            continue;
        }
        let group = fleet.each().into_iter().find(|group| group.label() == node);
        // A node that is named by nothing that was asked for is the only one there is.
        let Some(group) = group.or_else(|| fleet.each().into_iter().next()) else { continue };
        match resources(&group, edges).await {
            Ok(found) => found.into_iter().for_each(|(kind, names)| graph.names(node, kind, names)),
            Err(fault) => {
                answers.faults.push(crate::call::NodeFault { node: node.clone(), fault });
            }
        }
    }
    cx.output.out.write_all(graph.to_string().as_bytes())?;
    answers.finish("inspect", &mut cx.output)
}

/// The resources of each type in the graph, as namespace and id. Of a type that may not be read,
/// the reason.
async fn resources(
    group: &Group,
    edges: &[ControllerDependencyEdge],
) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let kinds: BTreeSet<&str> = edges.iter().map(|edge| edge.resource_type.as_str()).collect();
    // Outputs name no namespace; the type's own is where most of them are.
    let own = definitions(group).await?.into_iter().map(|kind| (kind.name, kind.namespace));
    let own = own.filter(|(name, _)| kinds.contains(name.as_str()));
    let read = edges.iter().filter(|edge| !edge.resource_namespace.is_empty());
    let read = read.map(|edge| (edge.resource_type.clone(), edge.resource_namespace.clone()));
    let places: BTreeSet<(String, String)> = own.chain(read).collect();
    let lists = stream::iter(places).map(|(kind, namespace)| async move {
        let found = list(group, &namespace, &kind).await;
        (kind, namespace, found)
    });
    let mut lists = lists.buffered(AT_ONCE);
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some((kind, namespace, found)) = lists.next().await {
        let names = all.entry(kind).or_default();
        match found {
            Ok(found) => names.extend(found.into_iter().filter_map(|resource| {
                let metadata = resource.metadata?;
                Some(format!("{}/{}", metadata.namespace, metadata.id))
            })),
            Err(fault) if fault.is(tonic::Code::PermissionDenied) => {
                names.push(format!("{namespace}: {fault}"));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(all)
}
