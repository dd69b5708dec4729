//! What clients may do with the resource store.

use cosi::grpc::{Access, Operation};
use cosi::{Sensitivity, State};
use tonic::{Extensions, Status};
use types::{Caller, Role};

/// The rules for clients of the API.
#[derive(Debug)]
pub(super) struct Policy {
    state: State,
}

impl Policy {
    /// The rules for that store.
    pub(super) fn of(state: &State) -> Self {
        Self { state: state.clone() }
    }
}

impl Access for Policy {
    /// In this order, since clients see the first refusal: no writing, known types only, sensitive
    /// types for administrators only, known namespaces only.
    fn check(&self, caller: &Extensions, operation: &Operation<'_>) -> Result<(), Status> {
        if operation.verb.is_write() {
            return Err(Status::permission_denied("write access is not allowed"));
        }
        let kind = operation.kind;
        let admin = caller.get::<Caller>().is_some_and(|caller| caller.roles.has(Role::Admin));
        match self.state.sensitivity(kind) {
            None => {
                let text = format!("resource type {kind:?} is not supported");
                return Err(Status::permission_denied(text));
            }
            Some(Sensitivity::Sensitive) if !admin => {
                return Err(Status::permission_denied("not authorized"));
            }
            Some(_) => {}
        }
        if !self.state.has_namespace(operation.namespace) {
            let text = format!("namespace {:?} is not supported", operation.namespace);
            return Err(Status::permission_denied(text));
        }
        Ok(())
    }
}
