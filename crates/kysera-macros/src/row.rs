//! `row!`: a local struct with the given fields, and what makes it a selection and a row.
//!
//! One generic struct plays three parts: its fields are expressions in `select`, values in a result, and columns when
//! the row is in FROM. Each line emitted here is compiled for every query of every user.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, FieldValue, Ident, Member, Path, Result, Token, braced, bracketed, token};

/// `[path to __private] name: expression, ..`, perhaps inside `Struct { .. }`.
pub(crate) struct Row {
    library: TokenStream,
    named: Option<Path>,
    fields: Vec<(Ident, Expr)>,
}

impl Parse for Row {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let library;
        bracketed!(library in input);
        let library = library.parse()?;
        let ahead = input.fork();
        let is_named = ahead.call(Path::parse_mod_style).is_ok() && ahead.peek(token::Brace);
        if !is_named {
            return Ok(Row { library, named: None, fields: fields(input)? });
        }
        let named = Some(input.call(Path::parse_mod_style)?);
        let content;
        braced!(content in input);
        let fields = fields(&content)?;
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            Ok(Row { library, named, fields })
        } else {
            Err(input.error("expected the end of `row!`"))
        }
    }
}

fn fields(input: ParseStream<'_>) -> Result<Vec<(Ident, Expr)>> {
    let values = Punctuated::<FieldValue, Token![,]>::parse_terminated(input)?;
    let mut fields: Vec<(Ident, Expr)> = Vec::with_capacity(values.len());
    for value in values {
        let Member::Named(name) = value.member else {
            return Err(Error::new_spanned(value.member, "a field needs a name: `name: expression`"));
        };
        if fields.iter().any(|(given, _)| given.unraw() == name.unraw()) {
            return Err(Error::new_spanned(&name, format!("the field `{}` is given twice", name.unraw())));
        }
        // The types would refuse it too, in fifty lines.
        if let Expr::Lit(literal) = &value.expr {
            let literal = quote::quote!(#literal);
            let message = format!("`{literal}` cannot be selected here: plain values need `val({literal})`");
            return Err(Error::new_spanned(&value.expr, message));
        }
        fields.push((name, value.expr));
    }
    if fields.is_empty() {
        return Err(input.error("a row needs a field: `name: expression`"));
    }
    Ok(fields)
}

impl Row {
    pub(crate) fn expand(&self) -> TokenStream {
        let parts = Parts::new(self);
        match &self.named {
            None => parts.anonymous(),
            Some(path) => parts.named(path),
        }
    }
}

/// The names that generated code repeats, one of each for every field.
struct Parts<'a> {
    k: &'a TokenStream,
    fields: Vec<&'a Ident>,
    names: Vec<String>,
    expressions: Vec<&'a Expr>,
    /// `T0`: the type of the field.
    types: Vec<Ident>,
    /// `I0`: the positions of its tables.
    places: Vec<Ident>,
    /// `v0`: its value, invisible to the expressions of users.
    values: Vec<Ident>,
    class: TokenStream,
    outer: TokenStream,
}

impl<'a> Parts<'a> {
    fn new(row: &'a Row) -> Self {
        let count = row.fields.len();
        let numbered = |letter: char| (0..count).map(|i| format_ident!("{letter}{i}")).collect::<Vec<_>>();
        let types = numbered('T');
        let k = &row.library;
        let class = types.iter().rev().fold(TokenStream::new(), |rest, ty| {
            if rest.is_empty() { quote!(#ty::Class) } else { quote!(<#ty::Class as #k::Class>::Join<#rest>) }
        });
        let outer = types.iter().rev().fold(quote!(Acc), |rest, ty| quote!(#ty::Outer<#rest>));
        Parts {
            k,
            fields: row.fields.iter().map(|(name, _)| name).collect(),
            names: row.fields.iter().map(|(name, _)| name.unraw().to_string()).collect(),
            expressions: row.fields.iter().map(|(_, expression)| expression).collect(),
            places: numbered('I'),
            values: (0..count).map(|i| Ident::new(&format!("v{i}"), Span::mixed_site())).collect(),
            types,
            class,
            outer,
        }
    }

    /// The expressions are outside the arm that declares the struct, so they see no generated name.
    fn block(&self, items: &TokenStream) -> TokenStream {
        let Parts { expressions, values, .. } = self;
        quote!(match (#(#expressions,)*) { (#(#values,)*) => { #items } })
    }

    fn anonymous(&self) -> TokenStream {
        let Parts { k, fields, names, types, places, values, class, outer, .. } = self;
        let list = types.iter().rev().fold(quote!(Rest), |rest, ty| quote!(#ty::List<#rest>));
        let serialize = self.serialize();
        self.block(&quote! {
            #[derive(Debug, Clone, PartialEq)]
            struct Row<#(#types),*> { #(#fields: #types),* }
            impl<Sc, #(#types: #k::Selection<Sc, #places>, #places),*> #k::Selection<Sc, (#(#places,)*)> for Row<#(#types),*> {
                type Out = Row<#(#types::Out),*>;
                type Class = #class;
                type Outer<Acc> = #outer;
                #[inline]
                fn push(self, at: &#k::Path<'_>, items: &mut #k::Items<'_>) {
                    #(self.#fields.push_field(at, &#names, items);)*
                }
            }
            impl<#(#types: #k::FromRow),*> #k::FromRow for Row<#(#types),*> {
                const WIDTH: usize = 0 #(+ #types::WIDTH)*;
                const FIELDS: &'static [&'static str] = &[#(#names),*];
                const JOINED: bool = false;
                fn from_row(cursor: &mut #k::Cursor<'_>) -> ::core::result::Result<Self, #k::DecodeError> {
                    ::core::result::Result::Ok(Row { #(#fields: #types::from_row(cursor)?),* })
                }
            }
            impl<#(#types),*> #k::ArrayElement for Row<#(#types),*> where Self: #k::FromRow {}
            impl<#(#types: #k::RowShape),*> #k::RowShape for Row<#(#types),*> {
                type List<Rest> = #list;
                type Columns<M> = Row<#(#types::Columns<M>),*>;
                type Object = ::core::option::Option<Self>;
                fn columns<M>(names: &mut #k::Names<'_>) -> Self::Columns<M> {
                    Row { #(#fields: #types::columns(&mut names.at(&#names))),* }
                }
            }
            #serialize
            Row { #(#fields: #values),* }
        })
    }

    /// Written out rather than derived: half of the cost, and no path that has to be a string.
    #[cfg(not(feature = "json"))]
    fn serialize(&self) -> TokenStream {
        TokenStream::new()
    }

    #[cfg(feature = "json")]
    fn serialize(&self) -> TokenStream {
        let Parts { k, fields, names, types, .. } = self;
        let count = fields.len();
        quote! {
            impl<#(#types: #k::serde::Serialize),*> #k::serde::Serialize for Row<#(#types),*> {
                fn serialize<S: #k::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                    let mut row = serializer.serialize_struct("Row", #count)?;
                    #(#k::serde::ser::SerializeStruct::serialize_field(&mut row, #names, &self.#fields)?;)*
                    #k::serde::ser::SerializeStruct::end(row)
                }
            }
        }
    }

    /// A struct of the user's: the types that its fields must have come from a closure that builds it, so that missing
    /// fields and wrong types are rustc's own errors. It may be called `Row`.
    fn named(&self, path: &Path) -> TokenStream {
        let Parts { k, fields, names, types, places, values, class, outer, .. } = self;
        let outs: Vec<_> = (0..types.len()).map(|i| format_ident!("V{i}")).collect();
        self.block(&quote! {
            struct __Row<#(#types,)* #(#outs,)*> { #(#fields: #types,)* same: ::core::marker::PhantomData<fn() -> (#(#outs,)*)> }
            impl<Sc, #(#types: #k::Selection<Sc, #places, Out = #outs>, #outs, #places),*> #k::Selection<Sc, (#(#places,)*)> for __Row<#(#types,)* #(#outs,)*> {
                type Out = #path;
                type Class = #class;
                type Outer<Acc> = #outer;
                fn push(self, at: &#k::Path<'_>, items: &mut #k::Items<'_>) {
                    let written = [#((#names, { let count = items.count(); self.#fields.push_field(at, &#names, items); count })),*];
                    items.order(&written, <#path as #k::FromRow>::FIELDS);
                }
            }
            fn same<#(#outs,)*>(_: impl Fn(#(#outs,)*) -> #path) -> ::core::marker::PhantomData<fn() -> (#(#outs,)*)> {
                ::core::marker::PhantomData
            }
            __Row { #(#fields: #values,)* same: same(|#(#fields),*| #path { #(#fields),* }) }
        })
    }
}
