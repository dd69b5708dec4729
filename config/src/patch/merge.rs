//! Merging a part of a patch into what a configuration has there.
//!
//! | the patch has | and the configuration | then |
//! |---|---|---|
//! | null, empty text, zero | anything | nothing changes |
//! | `false`, any other scalar | a scalar | the patch's |
//! | a mapping | a mapping | each key by itself; new ones behind |
//! | a list | a list | its items behind, unless the field's [`Merge`] says otherwise |
//! | a value of another type | something that is not ours | a mistake |
//! | anything | nothing | the patch's |

use super::rules::At;
use crate::fault::{Fault, Place};
use crate::field::{push_index, push_key};
use crate::table::Merge;
use crate::value::{Duration, free};
use crate::yaml::read::Entry;
use crate::yaml::{Node, Tree, Value, scalar};

/// Merges `right`, a part of a patch, into `left`.
///
/// # Errors
/// The fault, whose path is that in the patch, where types do not fit. Some of the patch may be
/// merged then.
pub(super) fn merge(left: &mut Tree, right: &Node, at: At, path: &str) -> Result<(), Box<Fault>> {
    if right.is_null() {
        return Ok(());
    }
    match (&mut *left, &right.value, at.merge()) {
        (Tree::Map(_), Value::Map(entries), Merge::Replace) if entries.is_empty() => {}
        (Tree::Null, ..) | (_, _, Merge::Replace) => *left = free(right),
        _ if at.is_argument() => *left = free(right),
        (Tree::Map(fields), Value::Map(entries), _) => {
            for entry in entries {
                merge_entry(fields, entry, at, path)?;
            }
        }
        (Tree::List(items), Value::List(new), rule) => {
            for (index, item) in new.iter().enumerate() {
                let mut path = path.to_owned();
                push_index(&mut path, index);
                merge_item(items, item, rule, at.item(), &path)?;
            }
        }
        (Tree::Word(_) | Tree::Text(_) | Tree::Secret(..), Value::Scalar(..), _) => {
            let new = free(right);
            if at.is_free() && sort(left) != sort(&new) {
                return Err(clash(right.place, path, sort(left), sort(&new)));
            }
            if !is_zero(&new, at) {
                *left = new;
            }
        }
        (Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) | Tree::List(_) | Tree::Map(_), ..) => {
            return Err(clash(right.place, path, sort(left), sort(&free(right))));
        }
    }
    Ok(())
}

/// Merges one entry of a mapping.
fn merge_entry(
    fields: &mut Vec<(String, Tree)>,
    Entry { key, value, .. }: &Entry,
    at: At,
    path: &str,
) -> Result<(), Box<Fault>> {
    let mut path = path.to_owned();
    push_key(&mut path, key);
    match fields.iter_mut().find(|(name, _)| name == key) {
        None => fields.push((key.clone(), free(value))),
        Some((_, old)) => merge(old, value, at.key(key), &path)?,
    }
    Ok(())
}

/// Merges one item of a list.
fn merge_item(
    items: &mut Vec<Tree>,
    new: &Node,
    rule: Merge,
    at: At,
    path: &str,
) -> Result<(), Box<Fault>> {
    let keys = match &rule {
        Merge::By(keys) => *keys,
        Merge::ReplaceBy(key) => std::slice::from_ref(key),
        Merge::Default | Merge::Replace => &[],
    };
    let identity = keys.iter().find_map(|key| {
        let value = free(&new.get(key)?.value);
        (!is_nothing(&value)).then_some((*key, value))
    });
    let same = |item: &&mut Tree| {
        identity
            .as_ref()
            .is_some_and(|(key, value)| field(item, key).is_some_and(|other| is_same(other, value)))
    };
    match items.iter_mut().find(same) {
        None => items.push(free(new)),
        Some(item) if matches!(rule, Merge::ReplaceBy(_)) => *item = free(new),
        Some(item) => merge(item, new, at, path)?,
    }
    Ok(())
}

/// A field of a mapping.
pub(super) fn field<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    match tree {
        Tree::Map(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
        Tree::Null | Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) | Tree::List(_) => None,
    }
}

/// Whether two trees are equal but for the order of keys.
pub(super) fn is_equal(one: &Tree, other: &Tree) -> bool {
    match (one, other) {
        (Tree::List(one), Tree::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Tree::Map(one), Tree::Map(others)) => {
            one.len() == others.len()
                && one.iter().all(|(key, value)| {
                    field(other, key).is_some_and(|other| is_equal(value, other))
                })
        }
        _ => one == other,
    }
}

/// Whether two values mean the same, however they are written.
pub(super) fn is_same(one: &Tree, other: &Tree) -> bool {
    match (one, other) {
        (Tree::List(one), Tree::List(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Tree::Map(one), Tree::Map(others)) => {
            one.len() == others.len()
                && one.iter().all(|(key, value)| {
                    field(other, key).is_some_and(|other| is_same(value, other))
                })
        }
        _ => match (text(one), text(other)) {
            (Some(one), Some(other)) => {
                one == other
                    || scalar::integer(one).is_some_and(|one| scalar::integer(other) == Some(one))
            }
            _ => one == other,
        },
    }
}

/// The text of a scalar.
fn text(tree: &Tree) -> Option<&str> {
    match tree {
        Tree::Word(text) | Tree::Text(text) => Some(text),
        Tree::Secret(text, _) => Some(text.expose()),
        Tree::Null | Tree::List(_) | Tree::Map(_) => None,
    }
}

/// Whether a value names nothing.
fn is_nothing(tree: &Tree) -> bool {
    match tree {
        Tree::Null => true,
        Tree::Map(fields) => fields.is_empty(),
        Tree::Word(_) | Tree::Text(_) | Tree::Secret(..) | Tree::List(_) => {
            text(tree).is_some_and(str::is_empty)
        }
    }
}

/// Whether a scalar is what a field holds that nobody has set; `false` is said on purpose. Where text
/// is wanted a number is text.
fn is_zero(tree: &Tree, at: At) -> bool {
    match tree {
        Tree::Word(word) if !at.is_text() => {
            scalar::integer(word) == Some(0) || word.parse::<f64>().is_ok_and(|value| value == 0.0)
        }
        Tree::Text(word) if at.is_duration() => {
            word.parse().is_ok_and(|Duration(length)| length.is_zero()) || word.is_empty()
        }
        _ => text(tree).is_some_and(str::is_empty),
    }
}

/// Whether a scalar that is merged takes the place of another.
pub(super) fn replaces(new: &Tree, old: &Tree, at: At) -> bool {
    text(new).is_some()
        && text(old).is_some()
        && (at.merge() == Merge::Replace || !is_zero(new, at))
        && (!at.is_free() || sort(new) == sort(old))
}

/// What sort of value it is, as the message about a mistake calls it.
fn sort(tree: &Tree) -> &'static str {
    match tree {
        Tree::Null => "nothing",
        Tree::List(_) => "a list",
        Tree::Map(_) => "a mapping",
        Tree::Text(_) | Tree::Secret(..) => "text",
        Tree::Word(word) if scalar::boolean(word).is_some() => "a truth value",
        Tree::Word(word) if scalar::integer(word).is_some() => "a whole number",
        Tree::Word(word) if word.parse::<f64>().is_ok() => "a number",
        Tree::Word(_) => "text",
    }
}

fn clash(place: Place, path: &str, old: &str, new: &str) -> Box<Fault> {
    let rule = format!("must be {old} as in the configuration, not {new}: delete it first");
    Box::new(Fault { path: path.to_owned(), ..Fault::at(place, rule) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read::stream;
    use crate::yaml::tree::Show;

    /// Merges two documents and compares with a third, all in one line or many.
    fn check(kind: &str, left: &str, right: &str, want: Result<&str, &str>) {
        let read = |text: &str| stream(text.as_bytes()).unwrap().remove(0);
        let mut merged = free(&read(left));
        let got = match merge(&mut merged, &read(right), At::top(kind), "") {
            Ok(()) => Ok(merged.to_yaml(Show::Secrets)),
            Err(fault) => Err(fault.to_string()),
        };
        let want = want.map(|text| free(&read(text)).to_yaml(Show::Secrets)).map_err(str::to_owned);
        assert_eq!(got, want, "{left} <- {right}");
    }

    #[test]
    fn scalars_are_replaced_unless_nothing_is_said() {
        let left = "machine: {a: x, b: 5, c: true}";
        check("", left, "machine: {a: y, b: 6, c: false}", Ok("machine: {a: y, b: 6, c: false}"));
        for nothing in ["{a: ''}", "{b: 0}", "{c: null}", "{}", "{a: ~, b: 0x0, c: }"] {
            check("", left, &format!("machine: {nothing}"), Ok(left));
        }
        check("", "a:", "a: {b: [1]}", Ok("a: {b: [1]}"));
    }

    #[test]
    fn nothing_is_something_for_bytes_and_some_numbers() {
        let bond = "{bondMode: 802.3ad, miimon: 100, hardwareAddr: '2e:3c:4d:5e:6f:70', mtu: 9000}";
        let none = "{miimon: 0, hardwareAddr: '', mtu: 0}";
        check(
            "BondConfig",
            bond,
            none,
            Ok("{bondMode: 802.3ad, miimon: 0, hardwareAddr: '', mtu: 9000}"),
        );
        check(
            "",
            "machine: {ca: {key: x}}",
            "machine: {ca: {key: ''}}",
            Ok("machine: {ca: {key: ''}}"),
        );
        check("", "machine: {env: {A: b}}", "machine: {env: {A: 0}}", Ok("machine: {env: {A: 0}}"));
        check("TCPProbeConfig", "interval: 1s", "interval: 0s", Ok("interval: 1s"));
    }

    #[test]
    fn lists_grow_unless_they_are_replaced() {
        check("", "machine: {l: [a, b]}", "machine: {l: [b, c]}", Ok("machine: {l: [a, b, b, c]}"));
        let left = "cluster: {network: {podSubnets: [a]}}";
        check(
            "",
            left,
            "cluster: {network: {podSubnets: [b]}}",
            Ok("cluster: {network: {podSubnets: [b]}}"),
        );
        check(
            "",
            left,
            "cluster: {network: {podSubnets: []}}",
            Ok("cluster: {network: {podSubnets: []}}"),
        );
        check(
            "NetworkRuleConfig",
            "portSelector: {ports: [1]}",
            "portSelector: {ports: []}",
            Ok("portSelector: {ports: []}"),
        );
    }

    #[test]
    fn items_that_agree_in_their_key_are_merged() {
        let wrap = |items: &str| format!("machine: {{network: {{interfaces: [{items}]}}}}");
        let check = |left: &str, right: &str, want: &str| {
            check("", &wrap(left), &wrap(right), Ok(&wrap(want)));
        };
        check("{interface: a, mtu: 1}", "{interface: a, mtu: 2}", "{interface: a, mtu: 2}");
        check("{interface: a}", "{interface: b}", "{interface: a}, {interface: b}");
        check(
            "{deviceSelector: {driver: x, physical: yes}}",
            "{deviceSelector: {physical: yes, driver: x}, mtu: 1}",
            "{deviceSelector: {driver: x, physical: yes}, mtu: 1}",
        );
        check(
            "{deviceSelector: {driver: x}}, {interface: a}",
            "{deviceSelector: {driver: x}, interface: a}",
            "{deviceSelector: {driver: x}}, {interface: a, deviceSelector: {driver: x}}",
        );
        check(
            "{interface: a, vlans: [{vlanId: 5, mtu: 1}]}",
            "{interface: a, vlans: [{vlanId: 0x5, dhcp: true}, {vlanId: 6}]}",
            "{interface: a, vlans: [{vlanId: 0x5, mtu: 1, dhcp: true}, {vlanId: 6}]}",
        );
    }

    #[test]
    fn rules_of_an_image_are_replaced_whole_and_arguments_by_name() {
        check(
            "ImageVerificationConfig",
            "rules: [{image: a, skip: true}, {image: b}]",
            "rules: [{image: a, deny: true}]",
            Ok("rules: [{image: a, deny: true}, {image: b}]"),
        );
        check(
            "",
            "machine: {kubelet: {extraArgs: {a: [x, y], b: z}}}",
            "machine: {kubelet: {extraArgs: {a: w, b: [], c: ''}}}",
            Ok("machine: {kubelet: {extraArgs: {a: w, b: [], c: ''}}}"),
        );
    }

    #[test]
    fn what_is_not_ours_keeps_its_types() {
        let wrap = |config: &str| format!("machine: {{kubelet: {{extraConfig: {config}}}}}");
        let check = |left: &str, right: &str, want: Result<&str, &str>| {
            let want = want.map(wrap);
            check("", &wrap(left), &wrap(right), want.as_deref().map_err(|rule| *rule));
        };
        check(
            "{a: {b: 1, l: [1]}}",
            "{a: {b: 2, l: [2], c: x}}",
            Ok("{a: {b: 2, l: [1, 2], c: x}}"),
        );
        let rule = "1:38: machine.kubelet.extraConfig.a: must be a whole number as in the configuration, not text: delete it first";
        check("{a: 1}", "{a: x}", Err(rule));
        check("{a: 1}", "{a: 1.5}", Err(&rule.replace("not text", "not a number")));
        check(
            "{a: [1]}",
            "{a: {}}",
            Err(&rule.replace("a whole number", "a list").replace("not text", "not a mapping")),
        );
        check(
            "{a: x}",
            "{a: 1}",
            Err(&rule.replace("a whole number", "text").replace("not text", "not a whole number")),
        );
    }
}
