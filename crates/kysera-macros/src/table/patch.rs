//! The struct for changes: each column is set or kept.

use super::Table;
use proc_macro2::TokenStream;
use quote::quote;

impl Table<'_> {
    pub(super) fn patch(&self) -> TokenStream {
        let Table { k, ident, vis, options, columns } = self;
        let Some(patch) = &options.patch else { return TokenStream::new() };
        let columns: Vec<_> = columns.iter().filter(|column| column.is_writable()).collect();
        let setters = self.setters(&columns);
        let doc = format!("A change of rows of the table `{}`: each column is set or kept.", options.name);
        // A column of this name wins; `default()` is there all the same.
        let new = (!columns.iter().any(|column| column.field.name == "new")).then(|| {
            quote! {
                /// A change that keeps every column.
                #[must_use]
                #vis fn new() -> Self {
                    ::core::default::Default::default()
                }
            }
        });
        quote! {
            #[doc = #doc]
            #[derive(Clone, Debug, Default)]
            #vis struct #patch { assignments: ::std::vec::Vec<#k::Assignment> }

            impl #patch {
                #new
                #setters
            }

            impl #k::Patch<#ident> for #patch {
                fn into_assignments(self) -> ::std::vec::Vec<#k::Assignment> {
                    self.assignments
                }
            }
        }
    }
}
