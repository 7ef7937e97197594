//! The constant that holds a table's columns, and its type.

use super::{Table, docs};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type};

/// What the parts of the expansion share.
struct Parts<'a> {
    /// `PersonColumns`.
    ty: Ident,
    members: Vec<&'a Ident>,
    types: Vec<&'a Type>,
    names: Vec<&'a String>,
}

impl Table<'_> {
    pub(super) fn columns(&self) -> TokenStream {
        let parts = Parts {
            ty: format_ident!("{}Columns", syn::ext::IdentExt::unraw(self.ident)),
            members: self.columns.iter().map(|column| column.field.ident).collect(),
            types: self.columns.iter().map(|column| column.field.ty).collect(),
            names: self.columns.iter().map(|column| &column.name).collect(),
        };
        let mut tokens = self.columns_type(&parts);
        tokens.extend(self.columns_methods(&parts));
        tokens.extend(Self::copies(&parts));
        tokens.extend(self.sources(&parts));
        tokens
    }

    /// The type and the constant. A table of the user's may be called `Mark`, so the parameter is not.
    fn columns_type(&self, parts: &Parts<'_>) -> TokenStream {
        let Table { k, ident, vis, options, columns } = self;
        let Parts { ty, members, types, .. } = parts;
        let table = &options.name;
        let member_docs =
            columns.iter().map(|column| docs(column.field.attributes, &format!("Column `{}`.", column.name)));
        let type_doc =
            format!("The columns of the table `{table}`, under a mark: its own, or that of an alias.");
        let constant_doc = format!("The columns of the table `{table}`.");
        quote! {
            #[doc = #type_doc]
            #vis struct #ty<__Mark = #ident> {
                #(#member_docs #vis #members: #k::Column<__Mark, #types>,)*
                __table: #k::StaticName,
            }

            #[doc = #constant_doc]
            #[allow(non_upper_case_globals, reason = "called as the table, so that columns read `Table.column`")]
            #vis const #ident: #ty = #ty::__new(&#table);

            // A table may be used through its columns alone; its fields are not dead for that.
            const _: fn(&#ident) = |row| {
                let _ = (#(&row.#members,)*);
            };
        }
    }

    fn columns_methods(&self, parts: &Parts<'_>) -> TokenStream {
        let Table { k, ident, vis, options, columns } = self;
        let Parts { ty, members, types, names } = parts;
        let fields: Vec<_> = columns.iter().map(|column| &column.field.name).collect();
        let all_doc = format!("Every column of `{}`, read as [`{ident}`].", options.name);
        quote! {
            impl<__Mark> #ty<__Mark> {
                #[doc(hidden)]
                #vis const fn __new(table: #k::StaticName) -> Self {
                    #ty { #(#members: #k::Column::new(table, &#names),)* __table: table }
                }

                #[doc = #all_doc]
                #vis const fn all(&self) -> #k::AllOf<__Mark, #ident> {
                    #k::AllOf::new(self.__table, const { &[#(#k::Selected {
                        column: #names,
                        field: #fields,
                        ty: <#types as #k::SqlValue>::TYPE,
                    }),*] })
                }
            }
        }
    }

    /// Written out, because a derive would ask the mark for the same.
    fn copies(parts: &Parts<'_>) -> TokenStream {
        let ty = &parts.ty;
        quote! {
            impl<__Mark> ::core::marker::Copy for #ty<__Mark> {}

            impl<__Mark> ::core::clone::Clone for #ty<__Mark> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<__Mark> ::core::fmt::Debug for #ty<__Mark> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(self.__table)
                }
            }
        }
    }

    /// What lets it be in FROM and under an alias.
    fn sources(&self, parts: &Parts<'_>) -> TokenStream {
        let Table { k, ident, .. } = self;
        let ty = &parts.ty;
        quote! {
            impl<__Mark> #k::Source for #ty<__Mark> {
                type Mark = __Mark;
                fn to_item(&self) -> #k::FromItem {
                    #k::table_item(<#ident as #k::Table>::META, self.__table)
                }
                #[inline]
                fn begin(&self) -> ::std::boxed::Box<#k::Select> {
                    #k::from_table(<#ident as #k::Table>::META, self.__table)
                }
                #[inline]
                fn join_to(&self, query: &mut #k::Select, kind: #k::JoinKind, on: #k::Node) {
                    #k::join_table(query, kind, <#ident as #k::Table>::META, self.__table, on);
                }
            }

            impl<__Mark> #k::TableSource for #ty<__Mark> {}

            impl<__Mark> #k::Aliased for #ty<__Mark> {
                type As<Other> = #ty<Other>;
                fn aliased<Other>(&self, alias: #k::StaticName) -> #ty<Other> {
                    #ty::__new(alias)
                }
            }
        }
    }
}
