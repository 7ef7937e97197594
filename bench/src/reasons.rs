//! Why somebody is faster, written by hand; which cases these are, the figures say.

/// The beginning of a case's name, the library that is ahead (empty: any), and the reason: only what was looked into. A case
/// that stands nowhere here is said to be unexplained.
const REASONS: [(&str, &str, &str); 35] = [
    (
        "sqlite: left join",
        "rusqlite",
        "profiled: seven cells of each row are read before it is decoded, where the code written by hand stops at the first \
         that says there is no post (8 % more instructions)",
    ),
    ("sqlite: select with 0 to 8 filters", "", "the query is built and compiled anew each time"),
    (
        "sqlite: nested rows",
        "",
        "the strategy: one statement with lists that SQLite writes as JSON and we read again; `kysera, by level`, which asks \
         once for each level, shows the difference",
    ),
    ("sqlite: associations", "", "the strategy, as of nested rows"),
    (
        "sqlite: insert 10",
        "",
        "profiled: half of the time is the allocator's: the statement is built each time, with a copy of each text",
    ),
    ("sqlite: insert 25", "", "not profiled itself; taken to be as of inserting 100"),
    ("sqlite: insert 50", "", "not profiled itself; taken to be as of inserting 100"),
    ("sqlite: upsert 100", "", "not profiled itself; taken to be as of inserting 100"),
    (
        "sqlite: a fresh process",
        "",
        "traced: two connections, one for writes and one for reads alone, are opened one after the other on another thread; \
         rusqlite and Diesel open one on their own. Opening the second with the first was tried and given up: it then sits on a \
         schema that may be old when it is first used",
    ),
    (
        "sqlite: select 1 by key",
        "",
        "profiled: spread over a dozen small steps, none of more than 2 %: the list of values, the pool's lock, the budget, the \
         count of statements since the last yield",
    ),
    ("sqlite: select 10 by key", "", "not profiled itself; taken to be as of selecting 1 by key"),
    (
        "sqlite: select",
        "",
        "profiled: the fixed cost of a call, as of selecting 1 by key, and 4 % more instructions a row, whose cells are handed \
         over together",
    ),
    ("sqlite: insert 1", "", "not profiled itself; taken to be as of selecting 1 by key"),
    ("sqlite: update 1 by key", "", "not profiled itself; taken to be as of selecting 1 by key"),
    ("sqlite: transaction", "", "not profiled itself; taken to be as of selecting 1 by key, five times"),
    (
        "text: insert 100",
        "diesel",
        "profiled: the values are moved into the statement; `debug_query` borrows them",
    ),
    (
        "postgres: nested rows",
        "",
        "the strategy: one statement makes the server write records of records; `kysera, a query for each level` shows the \
         difference, and further away the one statement is ahead",
    ),
    (
        "postgres: select 1 by key",
        "tokio-postgres",
        "counted: 19 000 instructions for a prepared call, of which the raw client's are 13 300; the others are spread over the \
         lease from the pool, the tap on the wire, the cache of statements and the box of a large future",
    ),
    ("postgres: update 1 by key", "", "not profiled itself; taken to be as of selecting 1 by key"),
    (
        "postgres: select with 0 to 8 filters",
        "",
        "counted: 53 200 instructions for a search, 37 900 with the raw client; the query is built and compiled anew each time",
    ),
    (
        "postgres: insert 100",
        "",
        "profiled: 279 000 instructions, 77 700 with the raw client, whose text is made once and whose values are borrowed; \
         ours builds a tree with 200 values of its own, writes 200 places, encodes twice and frees all of it",
    ),
    ("postgres: insert 10", "", "not profiled itself; taken to be as of the insert of 100"),
    ("postgres: insert 25", "", "not profiled itself; taken to be as of the insert of 100"),
    ("postgres: insert 50", "", "not profiled itself; taken to be as of the insert of 100"),
    (
        "postgres: upsert 100",
        "",
        "as of the insert of 100: 394 000 instructions, 106 500 with the raw client",
    ),
    (
        "postgres: stream",
        "",
        "profiled: 2 400 instructions for a row, 1 700 with the raw client streamed, which keeps one row at a time: a batch of \
         texts takes the allocator's slow way, and cells are listed before they are read",
    ),
    (
        "mysql: nested rows",
        "",
        "the strategy: one statement, whose inner queries MySQL runs for each row and writes as JSON; `kysera, a query for each \
         level` shows the difference, and further away the one statement is ahead where rows are few",
    ),
    ("mariadb: nested rows", "", "the strategy, as on MySQL"),
    (
        "mysql: insert 100",
        "",
        "profiled: 170 000 instructions, 105 500 with the raw client, whose text is made once, and 125 500 with SQLx, which writes \
         its values into the request at once; ours makes a tree of values of its own, moves them and frees them",
    ),
    (
        "mysql: insert 1",
        "",
        "counted: 10 400 instructions, 8 800 with the raw client; the query is built and compiled anew each time",
    ),
    ("mysql: upsert 100", "", "as of the insert of 100: 198 000 instructions, 116 600 with the raw client"),
    ("mariadb: insert", "", "as on MySQL"),
    ("mariadb: upsert", "", "as on MySQL"),
    (
        "mysql: select 1",
        "mysql_async",
        "counted: half of the raw client's instructions and as many reads and writes; taken to be code for building that each \
         round trip finds cold",
    ),
    (
        "postgres: a fresh process",
        "",
        "counted: three messages and 1.1 million instructions, as many as with the raw client; where the rest goes is not known",
    ),
];

/// Why this library is ahead in this case, where somebody wrote it down.
pub fn reason(case: &str, library: &str) -> Option<&'static str> {
    let fits = |(name, who, _): &&(&str, &str, &str)| case.starts_with(name) && library.starts_with(who);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}
