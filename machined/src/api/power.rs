//! `Reboot` and `Shutdown`: the end of the machine.

use api::machine::{
    Reboot, RebootRequest, RebootResponse, Shutdown, ShutdownResponse, reboot_request::Mode,
};
use tonic::Status;

use crate::node::Node;
use crate::power::PowerError;

/// An id for what a call sets off; its events carry it. A version 4 UUID (RFC 9562 section 5.4).
pub(super) fn actor() -> String {
    let mut bytes = [0; 16];
    if let Err(error) = linux::random::fill(&mut bytes) {
        tracing::warn!("make an id: {error}");
    }
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | 4 << 76;
    let number = number & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{number:032x}");
    let parts =
        [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| digits.get(part).unwrap_or_default());
    parts.join("-")
}

/// Restarts the machine.
pub(super) fn reboot(node: &Node, request: RebootRequest) -> Result<RebootResponse, Status> {
    Mode::try_from(request.mode).map_err(|_unknown| {
        Status::invalid_argument(format!("mode {} is not known: 0 to 2 are", request.mode))
    })?;
    let actor_id = actor();
    node.power.reboot(&actor_id).map_err(|error| refused(&error))?;
    Ok(RebootResponse { messages: vec![Reboot { metadata: None, actor_id }] })
}

/// Powers the machine off.
pub(super) fn shutdown(node: &Node) -> Result<ShutdownResponse, Status> {
    let actor_id = actor();
    node.power.shutdown(&actor_id).map_err(|error| refused(&error))?;
    Ok(ShutdownResponse { messages: vec![Shutdown { metadata: None, actor_id }] })
}

fn refused(error: &PowerError) -> Status {
    Status::failed_precondition(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_a_uuid() {
        let id = actor();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, actor());
    }
}
