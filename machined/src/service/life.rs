//! The life of one service, as a state machine that never waits.
//!
//! It takes what happened and the time, and answers with what is to be done; carrying it out, and
//! telling the time, is the supervisor's.

use std::collections::VecDeque;
use std::time::Duration;

use types::init::Exit;

/// Records kept per service; the figure that clients know from the peer.
const RECORDS: usize = 64;
/// A process that lived this long is started again at once when it dies: it was no start failure.
const SETTLED: Duration = Duration::from_secs(1);
/// First wait after a process that died young; doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Longest wait: long enough to keep a broken program from filling the log, short enough to notice
/// that the cause went away.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// From SIGTERM to SIGKILL; what the peer and container engines give.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// What clients see of a service's state; the words and numbers of `machine.ServiceStateEvent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Initialized = 0,
    Waiting = 2,
    Running = 3,
    Stopping = 4,
    Finished = 5,
    Failed = 6,
    Starting = 8,
}

impl Phase {
    /// The word in a service list.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Initialized => "Initialized",
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Stopping => "Stopping",
            Self::Finished => "Finished",
            Self::Failed => "Failed",
            Self::Starting => "Starting",
        }
    }
}

/// Something that happened to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) phase: Phase,
    pub(crate) message: String,
    /// Since the machine booted.
    pub(crate) at: Duration,
}

/// What happens to a service. The list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// It is wanted.
    Start,
    /// It is not wanted.
    Stop,
    /// It is wanted, in a new process.
    Restart,
    /// init says that its process runs: just started, or found by a restarted machined.
    Runs { pid: u32 },
    /// init could not start it.
    Refused { reason: String },
    /// Its process ended.
    Exited { pid: u32, exit: Exit },
    /// It says of itself how it is.
    Health { healthy: bool, message: String },
    /// The time that was asked for has come.
    Tick,
}

/// What is to be done. The list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Spawn,
    Terminate,
    Kill,
    /// Something worth telling happened: the newest record.
    Tell,
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Unknown,
    Healthy,
    Unhealthy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Starting { then: Again },
    Running { pid: u32, since: Duration },
    Stopping { pid: u32, kill_at: Duration, again: Again },
    Waiting { until: Duration },
}

/// Whether the service is wanted once what is under way has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Start,
    Rest,
}

/// One service's life.
#[derive(Debug)]
pub(crate) struct Life {
    state: State,
    /// Deaths in a row of processes that had not settled.
    failures: u32,
    health: Health,
    health_message: String,
    health_changed: Duration,
    records: VecDeque<Record>,
}

impl Life {
    /// A service that nobody has asked for.
    pub(crate) fn new(now: Duration) -> Self {
        let mut life = Self {
            state: State::Idle,
            failures: 0,
            health: Health::Unknown,
            health_message: String::new(),
            health_changed: now,
            records: VecDeque::new(),
        };
        life.record(Phase::Initialized, "Service is known", now);
        life
    }

    /// All that is kept, the oldest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// The newest record.
    pub(crate) fn latest(&self) -> Option<&Record> {
        self.records.back()
    }

    /// Health, what was last said of it, and since when.
    pub(crate) fn health(&self) -> (Health, &str, Duration) {
        (self.health, &self.health_message, self.health_changed)
    }

    /// The process, while there is one.
    pub(crate) fn pid(&self) -> Option<u32> {
        match self.state {
            State::Running { pid, .. } | State::Stopping { pid, .. } => Some(pid),
            State::Idle | State::Starting { .. } | State::Waiting { .. } => None,
        }
    }

    /// When [`Input::Tick`] is wanted next.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        match self.state {
            State::Waiting { until } => Some(until),
            State::Stopping { kill_at, .. } => Some(kill_at),
            State::Idle | State::Starting { .. } | State::Running { .. } => None,
        }
    }

    fn record(&mut self, phase: Phase, message: impl Into<String>, now: Duration) -> Action {
        if self.records.len() == RECORDS {
            self.records.pop_front();
        }
        self.records.push_back(Record { phase, message: message.into(), at: now });
        Action::Tell
    }

    /// Takes what happened.
    ///
    /// state    | start | stop        | restart     | exited            | tick
    /// ---------|-------|-------------|-------------|-------------------|---------------
    /// idle     | spawn | –           | spawn       | –                 | –
    /// starting | –     | stop on Runs| –           | –                 | –
    /// running  | –     | terminate   | terminate   | spawn, or wait    | –
    /// stopping | again | not again   | again       | spawn, or rest    | kill
    /// waiting  | spawn | rest        | spawn       | –                 | spawn
    ///
    /// What init says of a process (`Runs`, `Refused`) is taken in every state.
    pub(crate) fn take(&mut self, input: Input, now: Duration) -> Vec<Action> {
        match (input, self.state) {
            (Input::Start | Input::Restart, State::Idle | State::Waiting { .. })
            | (Input::Tick, State::Waiting { .. }) => self.spawn(now),
            (Input::Restart, State::Running { pid, .. }) => self.stop(pid, Again::Start, now),
            (Input::Stop, State::Running { pid, .. }) => self.stop(pid, Again::Rest, now),
            (Input::Start | Input::Restart, State::Stopping { pid, kill_at, .. }) => {
                self.state = State::Stopping { pid, kill_at, again: Again::Start };
                Vec::new()
            }
            (Input::Stop, State::Stopping { pid, kill_at, .. }) => {
                self.state = State::Stopping { pid, kill_at, again: Again::Rest };
                Vec::new()
            }
            (Input::Start | Input::Restart, State::Starting { .. }) => {
                self.state = State::Starting { then: Again::Start };
                Vec::new()
            }
            (Input::Stop, State::Starting { .. }) => {
                self.state = State::Starting { then: Again::Rest };
                Vec::new()
            }
            (Input::Stop, State::Waiting { .. }) => {
                self.state = State::Idle;
                vec![self.record(Phase::Finished, "Service is stopped", now)]
            }
            (Input::Tick, State::Stopping { pid, again, .. }) => {
                self.state = State::Stopping { pid, kill_at: now + STOP_DEADLINE, again };
                vec![Action::Kill, self.record(Phase::Stopping, "Killed after its deadline", now)]
            }
            (Input::Runs { pid }, _) => self.runs(pid, now),
            (Input::Refused { reason }, _) => self.died(reason, Duration::ZERO, now),
            (Input::Exited { pid, exit }, _) if Some(pid) == self.pid() => self.exited(exit, now),
            (Input::Health { healthy, message }, State::Running { .. }) => {
                self.said(healthy, message, now)
            }
            (
                Input::Start
                | Input::Stop
                | Input::Exited { .. }
                | Input::Health { .. }
                | Input::Tick,
                _,
            ) => Vec::new(),
        }
    }

    fn spawn(&mut self, now: Duration) -> Vec<Action> {
        self.state = State::Starting { then: Again::Start };
        vec![Action::Spawn, self.record(Phase::Starting, "Starting service", now)]
    }

    fn stop(&mut self, pid: u32, again: Again, now: Duration) -> Vec<Action> {
        self.state = State::Stopping { pid, kill_at: now + STOP_DEADLINE, again };
        vec![Action::Terminate, self.record(Phase::Stopping, "Sending SIGTERM", now)]
    }

    fn runs(&mut self, pid: u32, now: Duration) -> Vec<Action> {
        let unwanted = self.state == State::Starting { then: Again::Rest };
        self.state = State::Running { pid, since: now };
        self.set_health(Health::Unknown, String::new(), now);
        let mut actions =
            vec![self.record(Phase::Running, format!("Started with process id {pid}"), now)];
        if unwanted {
            actions.extend(self.stop(pid, Again::Rest, now));
        }
        actions
    }

    fn exited(&mut self, exit: Exit, now: Duration) -> Vec<Action> {
        self.set_health(Health::Unknown, String::new(), now);
        match self.state {
            State::Stopping { again: Again::Start, .. } => self.spawn(now),
            State::Stopping { again: Again::Rest, .. } => {
                self.state = State::Idle;
                vec![self.record(Phase::Finished, "Service is stopped", now)]
            }
            State::Running { since, .. } => {
                let how = match exit {
                    Exit::Code(code) => format!("Exited with status {code}"),
                    Exit::Signal(signal) => format!("Killed by signal {signal}"),
                };
                self.died(how, now.saturating_sub(since), now)
            }
            State::Idle | State::Starting { .. } | State::Waiting { .. } => Vec::new(),
        }
    }

    fn died(&mut self, how: String, lived: Duration, now: Duration) -> Vec<Action> {
        let failed = self.record(Phase::Failed, how, now);
        if lived >= SETTLED {
            self.failures = 0;
            let mut actions = vec![failed];
            actions.extend(self.spawn(now));
            return actions;
        }
        let wait = FIRST_WAIT.saturating_mul(1 << self.failures.min(6)).min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting { until: now + wait };
        let message = format!("Starting again in {} ms", wait.as_millis());
        vec![failed, self.record(Phase::Waiting, message, now)]
    }

    fn said(&mut self, healthy: bool, message: String, now: Duration) -> Vec<Action> {
        let health = if healthy { Health::Healthy } else { Health::Unhealthy };
        if health == self.health {
            return Vec::new();
        }
        let text = match health {
            Health::Healthy => "Health check successful".to_owned(),
            Health::Unhealthy | Health::Unknown => format!("Health check failed: {message}"),
        };
        self.set_health(health, message, now);
        // Clients take a service for up only while its last record says so, whatever its health.
        vec![self.record(Phase::Running, text, now)]
    }

    fn set_health(&mut self, health: Health, message: String, now: Duration) {
        self.health = health;
        self.health_message = message;
        self.health_changed = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn running() -> Life {
        let mut life = Life::new(at(0));
        assert_eq!(life.take(Input::Start, at(0)), [Action::Spawn, Action::Tell]);
        assert_eq!(life.take(Input::Runs { pid: 7 }, at(0)), [Action::Tell]);
        life
    }

    fn killed(pid: u32) -> Input {
        Input::Exited { pid, exit: Exit::Signal(9) }
    }

    #[test]
    fn a_settled_process_is_started_again_at_once() {
        let mut life = running();
        let actions = life.take(killed(7), at(5));
        assert_eq!(actions, [Action::Tell, Action::Spawn, Action::Tell]);
        assert_eq!(life.latest().map(|record| record.phase), Some(Phase::Starting));
    }

    #[test]
    fn a_process_that_dies_young_waits_longer_each_time() {
        let mut life = running();
        let mut waits = Vec::new();
        for _ in 0..8 {
            life.take(killed(7), at(0));
            waits.push(life.wake_at().map(|until| until.as_millis()));
            assert_eq!(life.take(Input::Tick, at(0))[0], Action::Spawn);
            life.take(Input::Runs { pid: 7 }, at(0));
        }
        let expected = [100, 200, 400, 800, 1600, 3200, 5000, 5000].map(Some);
        assert_eq!(waits, expected);
    }

    #[test]
    fn somebody_elses_exit_is_ignored() {
        let mut life = running();
        assert_eq!(life.take(killed(8), at(5)), []);
        assert_eq!(life.pid(), Some(7));
    }

    #[test]
    fn stop_kills_after_the_deadline_and_rests() {
        let mut life = running();
        assert_eq!(life.take(Input::Stop, at(1)), [Action::Terminate, Action::Tell]);
        assert_eq!(life.wake_at(), Some(at(11)));
        assert_eq!(life.take(Input::Tick, at(11)), [Action::Kill, Action::Tell]);
        assert_eq!(life.take(killed(7), at(11)), [Action::Tell]);
        assert_eq!(life.latest().map(|record| record.phase), Some(Phase::Finished));
        assert_eq!(life.wake_at(), None);
    }

    #[test]
    fn a_stop_during_the_start_is_kept() {
        let mut life = Life::new(at(0));
        life.take(Input::Start, at(0));
        assert_eq!(life.take(Input::Stop, at(0)), []);
        let actions = life.take(Input::Runs { pid: 7 }, at(0));
        assert_eq!(actions, [Action::Tell, Action::Terminate, Action::Tell]);
    }

    #[test]
    fn restart_starts_a_new_process() {
        let mut life = running();
        assert_eq!(life.take(Input::Restart, at(1)), [Action::Terminate, Action::Tell]);
        assert_eq!(life.take(killed(7), at(2)), [Action::Spawn, Action::Tell]);
    }

    #[test]
    fn a_refused_start_is_tried_again() {
        let mut life = Life::new(at(0));
        life.take(Input::Start, at(0));
        let refused = Input::Refused { reason: "exec: no such file".to_owned() };
        assert_eq!(life.take(refused, at(0)), [Action::Tell, Action::Tell]);
        assert_eq!(life.wake_at(), Some(Duration::from_millis(100)));
    }

    #[test]
    fn health_changes_are_told_once_and_keep_the_service_running() {
        let mut life = running();
        let healthy = || Input::Health { healthy: true, message: String::new() };
        assert_eq!(life.take(healthy(), at(1)), [Action::Tell]);
        assert_eq!(life.take(healthy(), at(2)), []);
        assert_eq!(life.latest().map(|record| record.phase), Some(Phase::Running));
        assert_eq!(life.health().0, Health::Healthy);
        life.take(killed(7), at(3));
        assert_eq!(life.health().0, Health::Unknown);
    }

    #[test]
    fn records_are_bounded() {
        let mut life = running();
        for second in 0..200 {
            let healthy = second % 2 == 0;
            life.take(Input::Health { healthy, message: String::new() }, at(second));
        }
        assert_eq!(life.records().count(), RECORDS);
    }
}
