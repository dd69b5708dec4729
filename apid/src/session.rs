//! The calls of one connection: who calls, may they, who answers.
//!
//! The bytes of a call are passed on as they are; nothing here knows what they mean.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use api::roles::{self, Selection};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rustls::pki_types::CertificateDer;
use tokio::time::timeout;
use tonic::Status;
use types::caller::{Caller, Role, Roles};

use crate::accept::Door;
use crate::body::{Body, RequestBody, Unbroken, refusal};
use crate::line::Call;
use crate::machine::Machine;
use crate::route::{Forwarding, Route, route};
use crate::token::{self, Token, TokenError};
use crate::{fan_out, headers};

/// Who is at the other end of a connection.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// Its certificate, which the handshake found genuine.
    pub(crate) leaf: Option<CertificateDer<'static>>,
    /// What it may do for itself.
    pub(crate) roles: Roles,
    /// Whether nobody is authenticated.
    pub(crate) maintenance: bool,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Session {
    door: Arc<Door>,
    peer: Peer,
    machine: Machine,
}

impl Session {
    /// A connection of `peer`.
    pub(crate) fn new(door: Arc<Door>, peer: Peer) -> Self {
        let machine = Machine::new(Arc::clone(&door.machine));
        Self { door, peer, machine }
    }

    /// Answers a call, within the client's deadline.
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        if request.method() != Method::POST || !headers::is_grpc(request.headers()) {
            let mut refused = Response::new(Body::default());
            *refused.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Ok(refused);
        }
        let answer = Box::pin(self.decide(request.headers().clone(), request));
        Ok(answer.await.unwrap_or_else(refusal))
    }

    async fn decide(
        self: Arc<Self>,
        sent: http::HeaderMap,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Status> {
        let method = request.uri().path().to_owned();
        let caller = self.caller(&sent, &method)?;
        authorize(&method, &caller)?;
        let route = self.route(&sent, &method)?;
        let call = Call { caller, method, headers: headers::request(&sent) };
        let answer = self.carry_out(call, route, request.into_body());
        match headers::timeout(&sent) {
            None => answer.await,
            Some(limit) => timeout(limit, answer)
                .await
                .unwrap_or_else(|_late| Err(Status::deadline_exceeded("no answer in time"))),
        }
    }

    /// Who calls: the peer, or somebody for whom another node speaks.
    fn caller(&self, sent: &http::HeaderMap, method: &str) -> Result<Caller, Status> {
        let peer = Caller {
            roles: self.peer.roles,
            peer: Some(self.peer.address),
            maintenance: self.peer.maintenance,
        };
        let (Some(value), false) = (sent.get(token::HEADER), peer.maintenance) else {
            return Ok(peer);
        };
        let leaf = self.peer.leaf.as_ref().filter(|_| peer.roles.has(Role::Impersonator));
        let Some(leaf) = leaf else {
            return Err(Status::permission_denied("only a node may speak for somebody else"));
        };
        let own = |target: &str| {
            let front = self.door.fronts.borrow();
            self.door.names.borrow().contain(target)
                || front.as_ref().is_some_and(|front| front.is_named(target))
        };
        Token::open(value.as_bytes(), leaf)
            .and_then(|token| token.accept(method, own, crate::node::now()))
            .map_err(|error: TokenError| {
                tracing::warn!(from = %self.peer.address, %error, "a node's token was refused");
                Status::permission_denied(error.to_string())
            })
    }

    fn route(&self, sent: &http::HeaderMap, method: &str) -> Result<Route, Status> {
        if self.peer.maintenance {
            return Ok(Route::Here);
        }
        let selection = roles::allowed(method).map_or(Selection::One, |row| row.selection);
        let forwards =
            self.door.fronts.borrow().as_ref().is_some_and(|front| front.nodes.is_some());
        let forwarding = if forwards { Forwarding::Yes } else { Forwarding::No };
        route(sent, selection, &self.door.names.borrow(), forwarding)
    }

    async fn carry_out(
        self: Arc<Self>,
        call: Call,
        route: Route,
        body: Incoming,
    ) -> Result<Response<Body>, Status> {
        match route {
            Route::Here => {
                let answer = self.here(&call, body.boxed_unsync()).await?;
                pass(answer, "machined")
            }
            Route::There(target) => {
                let answer = self.there(&call, &target, body.boxed_unsync()).await?;
                pass(answer, "the node")
            }
            Route::Many(targets) => fan_out::answer(self, call, targets, body).await,
        }
    }

    /// This node answers.
    pub(crate) async fn here(
        &self,
        call: &Call,
        body: RequestBody,
    ) -> Result<Response<Incoming>, Status> {
        self.machine.call(call, body).await
    }

    /// Another node answers.
    pub(crate) async fn there(
        &self,
        call: &Call,
        target: &str,
        body: RequestBody,
    ) -> Result<Response<Incoming>, Status> {
        let front = self.door.fronts.borrow().clone();
        match front.as_ref().and_then(|front| front.nodes.as_ref()) {
            Some(nodes) => nodes.call(call, target, body).await,
            None => Err(Status::permission_denied("no request forwarding")),
        }
    }
}

/// The role of a call, before anything else of it is looked at.
fn authorize(method: &str, caller: &Caller) -> Result<(), Status> {
    if roles::permits(method, caller) {
        return Ok(());
    }
    Err(Status::permission_denied(if caller.maintenance {
        format!("{method} is not open in maintenance mode: apply a configuration first")
    } else {
        let needed = roles::allowed(method).map_or(Roles::of(&[Role::Admin]), |row| row.roles());
        let needed: Vec<&str> = needed.iter().map(Role::as_str).collect();
        format!("{method} needs role {}, certificate grants {}", needed.join(" or "), caller.roles)
    }))
}

/// An answer, byte for byte.
fn pass(answer: Response<Incoming>, source: &'static str) -> Result<Response<Body>, Status> {
    let (head, body) = spoken(answer)?.into_parts();
    let mut passed = Response::new(Unbroken::new(body, source).boxed_unsync());
    *passed.headers_mut() = headers::answer(&head.headers);
    Ok(passed)
}

/// The answer, if it is one of gRPC.
pub(crate) fn spoken(answer: Response<Incoming>) -> Result<Response<Incoming>, Status> {
    if answer.status() == StatusCode::OK {
        return Ok(answer);
    }
    Err(Status::unavailable(format!("answered with HTTP status {}", answer.status().as_u16())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_is_needed_and_what_is_there() {
        let check = |maintenance, roles: &[Role], method: &str, expected: &str| {
            let caller = Caller { roles: Roles::of(roles), peer: None, maintenance };
            assert_eq!(authorize(method, &caller).unwrap_err().message(), expected);
        };
        check(
            false,
            &[Role::Reader],
            "/machine.MachineService/Reboot",
            "/machine.MachineService/Reboot needs role os:admin or os:operator, certificate grants \
             os:reader",
        );
        check(false, &[], "/a.B/C", "/a.B/C needs role os:admin, certificate grants none");
        check(
            true,
            &[Role::Reader],
            "/machine.MachineService/Reboot",
            "/machine.MachineService/Reboot is not open in maintenance mode: apply a configuration \
             first",
        );
    }
}
