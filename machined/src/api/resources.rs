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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cosi::grpc::Verb;
    use cosi::{Spec as _, SystemClock};
    use resources::{namespace, network, secrets};
    use types::caller::Roles;

    use super::*;

    /// The refusal of an operation by somebody with these roles.
    fn refusal(roles: &[Role], (verb, namespace, kind): (Verb, &str, &str)) -> Option<String> {
        let state = State::new(Arc::new(SystemClock));
        resources::register_all(&state);
        let mut extensions = Extensions::new();
        let roles = Roles::of(roles);
        extensions.insert(Caller { roles, peer: None, maintenance: false });
        let operation = Operation { verb, namespace, kind, id: None, owner: "" };
        let refused = Policy::of(&state).check(&extensions, &operation).err()?;
        assert_eq!(refused.code(), tonic::Code::PermissionDenied);
        Some(refused.message().to_owned())
    }

    #[test]
    fn clients_see_the_refusals_in_the_order_of_the_contract() {
        let reader = |operation| refusal(&[Role::Reader], operation);
        let secret = secrets::OsRoot::TYPE;
        let (known, nowhere) = (network::LinkStatus::TYPE, "nowhere");
        let write = Some("write access is not allowed".to_owned());
        for verb in [Verb::Create, Verb::Update, Verb::Destroy] {
            assert_eq!(refusal(&[Role::Admin], (verb, nowhere, "Unknown")), write);
        }
        let unknown = Some("resource type \"Unknown\" is not supported".to_owned());
        let elsewhere = Some("namespace \"nowhere\" is not supported".to_owned());
        for verb in [Verb::Get, Verb::List, Verb::Watch] {
            assert_eq!(reader((verb, nowhere, "Unknown")), unknown);
            assert_eq!(reader((verb, nowhere, secret)), Some("not authorized".to_owned()));
            assert_eq!(reader((verb, nowhere, known)), elsewhere);
            assert_eq!(reader((verb, namespace::NETWORK, known)), None);
            assert_eq!(refusal(&[Role::Admin], (verb, namespace::SECRETS, secret)), None);
        }
    }
}
