//! Links between the documents lead to files and headings that are there.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut broken = Vec::new();
    let mut links = 0;
    for document in documents(&root) {
        let text = fs::read_to_string(&document).expect("a document can be read");
        for target in targets(&text) {
            links += 1;
            if !leads_somewhere(&document, target) {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(links > 30, "the documents have links");
    assert!(broken.is_empty(), "links to nothing:\n{}", broken.join("\n"));
}

fn documents(root: &Path) -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/guide"].map(|folder| root.join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder is there"));
    let paths = files.map(|file| file.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "md")).collect()
}

/// What stands in `](..)`, but for addresses on the web.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    links.filter(|target| !target.contains("://") && !target.contains(' ') && !target.is_empty())
}

fn leads_somewhere(document: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').map_or((target, None), |(file, at)| (file, Some(at)));
    let file = match file {
        "" => document.to_path_buf(),
        file => document.parent().expect("a document is in a folder").join(file),
    };
    match heading {
        None => file.exists(),
        Some(heading) => fs::read_to_string(file).is_ok_and(|text| headings(&text).contains(heading)),
    }
}

/// The names that headings have in links: lower case, words joined by `-`, no other signs.
fn headings(text: &str) -> HashSet<String> {
    let titles =
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let name = |title: &str| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    titles.map(name).collect()
}
