//! `#[derive(SqlEnum)]`: a Rust enum as an enum of the database.
//!
//! Only says which label each variant has; how text becomes a value is the library's business.

use crate::krate;
use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashMap;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitBool, LitStr, Result, Variant};

/// What `#[sql_enum(..)]` says on the enum.
struct Options {
    krate: syn::Path,
    name: Option<String>,
    rename_all: Option<Case>,
    /// It prints and parses as its label.
    text: bool,
}

/// A variant and its label.
struct Label<'a> {
    variant: &'a Ident,
    text: String,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "`SqlEnum` is for enums; derive `SqlType` for a newtype",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(&input.generics, "an enum of the database has no parameters"));
    }
    if data.variants.is_empty() {
        return Err(Error::new_spanned(&input.ident, "an enum of the database has at least one label"));
    }
    let options = options(input)?;
    let labels = labels(&options, data.variants.iter())?;
    Ok(generate(input, &options, &labels))
}

fn options(input: &DeriveInput) -> Result<Options> {
    let mut options = Options { krate: krate::default_path(), name: None, rename_all: None, text: true };
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("sql_enum")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                options.krate = krate::parse_path(&meta)?;
            } else if meta.path.is_ident("name") {
                options.name = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("rename_all") {
                options.rename_all = Some(Case::parse(&meta.value()?.parse()?)?);
            } else if meta.path.is_ident("text") {
                options.text = meta.value()?.parse::<LitBool>()?.value();
            } else {
                return Err(meta.error("expected `name`, `rename_all`, `text` or `crate`"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn labels<'a>(options: &Options, variants: impl Iterator<Item = &'a Variant>) -> Result<Vec<Label<'a>>> {
    let mut labels = Vec::new();
    let mut taken = HashMap::new();
    for variant in variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a label of the database carries no fields"));
        }
        let name = syn::ext::IdentExt::unraw(&variant.ident).to_string();
        let text = match rename(variant)? {
            Some(text) => text,
            None => options.rename_all.map_or_else(|| name.clone(), |case| case.apply(&name)),
        };
        if let Some(first) = taken.insert(text.clone(), &variant.ident) {
            let message = format!("the label {text:?} is that of `{first}` already");
            return Err(Error::new_spanned(variant, message));
        }
        labels.push(Label { variant: &variant.ident, text });
    }
    Ok(labels)
}

/// `#[sql_enum(rename = "..")]` on a variant.
fn rename(variant: &Variant) -> Result<Option<String>> {
    let mut text = None;
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("sql_enum")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename") {
                return Err(meta.error("expected `rename`"));
            }
            text = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    Ok(text)
}

fn generate(input: &DeriveInput, options: &Options, labels: &[Label<'_>]) -> TokenStream {
    let (ident, krate) = (&input.ident, &options.krate);
    let expected = syn::ext::IdentExt::unraw(ident).to_string();
    let name = options.name.clone().unwrap_or_else(|| expected.to_snake_case());
    let texts: Vec<_> = labels.iter().map(|label| &label.text).collect();
    let variants: Vec<_> = labels.iter().map(|label| label.variant).collect();
    let methods = methods(input, &texts, &variants);
    let text = options.text.then(|| text(ident, &texts, &variants));
    quote! {
        const _: () = {
            use #krate::__private as kysera;

            static TYPE: kysera::CustomType = kysera::CustomType::labelled(#name, &[#(#texts),*]);

            #methods
            #text

            impl kysera::ToValue for #ident {
                const SQL_TYPE: kysera::SqlType = kysera::SqlType::Custom(&TYPE);

                fn to_value(self) -> kysera::Value {
                    kysera::Value::Custom(&TYPE, ::std::borrow::Cow::Borrowed(self.label()))
                }
            }

            impl kysera::InSource for #ident {
                fn into_literal(self) -> kysera::Literal {
                    kysera::Literal::Label(&TYPE, self.label())
                }
            }

            impl kysera::FromCell for #ident {
                fn from_cell(cell: kysera::Cell<'_>) -> ::core::result::Result<Self, kysera::CellError> {
                    match &*kysera::read_text(cell, #expected)? {
                        #(#texts => ::core::result::Result::Ok(Self::#variants),)*
                        _ => ::core::result::Result::Err(kysera::unknown_label(#expected)),
                    }
                }
            }

            kysera::scalar!(#ident);
            kysera::sql_value!(#ident);
        };
    }
}

/// What the enum itself gets: the labels, which an application shows and reads too.
fn methods(input: &DeriveInput, texts: &[&String], variants: &[&Ident]) -> TokenStream {
    let DeriveInput { ident, vis, .. } = input;
    quote! {
        #[allow(dead_code, reason = "an application need not ask for labels")]
        impl #ident {
            /// Its label in the database.
            #[must_use]
            #vis const fn label(&self) -> &'static str {
                match self {
                    #(Self::#variants => #texts,)*
                }
            }

            /// The labels of all variants, in the order of the enum.
            #[must_use]
            #vis const fn labels() -> &'static [&'static str] {
                TYPE.labels
            }

            /// All variants, in the order of the enum.
            #[must_use]
            #vis const fn variants() -> &'static [Self] {
                &[#(Self::#variants),*]
            }
        }
    }
}

/// It prints as its label, and is parsed of one.
fn text(ident: &Ident, texts: &[&String], variants: &[&Ident]) -> TokenStream {
    quote! {
        impl ::core::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.label())
            }
        }

        impl ::core::str::FromStr for #ident {
            type Err = kysera::UnknownLabel;

            fn from_str(text: &str) -> ::core::result::Result<Self, kysera::UnknownLabel> {
                match text {
                    #(#texts => ::core::result::Result::Ok(Self::#variants),)*
                    _ => ::core::result::Result::Err(kysera::UnknownLabel::of(&TYPE)),
                }
            }
        }
    }
}

/// How labels are made of variants' names.
#[derive(Clone, Copy)]
enum Case {
    Lower,
    Upper,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
    Camel,
    Pascal,
}

impl Case {
    fn parse(text: &LitStr) -> Result<Case> {
        Ok(match text.value().as_str() {
            "lowercase" => Case::Lower,
            "UPPERCASE" => Case::Upper,
            "snake_case" => Case::Snake,
            "SCREAMING_SNAKE_CASE" => Case::ScreamingSnake,
            "kebab-case" => Case::Kebab,
            "SCREAMING-KEBAB-CASE" => Case::ScreamingKebab,
            "camelCase" => Case::Camel,
            "PascalCase" => Case::Pascal,
            _ => {
                let message = "expected \"lowercase\", \"UPPERCASE\", \"snake_case\", \"SCREAMING_SNAKE_CASE\", \
                               \"kebab-case\", \"SCREAMING-KEBAB-CASE\", \"camelCase\" or \"PascalCase\"";
                return Err(Error::new_spanned(text, message));
            }
        })
    }

    fn apply(self, name: &str) -> String {
        match self {
            Case::Lower => name.to_lowercase(),
            Case::Upper => name.to_uppercase(),
            Case::Snake => name.to_snake_case(),
            Case::ScreamingSnake => name.to_shouty_snake_case(),
            Case::Kebab => name.to_kebab_case(),
            Case::ScreamingKebab => name.to_shouty_kebab_case(),
            Case::Camel => name.to_lower_camel_case(),
            Case::Pascal => name.to_pascal_case(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(input: &str) -> String {
        let input = syn::parse_str(input).expect("it is an item");
        derive(&input).expect_err("this is no enum of a database").to_string()
    }

    #[test]
    fn what_is_no_enum_of_a_database_is_refused() {
        for (input, message) in [
            ("struct Mood;", "`SqlEnum` is for enums; derive `SqlType` for a newtype"),
            ("enum Mood {}", "an enum of the database has at least one label"),
            ("enum Mood<T> { Happy }", "an enum of the database has no parameters"),
            ("enum Mood { Happy(i64) }", "a label of the database carries no fields"),
        ] {
            assert_eq!(refused(input), message);
        }
    }

    #[test]
    fn two_variants_cannot_have_one_label() {
        let renamed = r#"#[sql_enum(rename_all = "lowercase")] enum Mood { Happy, #[sql_enum(rename = "happy")] Glad }"#;
        assert_eq!(refused(renamed), "the label \"happy\" is that of `Happy` already");
    }

    #[test]
    fn unknown_options_and_cases_are_refused() {
        let option = refused(r#"#[sql_enum(nam = "mood")] enum Mood { Happy }"#);
        assert!(option.starts_with("expected `name`"), "{option}");
        let case = refused(r#"#[sql_enum(rename_all = "Title")] enum Mood { Happy }"#);
        assert!(case.starts_with("expected \"lowercase\""), "{case}");
        assert_eq!(refused(r#"enum Mood { #[sql_enum(name = "x")] Happy }"#), "expected `rename`");
    }

    #[test]
    fn cases_are_those_of_serde() {
        let table = [
            (Case::Lower, "quitesad"),
            (Case::Upper, "QUITESAD"),
            (Case::Snake, "quite_sad"),
            (Case::ScreamingSnake, "QUITE_SAD"),
            (Case::Kebab, "quite-sad"),
            (Case::ScreamingKebab, "QUITE-SAD"),
            (Case::Camel, "quiteSad"),
            (Case::Pascal, "QuiteSad"),
        ];
        for (case, label) in table {
            assert_eq!(case.apply("QuiteSad"), label);
        }
    }
}
