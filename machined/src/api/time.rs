//! `TimeService`: what the node's clock says.

use api::time::time_service_server::TimeService;
use api::time::{Time, TimeRequest, TimeResponse};
use linux::time::Clock;
use tonic::{Request, Response, Status};

/// Answers for the node's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks;

#[tonic::async_trait]
impl TimeService for Clocks {
    /// The node's time. There is no time server to compare with at this version.
    async fn time(&self, _: Request<()>) -> Result<Response<TimeResponse>, Status> {
        let now = linux::time::now(Clock::Realtime);
        let now = prost_types::Timestamp {
            seconds: i64::try_from(now.as_secs()).unwrap_or(i64::MAX),
            nanos: i32::try_from(now.subsec_nanos()).unwrap_or(0),
        };
        let time = Time { localtime: Some(now), remotetime: Some(now), ..Time::default() };
        Ok(Response::new(TimeResponse { messages: vec![time] }))
    }

    async fn time_check(&self, _: Request<TimeRequest>) -> Result<Response<TimeResponse>, Status> {
        let text = "time.TimeService/TimeCheck is not implemented in this version: the node asks no \
                    time server";
        Err(Status::unimplemented(text))
    }
}
