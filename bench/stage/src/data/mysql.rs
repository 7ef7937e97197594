//! The side of MySQL and MariaDB: the same tables and statements on both.

/// The tables. Texts that have to be short are `varchar`, as everybody has them there.
const TABLES: &str = "\
    create table users (id bigint not null auto_increment primary key, name varchar(255) not null, \
        hair_color varchar(255));
    create table posts (id bigint not null auto_increment primary key, user_id bigint not null, \
        title varchar(255) not null, body text, foreign key (user_id) references users (id));
    create table comments (id bigint not null auto_increment primary key, post_id bigint not null, \
        text varchar(255) not null, foreign key (post_id) references posts (id));";

/// Empties the table of users, which `truncate` may not while another refers to it.
pub const EMPTY: &str = "delete from users";

/// Empties the table of comments, and then that of posts.
pub const EMPTY_POSTS: &str = "delete from comments; delete from posts";

/// The address of a database on the server, in the scheme that every library knows. Of the address that was given, user,
/// host and port are taken, and nothing behind them: no library reads the options of another.
pub(super) fn url_in(url: &str, database: &str) -> String {
    let (_, place) = url.split_once("://").unwrap_or(("", url));
    let place = place.split(['/', '?']).next().unwrap_or_default();
    format!("mysql://{place}/{database}")
}

/// Makes a database anew, with what a script makes in it.
pub fn made(database: &str, script: &str) -> String {
    format!(
        "drop database if exists {database}; create database {database} character set utf8mb4; use {database}; {script}"
    )
}

/// The tables with so many users and nothing else.
pub fn users(rows: i64) -> String {
    let users = numbers(rows, "concat('user ', id), case when id % 2 = 1 then 'black' end");
    format!("{TABLES} insert into users (id, name, hair_color) {users}; analyze table users;")
}

/// The tables with so many users, each with so many posts, each with so many comments.
pub fn nested(users_: i64, posts: i64, comments: i64) -> String {
    let all_posts = users_ * posts;
    let all_comments = all_posts * comments;
    let post = format!(
        "(id - 1) div {posts} + 1, concat('post ', id), case when id % 2 = 0 then concat('body of ', id) end"
    );
    let comment = format!("(id - 1) div {comments} + 1, concat('comment ', id)");
    format!(
        "{} insert into posts (id, user_id, title, body) {}; insert into comments (id, post_id, text) {}; \
         analyze table posts; analyze table comments;",
        users(users_),
        numbers(all_posts, &post),
        numbers(all_comments, &comment)
    )
}

/// `select id, <columns>` for the ids from 1 to so many: digits crossed with digits, since a recursive query has a limit
/// that is set elsewhere on each of the two.
fn numbers(to: i64, columns: &str) -> String {
    let places = (0..).take_while(|place| 10_i64.pow(*place) < to.max(2));
    let (terms, tables): (Vec<_>, Vec<_>) = places
        .map(|place| (format!("{} * d{place}.n", 10_i64.pow(place)), format!("digits d{place}")))
        .unzip();
    let digits: Vec<_> = (0..10).map(|digit| format!("select {digit} as n")).collect();
    format!(
        "with digits as ({}) select id, {columns} from (select 1 + {} as id from {}) numbers where id <= {to} order by id",
        digits.join(" union all "),
        terms.join(" + "),
        tables.join(", ")
    )
}
