//! A subscriber that keeps events.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// What was logged on this thread at the target `kysera::query`.
#[derive(Clone)]
pub(crate) struct Captured {
    most: Level,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    /// By name; texts without quotes.
    pub(crate) fields: BTreeMap<String, String>,
}

impl Captured {
    /// Listens up to a level, until the guard is dropped.
    pub(crate) fn up_to(most: Level) -> (Captured, DefaultGuard) {
        let captured = Captured { most, lines: Arc::default() };
        let guard = tracing::subscriber::set_default(captured.clone());
        (captured, guard)
    }

    /// Everything since the last time.
    pub(crate) fn lines(&self) -> Vec<Line> {
        std::mem::take(&mut *self.lines.lock().expect("nobody panics while holding it"))
    }
}

impl Line {
    /// The field, or nothing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl Subscriber for Captured {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kysera::query" && *metadata.level() <= self.most
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line { level: *event.metadata().level(), fields: BTreeMap::new() };
        event.record(&mut line);
        self.lines.lock().expect("nobody panics while holding it").push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }
}
