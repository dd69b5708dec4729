//! `ApplyConfiguration`: a client's change of the configuration.

use std::time::Duration;

use api::machine::apply_configuration_request::Mode;
use api::machine::{ApplyConfiguration, ApplyConfigurationRequest, ApplyConfigurationResponse};
use tonic::{Code, Status};
use types::{Caller, Role};

use super::power::actor;
use crate::configuration::{Apply, ApplyError, ApplyMode, Run};
use crate::node::Node;
use crate::report;

/// How long a tried configuration stays when the client says nothing.
const TRY: Duration = Duration::from_secs(60);
/// Longest time that a client may ask for: a tried configuration is one that somebody watches.
const LONGEST_TRY: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the change, or describes it.
pub(super) async fn apply(
    node: &Node,
    caller: &Caller,
    request: ApplyConfigurationRequest,
) -> Result<ApplyConfigurationResponse, Status> {
    // The role table lets readers in for maintenance mode alone; a node that has just left it must
    // not take another configuration from somebody without a certificate.
    if !node.configuration.in_maintenance() && !caller.roles.has(Role::Admin) {
        return Err(Status::permission_denied("not authorized"));
    }
    let mode = mode(&request)?;
    let apply = Apply {
        bytes: request.data,
        mode,
        run: if request.dry_run { Run::Dry } else { Run::Real },
        actor: actor(),
    };
    let applied = node.configuration.apply(apply).await.map_err(|error| status(&error))?;
    let answer = ApplyConfiguration {
        metadata: None,
        warnings: applied.warnings,
        mode: number(applied.mode).into(),
        mode_details: applied.details,
    };
    Ok(ApplyConfigurationResponse { messages: vec![answer] })
}

fn mode(request: &ApplyConfigurationRequest) -> Result<ApplyMode, Status> {
    let known = Mode::try_from(request.mode).map_err(|_unknown| {
        Status::invalid_argument(format!("mode {} is not known: 0 to 4 are", request.mode))
    })?;
    Ok(match known {
        Mode::Reboot => ApplyMode::Reboot,
        Mode::Auto => ApplyMode::Auto,
        Mode::NoReboot => ApplyMode::NoReboot,
        Mode::Staged => ApplyMode::Staged,
        Mode::Try => ApplyMode::Try(timeout(request)?),
    })
}

fn timeout(request: &ApplyConfigurationRequest) -> Result<Duration, Status> {
    let Some(asked) = request.try_mode_timeout else { return Ok(TRY) };
    let asked = Duration::try_from(asked)
        .map_err(|_negative| Status::invalid_argument("try_mode_timeout is negative"))?;
    match asked {
        Duration::ZERO => Ok(TRY),
        asked if asked > LONGEST_TRY => {
            Err(Status::invalid_argument("try_mode_timeout is over 24 hours"))
        }
        asked => Ok(asked),
    }
}

fn number(mode: ApplyMode) -> Mode {
    match mode {
        ApplyMode::Reboot => Mode::Reboot,
        ApplyMode::Auto => Mode::Auto,
        ApplyMode::NoReboot => Mode::NoReboot,
        ApplyMode::Staged => Mode::Staged,
        ApplyMode::Try(_) => Mode::Try,
    }
}

fn status(error: &ApplyError) -> Status {
    let code = match error {
        ApplyError::Looking
        | ApplyError::Busy
        | ApplyError::Ending
        | ApplyError::NoWayBack
        | ApplyError::Reboot(_) => Code::FailedPrecondition,
        ApplyError::Invalid(_) | ApplyError::Partial | ApplyError::NeedsReboot { .. } => {
            Code::InvalidArgument
        }
        ApplyError::Write { .. } | ApplyError::Store(_) => Code::Internal,
    };
    Status::new(code, report::chain(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(mode: i32, seconds: Option<i64>) -> ApplyConfigurationRequest {
        let try_mode_timeout = seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 });
        ApplyConfigurationRequest { mode, try_mode_timeout, ..ApplyConfigurationRequest::default() }
    }

    #[test]
    fn every_mode_is_decoded_and_no_other() {
        let check = |number, expected| assert_eq!(mode(&request(number, None)).ok(), expected);
        check(0, Some(ApplyMode::Reboot));
        check(1, Some(ApplyMode::Auto));
        check(2, Some(ApplyMode::NoReboot));
        check(3, Some(ApplyMode::Staged));
        check(4, Some(ApplyMode::Try(TRY)));
        check(5, None);
    }

    #[test]
    fn the_time_of_a_try_is_bounded() {
        let tried = |seconds| mode(&request(4, Some(seconds))).ok();
        assert_eq!(tried(10), Some(ApplyMode::Try(Duration::from_secs(10))));
        assert_eq!(tried(-1), None);
        assert_eq!(tried(1_000_000), None);
    }
}
