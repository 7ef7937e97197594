//! The struct for new rows: what a row must have are plain fields, the rest are setters.

use super::{Table, docs};
use crate::table::options::Column;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Result;

impl Table<'_> {
    pub(super) fn new_row(&self) -> Result<TokenStream> {
        let Table { k, ident, vis, options, columns } = self;
        let Some(new) = &options.new else { return Ok(TokenStream::new()) };
        let (required, rest): (Vec<_>, Vec<_>) = columns.iter().partition(|column| column.is_required());
        let optional: Vec<_> = rest.into_iter().filter(|column| column.is_writable()).collect();
        let members: Vec<_> = required.iter().map(|column| column.field.ident).collect();
        let types: Vec<_> = required.iter().map(|column| column.field.ty).collect();
        let names: Vec<_> = required.iter().map(|column| &column.name).collect();
        let member_docs = required
            .iter()
            .map(|column| docs(column.field.attributes, &format!("Column `{}`.", column.name)));
        let doc =
            format!("A new row of the table `{}`. Columns that may be left out are methods.", options.name);
        // Room for a few setters, so that the list need not move for them.
        let room = required.len() + optional.len().min(4);
        let mutable = (!required.is_empty()).then(|| quote!(mut));
        let optional = self.optional(new, &optional);
        Ok(quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            #vis struct #new { #(#member_docs #vis #members: #types),* }

            impl #k::Insertable<#ident> for #new {
                fn into_assignments(self) -> ::std::vec::Vec<#k::Assignment> {
                    let #mutable assignments = ::std::vec::Vec::with_capacity(#room);
                    #(assignments.push(#k::stored::<#types, _>(#names, self.#members));)*
                    assignments
                }
            }

            #optional
        })
    }

    /// The setters, and the struct that they lead to.
    fn optional(&self, new: &syn::Ident, optional: &[&Column<'_>]) -> TokenStream {
        let Table { k, ident, vis, options, .. } = self;
        if optional.is_empty() {
            return TokenStream::new();
        }
        let row = format_ident!("{new}Row");
        let doc = format!("A new row of the table `{}` with columns that may be left out.", options.name);
        let setters = self.setters(optional);
        let members: Vec<_> = optional.iter().map(|column| column.field.ident).collect();
        let types: Vec<_> = optional.iter().map(|column| column.field.ty).collect();
        let setter_docs = optional.iter().map(|column| self.setter_doc(column));
        quote! {
            impl #new {
                #(#setter_docs
                #vis fn #members(self, value: impl #k::Storable<#types, Refs: #k::NoTables>) -> #row {
                    // Written out: a column may be called `from`.
                    <#row as ::core::convert::From<Self>>::from(self).#members(value)
                })*
            }

            #[doc = #doc]
            #[derive(Clone, Debug)]
            #vis struct #row { assignments: ::std::vec::Vec<#k::Assignment> }

            impl ::core::convert::From<#new> for #row {
                fn from(new: #new) -> Self {
                    #row { assignments: #k::Insertable::<#ident>::into_assignments(new) }
                }
            }

            impl #row { #setters }

            impl #k::Insertable<#ident> for #row {
                fn into_assignments(self) -> ::std::vec::Vec<#k::Assignment> {
                    self.assignments
                }
            }
        }
    }

    /// Methods that set a column among `self.assignments`.
    pub(super) fn setters(&self, columns: &[&Column<'_>]) -> TokenStream {
        let Table { k, vis, .. } = self;
        let members: Vec<_> = columns.iter().map(|column| column.field.ident).collect();
        let types: Vec<_> = columns.iter().map(|column| column.field.ty).collect();
        let names: Vec<_> = columns.iter().map(|column| &column.name).collect();
        let setter_docs = columns.iter().map(|column| self.setter_doc(column));
        quote! {
            #(#setter_docs
            #[must_use = "returns the changed value"]
            #vis fn #members(mut self, value: impl #k::Storable<#types, Refs: #k::NoTables>) -> Self {
                #k::assign(&mut self.assignments, #names, value.into_stored());
                self
            })*
        }
    }

    fn setter_doc(&self, column: &Column<'_>) -> TokenStream {
        docs(column.field.attributes, &format!("Sets the column `{}`.", column.name))
    }
}
