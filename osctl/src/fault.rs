//! What went wrong with a call: the node said no, or it could not be reached.
//!
//! The library under us reports both as a status; here they are told apart, because scripts want to
//! know which it was, and because the text of the one comes from the other side and is cleaned.

use std::error::Error;

use api::common::Metadata;
use api::roles;
use tonic::{Code, Status};
use types::caller::Roles;

use crate::clean::clean;
use crate::connect::Unconnected;
use crate::exit::Exit;

/// Why one call to one node did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// The node answered, and the answer was no.
    #[error("{text}")]
    Refused {
        /// The code of its answer.
        code: Code,
        /// Its text, cleaned.
        text: String,
    },
    /// There was no answer, or it stopped half-way.
    #[error("{0}")]
    Unreachable(String),
    /// Something answered, but with a certificate that the context's authority did not sign.
    #[error("{0}")]
    Stranger(String),
}

impl Fault {
    /// What a node said.
    pub(crate) fn said(code: Code, text: &str) -> Self {
        let text = match clean(text).trim() {
            "" => code.description().to_owned(),
            text => text.to_owned(),
        };
        match code {
            Code::Unavailable | Code::DeadlineExceeded => Self::Unreachable(text),
            _ => Self::Refused { code, text },
        }
    }

    /// The fault that a merged answer carries for one node, if it carries one.
    pub(crate) fn of_metadata(metadata: &Metadata) -> Option<Self> {
        let status = metadata.status.as_ref().filter(|status| status.code != 0);
        if metadata.error.is_empty() && status.is_none() {
            return None;
        }
        let code = status.map_or(Code::Unknown, |status| Code::from_i32(status.code));
        let text = status.map(|status| status.message.as_str()).filter(|text| !text.is_empty());
        Some(Self::said(code, text.unwrap_or(&metadata.error)))
    }

    /// The exit code that this alone would give.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Refused { .. } => Exit::Refused,
            Self::Unreachable(_) | Self::Stranger(_) => Exit::Unreachable,
        }
    }

    /// Whether it is the answer with this code.
    pub(crate) fn is(&self, wanted: Code) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == wanted)
    }

    /// Says which role was missing, where the node only said that one was.
    ///
    /// `method` is the path of the call, `granted` what the client's own certificate holds.
    pub(crate) fn explain(self, method: &str, granted: Roles) -> Self {
        match self {
            Self::Refused { code: Code::PermissionDenied, text } if text == "not authorized" => {
                let text = match roles::allowed(method).and_then(|row| row.roles().iter().last()) {
                    Some(role) if !roles_meet(method, granted) => {
                        format!("needs role {role}, certificate grants {granted}")
                    }
                    _ => text,
                };
                Self::Refused { code: Code::PermissionDenied, text }
            }
            other => other,
        }
    }
}

/// Whether the role table lets a caller with these roles in.
fn roles_meet(method: &str, granted: Roles) -> bool {
    roles::allowed(method).is_some_and(|row| row.roles().meets(granted))
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        let mut source = status.source();
        let mut last = None;
        while let Some(error) = source {
            if let Some(unconnected) = error.downcast_ref::<Unconnected>() {
                return unconnected.fault();
            }
            // The TLS library's texts end in an address where its manual explains them.
            let text = error.to_string();
            last = Some(text.split(": https://").next().unwrap_or_default().to_owned());
            source = error.source();
        }
        match last {
            Some(_) if status.message() == "Timeout expired" => {
                Self::Unreachable(format!("no answer in {} s", crate::client::ANSWER.as_secs()))
            }
            Some(text) => Self::Unreachable(format!("connection lost: {}", clean(&text))),
            None => Self::said(status.code(), status.message()),
        }
    }
}

#[cfg(test)]
mod tests {
    use types::caller::Role;

    use super::*;

    #[test]
    fn a_refused_role_is_named() {
        let check = |method, granted: &[Role], expected: &str| {
            let fault = Fault::said(Code::PermissionDenied, "not authorized");
            assert_eq!(fault.explain(method, Roles::of(granted)).to_string(), expected);
        };
        check(
            "/machine.MachineService/Reboot",
            &[Role::Reader],
            "needs role os:operator, certificate grants os:reader",
        );
        check(
            "/machine.MachineService/Version",
            &[],
            "needs role os:reader, certificate grants none",
        );
        check("/machine.MachineService/Reboot", &[Role::Admin], "not authorized");
    }

    #[test]
    fn a_merged_answer_carries_a_fault_or_none() {
        let mut metadata = Metadata { hostname: "a".to_owned(), ..Metadata::default() };
        assert_eq!(Fault::of_metadata(&metadata), None);
        metadata.error = "rpc error: code = Unavailable desc = gone".to_owned();
        assert_eq!(
            Fault::of_metadata(&metadata),
            Some(Fault::said(Code::Unknown, "rpc error: code = Unavailable desc = gone"))
        );
        metadata.status = Some(api::google::rpc::Status {
            code: 14,
            message: "gone\u{1b}[2J".to_owned(),
            details: Vec::new(),
        });
        assert_eq!(Fault::of_metadata(&metadata), Some(Fault::Unreachable("gone".to_owned())));
    }

    #[test]
    fn a_silent_refusal_is_named_by_its_code() {
        assert_eq!(
            Fault::said(Code::NotFound, "").to_string(),
            "Some requested entity was not found"
        );
    }
}
