//! What a queue controller has to do: jobs, each at most once in line, some of them not before a time.
//!
//! It knows neither store nor controller, and is told the time.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::driver::{FIRST_BACKOFF, backoff};

/// Jobs of one controller. A job that is neither in line nor running nor waiting is forgotten.
///
/// # Invariants
/// `line` holds each job that is `Ready` once, `later` each one that is `Later` under its time.
#[derive(Debug)]
pub(crate) struct Queue<J> {
    jobs: BTreeMap<J, Entry>,
    line: VecDeque<J>,
    later: BTreeSet<(Instant, J)>,
    running: usize,
}

#[derive(Debug)]
struct Entry {
    step: Step,
    /// Failures since the last success.
    failures: u32,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// In line since then.
    Ready(Instant),
    /// Being done; to be done again if something happened meanwhile.
    Running { again: bool },
    /// To be done at `due`; not before `earliest`, whatever happens.
    Later { due: Instant, earliest: Instant },
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn<J> {
    /// This, which waited so long.
    Job(J, Duration),
    /// Nothing before this time, or before something is pushed.
    Wait(Option<Instant>),
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Done; to be done again after the time, if there is one.
    Done(Option<Duration>),
    /// To be tried again.
    Failed {
        /// As after a first failure.
        reset: bool,
    },
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        Self { jobs: BTreeMap::new(), line: VecDeque::new(), later: BTreeSet::new(), running: 0 }
    }
}

impl<J: Clone + Ord> Queue<J> {
    /// Something happened that the job is about.
    pub(crate) fn push(&mut self, job: J, now: Instant) {
        let Some(entry) = self.jobs.get_mut(&job) else {
            self.jobs.insert(job.clone(), Entry { step: Step::Ready(now), failures: 0 });
            return self.line.push_back(job);
        };
        match entry.step {
            Step::Ready(_) => {}
            Step::Running { .. } => entry.step = Step::Running { again: true },
            Step::Later { due, earliest } => {
                // New facts are a reason to try before the time, but not to try without pause.
                let sooner = due.min(earliest.max(now));
                entry.step = Step::Later { due: sooner, earliest };
                self.later.remove(&(due, job.clone()));
                self.later.insert((sooner, job));
            }
        }
    }

    /// What is to be done now. A job that is handed out must be ended.
    pub(crate) fn take(&mut self, now: Instant) -> Turn<J> {
        while let Some((due, _)) = self.later.first()
            && *due <= now
            && let Some((due, job)) = self.later.pop_first()
        {
            if let Some(entry) = self.jobs.get_mut(&job) {
                entry.step = Step::Ready(due);
                self.line.push_back(job);
            }
        }
        let Some(job) = self.line.pop_front() else {
            return Turn::Wait(self.later.first().map(|(due, _)| *due));
        };
        let mut waited = Duration::ZERO;
        if let Some(entry) = self.jobs.get_mut(&job) {
            if let Step::Ready(since) = entry.step {
                waited = now.saturating_duration_since(since);
            }
            entry.step = Step::Running { again: false };
            self.running += 1;
        }
        Turn::Job(job, waited)
    }

    /// A job that was handed out has ended. Returns the wait before a failed one is tried again.
    pub(crate) fn end(&mut self, job: J, end: End, now: Instant) -> Option<Duration> {
        let entry = self.jobs.get_mut(&job)?;
        let Step::Running { again } = entry.step else { return None };
        self.running -= 1;
        let mut retry = None;
        let (due, earliest) = match end {
            End::Done(_) if again => (now, now),
            End::Done(Some(delay)) => (now + delay, now),
            End::Done(None) => {
                self.jobs.remove(&job);
                return None;
            }
            End::Failed { reset } => {
                entry.failures = if reset { 0 } else { entry.failures };
                let wait = backoff(entry.failures);
                entry.failures = entry.failures.saturating_add(1);
                retry = Some(wait);
                let due = if again { FIRST_BACKOFF } else { wait };
                (now + due, now + FIRST_BACKOFF)
            }
        };
        if matches!(end, End::Done(_)) {
            entry.failures = 0;
        }
        if due <= now {
            entry.step = Step::Ready(now);
            self.line.push_back(job);
        } else {
            entry.step = Step::Later { due, earliest };
            self.later.insert((due, job));
        }
        retry
    }

    /// Whether a job that failed waits to be tried again.
    pub(crate) fn is_retrying(&self) -> bool {
        self.jobs.values().any(|entry| entry.failures > 0)
    }

    /// Whether no job is in line or running.
    pub(crate) fn is_idle(&self) -> bool {
        self.line.is_empty() && self.running == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, milliseconds: u64) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    fn take(queue: &mut Queue<char>, now: Instant) -> Option<char> {
        match queue.take(now) {
            Turn::Job(job, _) => Some(job),
            Turn::Wait(_) => None,
        }
    }

    #[test]
    fn a_job_is_in_line_once_and_the_line_keeps_its_order() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        for job in ['b', 'a', 'b', 'c', 'a'] {
            queue.push(job, now);
        }
        assert_eq!(queue.take(at(now, 5)), Turn::Job('b', Duration::from_millis(5)));
        assert_eq!((take(&mut queue, now), take(&mut queue, now)), (Some('a'), Some('c')));
        assert_eq!(queue.take(now), Turn::Wait(None));
        for job in ['a', 'b', 'c'] {
            assert!(!queue.is_idle());
            queue.end(job, End::Done(None), now);
        }
        assert!(queue.is_idle() && queue.jobs.is_empty());
    }

    #[test]
    fn what_happens_while_a_job_runs_makes_it_run_again_and_never_twice_at_once() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.push('a', now);
        assert_eq!(take(&mut queue, now), Some('a'));
        queue.push('a', now);
        queue.push('a', now);
        assert_eq!(take(&mut queue, now), None);
        queue.end('a', End::Done(None), now);
        assert_eq!(take(&mut queue, now), Some('a'));
        queue.end('a', End::Done(None), now);
        assert_eq!(take(&mut queue, now), None);
    }

    #[test]
    fn a_requeued_job_comes_at_its_time_or_when_something_happens() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        queue.push('a', now);
        take(&mut queue, now);
        queue.end('a', End::Done(Some(Duration::from_millis(500))), now);
        assert_eq!(queue.take(at(now, 499)), Turn::Wait(Some(at(now, 500))));
        assert_eq!(queue.take(at(now, 510)), Turn::Job('a', Duration::from_millis(10)));
        queue.end('a', End::Done(Some(Duration::from_millis(500))), now);
        queue.push('a', at(now, 20));
        assert_eq!(take(&mut queue, at(now, 20)), Some('a'));
        queue.end('a', End::Done(None), at(now, 20));
        assert_eq!(queue.take(at(now, 9000)), Turn::Wait(None), "the earlier wish is forgotten");
    }

    #[test]
    fn each_job_backs_off_by_itself() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let failed = End::Failed { reset: false };
        queue.push('a', now);
        queue.push('b', now);
        take(&mut queue, now);
        take(&mut queue, now);
        assert_eq!(queue.end('a', failed, now), Some(backoff(0)));
        queue.end('b', End::Done(None), now);
        queue.push('b', now);
        assert_eq!(take(&mut queue, now), Some('b'), "not held up by the other");
        queue.push('a', at(now, 1));
        assert_eq!(take(&mut queue, at(now, 99)), None, "new facts do not shorten it to nothing");
        assert_eq!(take(&mut queue, at(now, 100)), Some('a'));
        assert_eq!(queue.end('a', failed, at(now, 100)), Some(backoff(1)));
        assert_eq!(take(&mut queue, at(now, 299)), None);
        queue.push('a', at(now, 250));
        assert_eq!(take(&mut queue, at(now, 250)), Some('a'), "but they shorten it");
        assert_eq!(queue.end('a', End::Failed { reset: true }, now), Some(backoff(0)));
        assert_eq!(take(&mut queue, at(now, 100)), Some('a'));
        queue.end('a', End::Done(Some(Duration::ZERO)), at(now, 100));
        assert_eq!(take(&mut queue, at(now, 100)), Some('a'), "no wait at all is allowed");
        assert_eq!(queue.end('a', failed, now), Some(backoff(0)), "a success resets it");
    }
}
