//! Random typed expressions over boundary values, on every database and in a model: equal, or an error everywhere.
//!
//! The model has NULL as a third truth, and computes with numbers of any length; it shares no code with what it checks.
//! `expressions` asks for one value over one row, `rows` filters, sorts, groups and adds up several.

mod decimal;
mod narrow;
mod numbers;
mod random;
mod rows;
mod thing;
mod truth;
mod values;

use crate::database::{is_postgres, is_sqlite, plain};
use decimal::{normal, text};
use kysera::ErrorKind;
use kysera::prelude::*;
use kysera::schema::{create_table, create_type, types_of};
use numbers::shown;
use random::{Answer, Random};
use std::collections::BTreeSet;
use thing::{NewThing, Thing, thing};
use values::of_decimal;

/// How many rows there are.
const ROWS: usize = 24;

/// Every form that has to occur.
const FORMS: &str = include_str!("forms.txt");

async fn fill(db: &Db) -> Vec<Thing> {
    if is_postgres(db) {
        for ty in types_of(Thing::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Thing).execute(db).await.unwrap();
    let rows: Vec<Thing> = (0..ROWS).map(thing).collect();
    for row in rows.clone() {
        let new = NewThing { id: row.id };
        insert_into(Thing).values(new).execute(db).await.unwrap();
        let change = update(Thing)
            .set(Thing.small.set(row.small))
            .set(Thing.medium.set(row.medium))
            .set(Thing.large.set(row.large))
            .set(Thing.amount.set(row.amount))
            .set(Thing.ratio.set(row.ratio))
            .set(Thing.single.set(row.single))
            .set(Thing.word.set(row.word))
            .set(Thing.flag.set(row.flag))
            .set(Thing.mood.set(row.mood))
            .set(Thing.day.set(row.day))
            .set(Thing.clock.set(row.clock))
            .set(Thing.at.set(row.at))
            .set(Thing.local.set(row.local));
        change.filter(Thing.id.eq(row.id)).execute(db).await.unwrap();
    }
    rows
}

/// Runs an expression over the row of `random`; its value as text by `$text`.
macro_rules! ask {
    ($db:ident, $random:ident, $of:expr, |$value:ident| $text:expr, |$model:ident| $shown:expr) => {{
        let (expr, model) = $of;
        let id = $random.rows[$random.row].id;
        let query = select_from(Thing).filter(Thing.id.eq(id)).select(expr);
        let sql = match query.clone().to_sql($db.dialect()) {
            Ok(sql) => format!("{} {:?}", sql.sql, sql.params),
            Err(error) => error.to_string(),
        };
        let found = query.fetch_one($db).await.map(|value| value.map(|$value| $text));
        Answer { found, expected: shown(model, |$model| $shown), sql }
    }};
}

async fn expression(db: &Db, random: &mut Random, turn: usize) -> Answer {
    let depth = 1 + turn / 8 % 3;
    random.row = random.below(ROWS);
    match turn % 8 {
        0 => match random.below(4) {
            0 => ask!(db, random, random.int(depth), |n| n.to_string(), |n| n.to_string()),
            1 => ask!(db, random, random.small(depth), |n| n.to_string(), |n| n.to_string()),
            2 => ask!(db, random, random.medium(depth), |n| n.to_string(), |n| n.to_string()),
            _ => ask!(db, random, random.single(depth), |n| (n + 0.0).to_string(), |n| (n + 0.0).to_string()),
        },
        1 | 2 if !random.any_decimal => {
            let (expr, model) = random.dec(depth);
            ask!(db, random, (expr, model), |n| of_decimal(n), |n| normal(&text(&n)))
        }
        1 | 2 => {
            let (expr, model) = random.dec(depth);
            ask!(db, random, (expr.cast::<String>(), model), |n| n, |n| text(&n))
        }
        // Zeros of both signs are equal.
        3 => ask!(db, random, random.float(depth), |n| (n + 0.0).to_string(), |n| (n + 0.0).to_string()),
        4 => ask!(db, random, random.text(depth), |text| text, |text| text),
        5 => ask!(db, random, random.logic(depth), |truth| truth.to_string(), |truth| truth.to_string()),
        6 => ask!(db, random, random.truth(depth), |truth| truth.to_string(), |truth| truth.to_string()),
        _ => match random.below(5) {
            0 => ask!(db, random, random.mood(), |mood| format!("{mood:?}"), |mood| format!("{mood:?}")),
            1 => ask!(db, random, random.day(), |day| day.to_string(), |day| day.to_string()),
            2 => ask!(db, random, random.at(), |at| at.to_string(), |at| at.to_string()),
            3 => ask!(db, random, random.clock(), |clock| clock.to_string(), |clock| clock.to_string()),
            _ => ask!(db, random, random.local_leaf(), |local| local.to_string(), |local| local.to_string()),
        },
    }
}

#[tokio::test]
async fn random_expressions_have_one_meaning() {
    plain(async |db| {
        let count = if is_sqlite(db) { 20_000 } else { 2_000 };
        let count = std::env::var("KYSERA_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(count);
        let seed = std::env::var("KYSERA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
        eprintln!("KYSERA_SEED={seed}");
        let rows = fill(db).await;
        let by_bytes = kysera::raw("select 'a' > 'B'").rows::<bool>().fetch_one(db).await.unwrap();
        let letters = kysera::raw("select lower('Ä')").rows::<String>().fetch_one(db).await.unwrap() == "ä";
        let any_decimal = is_sqlite(db) || is_postgres(db);
        let mut random = Random::new(seed, rows, by_bytes, letters, any_decimal);
        let (mut refused, mut unsupported, mut outside, mut wrong) = (0, 0, 0, Vec::new());
        for turn in 0..count {
            random.outside = false;
            let answer = if turn % 5 == 4 {
                rows::answer(db, &mut random).await
            } else {
                expression(db, &mut random, turn / 5 * 4 + turn % 5).await
            };
            if random.outside {
                outside += 1;
                continue;
            }
            match (answer.found, answer.expected) {
                (Ok(found), Ok(expected)) if found == expected => {}
                (Err(error), _) if !any_decimal && error.kind() == ErrorKind::Unsupported => unsupported += 1,
                (Err(error), Err(_)) if error.kind() == ErrorKind::InvalidValue => refused += 1,
                (found, expected) => {
                    wrong.push(format!("turn {turn}: {found:?}, the model has {expected:?}: {}", answer.sql));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {count}, as\n{}",
            wrong.len(),
            wrong[..wrong.len().min(12)].join("\n")
        );
        assert!(outside < count / 4, "{outside} of {count} have other digits here");
        assert!(unsupported < count / 20, "{unsupported} of {count} were refused before they were sent");
        assert!(refused > count / 50 && refused < count / 2, "{refused} of {count} were errors");
        let known: BTreeSet<&str> = FORMS.lines().collect();
        let made: BTreeSet<&str> = random.forms.keys().copied().collect();
        let missing: Vec<_> =
            known.difference(&made).filter(|form| by_bytes || !form.starts_with("text ")).collect();
        assert!(missing.is_empty(), "not in {count}: {missing:?}");
        let unknown: Vec<_> = made.difference(&known).collect();
        assert!(unknown.is_empty(), "not in forms.txt: {unknown:?}");
    })
    .await;
}
