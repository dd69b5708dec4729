//! One resource in its two forms: to protobuf and back, to YAML and back.

use cosi::{Metadata, Object, Opaque, Spec};
use tokio::time::Instant;

use crate::{
    measure::{Failure, Measures, done, median, nanos},
    pair::{NAMESPACE, Strings, resource},
};

/// Calls in a round.
const CALLS: usize = 2_000;

/// Rounds, of which the median counts.
const ROUNDS: usize = 25;

/// Nanoseconds for each.
pub(crate) fn measure(measures: &mut Measures) -> Result<(), Failure> {
    let object = resource::<Strings>("coded");
    let metadata = Metadata::new(NAMESPACE, Strings::TYPE, "coded");
    let proto = object.to_proto().ok_or("no protobuf")?;
    let yaml = object.to_yaml().ok_or("no YAML")?;
    let opaque = Object::opaque(metadata, Opaque { proto, yaml: yaml.clone() });
    assert_eq!(opaque.downcast::<Strings>()?.spec, object.downcast::<Strings>()?.spec, "and back");
    assert_eq!(
        serde_saphyr::from_str::<Strings>(&yaml)?,
        object.downcast::<Strings>()?.spec,
        "and back"
    );
    measures.add("proto_encode", each(|| done(object.to_proto()))?);
    measures.add("proto_decode", each(|| done(opaque.downcast::<Strings>()?))?);
    measures.add("yaml_encode", each(|| done(object.to_yaml()))?);
    measures.add("yaml_decode", each(|| done(serde_saphyr::from_str::<Strings>(&yaml)?))?);
    Ok(())
}

fn each(mut call: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let mut round = || {
        let begun = Instant::now();
        for _ in 0..CALLS {
            call()?;
        }
        Ok(nanos(begun.elapsed(), CALLS))
    };
    Ok(median((0..ROUNDS).map(|_| round()).collect::<Result<_, Failure>>()?))
}
