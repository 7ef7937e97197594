//! `#[derive(FromRow)]`: a struct as a row, read by position.

use crate::fields::{Field, named_fields};
use crate::krate;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident, Path, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let krate = path(input)?;
    let fields = named_fields(input, "FromRow")?;
    Ok(row(&quote!(#krate::__private), input, &fields, Object::Nested, &TokenStream::new()))
}

fn path(input: &DeriveInput) -> Result<Path> {
    let mut path = krate::default_path();
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("from_row")) {
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

/// What an `Option` of the row is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Object {
    /// One cell that nests it; `object_from` gives it as it is.
    Nested,
    /// A table's columns side by side, absent when one that is never NULL is; `object_from` gives it in a box.
    Joined,
}

/// The impls that make the struct a row; `k` is `__private`, `layout` its constant where columns are not called as fields.
pub(crate) fn row(
    k: &TokenStream,
    input: &DeriveInput,
    fields: &[Field<'_>],
    object: Object,
    layout: &TokenStream,
) -> TokenStream {
    let mut tokens = reader(k, &input.ident, fields, object, layout);
    tokens.extend(shape(k, input, fields, object));
    tokens
}

/// How it is read: from columns, from one cell, from the elements of a list.
fn reader(
    k: &TokenStream,
    ident: &Ident,
    fields: &[Field<'_>],
    object: Object,
    layout: &TokenStream,
) -> TokenStream {
    let members: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let reads = for_each_type(fields, &quote!(#k::FromRow));
    let joined = object == Object::Joined;
    let is_absent = joined.then(|| {
        quote! {
            fn is_absent(cells: &[#k::Cell<'_>]) -> bool {
                #k::is_absent(cells, <Self as #k::Table>::META)
            }
        }
    });
    quote! {
        impl #k::FromRow for #ident {
            const WIDTH: usize = 0 #(+ #reads::WIDTH)*;
            const FIELDS: &'static [&'static str] = &[#(#names),*];
            const JOINED: bool = #joined;
            #layout
            #[inline]
            fn from_row(cursor: &mut #k::Cursor<'_>) -> ::core::result::Result<Self, #k::DecodeError> {
                ::core::result::Result::Ok(#ident { #(#members: #reads::from_row(cursor)?),* })
            }
            #is_absent
        }
        impl #k::FromCell for #ident {
            fn from_cell(cell: #k::Cell<'_>) -> ::core::result::Result<Self, #k::CellError> {
                #k::row_from_cell(cell)
            }
        }
        impl #k::ArrayElement for #ident {}
    }
}

/// Its columns: by position, and by name where it is in FROM. The names made up here begin with `__`, because the types of
/// fields are looked up beside them.
fn shape(k: &TokenStream, input: &DeriveInput, fields: &[Field<'_>], object: Object) -> TokenStream {
    let DeriveInput { ident, vis, .. } = input;
    let members: Vec<_> = fields.iter().map(|field| field.ident).collect();
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let shapes = for_each_type(fields, &quote!(#k::RowShape));
    let list = shapes.iter().rev().fold(quote!(__Rest), |rest, shape| quote!(#shape::List<#rest>));
    let object = match object {
        Object::Nested => quote!(::core::option::Option<Self>),
        Object::Joined => quote!(::core::option::Option<::std::boxed::Box<Self>>),
    };
    quote! {
        const _: () = {
            #[allow(missing_docs, missing_debug_implementations, reason = "reached through the row's fields alone")]
            #vis struct __Columns<__M> { #(#vis #members: #shapes::Columns<__M>),* }
            impl #k::RowShape for #ident {
                type List<__Rest> = #list;
                type Columns<__M> = __Columns<__M>;
                type Object = #object;
                fn columns<__M>(names: &mut #k::Names<'_>) -> Self::Columns<__M> {
                    __Columns { #(#members: #shapes::columns(&mut names.at(&#names))),* }
                }
            }
        };
    }
}

/// `<Type as of>` for each field, with the span of its type, so that an error about it points to the field.
fn for_each_type(fields: &[Field<'_>], of: &TokenStream) -> Vec<TokenStream> {
    fields.iter().map(|Field { ty, .. }| quote_spanned!(ty.span()=> <#ty as #of>)).collect()
}
