//! Rules beyond types, for a configuration as a whole.
//!
//! All mistakes are found at once, each with its place. What needs the running machine (does a disk
//! match?) is not asked here.

mod advice;
mod authority;
mod cluster;
mod document;
mod link;
mod machine;
mod network;
mod registry;
mod service;
mod volume;

use types::Mode;

pub use self::advice::advice;
pub use self::authority::expired;

use crate::cel::{self, Purpose};
use crate::document::Config;
use crate::fault::{Fault, MAX_FAULTS, Place};
use crate::value::Prefix;

/// The mistakes of a configuration for machines of a mode, in the order of their places. A stream
/// without a root document is judged by what it holds.
#[must_use]
pub fn validate(config: &Config, mode: Mode) -> Vec<Fault> {
    let mut report = Report::default();
    if let Some(root) = config.root() {
        if root.persist == Some(false) {
            report.wrong("persist", "must be true or absent");
        }
        match (&root.machine, &root.cluster) {
            (Some(machine), Some(cluster)) => {
                machine::check(machine, mode, &mut report);
                cluster::check(cluster, machine, &mut report);
                authority::check(machine, cluster, &mut report);
            }
            (machine, cluster) => {
                if machine.is_none() {
                    report.wrong("machine", "must be set");
                }
                if cluster.is_none() {
                    report.wrong("cluster", "must be set");
                }
            }
        }
    }
    document::check(config, &mut report);
    config.locate(report.faults)
}

/// Mistakes without their places.
#[derive(Debug, Default)]
struct Report {
    document: String,
    faults: Vec<Fault>,
}

impl Report {
    /// Notes a mistake.
    fn wrong(&mut self, path: &str, rule: impl Into<String>) {
        self.push(path, Fault::at(Place::default(), rule));
    }

    /// Notes a mistake with the wrong value, which is not secret.
    fn wrong_value(&mut self, path: &str, value: &str, rule: impl Into<String>) {
        self.push(path, Fault::at(Place::default(), rule).with_value(value));
    }

    fn push(&mut self, path: &str, fault: Fault) {
        if self.faults.len() < MAX_FAULTS {
            let document = self.document.clone();
            self.faults.push(Fault { document, path: path.to_owned(), ..fault });
        }
    }

    /// Notes what is wrong with an expression.
    fn expression(&mut self, path: &str, text: &str, purpose: Purpose) {
        for rule in cel::faults(text, purpose) {
            self.wrong(path, rule);
        }
    }

    /// Notes every item that is no subnet.
    fn subnets(&mut self, path: &str, items: &[String], sign: Sign) {
        for (index, item) in items.iter().enumerate() {
            let text = match sign {
                Sign::Allowed => item.strip_prefix('!').unwrap_or(item),
                Sign::Refused => item,
            };
            if text.parse::<Prefix>().is_err() {
                self.wrong_value(
                    &format!("{path}[{index}]"),
                    item,
                    "must be a subnet, as 10.0.0.0/8",
                );
            }
        }
    }
}

/// Whether a subnet may begin with `!`, which excludes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Allowed,
    Refused,
}

/// Whether a text is a domain name (RFC 1123): labels of 1 to 63 letters, digits and hyphens.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.strip_suffix('.').unwrap_or(text).split('.').all(label)
}

#[cfg(test)]
mod tests;
