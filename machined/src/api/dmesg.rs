//! `Dmesg`: the kernel's log, record by record.

use std::time::Duration;

use api::common::Data;
use api::machine::DmesgRequest;
use linux::kmsg::{Reader, Received, Record, Start};
use linux::time::Clock;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::Interest;
use tonic::Status;

use super::stream::{Answers, Sender, data, queue};
use crate::{ready, report};

/// Names of the facilities in the order of their numbers (RFC 5424 section 6.2.1); the kernel uses
/// the first, user space the others.
const FACILITIES: [&str; 12] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp",
];
/// Names of the priorities in the order of their numbers.
const PRIORITIES: [&str; 8] =
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// Starts the stream. `tail` begins at the end, for `follow`.
pub(super) fn dmesg(request: &DmesgRequest) -> Result<Answers<Data>, Status> {
    let start = if request.tail { Start::Newest } else { Start::Oldest };
    let reader = Reader::open(start).map_err(|error| {
        Status::unavailable(format!("the kernel's log cannot be read: {}", report::chain(&error)))
    })?;
    let (sender, answers) = queue();
    tokio::spawn(feed(reader, request.follow, sender));
    Ok(answers)
}

async fn feed(mut reader: Reader, follow: bool, sender: Sender<Data>) {
    let boot = boot();
    // The log is drained first: a read at its end does not block.
    if !drain(&mut reader, boot, &sender).await || !follow {
        return;
    }
    let mut reader = match ready::watch(reader, Interest::READABLE) {
        Ok(reader) => reader,
        Err(error) => {
            let status = Status::internal(format!("wait for the kernel's log: {error}"));
            drop(sender.send(Err(status)).await);
            return;
        }
    };
    loop {
        tokio::select! {
            () = sender.closed() => return,
            ready = reader.readable_mut() => {
                let Ok(mut ready) = ready else { return };
                if !drain(ready.get_inner_mut(), boot, &sender).await {
                    return;
                }
                ready.clear_ready();
            }
        }
    }
}

/// Sends all that is there. False when the stream has ended.
async fn drain(reader: &mut Reader, boot: Duration, sender: &Sender<Data>) -> bool {
    loop {
        let answer = match reader.read() {
            Ok(None) => return true,
            // What the ring has lost, and what nobody can read, has no text.
            Ok(Some(Received::Lost | Received::Unreadable)) => continue,
            Ok(Some(Received::Record(record))) => Ok(data(line(&record, boot))),
            Err(error) => Err(Status::internal(report::chain(&error))),
        };
        let failed = answer.is_err();
        if sender.send(answer).await.is_err() || failed {
            return false;
        }
    }
}

/// The wall-clock time of zero in the kernel's stamps, which count without suspension. It is told
/// once for a stream: told for each record it would differ by microseconds.
fn boot() -> Duration {
    linux::time::now(Clock::Realtime).saturating_sub(linux::time::now(Clock::Monotonic))
}

/// A record as clients print it: `FACILITY: PRIORITY: [TIME]: TEXT` and a newline.
fn line(record: &Record, boot: Duration) -> String {
    let time = boot.saturating_add(record.time);
    let nanoseconds = i128::try_from(time.as_nanos()).unwrap_or_default();
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default();
    let name = |names: &[&'static str], number: u8| {
        names.get(usize::from(number)).copied().unwrap_or("unknown")
    };
    let facility = name(&FACILITIES, record.facility);
    let priority = name(&PRIORITIES, record.priority);
    format!("{facility}: {priority:>7}: [{time}]: {}\n", record.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line() {
        let record = linux::kmsg::parse(b"6,339,5140900,-;NET: Registered protocol family 10\n");
        let line = line(&record.expect("a record"), Duration::from_secs(1_700_000_000));
        assert_eq!(
            line,
            "kern:    info: [2023-11-14T22:13:25.1409Z]: NET: Registered protocol family 10\n"
        );
    }
}
