//! Fields of plain types: texts, numbers, addresses; optional ones, lists and maps of them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use types::{LinkName, Secret};

use super::{Context, Field};
use crate::table::{Json, Scalar, Shape};
use crate::yaml::read::{Entry, Style};
use crate::yaml::{Node, Tree, Value, scalar};

impl<T: Field> Field for Option<T> {
    const EMPTY_IS_ABSENT: bool = T::EMPTY_IS_ABSENT;
    const SHAPE: Shape = T::SHAPE;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        T::decode(node, cx).map(Some)
    }

    fn encode(&self) -> Option<Tree> {
        self.as_ref().and_then(T::encode)
    }

    fn is_unset(&self) -> bool {
        self.is_none()
    }

    fn fill(&mut self) {
        if let Some(value) = self {
            value.fill();
        }
    }
}

impl<T: Field> Field for Box<T> {
    const SHAPE: Shape = T::SHAPE;

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        T::decode(node, cx).map(Self::new)
    }

    fn encode(&self) -> Option<Tree> {
        T::encode(self)
    }

    fn is_unset(&self) -> bool {
        T::is_unset(self)
    }

    fn fill(&mut self) {
        T::fill(self);
    }

    fn take(&mut self, entry: &Entry, cx: &mut Context<'_>) -> bool {
        T::take(self, entry, cx)
    }

    fn entries(&self) -> Vec<(String, Tree)> {
        T::entries(self)
    }
}

impl<T: Field> Field for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let Value::List(items) = &node.value else {
            cx.wrong_value(node, "must be a list");
            return None;
        };
        let read = |(index, item): (usize, &Node)| {
            cx.item(index, |cx| {
                if item.is_null() {
                    cx.wrong(item.place, "must not be empty");
                    return None;
                }
                T::decode(item, cx)
            })
        };
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    fn encode(&self) -> Option<Tree> {
        let items: Vec<_> = self.iter().filter_map(T::encode).collect();
        (!items.is_empty()).then_some(Tree::List(items))
    }

    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn fill(&mut self) {
        self.iter_mut().for_each(T::fill);
    }
}

impl<T: Field + Default> Field for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let mut map = Self::new();
        for Entry { key, value, .. } in cx.entries(node)? {
            let read = |cx: &mut Context<'_>| match (value.is_null(), T::NULL_IS_EMPTY) {
                (false, _) => T::decode(value, cx),
                (true, true) => Some(T::default()),
                (true, false) => {
                    cx.wrong(value.place, "must not be empty");
                    None
                }
            };
            if let Some(read) = cx.under(key, read) {
                map.insert(key.clone(), read);
            }
        }
        Some(map)
    }

    fn encode(&self) -> Option<Tree> {
        let entries: Vec<_> = self
            .iter()
            .map(|(key, value)| (key.clone(), value.encode().unwrap_or(Tree::Null)))
            .collect();
        (!entries.is_empty()).then_some(Tree::Map(entries))
    }

    fn is_unset(&self) -> bool {
        self.is_empty()
    }

    fn fill(&mut self) {
        self.values_mut().for_each(T::fill);
    }
}

impl Field for String {
    const NULL_IS_EMPTY: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("text", "some text"));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be text", |text| Some(text.to_owned()))
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.clone()))
    }
}

/// A secret text: no fault shows it.
impl Field for Secret<String> {
    const NULL_IS_EMPTY: bool = true;
    const SHAPE: Shape =
        Shape::Scalar(&Scalar { secret: true, ..Scalar::text("secret text", "hunter2") });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        match &node.value {
            Value::Scalar(text, _) => Some(Self::new(text.clone())),
            Value::List(_) | Value::Map(_) => {
                cx.wrong(node.place, "must be text");
                None
            }
        }
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Secret(self.clone(), "REDACTED"))
    }
}

impl Field for bool {
    const SHAPE: Shape =
        Shape::Scalar(&Scalar { json: Json::Boolean, ..Scalar::text("truth value", "true") });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let quoted = matches!(&node.value, Value::Scalar(_, Style::Quoted));
        cx.scalar(node, "must be true or false", |text| scalar::boolean(text).filter(|_| !quoted))
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Word(self.to_string()))
    }
}

/// Integers, with the range of their type.
macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Field for $type {
            const SHAPE: Shape = Shape::Scalar(&Scalar {
                json: Json::Integer,
                range: Some((Self::MIN as i128, Self::MAX as i128)),
                ..Scalar::text("whole number", "7")
            });

            fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
                let quoted = matches!(&node.value, Value::Scalar(_, Style::Quoted));
                let rule = format!("must be a whole number from {} to {}", Self::MIN, Self::MAX);
                cx.scalar(node, &rule, |text| {
                    scalar::integer(text).filter(|_| !quoted).and_then(|number| Self::try_from(number).ok())
                })
            }

            fn encode(&self) -> Option<Tree> {
                Some(Tree::Word(self.to_string()))
            }
        }
    )*};
}
integer!(u8, u16, u32, i64, u64);

impl Field for IpAddr {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        pattern: "^[0-9a-f.:]+$",
        ..Scalar::text("IP address", "10.5.0.2")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        cx.scalar(node, "must be an IP address", |text| text.parse().ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

impl Field for SocketAddr {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar {
        pattern: r"^([0-9a-f.:]+|\[[0-9a-f:.]+\]):\d{1,5}$",
        ..Scalar::text("IP address and port", "10.5.0.2:51820")
    });

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let rule = "must be an IP address and a port, as 10.5.0.2:51820 or [fd00::2]:51820";
        cx.scalar(node, rule, |text| text.parse().ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}

impl Field for LinkName {
    const EMPTY_IS_ABSENT: bool = true;
    const SHAPE: Shape = Shape::Scalar(&Scalar::text("link name", "eth0"));

    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let rule = "must be a link's name: 1 to 15 bytes without '/', ':' or white space";
        cx.scalar(node, rule, |text| Self::try_from(text.to_owned()).ok())
    }

    fn encode(&self) -> Option<Tree> {
        Some(Tree::Text(self.to_string()))
    }
}
