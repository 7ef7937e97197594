//! Puts files together to programs, as rustc does: from a root along `mod x;`.

use super::Program;
use super::module::Module;
use super::names::{Scope, Scopes};
use crate::check::source::tokens;
use crate::process::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Returns every program that consists of these files, given as path and text.
pub(crate) fn programs(files: &[(String, String)]) -> Result<Vec<Program>> {
    let mut modules = BTreeMap::new();
    for (file, text) in files {
        let tokens = tokens(text).map_err(|error| format!("{file}: {error}"))?;
        modules.insert(file.clone(), Module::read(&tokens));
    }
    let declared = declared(&modules);
    let roots: Vec<_> = modules.keys().filter(|file| !declared.contains(*file)).cloned().collect();
    Ok(roots.iter().map(|root| program(root, &mut modules)).collect())
}

/// Returns the files that some other file declares.
fn declared(modules: &BTreeMap<String, Module>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, module) in modules {
        // Whether it is a root, and looks beside itself or below, is not known yet; no file is both ways another's.
        for folder in [folder_of(file), Path::new(file).with_extension("")] {
            found.extend(children(module, &folder, modules));
        }
    }
    found
}

fn children(module: &Module, folder: &Path, modules: &BTreeMap<String, Module>) -> Vec<String> {
    let names = module.declared.iter().chain(&module.declared_for_tests);
    let own = names.filter_map(|name| find(folder, name, modules));
    let inline = module.inline.iter().flat_map(|(name, inner)| children(inner, &folder.join(name), modules));
    own.chain(inline).collect()
}

fn find(folder: &Path, name: &str, modules: &BTreeMap<String, Module>) -> Option<String> {
    let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
    candidates.iter().map(|path| path.display().to_string()).find(|path| modules.contains_key(path))
}

fn folder_of(file: &str) -> PathBuf {
    Path::new(file).parent().map(Path::to_owned).unwrap_or_default()
}

fn program(root: &str, modules: &mut BTreeMap<String, Module>) -> Program {
    let mut program = Program {
        files: Vec::new(),
        arrows: BTreeMap::new(),
        root_globs: BTreeSet::new(),
        scopes: Scopes::default(),
    };
    Builder { program: &mut program, modules }.file(root, &folder_of(root), None, Vec::new());
    program.draw_arrows();
    program
}

struct Builder<'a> {
    program: &'a mut Program,
    modules: &'a mut BTreeMap<String, Module>,
}

impl Builder<'_> {
    fn file(&mut self, file: &str, folder: &Path, parent: Option<usize>, path: Vec<String>) -> usize {
        let module = self.modules.remove(file).unwrap_or_default();
        self.program.files.push((file.to_owned(), path.clone()));
        self.scope(module, self.program.files.len() - 1, folder, parent, &path)
    }

    fn scope(
        &mut self,
        mut module: Module,
        file: usize,
        folder: &Path,
        parent: Option<usize>,
        path: &[String],
    ) -> usize {
        let declared = std::mem::take(&mut module.declared);
        let inline = std::mem::take(&mut module.inline);
        let at = self.program.scopes.0.len();
        self.program.scopes.0.push(Scope { file, parent, children: BTreeMap::new(), module });
        for (name, inner) in inline {
            let below = [path, std::slice::from_ref(&name)].concat();
            let child = self.scope(inner, file, &folder.join(&name), Some(at), &below);
            self.program.scopes.0[at].children.insert(name, child);
        }
        for name in declared {
            let Some(file) = find(folder, &name, self.modules) else { continue };
            let below = [path, std::slice::from_ref(&name)].concat();
            let child = self.file(&file, &folder.join(&name), Some(at), below);
            self.program.scopes.0[at].children.insert(name, child);
        }
        at
    }
}
