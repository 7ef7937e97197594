//! The constant that holds a table's columns, and its type.

use super::{Table, docs};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Table<'_> {
    pub(super) fn columns(&self) -> TokenStream {
        let Table { k, ident, vis, options, columns } = self;
        let table = &options.name;
        let ty = format_ident!("{}Columns", syn::ext::IdentExt::unraw(*ident));
        let members: Vec<_> = columns.iter().map(|column| column.field.ident).collect();
        let types: Vec<_> = columns.iter().map(|column| column.field.ty).collect();
        let names: Vec<_> = columns.iter().map(|column| &column.name).collect();
        let fields: Vec<_> = columns.iter().map(|column| &column.field.name).collect();
        let member_docs =
            columns.iter().map(|column| docs(column.field.attributes, &format!("Column `{}`.", column.name)));
        let type_doc = format!("The columns of the table `{table}`, under the mark `Mark`.");
        let all_doc = format!("Every column of `{table}`, read as [`{ident}`].");
        let constant_doc = format!("The columns of the table `{table}`.");
        quote! {
            #[doc = #type_doc]
            #vis struct #ty<Mark = #ident> {
                #(#member_docs #vis #members: #k::Column<Mark, #types>,)*
                __table: #k::StaticName,
            }

            #[doc = #constant_doc]
            #[allow(non_upper_case_globals, reason = "called as the table, so that columns read `Table.column`")]
            #vis const #ident: #ty = #ty::__new(&#table);

            impl<Mark> #ty<Mark> {
                #[doc(hidden)]
                #vis const fn __new(table: #k::StaticName) -> Self {
                    #ty { #(#members: #k::Column::new(table, &#names),)* __table: table }
                }

                #[doc = #all_doc]
                #vis const fn all(&self) -> #k::AllOf<Mark, #ident> {
                    #k::AllOf::new(self.__table, const { &[#(#k::Selected {
                        column: #names,
                        field: #fields,
                        ty: <#types as #k::SqlValue>::TYPE,
                    }),*] })
                }
            }

            // A table may be used through its columns alone; its fields are not dead for that.
            const _: fn(&#ident) = |row| {
                let _ = (#(&row.#members,)*);
            };

            impl<Mark> ::core::marker::Copy for #ty<Mark> {}

            impl<Mark> ::core::clone::Clone for #ty<Mark> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<Mark> ::core::fmt::Debug for #ty<Mark> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(self.__table)
                }
            }

            impl<Mark> #k::Source for #ty<Mark> {
                type Mark = Mark;
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

            impl<Mark> #k::TableSource for #ty<Mark> {}

            impl<Mark> #k::Aliased for #ty<Mark> {
                type As<Other> = #ty<Other>;
                fn aliased<Other>(&self, alias: #k::StaticName) -> #ty<Other> {
                    #ty::__new(alias)
                }
            }
        }
    }
}
