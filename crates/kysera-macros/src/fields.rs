//! The named fields of a struct that is a row.

use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Ident, Result, Type};

/// A field and the column of the row that it is.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    /// Its name without `r#`.
    pub(crate) name: String,
    pub(crate) ty: &'a Type,
    pub(crate) attributes: &'a [Attribute],
}

/// The fields of a struct that `derive` can make a row.
pub(crate) fn named_fields<'a>(input: &'a DeriveInput, derive: &str) -> Result<Vec<Field<'a>>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, format!("`{derive}` is for structs with named fields")));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, format!("`{derive}` is for structs with named fields")));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &input.generics,
            format!("`{derive}` is for structs without parameters"),
        ));
    }
    if named.named.is_empty() {
        return Err(Error::new_spanned(&input.ident, "a row has at least one column"));
    }
    let fields = named.named.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?;
        Some(Field { ident, name: ident.unraw().to_string(), ty: &field.ty, attributes: &field.attrs })
    });
    Ok(fields.collect())
}
