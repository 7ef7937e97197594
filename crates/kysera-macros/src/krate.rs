//! Where generated code finds the library: `::kysera`, or the path that `crate = ..` gives.

use syn::meta::ParseNestedMeta;

/// The path in front of `__private` in generated code.
pub(crate) fn default_path() -> syn::Path {
    syn::parse_quote!(::kysera)
}

/// Reads `crate = path` from an attribute.
pub(crate) fn parse_path(meta: &ParseNestedMeta<'_>) -> syn::Result<syn::Path> {
    meta.value()?.call(syn::Path::parse_mod_style)
}
