//! Whether plugins go together, and in which order they run. Looks at names and priorities, never at tables.

use super::plugin_set_error::PluginSetError;
use crate::plugin::Plugin;
use std::cmp::Reverse;
use std::sync::Arc;

/// The plugins in the order in which they run: dependencies first, then higher priority, then name.
pub(super) fn ordered(plugins: Vec<Arc<dyn Plugin>>) -> Result<Vec<Arc<dyn Plugin>>, PluginSetError> {
    validate(&plugins)?;
    let mut waiting = plugins;
    waiting.sort_by_key(|plugin| (Reverse(plugin.priority()), plugin.name()));
    let mut ordered: Vec<Arc<dyn Plugin>> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let runs = |name: &&str| ordered.iter().any(|done| done.name() == *name);
        let Some(next) = waiting.iter().position(|plugin| plugin.dependencies().iter().all(&runs)) else {
            return Err(PluginSetError::Cycle { path: cycle(&waiting) });
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

fn validate(plugins: &[Arc<dyn Plugin>]) -> Result<(), PluginSetError> {
    let find = |name: &str| plugins.iter().find(|plugin| plugin.name() == name);
    for (at, plugin) in plugins.iter().enumerate() {
        let name = plugin.name();
        if plugins[..at].iter().any(|earlier| earlier.name() == name) {
            return Err(PluginSetError::Duplicate { plugin: name });
        }
        if let Some(&dependency) = plugin.dependencies().iter().find(|dependency| find(dependency).is_none())
        {
            return Err(PluginSetError::Missing { plugin: name, dependency });
        }
        if let Some(&with) = plugin.conflicts().iter().find(|conflict| find(conflict).is_some()) {
            return Err(PluginSetError::Conflict { plugin: name, with });
        }
    }
    Ok(())
}

/// A cycle among plugins of which each waits for another one: following any of them runs into it.
fn cycle(waiting: &[Arc<dyn Plugin>]) -> Vec<&'static str> {
    let mut path: Vec<&'static str> = Vec::new();
    let mut at = waiting.first().map(|plugin| plugin.name());
    while let Some(name) = at {
        if let Some(start) = path.iter().position(|seen| *seen == name) {
            path.drain(..start);
            path.push(name);
            break;
        }
        path.push(name);
        let blocked_by = |plugin: &Arc<dyn Plugin>| {
            plugin
                .dependencies()
                .iter()
                .copied()
                .find(|name| waiting.iter().any(|other| other.name() == *name))
        };
        at = waiting.iter().find(|plugin| plugin.name() == name).and_then(blocked_by);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Named {
        name: &'static str,
        priority: i32,
        dependencies: &'static [&'static str],
        conflicts: &'static [&'static str],
    }

    impl Plugin for Named {
        fn name(&self) -> &'static str {
            self.name
        }

        fn priority(&self) -> i32 {
            self.priority
        }

        fn dependencies(&self) -> &'static [&'static str] {
            self.dependencies
        }

        fn conflicts(&self) -> &'static [&'static str] {
            self.conflicts
        }
    }

    fn plugin(name: &'static str, priority: i32, dependencies: &'static [&'static str]) -> Arc<dyn Plugin> {
        Arc::new(Named { name, priority, dependencies, conflicts: &[] })
    }

    fn names(plugins: Vec<Arc<dyn Plugin>>) -> Result<Vec<&'static str>, PluginSetError> {
        Ok(ordered(plugins)?.iter().map(|plugin| plugin.name()).collect())
    }

    #[test]
    fn dependencies_come_before_priority_and_priority_before_name() {
        let plugins = vec![
            plugin("b", 0, &[]),
            plugin("a", 0, &[]),
            plugin("first", 10, &["low"]),
            plugin("high", 5, &[]),
            plugin("low", -1, &[]),
        ];
        assert_eq!(names(plugins), Ok(vec!["high", "a", "b", "low", "first"]));
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_of_installation() {
        let one = vec![plugin("a", 1, &["b"]), plugin("b", 0, &[]), plugin("c", 9, &[])];
        let two = vec![plugin("c", 9, &[]), plugin("b", 0, &[]), plugin("a", 1, &["b"])];
        assert_eq!(names(one), names(two));
    }

    #[test]
    fn a_cycle_is_named_with_its_path() {
        let plugins = vec![
            plugin("free", 0, &[]),
            plugin("a", 9, &["b"]),
            plugin("b", 0, &["c"]),
            plugin("c", 0, &["b"]),
        ];
        let error = PluginSetError::Cycle { path: vec!["b", "c", "b"] };
        assert_eq!(names(plugins), Err(error.clone()));
        assert_eq!(error.to_string(), "plugins depend on each other in a circle: b -> c -> b");
    }

    #[test]
    fn duplicates_missing_dependencies_and_conflicts_are_named() {
        assert_eq!(
            names(vec![plugin("a", 0, &[]), plugin("a", 1, &[])]),
            Err(PluginSetError::Duplicate { plugin: "a" })
        );
        assert_eq!(
            names(vec![plugin("a", 0, &["b"])]),
            Err(PluginSetError::Missing { plugin: "a", dependency: "b" })
        );
        let hostile = Named { name: "x", priority: 0, dependencies: &[], conflicts: &["a"] };
        assert_eq!(
            names(vec![plugin("a", 0, &[]), Arc::new(hostile)]),
            Err(PluginSetError::Conflict { plugin: "x", with: "a" })
        );
    }
}
