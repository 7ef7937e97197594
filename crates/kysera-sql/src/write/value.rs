//! `value!`: what every builder of this module is, a value that can be cloned and shown.

/// `Clone` and `Debug` without bounds on the types that only mark.
macro_rules! value {
    ($name:ident<$($mark:ident),+> { $($field:ident),+ }) => {
        impl<$($mark),+> Clone for $name<$($mark),+> {
            fn clone(&self) -> Self {
                $name { $($field: self.$field.clone(),)+ types: std::marker::PhantomData }
            }
        }

        impl<$($mark),+> std::fmt::Debug for $name<$($mark),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))+.finish()
            }
        }
    };
}

pub(super) use value;
