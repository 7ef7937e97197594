//! The static description of a table.

use super::Table;
use super::options::{Column, Generated};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Error, Ident, Result};

impl Table<'_> {
    pub(super) fn meta(&self) -> Result<TokenStream> {
        let Table { k, ident, options, columns, .. } = self;
        let name = &options.name;
        let columns_ty = format_ident!("{}Columns", syn::ext::IdentExt::unraw(*ident));
        let schema = options.schema.as_ref().map(|schema| quote!(.with_schema(#schema)));
        let column_metas = columns.iter().map(|column| self.column_meta(column));
        let primary_key = self.primary_key()?;
        let unique = self.unique()?;
        let foreign_keys = columns.iter().filter_map(|column| self.foreign_key(column));
        let forms = self.forms();
        let keyed = self.keyed(&primary_key);
        let key = self.names(&primary_key);
        Ok(quote! {
            #keyed

            impl #k::Table for #ident {
                const META: &'static #k::TableMeta = {
                    static META: #k::TableMeta = #k::TableMeta::new(#name, const { &[#(#column_metas),*] })
                        #schema
                        .with_primary_key(#key)
                        .with_unique(const { &[#(#unique),*] })
                        .with_foreign_keys(const { &[#(#foreign_keys),*] })
                        #forms;
                    &META
                };
                type Columns<__Mark> = #columns_ty<__Mark>;
                const COLUMNS: #columns_ty<#ident> = #columns_ty::__new(&#name);
                const ALL: #k::AllOf<#ident, #ident> = #columns_ty::<#ident>::__new(&#name).all();
                fn columns<__Mark>(alias: #k::StaticName) -> #columns_ty<__Mark> {
                    #columns_ty::__new(alias)
                }
                fn all<__Mark>(alias: #k::StaticName) -> #k::AllOf<__Mark, #ident> {
                    #columns_ty::<__Mark>::__new(alias).all()
                }
            }
        })
    }

    /// How a row is found by its primary key, where there is one.
    fn keyed(&self, primary_key: &[&str]) -> TokenStream {
        let Table { k, ident, options, .. } = self;
        let of = |name: &&str| self.columns.iter().find(|column| column.name == **name);
        let types: Vec<_> = primary_key.iter().filter_map(of).map(|column| column.field.ty).collect();
        let (key, pattern) = match (primary_key.len(), types.as_slice()) {
            (0, _) => return TokenStream::new(),
            (1, [ty]) => (quote!(#ty), quote!(k0)),
            _ => {
                let names = (0..types.len()).map(|at| format_ident!("k{at}"));
                (quote!((#(#types),*)), quote!((#(#names),*)))
            }
        };
        let values = (0..types.len()).map(|at| format_ident!("k{at}"));
        let table = &options.name;
        quote! {
            impl #k::Keyed for #ident {
                type Key = #key;
                fn has_key(key: #key) -> #k::Predicate<#ident> {
                    let #pattern = key;
                    #k::key_is(#table, [#((#primary_key, #k::ToValue::to_value(#values))),*])
                }
            }
        }
    }

    fn column_meta(&self, column: &Column<'_>) -> TokenStream {
        let k = &self.k;
        let name = &column.name;
        let ty = column.field.ty;
        let generated = match column.generated {
            Generated::No => quote!(No),
            Generated::ByDefault => quote!(ByDefault),
            Generated::Always => quote!(Always),
        };
        let default = column.default.as_ref().map(|default| quote!(.with_default(#default)));
        quote! {
            #k::ColumnMeta::new(#name, <#ty as #k::SqlValue>::TYPE)
                .with_nullable(#k::nullable::<#ty>())
                .with_generated(#k::Generated::#generated)
                #default
        }
    }

    /// `.with_forms(..)`, where a column has one.
    fn forms(&self) -> Option<TokenStream> {
        let k = &self.k;
        let of = |column: &Column<'_>| Some(column.form.as_ref()?.of(k, &column.name, column.field.ty));
        let forms: Vec<_> = self.columns.iter().filter_map(of).collect();
        (!forms.is_empty()).then(|| quote!(.with_forms(const { &[#(#forms),*] })))
    }

    fn primary_key(&self) -> Result<Vec<&str>> {
        let marked: Vec<_> = self.columns.iter().filter(|column| column.primary_key).collect();
        if self.options.primary_key.is_empty() {
            return Ok(marked.into_iter().map(|column| column.name.as_str()).collect());
        }
        self.named(&self.options.primary_key)
    }

    fn unique(&self) -> Result<Vec<TokenStream>> {
        let k = &self.k;
        let alone = self.columns.iter().filter(|column| column.unique).map(|column| &*column.name);
        let mut unique: Vec<_> = alone.map(|name| self.names(&[name])).collect();
        for constraint in &self.options.unique {
            unique.push(self.names(&self.named(constraint)?));
        }
        Ok(unique.into_iter().map(|columns| quote!(#k::UniqueKey::new(#columns))).collect())
    }

    /// The columns of these fields.
    fn named(&self, fields: &[Ident]) -> Result<Vec<&str>> {
        let column = |field: &Ident| {
            let found = self.columns.iter().find(|column| column.field.ident == field);
            found
                .map(|column| column.name.as_str())
                .ok_or_else(|| Error::new_spanned(field, format!("there is no field `{field}`")))
        };
        fields.iter().map(column).collect()
    }

    fn foreign_key(&self, column: &Column<'_>) -> Option<TokenStream> {
        let k = &self.k;
        let reference = column.references.as_ref()?;
        let (own, referenced) = (self.names(&[&*column.name]), self.names(&[&*reference.column]));
        let table = &reference.table;
        let schema = reference.schema.as_ref().map(|schema| quote!(.with_schema(#schema)));
        let on_delete = column.on_delete.as_ref().map(|action| quote!(.with_on_delete(#action)));
        Some(quote! {
            #k::ForeignKey::new(#own, #k::TableName::new(#table) #schema, #referenced) #on_delete
        })
    }

    /// A constant list of names.
    fn names(&self, names: &[&str]) -> TokenStream {
        let k = &self.k;
        quote!(const { &[#(#k::Name::Borrowed(#names)),*] })
    }
}
