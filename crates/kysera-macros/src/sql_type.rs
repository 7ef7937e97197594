//! `#[derive(SqlType)]`: a newtype that is bound and read as what it wraps.

use crate::krate;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Member, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let message = "`SqlType` is for a struct with a single field; derive `SqlEnum` for an enum";
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, message));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "`SqlType` is for types without parameters"));
    }
    let mut fields = data.fields.iter().zip(data.fields.members());
    match (fields.next(), fields.next()) {
        (Some((field, member)), None) => generate(input, field, &member),
        _ => Err(Error::new_spanned(&input.ident, message)),
    }
}

fn path(input: &DeriveInput) -> Result<syn::Path> {
    let mut path = krate::default_path();
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("sql_type")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(meta.error("expected `crate`"));
            }
            path = krate::parse_path(&meta)?;
            Ok(())
        })?;
    }
    Ok(path)
}

fn generate(input: &DeriveInput, field: &Field, member: &Member) -> Result<TokenStream> {
    let krate = path(input)?;
    let ident = &input.ident;
    let ty = &field.ty;
    Ok(quote! {
        const _: () = {
            use #krate::__private as kysera;

            impl kysera::ToValue for #ident {
                const SQL_TYPE: kysera::SqlType = <#ty as kysera::ToValue>::SQL_TYPE;

                fn to_value(self) -> kysera::Value {
                    kysera::ToValue::to_value(self.#member)
                }
            }

            impl kysera::FromCell for #ident {
                fn from_cell(cell: kysera::Cell<'_>) -> ::core::result::Result<Self, kysera::CellError> {
                    ::core::result::Result::Ok(Self { #member: kysera::FromCell::from_cell(cell)? })
                }
            }

            kysera::scalar!(#ident);
            kysera::sql_value!(#ident);
        };
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(input: &str) -> Result<TokenStream> {
        derive(&syn::parse_str(input).expect("it is an item"))
    }

    #[test]
    fn only_a_struct_of_one_field_is_a_newtype() {
        let one_field = "`SqlType` is for a struct with a single field; derive `SqlEnum` for an enum";
        for (input, message) in [
            ("struct Id;", one_field),
            ("struct Id(i64, i64);", one_field),
            ("enum Id { A }", one_field),
            ("struct Id<T>(T);", "`SqlType` is for types without parameters"),
        ] {
            assert_eq!(derived(input).expect_err("this is no newtype").to_string(), message);
        }
        assert!(derived("struct Id(i64);").is_ok() && derived("struct Id { id: i64 }").is_ok());
    }
}
