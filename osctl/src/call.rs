//! One call to all nodes of a command, and what became of it at each.
//!
//! A front door that asks several nodes puts what one of them refused into that node's item; here
//! items and faults are told apart, the faults go to standard error and into the exit code.

use std::io::Write as _;

use api::common::Metadata;
use futures_util::future::{join_all, ready};
use futures_util::stream::{once, select_all};
use futures_util::{FutureExt as _, StreamExt as _};
use tonic::{Response, Status, Streaming};

use crate::client::{Fleet, Group};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::output::Output;

/// A message that says which node it is from.
pub(crate) trait Tagged {
    /// The tag; absent when the node was asked directly.
    fn metadata(&self) -> Option<&Metadata>;
}

/// A response that holds one message per node.
pub(crate) trait Merged {
    /// The message.
    type Item: Tagged;
    /// All of them.
    fn items(self) -> Vec<Self::Item>;
}

/// Says of a message, and of the response that merges it, what the two traits want.
macro_rules! tagged {
    ($($package:ident :: $item:ident $(in $response:ident)?),* $(,)?) => {$(
        impl Tagged for api::$package::$item {
            fn metadata(&self) -> Option<&Metadata> {
                self.metadata.as_ref()
            }
        }
        $(impl Merged for api::$package::$response {
            type Item = api::$package::$item;
            fn items(self) -> Vec<Self::Item> {
                self.messages
            }
        })?
    )*};
}

tagged!(
    common::Data,
    inspect::ControllerRuntimeDependency in ControllerRuntimeDependenciesResponse,
    machine::ApplyConfiguration in ApplyConfigurationResponse,
    machine::Event,
    machine::FileInfo,
    machine::GenerateClientConfiguration in GenerateClientConfigurationResponse,
    machine::Memory in MemoryResponse,
    machine::Mounts in MountsResponse,
    machine::Process in ProcessesResponse,
    machine::Reboot in RebootResponse,
    machine::ServiceList in ServiceListResponse,
    machine::ServiceRestart in ServiceRestartResponse,
    machine::ServiceStart in ServiceStartResponse,
    machine::ServiceStop in ServiceStopResponse,
    machine::Shutdown in ShutdownResponse,
    machine::Version in VersionResponse,
    time::Time in TimeResponse,
);

/// What a node said no to.
#[derive(Debug)]
pub(crate) struct NodeFault {
    /// The node, or several with commas when none of them could be asked.
    pub(crate) node: String,
    /// Why.
    pub(crate) fault: Fault,
}

/// What the nodes answered.
#[derive(Debug)]
pub(crate) struct Answers<T> {
    /// The answers, in the order of the nodes.
    pub(crate) given: Vec<(String, T)>,
    /// What went wrong.
    pub(crate) faults: Vec<NodeFault>,
}

impl<T> Answers<T> {
    /// Reports the faults and says how the command ends.
    pub(crate) fn finish(&self, verb: &str, output: &mut Output) -> anyhow::Result<Exit> {
        output.out.flush()?;
        let mut exit = Exit::Done;
        for NodeFault { node, fault } in &self.faults {
            report(output, verb, node, fault)?;
            exit = exit.max(fault.exit());
        }
        Ok(exit)
    }
}

/// Writes one fault as the line that scripts and people read.
pub(crate) fn report(
    output: &mut Output,
    verb: &str,
    node: &str,
    fault: &Fault,
) -> anyhow::Result<()> {
    output.out.flush()?;
    writeln!(output.err, "osctl: {verb} {node}: {fault}")?;
    Ok(())
}

/// The node that a message is from.
fn node_of(group: &Group, message: &impl Tagged) -> String {
    match message.metadata() {
        Some(metadata) if !metadata.hostname.is_empty() => crate::clean::clean(&metadata.hostname),
        _ => group.label().to_owned(),
    }
}

/// The fault that a message is instead of an answer, if it is one.
fn fault_of(group: &Group, method: &str, message: &impl Tagged) -> Option<Fault> {
    let fault = message.metadata().and_then(Fault::of_metadata)?;
    Some(group.explain(method, fault))
}

/// Asks all nodes, every group at the same time. `method` is the path of the call.
pub(crate) async fn ask<R: Merged>(
    fleet: &Fleet,
    method: &str,
    call: impl AsyncFn(Group) -> Result<Response<R>, Status>,
) -> Answers<R::Item> {
    let responses = join_all(fleet.groups().iter().map(|group| call(group.clone()))).await;
    let mut answers = Answers { given: Vec::new(), faults: Vec::new() };
    for (group, response) in fleet.groups().iter().zip(responses) {
        let items = match response {
            Ok(response) => response.into_inner().items(),
            Err(status) => {
                let fault = group.fault(method, status);
                answers.faults.push(NodeFault { node: group.label().to_owned(), fault });
                continue;
            }
        };
        for item in items {
            let node = node_of(group, &item);
            match fault_of(group, method, &item) {
                Some(fault) => answers.faults.push(NodeFault { node, fault }),
                None => answers.given.push((node, item)),
            }
        }
    }
    answers
}

/// Follows the streams of all nodes until they end; each message goes to `take`.
///
/// A fault is reported, and the other nodes go on.
pub(crate) async fn follow<T: Tagged + Send + 'static>(
    fleet: &Fleet,
    (verb, method): (&str, &str),
    output: &mut Output,
    call: impl AsyncFn(Group) -> Result<Response<Streaming<T>>, Status>,
    mut take: impl FnMut(&mut Output, &str, T) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    // A node that is silent may not hold up the others, so each stream opens by itself.
    let streams = fleet.groups().iter().map(|group| {
        let opening = call(group.clone());
        let opened = async move {
            match opening.await {
                Ok(response) => response.into_inner().left_stream(),
                Err(status) => once(ready(Err(status))).right_stream(),
            }
        };
        opened.flatten_stream().map(move |item| (group, item)).boxed_local()
    });
    let mut exit = Exit::Done;
    let mut merged = select_all(streams);
    while let Some((group, item)) = merged.next().await {
        let (node, fault) = match item {
            Ok(message) => {
                let node = node_of(group, &message);
                match fault_of(group, method, &message) {
                    Some(fault) => (node, fault),
                    None => {
                        take(output, &node, message)?;
                        continue;
                    }
                }
            }
            Err(status) => (group.label().to_owned(), group.fault(method, status)),
        };
        report(output, verb, &node, &fault)?;
        exit = exit.max(fault.exit());
    }
    output.out.flush()?;
    Ok(exit)
}
