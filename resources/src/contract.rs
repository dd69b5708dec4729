//! Every type against the contract: protobuf numbers and kinds, YAML keys and texts, definitions; and against its golden
//! file, `testdata/TYPE/spec.yaml`.

mod expected;
mod facts;
mod page;
mod sample;
mod yaml;

use std::{fs, path::Path};

use cosi::{ManualClock, Sensitivity, Spec, State, meta::ResourceDefinition};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage};

use crate::{
    Visitor,
    config::MachineType,
    each, namespace,
    network::{AddressFlags, LinkFlags, RouteFlags},
    register_all,
    wire::Named,
};
use facts::Facts;
use yaml::Yaml;

/// The contract's descriptor, which the `api` crate keeps.
fn pool() -> DescriptorPool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/testdata/machine-api.binpb");
    DescriptorPool::decode(fs::read(path).unwrap().as_slice()).unwrap()
}

/// The message of `T`, unless the contract has none.
fn message<T: Named>(pool: &DescriptorPool) -> Option<MessageDescriptor> {
    let name = match T::NAME.strip_prefix('.') {
        Some(full) => full.to_owned(),
        None if T::NAME.is_empty() => return None,
        None => format!("talos.resource.definitions.{}", T::NAME),
    };
    Some(pool.get_message_by_name(&name).unwrap_or_else(|| panic!("no message {name}")))
}

/// A `T` of which every field is set, counting from `first`, and the message that it was read from.
fn filled<T: Spec + Named>(pool: &DescriptorPool, mut first: u32) -> Option<(T, DynamicMessage)> {
    let message = sample::fill(&message::<T>(pool)?, &mut first);
    let spec = T::from_proto(&prost::Message::encode_to_vec(&message)).unwrap();
    Some((spec, message))
}

/// So many samples hold every number of every enumeration; that of media has 76.
const ALL_NUMBERS: u32 = 76;

/// Runs a check of every type.
macro_rules! for_each {
    ($($name:ident: $ty:ty),* => |$t:ident| $body:block) => {{
        struct Check<'a> { $($name: &'a $ty),* }
        impl Visitor for Check<'_> {
            fn visit<$t: Spec + Named>(&mut self) {
                let Self { $($name),* } = self;
                $body
            }
        }
        each(&mut Check { $($name: &$name),* });
    }};
}

#[test]
fn protobuf_is_that_of_the_contract() {
    let pool = pool();
    for_each!(pool: DescriptorPool => |T| {
        for first in 0..ALL_NUMBERS {
            protobuf_reads_back(filled::<T>(pool, first));
        }
    });
}

fn protobuf_reads_back<T: Spec>(filled: Option<(T, DynamicMessage)>) {
    let Some((spec, message)) = filled else { return };
    let bytes = spec.to_proto();
    let back = DynamicMessage::decode(message.descriptor(), bytes.as_slice()).unwrap();
    assert!(!sample::has_unknown_fields(&back), "{}: {back}", T::TYPE);
    assert_eq!(back, message, "{}", T::TYPE);
    assert_eq!(T::from_proto(&bytes).unwrap(), spec, "{}", T::TYPE);

    let nothing = T::from_proto(&[]).unwrap().to_proto();
    let nothing = DynamicMessage::decode(message.descriptor(), nothing.as_slice()).unwrap();
    assert!(!sample::has_unknown_fields(&nothing), "{}: {nothing}", T::TYPE);
}

#[test]
fn yaml_is_that_of_the_contract() {
    let (pool, facts) = (pool(), Facts::load());
    for_each!(pool: DescriptorPool, facts: Facts => |T| {
        let Some(descriptor) = message::<T>(pool) else { return };
        if !descriptor.full_name().starts_with("talos.resource.definitions.") {
            return;
        }
        let check = |spec: &T, message: &DynamicMessage| {
            let text = spec.to_yaml();
            assert_eq!(Yaml::parse(&text), expected::structure(facts, message), "{}:\n{text}", T::TYPE);
        };
        for first in 0..ALL_NUMBERS {
            let (spec, message) = filled::<T>(pool, first).unwrap();
            check(&spec, &message);
        }
        let nothing = T::from_proto(&[]).unwrap();
        check(&nothing, &DynamicMessage::new(descriptor));
    });
}

#[test]
fn yaml_is_that_of_the_golden_files() {
    let pool = pool();
    let update = std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1")
        && std::env::var("CI").as_deref() != Ok("true");
    for_each!(pool: DescriptorPool, update: bool => |T| {
        let Some((spec, _)) = filled::<T>(pool, 0) else { return };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(T::TYPE.to_lowercase());
        let file = folder.join("spec.yaml");
        if **update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, spec.to_yaml()).unwrap();
        }
        let expected = fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; UPDATE_EXPECT=1 writes it", file.display()));
        assert_eq!(spec.to_yaml(), expected, "{}", T::TYPE);
    });
}

#[test]
fn damaged_bytes_are_refused_or_read_as_something_that_reads_back() {
    let pool = pool();
    for_each!(pool: DescriptorPool => |T| {
        let Some((spec, _)) = filled::<T>(pool, 0) else { return };
        let bytes = spec.to_proto();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x81;
            for bytes in [&bytes[..at], &damaged] {
                if let Ok(read) = T::from_proto(bytes) {
                    // A number that is none equals nothing, so compare what is written.
                    let written = read.to_proto();
                    assert_eq!(T::from_proto(&written).unwrap().to_proto(), written, "{}", T::TYPE);
                    assert!(!read.to_yaml().is_empty(), "{}", T::TYPE);
                }
            }
        }
    });
}

#[test]
fn definitions_are_those_of_the_contract() {
    let types = facts::types();
    assert_eq!(types.len(), 165);
    type Types = std::collections::BTreeMap<&'static str, facts::Type>;
    for_each!(types: Types => |T| {
        let Some(known) = types.get(T::TYPE) else {
            assert!(T::TYPE.ends_with(".holdfast.dev"), "{}", T::TYPE);
            return;
        };
        let definition = T::definition();
        assert_eq!(T::NAMESPACE, known.namespace, "{}", T::TYPE);
        assert_eq!(definition.sensitivity == Sensitivity::Sensitive, known.sensitive, "{}", T::TYPE);
        assert_eq!(definition.aliases, known.aliases, "{}", T::TYPE);
        assert_eq!(definition.columns, known.columns, "{}", T::TYPE);
    });
}

#[test]
fn the_store_knows_every_type_and_namespace() {
    let state = State::new(std::sync::Arc::new(ManualClock::default()));
    register_all(&state);
    for_each!(state: State => |T| {
        let id = ResourceDefinition::id_of(T::TYPE);
        let definition = state.get_as::<ResourceDefinition>(&id).unwrap();
        assert_eq!(definition.unwrap().spec.kind, T::TYPE);
        assert!(namespace::ALL.iter().any(|(name, _)| *name == T::NAMESPACE), "{}", T::TYPE);
    });
    assert_eq!(namespace::ALL.len(), 16);
}

#[test]
fn a_machine_type_is_a_bare_text() {
    assert_eq!(MachineType::ControlPlane.to_yaml(), "controlplane\n");
    assert_eq!(MachineType::from_proto(&[0x08, 3]).unwrap(), MachineType::Worker);
}

#[test]
fn flags_have_the_texts_of_the_contract() {
    let facts = Facts::load();
    let check = |kind, first: u32, text: &dyn Fn(u32) -> String| {
        for (index, expected) in facts.enumeration(kind, "").unwrap().iter().enumerate() {
            assert_eq!(text(first << index), *expected);
        }
    };
    check("nethelpers.AddressFlag", 1, &|bit| AddressFlags(bit).to_string());
    check("nethelpers.LinkFlag", 1, &|bit| LinkFlags(bit).to_string());
    // A byte of others comes before the flags of routes.
    check("nethelpers.RouteFlag", 256, &|bit| RouteFlags(bit).to_string());
}
