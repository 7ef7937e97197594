//! Which server a connection talks to, and which run of it: what tells a server that went on from one that crashed, was
//! started again, or is another one behind the same address.
//!
//! Asked only where lost commits are resolved, of functions that every role may call. Decides nothing about commits.

use tokio_postgres::Client;

/// The start of the server, and when its statistics began: they begin anew after every crash, also when the server's
/// first process survives and only its children are replaced. In seconds, which no setting of the session rewrites.
/// NULL where nothing was counted yet, which would look the same twice.
macro_rules! run_sql {
    () => {
        "extract(epoch from pg_catalog.pg_postmaster_start_time())::text || ' ' || extract(epoch from \
         nullif(pg_catalog.pg_stat_get_bgwriter_stat_reset_time(), '2000-01-01 00:00:00+00'::timestamptz))::text"
    };
}
pub(crate) use run_sql;

/// All of it in one statement, so that all of it is of one server. The last column is there to fail where transactions
/// have no such numbers. The processes of nobody are those that live as long
/// as the run does; an ordinary role sees their numbers and not when they began.
const SQL: &str = concat!(
    "select (select system_identifier from pg_catalog.pg_control_system())::text \
     || ' ' || (select timeline_id from pg_catalog.pg_control_checkpoint())::text, \
     coalesce(pg_catalog.host(pg_catalog.inet_server_addr()), '') \
     || ' ' || pg_catalog.current_setting('port'), ",
    run_sql!(),
    ", array(select pid::text || coalesce(' ' || extract(epoch from backend_start)::text, '') \
     from pg_catalog.pg_stat_activity where datid is null and usesysid is null), \
     pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('synchronous_standby_names') <> '', \
     pg_catalog.pg_current_xact_id_if_assigned() is null"
);

/// One run of one server.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incarnation {
    /// The number that the server was made with, and its timeline.
    server: String,
    /// Where it listens, which tells it from a copy of its files.
    place: String,
    run: String,
    processes: Vec<String>,
}

/// What a server says of itself at one moment.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) incarnation: Incarnation,
    /// It follows another server, and may be behind it.
    pub(crate) is_standby: bool,
    /// Its commits wait for other servers.
    pub(crate) is_replicated: bool,
}

impl Seen {
    /// The run, where transactions have numbers: a standby gives none out.
    pub(crate) fn of_primary(self) -> Option<Incarnation> {
        (!self.is_standby).then_some(self.incarnation)
    }
}

impl Incarnation {
    /// True when the server has neither crashed nor stopped in between.
    ///
    /// Two of its processes have to be the same: some may come and go, but a crash replaces all.
    pub(crate) fn is_same_run(&self, other: &Incarnation) -> bool {
        let common = self.processes.iter().filter(|process| other.processes.contains(process)).count();
        self.server == other.server && self.run == other.run && common >= 2
    }

    /// True when it is the same server, in whichever run.
    pub(crate) fn is_same_server(&self, other: &Incarnation) -> bool {
        self.server == other.server && self.place == other.place
    }

    /// What a transaction is told of the run that it is in.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }
}

/// Asks a server what it is; `None` when it does not say all of it.
pub(crate) async fn ask(client: &Client) -> Option<Seen> {
    let row = client.query_typed(SQL, &[]).await.ok()?.into_iter().next()?;
    let incarnation = Incarnation {
        server: row.try_get(0).ok()?,
        place: row.try_get(1).ok()?,
        run: row.try_get(2).ok()?,
        processes: row.try_get(3).ok()?,
    };
    Some(Seen { incarnation, is_standby: row.try_get(4).ok()?, is_replicated: row.try_get(5).ok()? })
}

#[cfg(test)]
mod tests {
    use super::Incarnation;

    fn incarnation(run: &str, processes: [&str; 3]) -> Incarnation {
        Incarnation {
            server: "7 1".to_owned(),
            place: "127.0.0.1 5432".to_owned(),
            run: run.to_owned(),
            processes: processes.map(str::to_owned).into(),
        }
    }

    #[test]
    fn a_run_is_the_same_while_two_processes_live_and_nothing_began_anew() {
        let before = incarnation("1.5 1.4", ["10", "11", "12"]);
        assert!(before.is_same_run(&incarnation("1.5 1.4", ["10", "12", "40"])));
        assert!(!before.is_same_run(&incarnation("1.5 1.4", ["12", "40", "41"])), "a number came again");
        assert!(!before.is_same_run(&incarnation("1.5 2.4", ["10", "11", "12"])));
        let mut other = before.clone();
        other.server = "7 2".to_owned();
        assert!(!before.is_same_run(&other) && !before.is_same_server(&other), "another timeline");
        other = before.clone();
        other.place = "127.0.0.1 5433".to_owned();
        assert!(!before.is_same_server(&other), "a copy");
    }
}
