//! The `section!` and `choice!` macros.
//!
//! What they make is described where they are used; what holds for all of it, in the module above.

/// A structure that stands as a mapping, each field with its key and what there is to say about it.
///
/// Makes the structure, whose fields all have an "absent", its [`Field`](crate::field::Field) and its
/// [`Table`](crate::table::Table). A field whose key is empty is a section whose fields stand among
/// the others.
macro_rules! section {
    ($(#[doc = $doc:literal])* pub struct $name:ident $(as $definition:literal)? {
        $(
            $(#[doc = $field_doc:literal])*
            $key:literal => $field:ident: $type:ty $({ $($said:ident: $what:expr),* $(,)? })?,
        )*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl $name {
            /// What the section is, as data.
            pub const TABLE: $crate::table::Table = $crate::table::Table {
                definition: concat!($($definition)?),
                doc: &[$($doc),*],
                rows: &[$(
                    $crate::table::Row {
                        $( $($said: $what,)* )?
                        ..$crate::table::Row::plain(
                            $key,
                            &[$($field_doc),*],
                            <$type as $crate::field::Field>::SHAPE,
                        )
                    },
                )*],
            };
        }

        impl $crate::field::Field for $name {
            const SHAPE: $crate::table::Shape = $crate::table::Shape::Section(&Self::TABLE);

            fn decode(node: &$crate::yaml::Node, cx: &mut $crate::field::Context<'_>) -> Option<Self> {
                let mut section = Self::default();
                for entry in cx.entries(node)? {
                    if !$crate::field::Field::take(&mut section, entry, cx) {
                        let known: Vec<_> = Self::TABLE.fields().map(|row| row.key).collect();
                        cx.unknown(entry, &known);
                    }
                }
                Some(section)
            }

            fn encode(&self) -> Option<$crate::yaml::Tree> {
                Some($crate::yaml::Tree::Map($crate::field::Field::entries(self)))
            }

            fn fill(&mut self) {
                // The rows are named in the order of the fields.
                let mut _rows = Self::TABLE.rows.iter();
                $( $crate::field::fill(&mut self.$field, _rows.next().map_or("", |row| row.default)); )*
            }

            fn take(
                &mut self,
                entry: &$crate::yaml::read::Entry,
                cx: &mut $crate::field::Context<'_>,
            ) -> bool {
                let (_, _) = (&self, &cx);
                // No field is called so: it marks an embedded section.
                if entry.key.is_empty() {
                    return false;
                }
                match entry.key.as_str() {
                    $( $key => {
                        if !$crate::field::is_absent::<$type>(&entry.value)
                            && let Some(value) =
                                cx.field::<$type>($key, &entry.value)
                        {
                            self.$field = value;
                        }
                        return true;
                    } )*
                    _ => {}
                }
                false $( || $key.is_empty() && $crate::field::Field::take(&mut self.$field, entry, cx) )*
            }

            fn entries(&self) -> Vec<(String, $crate::yaml::Tree)> {
                let entries: Vec<Vec<_>> = vec![$( $crate::field::entries($key, &self.$field) ),*];
                entries.concat()
            }
        }
    };
}

/// An enumeration of words, read without regard to case.
macro_rules! choice {
    ($(#[$attribute:meta])* pub enum $name:ident {
        $( $(#[$variant_attribute:meta])* $variant:ident = $word:literal, )*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$variant_attribute])* $variant, )*
        }

        impl $name {
            /// The word in documents.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::field::Field for $name {
            const EMPTY_IS_ABSENT: bool = true;
            const SHAPE: $crate::table::Shape = {
                const WORDS: &[&str] = &[$( $word ),*];
                $crate::table::Shape::Scalar(&$crate::table::Scalar {
                    words: WORDS,
                    ..$crate::table::Scalar::text("word", WORDS[0])
                })
            };

            fn decode(node: &$crate::yaml::Node, cx: &mut $crate::field::Context<'_>) -> Option<Self> {
                let all = [$( Self::$variant ),*];
                let rule = format!("must be one of {}", [$( $word ),*].join(", "));
                cx.scalar(node, &rule, |text| {
                    all.into_iter().find(|choice| choice.as_str().eq_ignore_ascii_case(text))
                })
            }

            fn encode(&self) -> Option<$crate::yaml::Tree> {
                Some($crate::yaml::Tree::Text(self.as_str().to_owned()))
            }
        }
    };
}

pub(crate) use {choice, section};
