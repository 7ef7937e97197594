//! The derives of Kysera and the procedural half of its `row!` macro.
//!
//! Generated code names the library by `::kysera`, or by the path that an attribute gives (`crate = path`).
//!
//! **For whom:** nobody directly. The crate `kysera` re-exports what is here.
//!
//! **Where to begin:** with [`Table`](derive@Table); the documentation of `kysera` says what each derive makes.

mod fields;
mod from_row;
mod krate;
mod policy_context;
mod row;
mod sql_enum;
mod sql_type;
mod table;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// # Attributes
/// * `name`: the type's name in the database; without it the enum's name in `snake_case`.
/// * `rename_all`: how labels are made of variants' names, as serde names the cases; without it they are the names.
/// * `rename`, on a variant: its label.
/// * `text = false`: leaves out `Display` and `FromStr`, for an enum that has its own.
/// * `crate`: where the library is, when it is not `::kysera`.
#[proc_macro_derive(SqlEnum, attributes(sql_enum))]
pub fn sql_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    sql_enum::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// # Attributes
/// * `crate`: where the library is, when it is not `::kysera`.
#[proc_macro_derive(PolicyContext, attributes(policy_context))]
pub fn policy_context(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    policy_context::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// # Attributes
/// * `number`: it computes, with itself and with what it wraps: `+`, `-`, `*`, `/`, `%`, `sum`, `avg`.
/// * `crate`: where the library is, when it is not `::kysera`.
#[proc_macro_derive(SqlType, attributes(sql_type))]
pub fn sql_type(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    sql_type::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

// What these derives do is documented where users find them: in `kysera-sql`.
#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_derive(Table, attributes(table, column))]
pub fn table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    table::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

#[expect(missing_docs, reason = "documented at the re-export")]
#[proc_macro_derive(FromRow, attributes(from_row))]
pub fn from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    from_row::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// The procedural half of `row!`, which passes the path to `__private` in front.
#[doc(hidden)]
#[proc_macro]
pub fn __row(input: TokenStream) -> TokenStream {
    parse_macro_input!(input as row::Row).expand().into()
}
