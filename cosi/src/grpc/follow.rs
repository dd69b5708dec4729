//! Follows a kind of resources in a store behind a socket, whatever happens to the connection or the store.
//!
//! After a break it resumes where it was. If the store does not know that place any more (it restarted, or too much
//! happened), it tells everything that is there anew.

use std::{collections::VecDeque, time::Duration};

use super::client::{Client, RemoteWatch};
use crate::{
    error::Error,
    object::Object,
    text::Text,
    watch::{Bookmark, Change, Event, WatchRequest},
};

/// Wait before a connection is tried again: a store that restarts is back within a second.
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Longest wait between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a follower is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// These are all resources; what was told before no longer counts.
    Contents(Vec<Object>),
    /// A resource is there, new or changed.
    Changed(Object),
    /// A resource is gone.
    Removed(Object),
}

/// Follows a kind of resources.
#[derive(Debug)]
pub struct Follow {
    client: Client,
    watch: Option<RemoteWatch>,
    progress: Progress,
    updates: VecDeque<Update>,
    pause: Duration,
}

impl Follow {
    pub(crate) fn new(client: Client, namespace: Text, kind: Text) -> Self {
        Self {
            client,
            watch: None,
            progress: Progress::new(namespace, kind),
            updates: VecDeque::new(),
            pause: FIRST_PAUSE,
        }
    }

    /// What happens next. The first update is the contents. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Update {
        loop {
            if let Some(update) = self.updates.pop_front() {
                return update;
            }
            match self.receive().await {
                Ok(Some(events)) => {
                    self.pause = FIRST_PAUSE;
                    for event in events {
                        match self.progress.take(event) {
                            Step::Told(update) => self.updates.push_back(update),
                            Step::Nothing => {}
                            Step::Lost => self.watch = None,
                        }
                    }
                }
                // The watch is over; the next turn begins another one.
                Ok(None) => self.watch = None,
                Err(error) => self.retry(&error).await,
            }
        }
    }

    async fn receive(&mut self) -> Result<Option<Vec<Event>>, Error> {
        let watch = match &mut self.watch {
            Some(watch) => watch,
            none => {
                let request = self.progress.request();
                none.insert(self.client.watch(&request).await?)
            }
        };
        watch.next().await
    }

    /// Gets over a failure: at once where the place is unknown, else after a pause.
    async fn retry(&mut self, error: &Error) {
        self.watch = None;
        if error.code() == tonic::Code::FailedPrecondition && self.progress.forget() {
            return;
        }
        let kind = &self.progress.kind;
        tracing::debug!(%kind, %error, pause = ?self.pause, "watch again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

/// How far somebody follows a kind of resources, whatever the connection is made of.
#[derive(Debug)]
pub(crate) struct Progress {
    namespace: Text,
    kind: Text,
    place: Place,
}

/// Where a follower is.
#[derive(Debug)]
enum Place {
    /// It collects what is there.
    Collecting(Vec<Object>),
    /// It was told everything up to here.
    At(Option<Bookmark>),
}

/// What an event means to a follower.
#[derive(Debug)]
pub(crate) enum Step {
    /// There is something to tell.
    Told(Update),
    /// There is not, or not yet.
    Nothing,
    /// The watch lost its place: another one must begin.
    Lost,
}

impl Progress {
    pub(crate) fn new(namespace: Text, kind: Text) -> Self {
        Self { namespace, kind, place: Place::Collecting(Vec::new()) }
    }

    /// The watch that goes on from here.
    pub(crate) fn request(&mut self) -> WatchRequest {
        let request = WatchRequest::kind(&self.namespace, &self.kind);
        match self.place {
            Place::At(Some(bookmark)) => request.after(bookmark),
            Place::At(None) | Place::Collecting(_) => {
                self.place = Place::Collecting(Vec::new());
                request.contents()
            }
        }
    }

    /// Gives the place up, since the store does not know it; tells whether there was one.
    pub(crate) fn forget(&mut self) -> bool {
        let known = matches!(self.place, Place::At(Some(_)));
        if known {
            self.place = Place::Collecting(Vec::new());
        }
        known
    }

    /// Moves past an event.
    pub(crate) fn take(&mut self, event: Event) -> Step {
        let mut step = Step::Nothing;
        match (&mut self.place, event.change) {
            (Place::Collecting(objects), Change::Created(object)) => objects.push(object),
            (Place::Collecting(objects), Change::Bootstrapped) => {
                step = Step::Told(Update::Contents(std::mem::take(objects)));
                self.place = Place::At(event.bookmark);
            }
            (Place::At(_), Change::Created(object) | Change::Updated { new: object, .. }) => {
                step = Step::Told(Update::Changed(object));
            }
            (Place::At(_), Change::Destroyed(object)) => {
                step = Step::Told(Update::Removed(object));
            }
            (_, Change::Errored(error)) => {
                tracing::warn!(kind = %self.kind, error, "begin a watch anew");
                self.place = Place::Collecting(Vec::new());
                return Step::Lost;
            }
            // Contents come before changes, and only once.
            (Place::Collecting(_) | Place::At(_), _) => {}
        }
        if let (Place::At(bookmark), Some(latest)) = (&mut self.place, event.bookmark) {
            *bookmark = Some(latest);
        }
        step
    }
}
