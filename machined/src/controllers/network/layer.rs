//! Layers of the network's configuration: each source writes its own, the highest wins.

use std::collections::BTreeMap;

use cosi::{BoxError, Context, Controller, Declaration, Resource, Spec};
use resources::namespace::{NETWORK, NETWORK_CONFIG};
use resources::network::{
    AddressSpec, ConfigLayer, HostnameSpec, LinkSpec, OperatorSpec, ResolverSpec, RouteSpec,
    TimeServerSpec,
};

/// A spec that several sources want differently.
pub(super) trait Layered: Spec {
    /// The source.
    fn layer(&self) -> ConfigLayer;
    /// The id proper, without the layer.
    fn name(&self) -> String;

    /// The id in the namespace of the sources.
    fn source_id(&self) -> String {
        self.layer().id(&self.name())
    }
}

macro_rules! layered {
    ($($ty:ident: |$spec:ident| $name:expr;)*) => {$(
        impl Layered for $ty {
            fn layer(&self) -> ConfigLayer {
                self.layer
            }

            fn name(&self) -> String {
                let $spec = self;
                $name
            }
        }
    )*};
}

layered! {
    AddressSpec: |spec| spec.id();
    HostnameSpec: |_spec| Self::ID.to_owned();
    LinkSpec: |spec| spec.name.clone();
    OperatorSpec: |spec| spec.id();
    ResolverSpec: |_spec| Self::ID.to_owned();
    RouteSpec: |spec| spec.id();
    TimeServerSpec: |_spec| Self::ID.to_owned();
}

/// A controller that merges the layers of one type.
#[derive(Debug)]
pub(super) struct Merge<T> {
    declaration: &'static Declaration,
    spec: std::marker::PhantomData<fn() -> T>,
}

impl<T> Merge<T> {
    /// Merges what is declared: `T` of the sources in, `T` of the network out.
    pub(super) const fn new(declaration: &'static Declaration) -> Self {
        Self { declaration, spec: std::marker::PhantomData }
    }
}

impl<T: Layered> Controller for Merge<T> {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn reconcile(&mut self, cx: &mut Context<'_>) -> Result<(), BoxError> {
        let sources = cx.list::<T>(NETWORK_CONFIG)?;
        cx.converge(NETWORK, plan(&sources))?;
        Ok(())
    }
}

/// sources with the same id proper | outcome
/// --------------------------------|--------------------------------
/// all are torn down               | none
/// one                             | it
/// several                         | the one of the highest layer
/// several of that layer           | the last by its id
fn plan<T: Layered>(sources: &[Resource<T>]) -> Vec<(String, T)> {
    let mut merged: BTreeMap<String, &T> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.metadata.is_tearing_down()) {
        let spec = &source.spec;
        let name = spec.name();
        if merged.get(&name).is_none_or(|other| other.layer() <= spec.layer()) {
            merged.insert(name, spec);
        }
    }
    merged.into_iter().map(|(name, spec)| (name, spec.clone())).collect()
}

#[cfg(test)]
mod tests {
    use cosi::Phase;

    use super::*;

    fn name(layer: ConfigLayer, hostname: &str) -> Resource<HostnameSpec> {
        let hostname = hostname.to_owned();
        let spec = HostnameSpec { hostname, domainname: String::new(), layer };
        Resource::new(NETWORK_CONFIG, spec.source_id(), spec)
    }

    fn check(sources: &[Resource<HostnameSpec>], expected: Option<&str>) {
        let merged = plan(sources);
        let found = merged.first().map(|(_, spec)| spec.hostname.as_str());
        assert_eq!((merged.len(), found), (expected.iter().count(), expected));
    }

    #[test]
    fn the_highest_layer_wins() {
        let default = name(ConfigLayer::Default, "default");
        let operator = name(ConfigLayer::Operator, "operator");
        let configuration = name(ConfigLayer::Configuration, "configuration");
        let mut leaving = configuration.clone();
        leaving.edit().metadata.set_phase(Phase::TearingDown);
        check(&[], None);
        check(std::slice::from_ref(&default), Some("default"));
        check(&[configuration, default.clone(), operator.clone()], Some("configuration"));
        check(&[leaving, default, operator], Some("operator"));
    }
}
