//! What a path means: the files that define what it names, through imports, re-exports and globs.

use super::module::{GLOBAL, Module};
use std::collections::BTreeMap;

/// A module among the others of its program.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) file: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) module: Module,
}

/// All modules of a program; the first is its root.
#[derive(Debug, Default)]
pub(crate) struct Scopes(pub(crate) Vec<Scope>);

/// What a path ends at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Something that this file defines.
    Item { file: usize },
    /// A module as a whole, by its scope.
    Module(usize),
}

type Seen = Vec<(usize, String)>;

impl Scopes {
    /// Returns what a path in a module means; nothing if it leads to another crate or to a local name.
    pub(crate) fn targets(&self, scope: usize, path: &[String]) -> Vec<Target> {
        self.resolve(scope, path, &mut Vec::new())
    }

    /// Returns the files that define macros of this name.
    pub(crate) fn macros(&self, name: &str) -> Vec<Target> {
        let with = self.0.iter().filter(|scope| scope.module.macros.contains(name));
        with.map(|scope| Target::Item { file: scope.file }).collect()
    }

    /// Says whether a module is below another one, or is that one.
    pub(crate) fn is_within(&self, inner: usize, outer: usize) -> bool {
        inner == outer || self.0[inner].parent.is_some_and(|parent| self.is_within(parent, outer))
    }

    fn resolve(&self, scope: usize, path: &[String], seen: &mut Seen) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut targets = match first.as_str() {
            "crate" => vec![Target::Module(0)],
            "self" => vec![Target::Module(scope)],
            "super" => self.0[scope].parent.map(Target::Module).into_iter().collect(),
            GLOBAL if rest.first().is_some_and(|name| self.is_crate_name(name)) => {
                return self.resolve(0, rest, seen);
            }
            GLOBAL => Vec::new(),
            name if self.is_crate_name(name) => vec![Target::Module(0)],
            name => self.named(scope, name, seen),
        };
        for segment in rest {
            // A name may be a module and a function at once: what has something below it is the module.
            if targets.iter().any(|target| matches!(target, Target::Module(_))) {
                targets.retain(|target| matches!(target, Target::Module(_)));
            }
            targets = targets.into_iter().flat_map(|target| self.below(target, segment, seen)).collect();
            targets.sort();
            targets.dedup();
        }
        targets
    }

    /// Returns what `target::name` is.
    fn below(&self, target: Target, name: &str, seen: &mut Seen) -> Vec<Target> {
        let Target::Module(scope) = target else { return vec![target] };
        if name == "super" {
            return self.0[scope].parent.map(Target::Module).into_iter().collect();
        }
        let found = self.named(scope, name, seen);
        if !found.is_empty() || self.is_foreign(scope, name) {
            return found;
        }
        let found = if scope == 0 { self.macros(name) } else { Vec::new() };
        // What a macro made: it belongs to the file in which it was made.
        if found.is_empty() { vec![Target::Item { file: self.0[scope].file }] } else { found }
    }

    /// Returns what a module calls by this name.
    fn named(&self, scope: usize, name: &str, seen: &mut Seen) -> Vec<Target> {
        let key = (scope, name.to_owned());
        if seen.contains(&key) {
            return Vec::new();
        }
        seen.push(key);
        let Scope { file, children, module, .. } = &self.0[scope];
        let mut found: Vec<_> = children.get(name).map(|child| Target::Module(*child)).into_iter().collect();
        if module.items.contains(name) || module.macros.contains(name) {
            found.push(Target::Item { file: *file });
        }
        let (globs, imports): (Vec<_>, Vec<_>) =
            module.imports.iter().partition(|import| import.name.is_none());
        for import in imports.into_iter().filter(|import| import.name.as_deref() == Some(name)) {
            found.extend(self.resolve(scope, &import.path, seen));
        }
        for glob in if found.is_empty() { globs } else { Vec::new() } {
            for target in self.resolve(scope, &glob.path, seen) {
                if let Target::Module(from) = target {
                    found.extend(self.named(from, name, seen));
                }
            }
        }
        seen.pop();
        found
    }

    /// Says whether a module imports this name from another crate.
    fn is_foreign(&self, scope: usize, name: &str) -> bool {
        self.0[scope].module.imports.iter().any(|import| import.name.as_deref() == Some(name))
    }

    fn is_crate_name(&self, name: &str) -> bool {
        self.0[0].module.crate_names.iter().any(|it| it == name)
    }
}
