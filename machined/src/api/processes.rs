//! `Processes`: what runs, kernel threads left out.

use api::machine::{Process, ProcessInfo, ProcessesResponse};
use linux::proc;
use tonic::Status;

use super::stats::seconds;
use crate::report;

/// Every process that has an executable.
pub(super) fn processes() -> Result<ProcessesResponse, Status> {
    let pids = proc::pids().map_err(|error| Status::internal(report::chain(&error)))?;
    let processes = pids.into_iter().filter_map(process).collect();
    Ok(ProcessesResponse { messages: vec![Process { metadata: None, processes }] })
}

/// One process; none if it has ended meanwhile or has no executable.
fn process(pid: u32) -> Option<ProcessInfo> {
    let executable = proc::executable(pid)?;
    let process = proc::load_process(pid).ok()?;
    Some(ProcessInfo {
        pid: i32::try_from(process.pid).ok()?,
        ppid: i32::try_from(process.parent).ok()?,
        state: process.state.to_string(),
        threads: i32::try_from(process.threads).unwrap_or(i32::MAX),
        cpu_time: seconds(process.cpu_ticks),
        virtual_memory: process.virtual_memory,
        resident_memory: process.resident_memory,
        command: process.name,
        executable: executable.to_string_lossy().into_owned(),
        args: proc::command_line(pid).unwrap_or_default().join(" "),
        label: proc::label(pid),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_among_them() {
        let answer = processes().expect("an answer");
        let own = i32::try_from(std::process::id()).expect("a process id");
        let own = answer.messages[0].processes.iter().find(|process| process.pid == own);
        let own = own.expect("this process");
        assert!(own.executable.contains("machined"), "{}", own.executable);
        assert!(own.resident_memory > 0 && own.threads >= 1);
    }

    #[test]
    fn kernel_threads_are_not() {
        let answer = processes().expect("an answer");
        assert!(answer.messages[0].processes.iter().all(|process| process.command != "kthreadd"));
    }
}
