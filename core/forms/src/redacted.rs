//! How types that hold answers, words of people or keys are shown to a developer.

/// `Debug` of a struct that holds answers, words of people or keys: the fields that are named, and `..` for all others.
#[macro_export]
macro_rules! redacted_debug {
    ($type:ident $(<$life:lifetime>)?: $($field:ident),* $(,)?) => {
        impl ::std::fmt::Debug for $type $(<$life>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }
    };
}
