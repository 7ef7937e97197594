//! A server that tests use, and what they are told of it.

use super::kind::Kind;
use super::supervisor::Supervisor;

/// A server that was given, or one that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    /// What tests find in their environment.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// The server's name and version.
    pub(crate) version: String,
    /// Only of a server that was started here.
    pub(crate) supervisor: Option<Supervisor>,
}

impl Server {
    /// Takes the server that the environment names, if it names one.
    pub(crate) fn given(kind: Kind) -> Option<Server> {
        let url = std::env::var(kind.url()).ok().filter(|url| !url.is_empty())?;
        let version = format!("{} of {}", kind.name(), kind.url());
        Some(Server { kind, variables: vec![(kind.told(), url)], version, supervisor: None })
    }

    /// Says whether the server was started here, with everything that tests can ask for.
    pub(crate) fn is_ours(&self) -> bool {
        self.supervisor.is_some()
    }

    /// The address of a server that was started here.
    pub(crate) fn address(&self) -> Option<(Kind, String)> {
        let (_, url) = self.variables.first()?;
        self.is_ours().then(|| (self.kind, url.clone()))
    }
}
