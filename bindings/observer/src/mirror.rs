//! How records and enums of the core become those of other languages.

/// A record that is made from one of the core, field by field.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident from $from:ty as $it:ident {
        $($(#[$field_doc:meta])* $field:ident: $kind:ty = $value:expr,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, uniffi::Record)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)+
        }

        impl From<$from> for $name {
            fn from($it: $from) -> Self {
                Self { $($field: $value,)+ }
            }
        }
    };
}

/// An enum whose variants are those of one of the core, both ways.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $other:ty { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl From<$other> for $name {
            fn from(it: $other) -> Self {
                match it {
                    $(<$other>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $other {
            fn from(it: $name) -> Self {
                match it {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    };
}
