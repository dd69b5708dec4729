//! `GenerateClientConfiguration`: a certificate for another client, issued by this control plane.

use std::time::{Duration, SystemTime};

use api::machine as m;
use config::Config;
use config::generate::{Grant, client_for};
use config::pki::Authority;
use tonic::Status;
use types::Role;

/// Longest life of a certificate that is issued: ten years of 365 days, which the authority itself
/// has.
const LONGEST: Duration = Duration::from_secs(87_600 * 60 * 60);

/// The certificate, its key, and a client configuration that holds both.
pub(super) fn generate(
    config: Option<&Config>,
    request: &m::GenerateClientConfigurationRequest,
    now: SystemTime,
) -> Result<m::GenerateClientConfigurationResponse, Status> {
    let machine = config.and_then(Config::machine).ok_or_else(|| {
        Status::unimplemented("machine type is not set: the node has no configuration")
    })?;
    let authority = machine.ca.as_ref().and_then(|ca| ca.certificate.as_ref().zip(ca.key.as_ref()));
    let (true, Some((certificate, key))) = (machine.machine_type().is_control_plane(), authority)
    else {
        let text = "client configuration generation is only available on control plane nodes";
        return Err(Status::unimplemented(text));
    };
    let roles = roles(&request.roles)?;
    let lifetime = lifetime(request.crt_ttl.as_ref())?;
    let internal = |error: config::pki::PkiError| Status::internal(format!("machine.ca: {error}"));
    let authority = Authority::from_pem(&certificate.0, key.0.expose()).map_err(internal)?;
    let cluster = config.and_then(Config::cluster).and_then(|cluster| cluster.name.as_deref());
    let cluster = cluster.unwrap_or_default();
    let name = match roles.as_slice() {
        [role] => {
            let role = role.as_str();
            format!("{}@{cluster}", role.strip_prefix("os:").unwrap_or(role))
        }
        _ => cluster.to_owned(),
    };
    let grant = Grant { context: &name, roles: &roles, lifetime };
    let made = client_for(&grant, &authority, now).map_err(internal)?;
    let context = made.context(None).cloned().unwrap_or_default();
    let text = |pem: Option<config::value::Pem>| pem.map(|pem| pem.0).unwrap_or_default();
    let answer = m::GenerateClientConfiguration {
        metadata: None,
        ca: text(context.ca).into_bytes(),
        crt: text(context.certificate).into_bytes(),
        key: context.key.map(|key| key.0.expose().clone()).unwrap_or_default().into_bytes(),
        talosconfig: made.encode().into_bytes(),
    };
    Ok(m::GenerateClientConfigurationResponse { messages: vec![answer] })
}

/// The roles by name, at least one.
fn roles(names: &[String]) -> Result<Vec<Role>, Status> {
    if names.is_empty() {
        return Err(Status::invalid_argument("a certificate must grant at least one role"));
    }
    let known = |name: &String| {
        name.parse().ok().ok_or_else(|| Status::invalid_argument(format!("unknown role {name:?}")))
    };
    names.iter().map(known).collect()
}

/// How long the certificate is to live.
fn lifetime(asked: Option<&prost_types::Duration>) -> Result<Duration, Status> {
    let asked = asked.copied().and_then(|asked| Duration::try_from(asked).ok());
    match asked {
        Some(asked) if !asked.is_zero() && asked <= LONGEST => Ok(asked),
        _ => Err(Status::invalid_argument("crt_ttl must be positive, and ten years at most")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use config::generate::{Request, generate as files};
    use config::pki::Bundle;
    use tonic::Code;

    use super::*;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    fn request(roles: &[&str], hours: i64) -> m::GenerateClientConfigurationRequest {
        m::GenerateClientConfigurationRequest {
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            crt_ttl: Some(prost_types::Duration { seconds: hours * 3600, nanos: 0 }),
        }
    }

    #[test]
    fn a_control_plane_issues_what_is_asked_for() {
        let bundle = Bundle::generate(now()).expect("a bundle");
        let files = files(&Request::new("demo", "https://a:6443"), &bundle, now()).expect("files");
        let read = |text: &str| Config::decode(text.as_bytes()).expect("a configuration").0;
        let config = read(&files.control_plane);
        let made = |roles: &[&str], hours| generate(Some(&config), &request(roles, hours), now());
        let check = |roles: &[&str], name: &str| {
            let answer = made(roles, 24).expect("made").messages.remove(0);
            assert_eq!(answer.ca, bundle.os.certificate().as_bytes());
            let client = config::ClientConfig::decode(&answer.talosconfig).expect("a file");
            assert_eq!(client.context.as_deref(), Some(name));
            let context = client.context(None).expect("a context");
            assert_eq!(context.certificate.as_ref().expect("one").0.as_bytes(), &answer.crt[..]);
            assert_eq!(context.key.as_ref().expect("one").0.expose().as_bytes(), &answer.key[..]);
        };
        check(&["os:reader"], "reader@demo");
        check(&["os:reader", "os:operator"], "demo");
        for (roles, hours) in [
            (&[][..], 24),
            (&["os:nobody"][..], 24),
            (&["os:admin"][..], 0),
            (&["os:admin"][..], 90_000),
        ] {
            assert_eq!(made(roles, hours).expect_err("refused").code(), Code::InvalidArgument);
        }
        let worker = read(&files.worker);
        for config in [None, Some(&worker)] {
            let refused = generate(config, &request(&["os:admin"], 1), now()).expect_err("refused");
            assert_eq!(refused.code(), Code::Unimplemented);
        }
    }
}
