//! The client of one link, as a state machine without socket or clock (RFC 2131, figure 5).

use std::net::Ipv4Addr;
use std::time::Duration;

use dhcproto::v4::{Message, MessageType};

use super::lease::Lease;
use super::message::Say;

/// First wait for an answer, and the longest; between them it doubles. RFC 2131 section 4.1 begins
/// at 4 s, made for slower networks: a node that boots should not lose seconds to one lost packet.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(64);
/// How often an offer, or the old address, is asked for before the search begins anew.
const TRIES: u32 = 4;
/// Shortest wait between requests to extend a lease (RFC 2131 section 4.4.5).
const EXTEND_WAIT: Duration = Duration::from_secs(60);

/// What happens.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    /// The time that was asked for has come.
    Tick,
    /// An answer of a server.
    Heard(&'a Message),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    Send(Say),
    /// The lease, new or extended.
    Bound(Box<Lease>),
    /// There is no lease any more.
    Lost,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Asks whether the address of an earlier life is still ours.
    Rebooting {
        address: Ipv4Addr,
    },
    Selecting,
    Requesting {
        offer: Box<Lease>,
    },
    Bound {
        lease: Box<Lease>,
        since: Duration,
    },
}

/// One link's client.
#[derive(Debug)]
pub(crate) struct Client {
    state: State,
    /// Messages sent in this state without an answer.
    tries: u32,
    /// Refusals since the last lease.
    refusals: u32,
    wake_at: Option<Duration>,
}

impl Client {
    /// A client that asks for `before`, the address of an earlier life, or else for any.
    pub(crate) fn new(before: Option<Ipv4Addr>, now: Duration) -> Self {
        let state = before.map_or(State::Selecting, |address| State::Rebooting { address });
        Self { state, tries: 0, refusals: 0, wake_at: Some(now) }
    }

    /// When [`Input::Tick`] is wanted.
    pub(crate) fn wake_at(&self) -> Option<Duration> {
        self.wake_at
    }

    /// Takes what happened. `jitter` is a random fraction below 1, so that machines that start
    /// together do not ask together.
    ///
    /// state      | tick                                      | offer   | ack   | nak
    /// -----------|-------------------------------------------|---------|-------|----------
    /// rebooting  | ask again; after some tries select        | –       | bound | select
    /// selecting  | discover again                            | request | –     | –
    /// requesting | ask again; after some tries select        | –       | bound | select
    /// bound      | renew from T1, rebind from T2, at the end | –       | bound | lost, select
    ///            | lost and select                           |         |       |
    pub(crate) fn take(&mut self, input: &Input<'_>, now: Duration, jitter: f64) -> Vec<Output> {
        match input {
            Input::Tick => self.tick(now, jitter),
            Input::Heard(message) => self.hear(message, now, jitter),
        }
    }

    fn tick(&mut self, now: Duration, jitter: f64) -> Vec<Output> {
        match self.state.clone() {
            State::Rebooting { .. } | State::Requesting { .. } if self.tries >= TRIES => {
                self.select(now, jitter)
            }
            State::Rebooting { address } => self.ask(Say::Reboot { address }, now, jitter),
            State::Selecting => self.ask(Say::Discover, now, jitter),
            State::Requesting { offer } => {
                let say = Say::Select { address: offer.address, server: offer.server };
                self.ask(say, now, jitter)
            }
            State::Bound { lease, since } => self.extend(&lease, since, now, jitter),
        }
    }

    fn extend(
        &mut self,
        lease: &Lease,
        since: Duration,
        now: Duration,
        jitter: f64,
    ) -> Vec<Output> {
        let Some(times) = lease.times else {
            self.wake_at = None;
            return Vec::new();
        };
        let age = now.saturating_sub(since);
        let (server, limit) = match age {
            _ if age >= times.end => {
                let mut outputs = vec![Output::Lost];
                outputs.extend(self.select(now, jitter));
                return outputs;
            }
            _ if age >= times.rebind => (None, times.end),
            _ if age >= times.renew => (Some(lease.server), times.rebind),
            _ => {
                self.wake_at = Some(since + times.renew);
                return Vec::new();
            }
        };
        // Half of what is left, but not more often than once a minute, and never past the limit.
        let left = limit.saturating_sub(age);
        self.wake_at = Some(now + (left / 2).max(EXTEND_WAIT).min(left));
        vec![Output::Send(Say::Extend { address: lease.address, server })]
    }

    fn hear(&mut self, message: &Message, now: Duration, jitter: f64) -> Vec<Output> {
        let kind = message.opts().msg_type();
        match (&self.state, kind) {
            (State::Selecting, Some(MessageType::Offer)) => {
                let Some(offer) = Lease::of(message) else { return Vec::new() };
                self.state = State::Requesting { offer: Box::new(offer) };
                self.tries = 0;
                self.tick(now, jitter)
            }
            (State::Requesting { offer }, Some(MessageType::Ack)) => match Lease::of(message) {
                Some(lease) if lease.server == offer.server => self.bind(lease, now),
                _ => Vec::new(),
            },
            (State::Rebooting { .. } | State::Bound { .. }, Some(MessageType::Ack)) => {
                Lease::of(message).map(|lease| self.bind(lease, now)).unwrap_or_default()
            }
            (
                State::Bound { .. } | State::Rebooting { .. } | State::Requesting { .. },
                Some(MessageType::Nak),
            ) => self.refused(now, jitter),
            _ => Vec::new(),
        }
    }

    /// The first refusal in a row tells a machine that it has moved: it searches at once. A server
    /// that offers and then refuses is searched for with growing waits.
    fn refused(&mut self, now: Duration, jitter: f64) -> Vec<Output> {
        let mut outputs = vec![Output::Lost];
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals == 1 {
            outputs.extend(self.select(now, jitter));
        } else {
            self.state = State::Selecting;
            self.tries = 0;
            self.wake_at = Some(now + wait(self.refusals - 2, jitter));
        }
        outputs
    }

    fn bind(&mut self, lease: Lease, now: Duration) -> Vec<Output> {
        self.tries = 0;
        self.refusals = 0;
        self.wake_at = lease.times.map(|times| now + times.renew);
        self.state = State::Bound { lease: Box::new(lease.clone()), since: now };
        vec![Output::Bound(Box::new(lease))]
    }

    fn select(&mut self, now: Duration, jitter: f64) -> Vec<Output> {
        self.state = State::Selecting;
        self.tries = 0;
        self.ask(Say::Discover, now, jitter)
    }

    fn ask(&mut self, say: Say, now: Duration, jitter: f64) -> Vec<Output> {
        self.wake_at = Some(now + wait(self.tries, jitter));
        self.tries = self.tries.saturating_add(1);
        vec![Output::Send(say)]
    }
}

/// How long to wait after `before` tries.
fn wait(before: u32, jitter: f64) -> Duration {
    let wait = FIRST_WAIT.saturating_mul(1 << before.min(6)).min(LONGEST_WAIT);
    wait.mul_f64(0.75 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use dhcproto::v4::DhcpOption;

    use super::*;
    use crate::dhcp4::lease::tests::answer;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn discover() -> Vec<Output> {
        vec![Output::Send(Say::Discover)]
    }

    fn hear(client: &mut Client, kind: MessageType, now: Duration) -> Vec<Output> {
        client.take(&Input::Heard(&answer(kind)), now, 0.5)
    }

    fn bound() -> Client {
        let mut client = Client::new(None, at(0));
        assert_eq!(client.take(&Input::Tick, at(0), 0.5), discover());
        let select = Say::Select { address: [10, 0, 2, 15].into(), server: [10, 0, 2, 2].into() };
        assert_eq!(hear(&mut client, MessageType::Offer, at(0)), [Output::Send(select)]);
        let outputs = hear(&mut client, MessageType::Ack, at(0));
        assert!(matches!(&outputs[..], [Output::Bound(_)]), "{outputs:?}");
        client
    }

    #[test]
    fn a_lease_is_renewed_rebound_and_lost() {
        let mut client = bound();
        let address = Ipv4Addr::new(10, 0, 2, 15);
        let hours = |hours: u64| at(hours * 3600);
        assert_eq!(client.wake_at(), Some(hours(12)));
        let renew = Say::Extend { address, server: Some([10, 0, 2, 2].into()) };
        assert_eq!(client.take(&Input::Tick, hours(12), 0.5), [Output::Send(renew)]);
        let rebind = Say::Extend { address, server: None };
        assert_eq!(client.take(&Input::Tick, hours(21), 0.5), [Output::Send(rebind)]);
        let outputs = hear(&mut client, MessageType::Ack, hours(22));
        assert!(matches!(&outputs[..], [Output::Bound(_)]));
        assert_eq!(client.wake_at(), Some(hours(34)));
        let outputs = client.take(&Input::Tick, hours(46), 0.5);
        assert_eq!(outputs, [Output::Lost, Output::Send(Say::Discover)]);
    }

    #[test]
    fn silence_is_asked_again_with_growing_waits() {
        let mut client = Client::new(None, at(0));
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(client.take(&Input::Tick, now, 0.5), discover());
            let next = client.wake_at().expect("a time");
            waits.push((next - now).as_secs());
            now = next;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 64]);
    }

    #[test]
    fn an_earlier_address_is_asked_for_first() {
        let address = Ipv4Addr::new(10, 0, 2, 15);
        let mut client = Client::new(Some(address), at(0));
        let ask = Output::Send(Say::Reboot { address });
        assert_eq!(client.take(&Input::Tick, at(0), 0.5), [ask]);
        let outputs = hear(&mut client, MessageType::Ack, at(1));
        assert!(matches!(&outputs[..], [Output::Bound(_)]));

        let mut client = Client::new(Some(address), at(0));
        client.take(&Input::Tick, at(0), 0.5);
        let outputs = hear(&mut client, MessageType::Nak, at(1));
        assert_eq!(outputs, [Output::Lost, Output::Send(Say::Discover)]);
    }

    #[test]
    fn a_server_that_offers_and_refuses_is_not_asked_without_pause() {
        let mut client = Client::new(None, at(0));
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..5 {
            client.take(&Input::Tick, now, 0.5);
            hear(&mut client, MessageType::Offer, now);
            hear(&mut client, MessageType::Nak, now);
            let next = client.wake_at().expect("a time");
            waits.push((next - now).as_secs());
            now = next;
        }
        assert_eq!(waits, [1, 1, 2, 4, 8]);
    }

    #[test]
    fn what_was_not_asked_for_changes_nothing() {
        let mut client = Client::new(None, at(0));
        client.take(&Input::Tick, at(0), 0.5);
        assert_eq!(hear(&mut client, MessageType::Ack, at(0)), []);
        assert_eq!(hear(&mut client, MessageType::Nak, at(0)), []);
        let mut client = bound();
        assert_eq!(hear(&mut client, MessageType::Offer, at(1)), []);
    }

    proptest::proptest! {
        /// Whatever servers say and however late the clock calls, the client goes on: it waits for a
        /// time to come, and sends at most one message for one input.
        #[test]
        fn it_never_stands_still(
            inputs in proptest::collection::vec((0_u8..6, 0_u64..200_000, 0_u32..100_000), 0..60),
        ) {
            let mut client = Client::new(None, at(0));
            let mut now = at(0);
            for (input, wait, lease) in inputs {
                now += Duration::from_secs(wait);
                let kind = match input {
                    0 => Some(MessageType::Offer),
                    1 => Some(MessageType::Ack),
                    2 => Some(MessageType::Nak),
                    3 => Some(MessageType::Discover),
                    _ => None,
                };
                let outputs = if let Some(kind) = kind {
                    let mut message = answer(kind);
                    message.opts_mut().insert(DhcpOption::AddressLeaseTime(lease));
                    client.take(&Input::Heard(&message), now, 0.5)
                } else {
                    now = now.max(client.wake_at().unwrap_or_default());
                    client.take(&Input::Tick, now, 0.5)
                };
                let sent = outputs.iter().filter(|output| matches!(output, Output::Send(_)));
                proptest::prop_assert!(sent.count() <= 1);
                let wake_at = client.wake_at().expect("a time");
                proptest::prop_assert!(kind.is_some() || wake_at > now, "{wake_at:?} {now:?}");
            }
        }
    }
}
