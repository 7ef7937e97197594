//! The data that every library works on: tables, rows and texts, the same on all sides.
//!
//! The tables are those of Diesel's benchmark suite. Statements are plain SQL, because every library can run that.

pub mod mysql;
pub mod server;

/// Users in the table that single ones are read from.
pub const USERS: i64 = 1_000;

/// The key that an operation of this number reads.
pub fn key(turn: u64) -> i64 {
    // Neither in order nor at random, and the same for everybody.
    1 + (turn as i64 * 7_919) % USERS
}

/// Name number `id`.
pub fn name(id: i64) -> String {
    format!("user {id}")
}

/// Every second user has none.
pub fn hair(id: i64) -> Option<&'static str> {
    (id % 2 == 1).then_some("black")
}

/// Names and hair of as many new users.
pub fn new_users(rows: usize) -> Vec<(String, Option<String>)> {
    (0..).take(rows).map(|id| (name(id), hair(id).map(String::from))).collect()
}

/// `insert into users (name, hair_color) values (?, ?), ..` with placeholders made by `placeholder`, counted from 1.
pub fn insert_sql(rows: usize, placeholder: impl Fn(usize) -> String) -> String {
    let row = |row: usize| format!("({}, {})", placeholder(2 * row + 1), placeholder(2 * row + 2));
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("insert into users (name, hair_color) values {}", rows.join(", "))
}

/// A search form of which none to all fields were filled in; each that was is a condition. The answer is always the ten
/// users from id 11 on whose hair is black, or their neighbours, in the order of ids.
#[derive(Clone, Debug, Default)]
pub struct Search {
    pub above: Option<i64>,
    pub below: Option<i64>,
    pub name_not: Option<&'static str>,
    pub name_like: Option<&'static str>,
    pub id_not: Option<i64>,
    pub name_after: Option<&'static str>,
    pub has_hair: Option<bool>,
    pub hair: Option<&'static str>,
}

/// The most rows that a search gives.
pub const SEARCH_LIMIT: u64 = 10;

/// The form in this turn: with 0 to 8 fields, one after the other.
pub fn search(turn: u64) -> Search {
    let filled = turn % 9;
    Search {
        above: (filled > 0).then_some(10),
        below: (filled > 1).then_some(900),
        name_not: (filled > 2).then_some("nobody"),
        name_like: (filled > 3).then_some("user%"),
        id_not: (filled > 4).then_some(500),
        name_after: (filled > 5).then_some("a"),
        has_hair: (filled > 6).then_some(true),
        hair: (filled > 7).then_some("black"),
    }
}

/// Connections of a pool.
pub const CONNECTIONS: usize = 8;

/// Whether an operation of this number writes, where one in ten does.
pub fn writes(turn: u64) -> bool {
    turn % 10 == 9
}

/// Users in the table that is streamed.
pub const MANY: i64 = 1_000_000;

/// SQLite's side.
pub mod sqlite {
    /// Settings of a database in a file: readers do not wait for the writer, and a power cut may lose the last commits.
    pub const FILE: &str =
        "pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000;";

    /// A query of some twenty milliseconds that reads no table.
    pub const SLOW: &str = "with recursive n (id) as (select 1 union all select id + 1 from n where id < 100000) \
        select count(*) as n from n";

    /// The tables.
    pub const TABLES: &str = "\
        create table users (id integer primary key, name text not null, hair_color text);
        create table posts (id integer primary key, user_id integer not null references users (id), \
            title text not null, body text);
        create table comments (id integer primary key, post_id integer not null references posts (id), \
            text text not null);
        create index posts_by_user on posts (user_id);
        create index comments_by_post on comments (post_id);";

    /// Empties the table of users.
    pub const EMPTY: &str = "delete from users";

    /// The tables with so many users and nothing else.
    pub fn users(rows: i64) -> String {
        format!(
            "{TABLES}\n{}",
            numbers(
                rows,
                "insert into users select id, 'user ' || id, \
            case when id % 2 = 1 then 'black' end from n"
            )
        )
    }

    /// The tables with so many users, each with so many posts, each with so many comments.
    pub fn nested(users_: i64, posts: i64, comments: i64) -> String {
        let all_posts = users_ * posts;
        let posts = numbers(
            all_posts,
            &format!(
                "insert into posts select id, (id - 1) / {posts} + 1, 'post ' || id, \
             case when id % 2 = 0 then 'body of ' || id end from n"
            ),
        );
        let comments = numbers(
            all_posts * comments,
            &format!("insert into comments select id, (id - 1) / {comments} + 1, 'comment ' || id from n"),
        );
        format!("{}\n{posts}\n{comments}", users(users_))
    }

    fn numbers(to: i64, insert: &str) -> String {
        format!(
            "with recursive n (id) as (select 1 where 1 <= {to} union all select id + 1 from n where id < {to}) \
             {insert};"
        )
    }
}

/// PostgreSQL's side.
pub mod postgres {
    /// The tables.
    pub const TABLES: &str = "\
        create table users (id bigint generated by default as identity primary key, name text not null, \
            hair_color text);
        create table posts (id bigint generated by default as identity primary key, \
            user_id bigint not null references users (id), title text not null, body text);
        create table comments (id bigint generated by default as identity primary key, \
            post_id bigint not null references posts (id), text text not null);
        create index posts_by_user on posts (user_id);
        create index comments_by_post on comments (post_id);";

    /// Empties the table of users.
    pub const EMPTY: &str = "truncate users cascade";

    /// Empties the table of posts, and that of their comments.
    pub const EMPTY_POSTS: &str = "truncate posts cascade";

    /// The address of the server with a session in a schema, and without TLS, which nobody has here.
    pub(super) fn url_in(url: &str, schema: &str) -> String {
        let join = if url.contains('?') { '&' } else { '?' };
        format!("{url}{join}sslmode=disable&options=-c%20search_path%3D{schema}")
    }

    /// The tables with so many users and nothing else.
    pub fn users(rows: i64) -> String {
        format!(
            "{TABLES} insert into users (name, hair_color) \
             select 'user ' || id, case when id % 2 = 1 then 'black' end from generate_series(1, {rows}) id; \
             analyze users;"
        )
    }

    /// The tables with so many users, each with so many posts, each with so many comments.
    pub fn nested(users_: i64, posts: i64, comments: i64) -> String {
        let all_posts = users_ * posts;
        let all_comments = all_posts * comments;
        format!(
            "{} insert into posts (user_id, title, body) select (id - 1) / {posts} + 1, 'post ' || id, \
             case when id % 2 = 0 then 'body of ' || id end from generate_series(1, {all_posts}) id; \
             insert into comments (post_id, text) select (id - 1) / {comments} + 1, 'comment ' || id \
             from generate_series(1, {all_comments}) id; analyze posts; analyze comments;",
            users(users_)
        )
    }
}

/// A number with its thousands apart, as in the names of cases: `10 000`.
pub fn spaced(number: i64) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{} {:03}", spaced(number / 1_000), number % 1_000)
    }
}

/// Runs the statements of a script one by one, for libraries that take one at a time.
pub async fn statements(script: &str, mut run: impl AsyncFnMut(String)) {
    for statement in script.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        run(statement.to_owned()).await;
    }
}
