//! `#[derive(SqlType)]`: a newtype that is bound and read as what it wraps.

use crate::krate;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Field, Ident, Member, Result, Type};

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

/// What `#[sql_type(..)]` says.
struct Options {
    krate: syn::Path,
    /// It computes as what it wraps.
    number: bool,
}

fn options(input: &DeriveInput) -> Result<Options> {
    let mut options = Options { krate: krate::default_path(), number: false };
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("sql_type")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                options.krate = krate::parse_path(&meta)?;
            } else if meta.path.is_ident("number") {
                options.number = true;
            } else {
                return Err(meta.error("expected `number` or `crate`"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn generate(input: &DeriveInput, field: &Field, member: &Member) -> Result<TokenStream> {
    let Options { krate, number } = options(input)?;
    let ident = &input.ident;
    let ty = &field.ty;
    let number = number.then(|| arithmetic(ident, ty));
    Ok(quote! {
        const _: () = {
            use #krate::__private as kysera;

            impl kysera::ToValue for #ident {
                const SQL_TYPE: kysera::SqlType = <#ty as kysera::ToValue>::SQL_TYPE;
                const RANGE: kysera::IntegerRange = <#ty as kysera::ToValue>::RANGE;

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
            #number
        };
    })
}

/// Arithmetic with itself and with what it wraps. What it wraps has to be closed under it: a `u32` is not, because what
/// is stored could be negative.
fn arithmetic(ident: &Ident, ty: &Type) -> TokenStream {
    let closed = quote_spanned!(ty.span()=> is_closed_under_arithmetic::<#ty>());
    let operand = |from: TokenStream| {
        quote! {
            impl kysera::Operand<#ident> for #from {
                type Output = #ident;
                type Refs = kysera::Nil;
                type Null = kysera::Required;
                fn into_operand(self) -> kysera::Node {
                    kysera::bind(self)
                }
            }
        }
    };
    let (own, wrapped) = (operand(quote!(#ident)), operand(quote!(#ty)));
    quote! {
        fn is_closed_under_arithmetic<T: kysera::Signed<Output = T>>() {}
        const _: fn() = || #closed;

        impl kysera::Number<#ident> for #ident {
            type Output = #ident;
        }
        impl kysera::Number<#ty> for #ident {
            type Output = #ident;
        }
        impl kysera::Number<#ident> for #ty {
            type Output = #ident;
        }
        impl kysera::Signed for #ident {
            type Output = #ident;
        }
        impl kysera::WrapsNumber for #ident {
            type Number = #ty;
        }
        #own
        #wrapped
    }
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
        let unknown = derived("#[sql_type(numeric)] struct Id(i64);").expect_err("there is no such option");
        assert_eq!(unknown.to_string(), "expected `number` or `crate`");
    }
}
