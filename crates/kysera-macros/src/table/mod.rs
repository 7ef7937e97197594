//! `#[derive(Table)]`: a struct as a table and as the type of its rows.

mod columns;
mod form;
mod meta;
mod new;
mod options;
mod patch;

use crate::fields::named_fields;
use crate::from_row::{self, Object};
use options::{Column, Options};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, DeriveInput, Ident, Result, Visibility};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let options = Options::parse(input)?;
    let fields = named_fields(input, "Table")?;
    let columns = fields.iter().map(Column::parse).collect::<Result<Vec<_>>>()?;
    let krate = &options.krate;
    let table = Table {
        k: quote!(#krate::__private),
        ident: &input.ident,
        vis: &input.vis,
        options: &options,
        columns: &columns,
    };
    let mut out = from_row::row(&table.k, input, &fields, Object::Joined, &table.layout());
    out.extend(table.columns());
    out.extend(table.meta()?);
    out.extend(table.new_row()?);
    out.extend(table.patch());
    if krate.is_ident("crate") { unlisted(out) } else { Ok(out) }
}

/// Keeps the library's own tables, which are those of its documentation, out of what the compiler recommends to users.
fn unlisted(tokens: TokenStream) -> Result<TokenStream> {
    let mut file: syn::File = syn::parse2(tokens)?;
    for item in &mut file.items {
        if let syn::Item::Impl(item) = item
            && item.trait_.is_some()
        {
            item.attrs.push(syn::parse_quote!(#[diagnostic::do_not_recommend]));
        }
    }
    Ok(quote!(#file))
}

/// What every part of the expansion needs.
struct Table<'a> {
    /// The path to `__private`.
    k: TokenStream,
    ident: &'a Ident,
    vis: &'a Visibility,
    options: &'a Options,
    columns: &'a [Column<'a>],
}

impl Table<'_> {
    /// How raw SQL finds its columns: by their own names, where one is not called as its field.
    fn layout(&self) -> TokenStream {
        if self.columns.iter().all(|column| column.name == column.field.name) {
            return TokenStream::new();
        }
        let (k, names) = (&self.k, self.columns.iter().map(|column| &column.name));
        quote!(const LAYOUT: #k::Layout = #k::Layout::Names(&[#(#names),*]);)
    }
}

/// The documentation of a field for the items made from it: the user's own, else `otherwise`.
fn docs(attributes: &[Attribute], otherwise: &str) -> TokenStream {
    let docs: Vec<_> = attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).collect();
    if docs.is_empty() { quote!(#[doc = #otherwise]) } else { quote!(#(#docs)*) }
}
