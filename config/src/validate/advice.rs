//! What is taken, but is better known: the reference warns about the same.

use crate::document::Config;
use crate::fault::Warning;
use crate::v1alpha1::Document;
use crate::v1alpha1::bond::BondMode;
use crate::yaml::{Value, read};

/// Advice about a configuration, in the order of its documents. Where warnings count as faults, only
/// those about the root document do: its `document` is empty.
#[must_use]
pub fn advice(config: &Config) -> Vec<Warning> {
    let mut all: Vec<_> = old_word(config).into_iter().collect();
    for document in config.documents() {
        let about = |path: String, text: String| Warning { document: document.label(), path, text };
        match document {
            Document::Bond(bond) if bond.mode == Some(BondMode::Lacp) => {
                let delays = [
                    ("miimon", bond.miimon),
                    ("updelay", bond.updelay),
                    ("downdelay", bond.downdelay),
                ];
                for (key, _) in delays.into_iter().filter(|(_, delay)| delay.is_none()) {
                    let text = "not set, so that the kernel notices a lost link late or never";
                    all.push(about(key.to_owned(), text.to_owned()));
                }
            }
            Document::ImageVerification(document) => {
                for (index, rule) in document.rules.iter().enumerate() {
                    let image = rule.image.as_deref().unwrap_or("/");
                    if !image.contains('/') {
                        let text =
                            format!("fits no image by its short name: docker.io/{image} would");
                        all.push(about(format!("rules[{index}].image"), text));
                    }
                }
            }
            _ => {}
        }
    }
    all
}

/// `join` and nothing at all, which once were words for a worker. The decoded document does not know
/// any more which word it was.
fn old_word(config: &Config) -> Option<Warning> {
    config.machine()?;
    let nodes = read::stream(config.bytes()).ok()?;
    let words = nodes.iter().filter(|node| node.get("kind").is_none());
    let mut words = words.filter_map(|node| node.get("machine")?.value.get("type"));
    let Value::Scalar(word, _) = &words.next()?.value.value else { return None };
    matches!(word.as_str(), "" | "join").then(|| Warning {
        document: String::new(),
        path: "machine.type".to_owned(),
        text: format!("{word:?} is an old word for worker"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &[&str]) {
        let (config, _) = Config::decode(text.as_bytes()).unwrap();
        let shown: Vec<_> = advice(&config).iter().map(ToString::to_string).collect();
        assert_eq!(shown, want, "{text}");
    }

    #[test]
    fn old_words_and_late_bonds_are_told() {
        check("machine: {type: worker}\n", &[]);
        check("machine: {type: init}\n", &[]);
        check("machine: {type: join}\n", &["\"join\" is an old word for worker: machine.type"]);
        check("machine: {type: \"\"}\n", &["\"\" is an old word for worker: machine.type"]);
        let late = "not set, so that the kernel notices a lost link late or never: BondConfig b";
        check(
            "{apiVersion: v1alpha1, kind: BondConfig, name: b, bondMode: 802.3ad, miimon: 100}\n",
            &[&format!("{late}: updelay"), &format!("{late}: downdelay")],
        );
        check("{apiVersion: v1alpha1, kind: BondConfig, name: b, bondMode: broadcast}\n", &[]);
        check(
            "{apiVersion: v1alpha1, kind: ImageVerificationConfig, rules: [{image: nginx}, {image: a/b}]}\n",
            &[
                "fits no image by its short name: docker.io/nginx would: ImageVerificationConfig: rules[0].image",
            ],
        );
    }
}
