//! Patches between random configurations, and what the fuzzers keep.
//!
//! Two kinds of random configurations: any that can be read, made from the table of fields, and valid
//! ones, put together from parts. `PROPTEST_CASES` makes it long.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod any;
#[path = "../../fuzz/bodies.rs"]
mod bodies;
mod corpus;
mod valid;

use config::patch::{Patch, apply, between};
use config::{Config, change};
use proptest::prelude::{
    ProptestConfig, Strategy, any as anything, prop, prop_assert, prop_assert_eq, proptest,
};

/// So many cases that all tests of a crate take seconds, unless `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(64) }
}

/// Choices for one configuration.
fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(anything::<u8>(), 0..400)
}

/// Whether two configurations hold the same, whatever the order of documents and keys.
fn same(one: &Config, other: &Config) -> bool {
    let labels = |config: &Config| {
        let mut labels: Vec<_> =
            config.documents().iter().map(|document| document.label()).collect();
        labels.sort();
        labels
    };
    labels(one) == labels(other)
        && any::values(one).differing(&any::values(other)).is_empty()
        && any::values(other).differing(&any::values(one)).is_empty()
}

/// Patches `one` with what lies between it and `other`.
fn reach(one: &Config, other: &Config) -> Config {
    let text = between(one, other).unwrap();
    if text.is_empty() {
        return one.clone();
    }
    let patch = Patch::decode(text.as_bytes());
    let patch = patch.unwrap_or_else(|faults| panic!("{faults:?}\n{text}"));
    apply(one, &[patch]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_patch_between_two_leads_from_one_to_the_other(one in choices(), other in choices()) {
        let (one, other) = (any::config(&one), any::config(&other));
        let reached = reach(&one, &other);
        prop_assert!(same(&reached, &other), "{}\n{}", reached.encode(), other.encode());
        prop_assert!(change::differences(&reached, &other).is_empty());
    }

    #[test]
    fn the_same_between_valid_ones(one in valid::parts(), other in valid::parts()) {
        let (one, other) = (valid::config(&one), valid::config(&other));
        let reached = reach(&one, &other);
        prop_assert!(same(&reached, &other), "{}\n{}", reached.encode(), other.encode());
        prop_assert!(config::validate(&reached, types::Mode::Metal).is_empty());
    }

    #[test]
    fn nothing_lies_between_a_configuration_and_itself(one in choices()) {
        let one = any::config(&one);
        let again = Config::decode(one.encode().as_bytes()).unwrap().0;
        for other in [&one, &again] {
            prop_assert_eq!(between(&one, other).unwrap(), "");
            prop_assert!(change::differences(&one, other).is_empty());
            prop_assert_eq!(change::diff(Some(&one), other), "");
            prop_assert_eq!(change::plan(&one, other), change::Change::Immediate);
        }
    }

    #[test]
    fn only_paths_that_differ_are_named(one in choices(), other in choices()) {
        let (one, other) = (any::config(&one), any::config(&other));
        let (before, after) = (any::values(&one), any::values(&other));
        let found = change::differences(&one, &other);
        for difference in &found {
            let (document, path) = (&difference.document, &difference.path);
            let (before, after) = (before.below(document, path), after.below(document, path));
            prop_assert_eq!(before.is_empty(), difference.before.is_none(), "{:?}", difference);
            prop_assert_eq!(after.is_empty(), difference.after.is_none(), "{:?}", difference);
            prop_assert!(before != after, "{difference:?}");
        }
        // And each path that differs is named, by itself or with what is around it.
        for (document, path) in before.differing(&after) {
            let named = found.iter().any(|difference| {
                difference.document == document && any::is_below(&path, &difference.path)
            });
            prop_assert!(named, "{document}: {path}");
        }
    }

    #[test]
    fn what_no_patch_touches_stays_to_the_byte(one in choices(), name in "[a-z]{1,8}") {
        let one = any::config(&one);
        let text = String::from_utf8_lossy(one.bytes()).into_owned();
        let patched = |patch: &str| {
            let patched = apply(&one, &[Patch::decode(patch.as_bytes()).unwrap()]).unwrap();
            String::from_utf8_lossy(patched.bytes()).into_owned()
        };
        let link = format!("apiVersion: v1alpha1\nkind: LinkConfig\nname: x{name}\nup: true\n");
        prop_assert_eq!(patched(&link), format!("{text}---\n{link}"));
        // Of the lines that were there that of the field may go, or the three of a cluster of nothing.
        let changed = patched(&format!("cluster: {{clusterName: x{name}}}"));
        let (before, after): (Vec<_>, Vec<_>) = (text.lines().collect(), changed.lines().collect());
        let same = |(one, other): &(&&str, &&str)| one == other;
        let start = before.iter().zip(&after).take_while(same).count();
        let end = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
        let may_go = if text.contains("\ncluster: # ours\n  # nothing\n") { 3 } else { 1 };
        prop_assert!(start + end + may_go >= before.len(), "{text}\n-----\n{changed}");
    }
}
