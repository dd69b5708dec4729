//! `Logs` and `LogsContainers`: what services print.

use api::common::Data;
use api::machine::{LogsContainer, LogsContainersResponse, LogsRequest};
use tonic::Status;

use super::stream::{Answers, Sender, data, queue};
use crate::logs::{Logs, Reader};

/// Where the logs of services are; containers have their own, which this version has not.
const SYSTEM: &str = "system";

/// Starts the stream of one log. A negative number of lines means all of it.
pub(super) fn logs(logs: &Logs, request: &LogsRequest) -> Result<Answers<Data>, Status> {
    if !matches!(request.namespace.as_str(), SYSTEM | "") {
        let text = format!(
            "logs of containers are not in this version: namespace is {:?}, {SYSTEM:?} has the \
             services",
            request.namespace
        );
        return Err(Status::unimplemented(text));
    }
    let log = logs.get(&request.id).ok_or_else(|| {
        let known = logs.names().join(", ");
        Status::not_found(format!("log {:?} was not registered, these are: {known}", request.id))
    })?;
    let reader = log.read(usize::try_from(request.tail_lines).ok());
    let (sender, answers) = queue();
    tokio::spawn(feed(reader, request.follow, sender));
    Ok(answers)
}

async fn feed(mut reader: Reader, follow: bool, sender: Sender<Data>) {
    loop {
        while let Some(piece) = reader.piece() {
            if sender.send(Ok(data(piece))).await.is_err() {
                return;
            }
        }
        if !follow {
            return;
        }
        tokio::select! {
            () = sender.closed() => return,
            more = reader.more() => if !more {
                return;
            },
        }
    }
}

/// Names of all logs.
pub(super) fn containers(logs: &Logs) -> LogsContainersResponse {
    LogsContainersResponse { messages: vec![LogsContainer { metadata: None, ids: logs.names() }] }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    fn request(id: &str, follow: bool, tail_lines: i32) -> LogsRequest {
        LogsRequest {
            namespace: SYSTEM.to_owned(),
            id: id.to_owned(),
            follow,
            tail_lines,
            ..LogsRequest::default()
        }
    }

    async fn text(logs: &Logs, tail_lines: i32) -> String {
        let mut answers = super::logs(logs, &request("apid", false, tail_lines)).expect("a log");
        let mut text = Vec::new();
        while let Some(answer) = answers.next().await {
            text.extend(answer.expect("a piece").bytes);
        }
        String::from_utf8(text).expect("text")
    }

    #[tokio::test]
    async fn the_tail_is_what_was_asked_for() {
        let logs = Logs::default();
        logs.open("apid").write(b"one\ntwo\n");
        assert_eq!(text(&logs, -1).await, "one\ntwo\n");
        assert_eq!(text(&logs, 1).await, "two\n");
        assert_eq!(text(&logs, 0).await, "");
    }

    #[tokio::test]
    async fn following_goes_on_with_what_comes() {
        let logs = Logs::default();
        let log = logs.open("apid");
        log.write(b"old\n");
        let mut answers = super::logs(&logs, &request("apid", true, 0)).expect("a log");
        log.write(b"new\n");
        let piece = answers.next().await.expect("an answer").expect("a piece");
        assert_eq!(&piece.bytes[..], b"new\n");
    }

    #[test]
    fn an_unknown_log_is_not_found() {
        let refused = logs(&Logs::default(), &request("sshd", false, -1)).err();
        assert_eq!(refused.map(|status| status.code()), Some(tonic::Code::NotFound));
    }
}
