//! Which file uses which: an arrow runs from the file whose code has a path to the file that defines what it names.
//!
//! * A re-export is looked through: `super::Foo`, where the parent has `pub use foo::Foo`, is an arrow to `foo.rs`.
//! * A parent that declares or re-exports its children uses none of them; one whose own code names them does.
//! * A module that is imported as a whole counts by what is then named through it, or as it is when it is one file.
//!
//! A method that is called on a value is no arrow: no path leads to it.

mod module;
mod names;
mod programs;

use module::{Import, Path};
use names::{Scopes, Target};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use programs::programs;

/// The files that `mod` declarations join: a library, a binary, a test, an example.
#[derive(Debug)]
pub(crate) struct Program {
    /// The files, and where each is in the tree of modules. The first is the root.
    pub(crate) files: Vec<(String, Vec<String>)>,
    /// From one file to another, with the names that are used.
    pub(crate) arrows: BTreeMap<(usize, usize), BTreeSet<String>>,
    /// Globs of the root, which hide what is used, by file.
    pub(crate) root_globs: BTreeSet<usize>,
    scopes: Scopes,
}

impl Program {
    /// Returns the modules that the root declares.
    pub(crate) fn top_modules(&self) -> impl Iterator<Item = &str> {
        self.scopes.0[0].children.keys().map(String::as_str)
    }

    fn draw_arrows(&mut self) {
        let scopes = std::mem::take(&mut self.scopes);
        for (at, scope) in scopes.0.iter().enumerate() {
            for import in &scope.module.imports {
                self.import(&scopes, at, import);
            }
            for path in &scope.module.paths {
                self.path(&scopes, at, path);
            }
        }
        self.scopes = scopes;
    }

    fn import(&mut self, scopes: &Scopes, from: usize, import: &Import) {
        let targets = scopes.targets(from, &import.path);
        let Some(name) = &import.name else {
            if targets.contains(&Target::Module(0)) {
                self.root_globs.insert(scopes.0[from].file);
            }
            return;
        };
        let has_module = targets.iter().any(|target| matches!(target, Target::Module(_)));
        for target in targets {
            let is_own_child = import.is_public && is_below(scopes, target, from);
            match target {
                _ if is_own_child => {}
                // A module and a function of one name: the code says which of them it means.
                Target::Item { .. } if has_module => {}
                Target::Item { file } => self.arrow(scopes, from, file, name),
                Target::Module(scope) if scopes.0[scope].children.is_empty() => {
                    self.arrow(scopes, from, scopes.0[scope].file, name);
                }
                Target::Module(_) => {}
            }
        }
    }

    fn path(&mut self, scopes: &Scopes, from: usize, path: &Path) {
        let mut targets = scopes.targets(from, &path.segments);
        let name = path.segments.last().map(String::as_str).unwrap_or_default();
        if targets.is_empty() && path.is_macro && path.segments.len() == 1 {
            targets = scopes.macros(name);
        }
        for target in targets {
            if let Target::Item { file } = target {
                self.arrow(scopes, from, file, name);
            }
        }
    }

    fn arrow(&mut self, scopes: &Scopes, from: usize, to: usize, name: &str) {
        let from = scopes.0[from].file;
        if from != to {
            self.arrows.entry((from, to)).or_default().insert(name.to_owned());
        }
    }
}

fn is_below(scopes: &Scopes, target: Target, module: usize) -> bool {
    match target {
        Target::Module(scope) => scopes.is_within(scope, module),
        Target::Item { file } => scopes
            .0
            .iter()
            .position(|scope| scope.file == file)
            .is_some_and(|scope| scopes.is_within(scope, module)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, programs};

    fn program(files: &[(&str, &str)]) -> Program {
        let files = files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        let mut programs = programs(&files.collect::<Vec<_>>()).unwrap();
        assert_eq!(programs.len(), 1);
        programs.remove(0)
    }

    /// The arrows of a program with a parent (`a`), its child (`a::b`) and a neighbour (`c`), as `from to names`.
    fn arrows(parent: &str, child: &str, neighbour: &str) -> Vec<String> {
        let program = program(&[
            ("x/src/lib.rs", "mod a; mod c; extern crate self as x;"),
            ("x/src/a/mod.rs", parent),
            ("x/src/a/b.rs", child),
            ("x/src/c.rs", neighbour),
        ]);
        let name = |file: usize| program.files[file].1.join("::");
        let arrows = program.arrows.iter().map(|((from, to), names)| {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            format!("{} {} {}", name(*from), name(*to), names.join(" "))
        });
        arrows.collect()
    }

    #[test]
    fn a_re_export_is_looked_through() {
        let parent = "mod b; pub use b::B;";
        assert_eq!(arrows(parent, "pub struct B;", "use crate::a::B;"), ["c a::b B"]);
        assert_eq!(arrows(parent, "pub struct B;", "fn f() -> x::a::B {}"), ["c a::b B"]);
        assert_eq!(arrows("mod b; pub use b::*;", "pub struct B;", "use super::a::{B as C};"), ["c a::b C"]);
        assert_eq!(arrows(parent, "pub struct B;", "use crate::a; fn f() { a::B }"), ["c a::b B"]);
        assert_eq!(arrows(parent, "pub struct B;", "use crate::a::*; fn f() { B }"), ["c a::b B"]);
    }

    #[test]
    fn a_parent_uses_its_children_only_where_its_own_code_names_them() {
        let child = "use super::A; pub struct B;";
        assert_eq!(arrows("mod b; pub use b::B; pub struct A;", child, ""), ["a::b a A"]);
        let both = ["a a::b B", "a::b a A"];
        assert_eq!(arrows("mod b; pub use b::B; pub struct A(B);", child, ""), both);
        assert_eq!(arrows("mod b; use b::B; pub struct A(B);", child, ""), both);
        assert_eq!(arrows("mod b; pub struct A(b::B);", child, ""), both);
        assert_eq!(
            arrows("mod b; pub struct A; impl A { fn b(&self) { self.b() } }", child, ""),
            ["a::b a A"]
        );
    }

    #[test]
    fn a_module_alone_counts_where_it_is_one_file() {
        assert_eq!(arrows("mod b;", "use super::super::c;", ""), ["a::b c c"]);
        assert_eq!(arrows("mod b; pub fn f() {}", "", "use crate::a;"), [""; 0]);
        assert_eq!(arrows("mod b; pub fn f() {}", "", "use crate::a; fn g() { a::f() }"), ["c a f"]);
    }

    #[test]
    fn macros_are_found_without_a_path() {
        let parent = "macro_rules! emit { () => {} } mod b;";
        assert_eq!(arrows(parent, "emit!();", "fn f() { crate::emit!() }"), ["a::b a emit", "c a emit"]);
        assert_eq!(arrows("mod b;", "fn f() { emit() }", "macro_rules! emit { () => {} }"), [""; 0]);
    }

    #[test]
    fn a_module_and_a_function_of_one_name_are_told_apart() {
        let arrows_of = |code| {
            let lib = ("x/src/lib.rs", "mod a; pub fn a() {}");
            let program = program(&[lib, ("x/src/a.rs", "mod b; pub struct A;"), ("x/src/a/b.rs", code)]);
            program.arrows.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(arrows_of("use crate::a::A;"), [(2, 1)]);
        assert_eq!(arrows_of("use crate::a; fn f() { a::A }"), [(2, 1)]);
        assert_eq!(arrows_of("use crate::a; fn f() { a() }"), [(2, 0)]);
    }

    #[test]
    fn inline_modules_belong_to_their_file() {
        assert_eq!(
            arrows("mod b;", "mod inner { use super::super::super::c::C; }", "pub struct C;"),
            ["a::b c C"]
        );
        assert_eq!(arrows("mod b;", "mod inner { use super::B; } struct B;", ""), [""; 0]);
    }

    #[test]
    fn each_root_is_a_program_and_files_for_tests_are_none() {
        let files = [
            ("x/src/lib.rs", "mod a; #[cfg(test)] mod fake;"),
            ("x/src/a.rs", "#[cfg(test)] mod tests;"),
            ("x/src/a/tests.rs", "use crate::fake::X;"),
            ("x/src/fake.rs", ""),
            ("x/tests/one.rs", "mod common;"),
            ("x/tests/common/mod.rs", ""),
        ];
        let files = files.map(|(file, text)| (file.to_owned(), text.to_owned()));
        let programs = programs(&files).unwrap();
        let names: Vec<Vec<_>> = programs
            .iter()
            .map(|program| program.files.iter().map(|(file, _)| file.as_str()).collect())
            .collect();
        assert_eq!(names, [["x/src/lib.rs", "x/src/a.rs"], ["x/tests/one.rs", "x/tests/common/mod.rs"]]);
    }
}
