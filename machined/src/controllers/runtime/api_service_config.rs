//! Tells apid how to serve: as the front door of a configured node or in maintenance mode.
//!
//! reads    `ApiCertificates` `api` in `secrets` (weak)
//! writes   `ApiServiceConfig` `apid` in `runtime`
//! touches  nothing
//!
//! It follows the certificates, so that apid never hears of a mode for which it has none.

use cosi::{BoxError, Context, Controller, Declaration, exclusive, weak};
use resources::namespace::{RUNTIME, SECRETS};
use resources::runtime::ApiServiceConfig;
use resources::secrets::ApiCertificates;
use types::paths::API_PORT;

const DECLARATION: Declaration = Declaration {
    name: "runtime.APIServiceConfig",
    inputs: &[weak::<ApiCertificates>(SECRETS)],
    outputs: &[exclusive::<ApiServiceConfig>()],
};

/// The controller.
#[derive(Debug)]
pub(super) struct ApiServiceConfigController;

impl Controller for ApiServiceConfigController {
    fn declaration(&self) -> &'static Declaration {
        &DECLARATION
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let certificates = cx.get::<ApiCertificates>(SECRETS, ApiCertificates::ID)?;
        let wanted = certificates.map(|found| plan(&found.spec));
        cx.converge(RUNTIME, wanted.map(|config| (ApiServiceConfig::ID, config)))?;
        Ok(())
    }
}

/// clients show certificates | client certificate of our own | routing | role
/// --------------------------|-------------------------------|---------|-------------------------
/// no (maintenance)          | –                             | no      | reader, whoever calls
/// yes                       | no                            | no      | of the certificate
/// yes                       | yes                           | yes     | of the certificate
fn plan(certificates: &ApiCertificates) -> ApiServiceConfig {
    let maintenance = certificates.skip_verifying_client_cert;
    ApiServiceConfig {
        listen_address: format!(":{API_PORT}"),
        node_routing_disabled: maintenance || certificates.client.is_none(),
        readonly_role_mode: maintenance,
        skip_verifying_client_cert: maintenance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maintenance_is_read_only_and_routes_nowhere() {
        let maintenance =
            ApiCertificates { skip_verifying_client_cert: true, ..ApiCertificates::default() };
        let config = plan(&maintenance);
        assert!(config.readonly_role_mode && config.node_routing_disabled);
        assert!(config.skip_verifying_client_cert);
        let client = Some(resources::value::CertificateAndKey::default());
        let config = plan(&ApiCertificates { client, ..ApiCertificates::default() });
        assert_eq!(
            config,
            ApiServiceConfig { listen_address: ":50000".to_owned(), ..ApiServiceConfig::default() }
        );
    }
}
