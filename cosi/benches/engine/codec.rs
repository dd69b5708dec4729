//! The spec of one resource in its two forms: to protobuf and back, to YAML and back.

use cosi::Spec;

use crate::{
    measure::{Failure, Measures, Processor, done, median},
    pair::{Strings, resource},
};

/// Calls in a round.
const CALLS: u32 = 5_000;

/// Rounds, of which the median counts.
const ROUNDS: usize = 25;

/// Nanoseconds for each.
pub(crate) fn measure(measures: &mut Measures) -> Result<(), Failure> {
    let object = resource::<Strings>("coded");
    let spec = &object.downcast::<Strings>()?.spec;
    let proto = object.to_proto().ok_or("no protobuf")?;
    let yaml = object.to_yaml().ok_or("no YAML")?;
    assert_eq!(Strings::from_proto(&proto)?, *spec, "to protobuf and back");
    assert_eq!(serde_saphyr::from_str::<Strings>(&yaml)?, *spec, "to YAML and back");
    measures.add("proto_encode", each(|| done(object.to_proto()))?);
    measures.add("proto_decode", each(|| done(Strings::from_proto(&proto)?))?);
    measures.add("yaml_encode", each(|| done(object.to_yaml()))?);
    measures.add("yaml_decode", each(|| done(serde_saphyr::from_str::<Strings>(&yaml)?))?);
    Ok(())
}

fn each(mut call: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let processor = Processor::open()?;
    let mut round = || {
        let before = processor.nanos()?;
        for _ in 0..CALLS {
            call()?;
        }
        Ok((processor.nanos()? - before) / f64::from(CALLS))
    };
    Ok(median((0..ROUNDS).map(|_| round()).collect::<Result<_, Failure>>()?))
}
