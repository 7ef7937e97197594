//! The attributes of `derive(Table)`.

use super::form::Form;
use crate::fields::Field;
use crate::krate;
use heck::ToSnakeCase;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{DeriveInput, Error, Ident, LitBool, LitStr, Path, Result, Token, Type, parenthesized};

/// What `#[table(..)]` says.
pub(super) struct Options {
    pub(super) krate: Path,
    pub(super) name: String,
    pub(super) schema: Option<String>,
    pub(super) primary_key: Vec<Ident>,
    pub(super) unique: Vec<Vec<Ident>>,
    /// The name of the struct for new rows; `None` leaves it out.
    pub(super) new: Option<Ident>,
    /// The name of the struct for changes; `None` leaves it out.
    pub(super) patch: Option<Ident>,
}

impl Options {
    pub(super) fn parse(input: &DeriveInput) -> Result<Options> {
        let ident = input.ident.unraw();
        let mut options = Options {
            krate: krate::default_path(),
            name: ident.to_string().to_snake_case(),
            schema: None,
            primary_key: Vec::new(),
            unique: Vec::new(),
            new: Some(quote::format_ident!("New{ident}")),
            patch: Some(quote::format_ident!("{ident}Patch")),
        };
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("table")) {
            attribute.parse_nested_meta(|meta| options.read(&meta))?;
        }
        Ok(options)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let known = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match known.as_str() {
            "crate" => self.krate = krate::parse_path(meta)?,
            "name" => self.name = text(meta)?,
            "schema" => self.schema = Some(text(meta)?),
            "primary_key" => self.primary_key = idents(meta)?,
            "unique" => self.unique.push(idents(meta)?),
            "new" => self.new = companion(meta, self.new.take())?,
            "patch" => self.patch = companion(meta, self.patch.take())?,
            _ => {
                return Err(meta
                    .error("expected `name`, `schema`, `primary_key`, `unique`, `new`, `patch` or `crate`"));
            }
        }
        Ok(())
    }
}

/// `new = "Name"` or `new = false`.
fn companion(meta: &ParseNestedMeta<'_>, default: Option<Ident>) -> Result<Option<Ident>> {
    let value = meta.value()?;
    if value.peek(LitBool) {
        return Ok(default.filter(|_| value.parse::<LitBool>().is_ok_and(|wanted| wanted.value)));
    }
    value.parse::<LitStr>()?.parse().map(Some)
}

/// A field, and what `#[column(..)]` says of it.
pub(super) struct Column<'a> {
    pub(super) field: &'a Field<'a>,
    pub(super) name: String,
    pub(super) primary_key: bool,
    pub(super) unique: bool,
    pub(super) generated: Generated,
    pub(super) default: Option<String>,
    /// True when a new row may leave it out although the table has no default for it.
    pub(super) left_out: bool,
    pub(super) references: Option<Reference>,
    pub(super) on_delete: Option<String>,
    pub(super) form: Option<Form>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Generated {
    No,
    ByDefault,
    Always,
}

/// `table.column`.
pub(super) struct Reference {
    pub(super) schema: Option<String>,
    pub(super) table: String,
    pub(super) column: String,
}

impl<'a> Column<'a> {
    pub(super) fn parse(field: &'a Field<'a>) -> Result<Self> {
        let mut column = Column {
            field,
            name: field.name.clone(),
            primary_key: false,
            unique: false,
            generated: Generated::No,
            default: None,
            left_out: false,
            references: None,
            on_delete: None,
            form: None,
        };
        for attribute in field.attributes.iter().filter(|attribute| attribute.path().is_ident("column")) {
            attribute.parse_nested_meta(|meta| column.read(&meta))?;
        }
        if column.on_delete.is_some() && column.references.is_none() {
            return Err(Error::new_spanned(field.ident, "`on_delete` needs `references = \"table.column\"`"));
        }
        Ok(column)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let known = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match known.as_str() {
            "name" => self.name = text(meta)?,
            "primary_key" => self.primary_key = true,
            "unique" => self.unique = true,
            "generated" => self.generated = Generated::ByDefault,
            "generated_always" => self.generated = Generated::Always,
            // Alone it says that a plugin or a trigger gives the value.
            "default" if !meta.input.peek(Token![=]) => self.left_out = true,
            "default" => self.default = Some(text(meta)?),
            "references" => self.references = Some(reference(meta)?),
            "form" => self.form = Some(Form::parse(&meta.value()?.parse()?)?),
            "on_delete" => self.on_delete = Some(text(meta)?),
            _ => {
                return Err(meta.error(
                    "expected `name`, `primary_key`, `unique`, `generated`, `generated_always`, `default`, \
                     `form`, `references` or `on_delete`",
                ));
            }
        }
        Ok(())
    }

    /// True when a new row must give it: a plain field of the struct for new rows.
    pub(super) fn is_required(&self) -> bool {
        self.generated == Generated::No
            && self.default.is_none()
            && !self.left_out
            && !is_option(self.field.ty)
    }

    /// True when a statement may give it at all.
    pub(super) fn is_writable(&self) -> bool {
        self.generated != Generated::Always
    }
}

/// By its name: a macro sees no types. An alias of `Option` is a required field, which is right all the same.
fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

fn idents(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let content;
    parenthesized!(content in meta.input);
    let idents = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
    Ok(idents.into_iter().collect())
}

fn reference(meta: &ParseNestedMeta<'_>) -> Result<Reference> {
    let literal = meta.value()?.parse::<LitStr>()?;
    match literal.value().rsplit_once('.') {
        Some((table, column)) if !table.is_empty() && !column.is_empty() => {
            let (schema, table) = match table.split_once('.') {
                Some((schema, table)) => (Some(schema.to_owned()), table),
                None => (None, table),
            };
            Ok(Reference { schema, table: table.to_owned(), column: column.to_owned() })
        }
        _ => Err(Error::new_spanned(literal, "expected \"table.column\"")),
    }
}
