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
    namespace: Text,
    kind: Text,
    watch: Option<RemoteWatch>,
    place: Place,
    updates: VecDeque<Update>,
    pause: Duration,
}

/// Where a follower is.
#[derive(Debug)]
enum Place {
    /// It collects what is there.
    Collecting(Vec<Object>),
    /// It was told everything up to here.
    At(Option<Bookmark>),
}

impl Follow {
    pub(crate) fn new(client: Client, namespace: Text, kind: Text) -> Self {
        Self {
            client,
            namespace,
            kind,
            watch: None,
            place: Place::Collecting(Vec::new()),
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
                    events.into_iter().for_each(|event| self.take(event));
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
                let request = WatchRequest::kind(&self.namespace, &self.kind);
                let request = match self.place {
                    Place::At(Some(bookmark)) => request.after(bookmark),
                    _ => {
                        self.place = Place::Collecting(Vec::new());
                        request.contents()
                    }
                };
                none.insert(self.client.watch(&request).await?)
            }
        };
        watch.next().await
    }

    fn take(&mut self, event: Event) {
        match (&mut self.place, event.change) {
            (Place::Collecting(objects), Change::Created(object)) => objects.push(object),
            (Place::Collecting(objects), Change::Bootstrapped) => {
                self.updates.push_back(Update::Contents(std::mem::take(objects)));
                self.place = Place::At(event.bookmark);
                return;
            }
            (Place::At(_), Change::Created(object) | Change::Updated { new: object, .. }) => {
                self.updates.push_back(Update::Changed(object));
            }
            (Place::At(_), Change::Destroyed(object)) => {
                self.updates.push_back(Update::Removed(object));
            }
            (_, Change::Errored(error)) => {
                tracing::warn!(kind = %self.kind, error, "begin a watch anew");
                self.place = Place::Collecting(Vec::new());
                self.watch = None;
            }
            // Contents come before changes, and only once.
            (Place::Collecting(_) | Place::At(_), _) => {}
        }
        if let (Place::At(bookmark), Some(latest)) = (&mut self.place, event.bookmark) {
            *bookmark = Some(latest);
        }
    }

    /// Gets over a failure: at once where the place is unknown, else after a pause.
    async fn retry(&mut self, error: &Error) {
        self.watch = None;
        if error.code() == tonic::Code::FailedPrecondition
            && matches!(self.place, Place::At(Some(_)))
        {
            self.place = Place::Collecting(Vec::new());
            return;
        }
        tracing::debug!(kind = %self.kind, %error, pause = ?self.pause, "watch again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
