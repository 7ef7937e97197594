//! `#[derive(PolicyContext)]`: a struct as the one who asks, and a constant of its fields for the conditions of policies.

use crate::fields::{Field, named_fields};
use crate::krate;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{DeriveInput, GenericArgument, PathArguments, Result, Type};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let krate = path(input)?;
    let fields = named_fields(input, "PolicyContext")?;
    let kinds: Vec<Kind<'_>> = fields.iter().map(|field| Kind::of(field.ty)).collect();
    let mut out = symbols(input, &krate, &fields, &kinds);
    out.extend(values(input, &krate, &fields, &kinds));
    Ok(out)
}

fn path(input: &DeriveInput) -> Result<syn::Path> {
    let mut path = krate::default_path();
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("policy_context")) {
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

/// What a field is, as its type is written.
enum Kind<'a> {
    Value(&'a Type),
    Optional(&'a Type),
    List(&'a Type),
    OptionalList(&'a Type),
}

impl<'a> Kind<'a> {
    fn of(ty: &'a Type) -> Kind<'a> {
        if let Some(inner) = argument(ty, "Option") {
            return match items(inner) {
                Some(item) => Kind::OptionalList(item),
                None => Kind::Optional(ty),
            };
        }
        items(ty).map_or(Kind::Value(ty), Kind::List)
    }

    fn is_optional(&self) -> bool {
        matches!(self, Kind::Optional(_) | Kind::OptionalList(_))
    }
}

/// What a list is of. Bytes are one value.
fn items(ty: &Type) -> Option<&Type> {
    argument(ty, "Vec").filter(|item| !matches!(item, Type::Path(path) if path.path.is_ident("u8")))
}

/// `T` of `name<T>`.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

/// The constant that is called as the struct.
fn symbols(input: &DeriveInput, krate: &syn::Path, fields: &[Field<'_>], kinds: &[Kind<'_>]) -> TokenStream {
    let (ident, vis) = (&input.ident, &input.vis);
    let ty = format_ident!("{}Symbols", ident.unraw());
    let doc = format!("The fields of [`{ident}`], for the conditions of policies.");
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let members: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let docs = names.iter().map(|name| format!("The field `{name}`."));
    let types = kinds.iter().map(|kind| match kind {
        Kind::Value(ty) | Kind::Optional(ty) => quote!(#krate::plugins::Symbol<#ident, #ty>),
        Kind::List(item) | Kind::OptionalList(item) => quote!(#krate::plugins::ListSymbol<#ident, #item>),
    });
    let values = kinds.iter().zip(&names).map(|(kind, name)| match kind {
        Kind::Value(_) | Kind::Optional(_) => quote!(#krate::plugins::Symbol::new(#name)),
        Kind::List(_) | Kind::OptionalList(_) => quote!(#krate::plugins::ListSymbol::new(#name)),
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #vis struct #ty {
            #(#[doc = #docs] #vis #members: #types,)*
        }

        #[doc = #doc]
        #[allow(non_upper_case_globals, reason = "called as the struct, so that conditions read `Auth.tenant_id`")]
        #vis const #ident: #ty = #ty { #(#members: #values,)* };
    }
}

/// The values of the fields.
fn values(input: &DeriveInput, krate: &syn::Path, fields: &[Field<'_>], kinds: &[Kind<'_>]) -> TokenStream {
    let ident = &input.ident;
    let described = fields.iter().zip(kinds).map(|(field, kind)| {
        let name = &field.name;
        match kind.is_optional() {
            true => quote!(#krate::plugins::ContextField::optional(#name)),
            false => quote!(#krate::plugins::ContextField::new(#name)),
        }
    });
    let arms = fields.iter().zip(kinds).map(|(field, kind)| {
        let (name, member) = (&field.name, field.ident);
        let value = match kind {
            Kind::Value(_) => quote!(::core::option::Option::Some(one(&self.#member))),
            Kind::Optional(_) => quote!(self.#member.as_ref().map(one)),
            Kind::List(_) => quote!(::core::option::Option::Some(many(&self.#member))),
            Kind::OptionalList(_) => quote!(self.#member.as_ref().map(|items| many(items))),
        };
        quote!(#name => #value)
    });
    quote! {
        const _: () = {
            use #krate::__private::ToValue;
            use #krate::extend::plugin::Parameter;

            #[allow(dead_code, reason = "not every context has a single value")]
            fn one<T: ToValue + ::core::clone::Clone>(value: &T) -> Parameter {
                Parameter::One(ToValue::to_value(::core::clone::Clone::clone(value)))
            }

            #[allow(dead_code, reason = "not every context has a list")]
            fn many<T: ToValue + ::core::clone::Clone>(items: &[T]) -> Parameter {
                Parameter::Many(items.iter().cloned().map(ToValue::to_value).collect())
            }

            impl #krate::plugins::PolicyContext for #ident {
                const FIELDS: &'static [#krate::plugins::ContextField] = &[#(#described),*];

                fn value(&self, field: &str) -> ::core::option::Option<Parameter> {
                    match field {
                        #(#arms,)*
                        _ => ::core::option::Option::None,
                    }
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ty: &str) -> &'static str {
        match Kind::of(&syn::parse_str(ty).expect("it is a type")) {
            Kind::Value(_) => "value",
            Kind::Optional(_) => "optional",
            Kind::List(_) => "list",
            Kind::OptionalList(_) => "optional list",
        }
    }

    #[test]
    fn a_field_is_a_value_or_a_list_and_may_be_absent() {
        for (ty, expected) in [
            ("i64", "value"),
            ("Vec<u8>", "value"),
            ("Option<i64>", "optional"),
            ("Option<Vec<u8>>", "optional"),
            ("std::vec::Vec<String>", "list"),
            ("Option<Vec<i64>>", "optional list"),
        ] {
            assert_eq!(kind(ty), expected, "{ty}");
        }
    }

    #[test]
    fn only_a_struct_with_named_fields_says_who_asks() {
        let derived = |input: &str| derive(&syn::parse_str(input).expect("it is an item"));
        let message = "`PolicyContext` is for structs with named fields";
        for input in ["struct Auth(i64);", "enum Auth { A }"] {
            assert_eq!(derived(input).expect_err("it has no named fields").to_string(), message);
        }
        assert!(derived("struct Auth { id: i64 }").is_ok());
    }
}
