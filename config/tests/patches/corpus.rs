//! Every input that the fuzzers keep, and a fixed sample of what they would make of them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::{any, prop, proptest};

use crate::bodies;

type Body = fn(&[u8]);

const TARGETS: [(&str, Body); 4] = [
    ("decode", bodies::decode),
    ("patch", bodies::patch),
    ("cel", bodies::cel),
    ("pem", bodies::pem),
];

/// The inputs of every target, read once.
static INPUTS: LazyLock<[Vec<Vec<u8>>; 4]> =
    LazyLock::new(|| TARGETS.map(|(target, _)| inputs(target)));

/// The inputs of a target, in the order of their names.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn every_input_that_was_kept_passes() {
    for ((target, body), inputs) in TARGETS.iter().zip(&*INPUTS) {
        assert!(inputs.len() >= 5, "{target} has {}", inputs.len());
        inputs.iter().for_each(|input| body(input));
    }
}

proptest! {
    #![proptest_config(crate::cases())]

    #[test]
    fn what_becomes_of_them_passes(
        target in 0..TARGETS.len(),
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..6),
    ) {
        let (_, body) = TARGETS[target];
        let mut input = which.get(&INPUTS[target]).clone();
        for (at, byte, how) in edits {
            let at = at.index(input.len() + 1);
            match how {
                0 => input.insert(at, byte),
                1 => input.truncate(at),
                _ => {
                    if let Some(old) = input.get_mut(at) {
                        *old = byte;
                    }
                }
            }
        }
        body(&input);
    }
}
