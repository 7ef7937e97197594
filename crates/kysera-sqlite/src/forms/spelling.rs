//! A form as SQL names it, and what a value becomes in it.

use kysera_sql::form::Form;
use rusqlite::types::{Value, ValueRef};

/// The forms of a column: of instants, those without a zone have no `Z`.
#[derive(Clone, Copy)]
pub(super) struct Spelling {
    pub(super) form: Form,
    pub(super) local: bool,
}

/// What a value is in a form.
pub(super) enum Written {
    /// It is stored so.
    Exactly(Value),
    /// Nothing that is stored so is the value; this lies where it would be, and is equal to nothing.
    Beside(Value, &'static str),
}

impl Spelling {
    /// Reads `iso_millis` or `iso_millis local`.
    pub(super) fn parse(text: &str) -> Option<Spelling> {
        let (name, local) = text.strip_suffix(" local").map_or((text, false), |name| (name, true));
        Form::parse(name).map(|form| Spelling { form, local })
    }

    /// What is stored in it, for messages.
    pub(super) fn example(self) -> &'static str {
        match (self.form, self.local) {
            (Form::UuidText, _) => "text as 67e55044-10b1-426f-9247-bb680e5fe0c8",
            (Form::UuidHex, _) => "text as 67e5504410b1426f9247bb680e5fe0c8",
            (Form::IsoSeconds, false) => "text as 2024-01-31T12:00:00Z",
            (Form::IsoMillis, false) => "text as 2024-01-31T12:00:00.000Z",
            (Form::IsoMicros, false) => "text as 2024-01-31T12:00:00.000000Z",
            (Form::IsoSeconds, true) => "text as 2024-01-31T12:00:00",
            (Form::IsoMillis, true) => "text as 2024-01-31T12:00:00.000",
            (Form::IsoMicros, true) => "text as 2024-01-31T12:00:00.000000",
            (Form::TextSeconds, _) => "text as 2024-01-31 12:00:00",
            (Form::TextMillis, _) => "text as 2024-01-31 12:00:00.000",
            (Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros, _) => {
                "an integer of the years 0 to 9999"
            }
            (Form::JulianDay, _) => "a number of the years 0 to 9999",
            (Form::DecimalReal, _) => "a number",
            (Form::Scaled(_), _) => "an integer",
            _ => "another form",
        }
    }
}

pub(super) fn text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}
