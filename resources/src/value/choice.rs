//! Enumerations: a number in protobuf, a text in YAML.
//!
//! Three kinds: [`choices!`] are ours, and closed; [`numbers!`] are the kernel's, which may have more than we have names
//! for; [`flags!`] are sets of bits, whose names are joined by commas.

/// A closed enumeration. The first choice is the default, and what an absent field means.
macro_rules! choices {
    ($(#[$meta:meta])* pub enum $ty:ident {
        $first:ident = $first_number:literal $first_text:literal,
        $($name:ident = $number:literal $text:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $ty {
            #[doc = concat!("`", $first_text, "`")]
            #[default]
            $first = $first_number,
            $(#[doc = concat!("`", $text, "`")] $name = $number,)*
        }

        impl $ty {
            /// Every choice, in the order of the contract.
            pub const ALL: &[Self] = &[Self::$first, $(Self::$name),*];

            /// The text that clients see.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_text,
                    $(Self::$name => $text,)*
                }
            }
        }

        impl std::fmt::Display for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        $crate::wire::through!($ty as i32, |choice: &$ty| *choice as i32, |number| {
            Self::ALL
                .iter()
                .copied()
                .find(|choice| *choice as i32 == number)
                .ok_or_else(|| $crate::wire::invalid(concat!("unknown ", stringify!($ty))))
        });
    };
}

/// Numbers of the kernel, some of which have a name. Others are shown as numbers.
macro_rules! numbers {
    ($(#[$meta:meta])* pub struct $ty:ident($repr:ty) {
        $($name:ident = $number:literal $text:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $ty(pub $repr);

        impl $ty {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Self = Self($number);
            )*

            /// The name of the number, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($text),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => std::fmt::Display::fmt(&self.0, f),
                }
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::wire::through!($ty as i32, |number: &$ty| i32::from(number.0), |number| {
            <$repr>::try_from(number)
                .map(Self)
                .ok().ok_or_else(|| $crate::wire::invalid(concat!(stringify!($ty), " out of range")))
        });
    };
}

/// A set of bits. Bits without a name are kept, and not shown.
macro_rules! flags {
    ($(#[$meta:meta])* pub struct $ty:ident {
        $($name:ident = $bit:literal $text:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $ty(pub u32);

        impl $ty {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Self = Self($bit);
            )*

            /// Whether all bits of `other` are set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }

        impl std::ops::BitOr for $ty {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::fmt::Display for $ty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut comma = "";
                for (bit, name) in [$(($bit, $text)),*] {
                    if self.0 & bit != 0 {
                        write!(f, "{comma}{name}")?;
                        comma = ",";
                    }
                }
                Ok(())
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::wire::through!($ty as u32, |flags: &$ty| flags.0, |bits| Ok(Self(bits)));
    };
}

pub(crate) use {choices, flags, numbers};

#[cfg(test)]
mod tests {
    use crate::{
        network::{Family, LinkFlags, Scope},
        wire::Value,
    };
    use prost::encoding::WireType::Varint;

    #[test]
    fn unknown_numbers_of_ours_are_refused_and_of_the_kernel_are_kept() {
        let error = Family::take(Varint, &mut &[3][..], Default::default()).unwrap_err();
        assert!(error.to_string().contains("unknown Family"), "{error}");
        assert_eq!(Scope::take(Varint, &mut &[7][..], Default::default()), Ok(Scope(7)));
        assert_eq!(Scope(7).to_string(), "7");
        assert_eq!(Scope::LINK.to_string(), "link");
    }

    #[test]
    fn flags_are_joined_by_commas() {
        let flags = LinkFlags::UP | LinkFlags::LOWER_UP | LinkFlags(1 << 31);
        assert_eq!(flags.to_string(), "UP,LOWER_UP");
        assert_eq!(LinkFlags::default().to_string(), "");
        assert!(flags.contains(LinkFlags::UP) && !flags.contains(LinkFlags::LOOPBACK));
    }
}
