//! Rust sources as tokens: enough to find paths and macros in them, also inside macro bodies,
//! which a syntax tree leaves opaque.

use crate::process::{Result, command, output, root};
use proc_macro2::{TokenStream, TokenTree};
use std::path::PathBuf;

/// Returns the files that are under version control or about to be, relative to the root.
pub(crate) fn tracked(pattern: &str) -> Result<Vec<PathBuf>> {
    let mut git = command("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", pattern]);
    let list = output(git.current_dir(root()))?;
    let files = list.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

/// Returns the text of a file, or nothing if it is not text.
pub(crate) fn text(file: &PathBuf) -> Result<Option<String>> {
    let bytes = std::fs::read(root().join(file));
    let bytes = bytes.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    Ok(String::from_utf8(bytes).ok())
}

/// Returns every Rust source, as path and text.
pub(crate) fn rust() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for file in tracked("*.rs")? {
        let text = text(&file)?.ok_or_else(|| format!("{}: is not text", file.display()))?;
        files.push((file.display().to_string(), text));
    }
    Ok(files)
}

/// Returns the tokens of a Rust source.
pub(crate) fn tokens(text: &str) -> Result<Vec<TokenTree>> {
    let stream: TokenStream = text.parse().map_err(|error| format!("is not Rust: {error}"))?;
    Ok(stream.into_iter().collect())
}

/// Says whether a token is this punctuation.
pub(crate) fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

/// Returns the text of a token if it is an identifier or a keyword.
pub(crate) fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => {
            let ident = ident.to_string();
            Some(ident.strip_prefix("r#").map(str::to_owned).unwrap_or(ident))
        }
        _ => None,
    }
}
