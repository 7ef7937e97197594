//! The form in which SQLite keeps a column: `#[column(form = "..")]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Error, Ident, LitStr, Result, Type};

/// Their names, the variants of `Form` that they are, and the type that they are for.
const FORMS: [(&str, &str, &str); 12] = [
    ("uuid_text", "UuidText", UUID),
    ("uuid_hex", "UuidHex", UUID),
    ("iso_seconds", "IsoSeconds", INSTANT),
    ("iso_millis", "IsoMillis", INSTANT),
    ("iso_micros", "IsoMicros", INSTANT),
    ("text_seconds", "TextSeconds", INSTANT),
    ("text_millis", "TextMillis", INSTANT),
    ("unix_seconds", "UnixSeconds", ZONED),
    ("unix_millis", "UnixMillis", ZONED),
    ("unix_micros", "UnixMicros", ZONED),
    ("julian_day", "JulianDay", ZONED),
    ("decimal_real", "DecimalReal", DECIMAL),
];

const UUID: &str = "a UUID, such as `uuid::Uuid`";
const INSTANT: &str = "an instant, or a date and time, such as `jiff::Timestamp` or `jiff::civil::DateTime`";
const ZONED: &str = "an instant, such as `jiff::Timestamp`";
const DECIMAL: &str = "a decimal, such as `rust_decimal::Decimal`";

/// A form, where it was written.
pub(super) struct Form {
    variant: Ident,
    places: Option<u8>,
    name: String,
    holds: &'static str,
    span: Span,
}

impl Form {
    pub(super) fn parse(literal: &LitStr) -> Result<Form> {
        let (name, span) = (literal.value(), literal.span());
        if let Some(places) = name.strip_prefix("scaled(").and_then(|rest| rest.strip_suffix(')')) {
            let places = places.parse().ok().filter(|places| *places <= 18);
            let places = Some(places.ok_or_else(|| {
                Error::new(span, "`scaled(n)` has the digits behind the point, from 0 to 18: `scaled(2)`")
            })?);
            return Ok(Form { variant: format_ident!("Scaled"), places, name, holds: DECIMAL, span });
        }
        match FORMS.iter().find(|(known, ..)| *known == name) {
            Some((_, variant, holds)) => {
                Ok(Form { variant: format_ident!("{variant}"), places: None, name, holds, span })
            }
            None => {
                let known: Vec<_> = FORMS.iter().map(|(known, ..)| format!("`{known}`")).collect();
                Err(Error::new(span, format!("expected {} or `scaled(2)`", known.join(", "))))
            }
        }
    }

    /// The form of a column, in a constant where it is checked that it fits the type of the field.
    pub(super) fn of(&self, k: &TokenStream, column: &str, ty: &Type) -> TokenStream {
        let Form { variant, places, name, holds, span } = self;
        let places = places.map(|places| quote!((#places)));
        let form = quote!(#k::Form::#variant #places);
        let message = format!("the form `{name}` is for a field that holds {holds}");
        let fits = quote_spanned!(*span=> assert!(#form.fits(<#ty as #k::SqlValue>::TYPE), #message));
        quote!({ #fits; #k::ColumnForm::new(#column, #form) })
    }
}
