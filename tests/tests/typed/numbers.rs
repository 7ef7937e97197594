//! Arithmetic of aggregates, of narrow and unsigned integers, of decimals with whole numbers, and of newtypes.

use crate::database::open_empty;
use kysera::expr::{avg_as, sum_as};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{ErrorKind, Result};
use rust_decimal::Decimal;

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
#[sql_type(number)]
struct Points(i64);

#[derive(SqlType, Debug, Clone, Copy, PartialEq)]
#[sql_type(number)]
struct Money(Decimal);

#[derive(Table, Debug, Clone)]
struct Game {
    #[column(primary_key)]
    id: i64,
    port: u16,
    hits: u32,
    level: i8,
    n: i64,
    points: Points,
    price: Decimal,
    fee: Money,
    ratio: f64,
    bonus: Option<i64>,
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

async fn databases(test: &str) -> Vec<Db> {
    let each = open_empty(test).await;
    for db in &each {
        create_table(Game).execute(db).await.unwrap();
        let game = |id: i64, n| NewGame {
            id,
            port: u16::MAX,
            hits: u32::MAX,
            level: -128,
            n,
            points: Points(10 * id),
            price: decimal("2.50"),
            fee: Money(decimal("0.10")),
            ratio: 1.5,
        };
        insert_into(Game).rows([game(1, i64::MIN).bonus(4), game(2, 7).into()]).execute(db).await.unwrap();
    }
    each
}

fn second() -> Predicate<Game> {
    Game.id.eq(2).on()
}

/// Where an integer is read, SQLite's float is refused by the reader; anywhere else by the statement.
fn is_overflow(error: &kysera::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::Decode)
}

#[tokio::test]
async fn one_more_than_the_greatest_can_be_asked_for() {
    for db in databases("next").await {
        let next =
            select_from(Game).select((max(Game.id) + 1, -max(Game.id), count_all() * 2 - min(Game.id)));
        assert_eq!(next.fetch_one(&db).await.unwrap(), (Some(3), Some(-2), Some(3)));
        let none = select_from(Game).filter(Game.id.gt(9)).select(max(Game.id).coalesce(0) + 1);
        assert_eq!(none.fetch_one(&db).await.unwrap(), 1);
        let beyond = select_from(Game).select(max(Game.n) * i64::MAX).fetch_one(&db).await.unwrap_err();
        assert!(is_overflow(&beyond), "{beyond}");
    }
}

#[tokio::test]
async fn a_minus_in_front_is_the_opposite_or_an_error() {
    for db in databases("negation").await {
        let row = select_from(Game).filter(second()).select((
            -Game.n,
            -(-Game.n),
            -Game.price,
            -Game.ratio,
            -Game.bonus,
            -Game.port,
            -Game.points,
            Game.n - -Game.n * 2,
        ));
        let (n, again, price, ratio, bonus, port, points, mixed) = row.fetch_one(&db).await.unwrap();
        assert_eq!((n, again, price, mixed), (-7, 7, decimal("-2.50"), 21));
        assert_eq!((ratio, bonus, port, points), (-1.5, None, -65_535, Points(-20)));
        // The least integer has no opposite: SQLite would make a float of it.
        let least = || select_from(Game).filter(Game.id.eq(1));
        let errors: [Result<usize>; 3] = [
            least().select(-Game.n).fetch_all(&db).await.map(|rows| rows.len()),
            least().filter((-Game.n).gt(0)).select(Game.id).fetch_all(&db).await.map(|rows| rows.len()),
            least().select((-Game.n).cast::<f64>()).fetch_all(&db).await.map(|rows| rows.len()),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_err();
            assert!(is_overflow(&error), "{at}: {error}");
        }
    }
}

#[tokio::test]
async fn narrow_and_unsigned_integers_are_computed_with_as_what_they_travel_as() {
    for db in databases("narrow").await {
        let row = select_from(Game).filter(second()).select((
            Game.port + 1,
            Game.hits + 1,
            Game.level - 1,
            Game.port + Game.hits,
            Game.port * Game.n,
            Game.hits % 10,
        ));
        let row = row.fetch_one(&db).await.unwrap();
        assert_eq!(row, (65_536_i32, 4_294_967_296_i64, -129_i16, 4_295_032_830_i64, 458_745_i64, 5_i64));
        let fewer = select_from(Game).filter((Game.hits - u32::MAX - 1).lt(0)).select(count_all());
        assert_eq!(fewer.fetch_one(&db).await.unwrap(), 2);
        let ports =
            select_from(Game).select((sum(Game.port), max(Game.port) + 1)).fetch_one(&db).await.unwrap();
        assert_eq!(ports, (Some(131_070), Some(65_536)));
    }
}

#[tokio::test]
async fn decimals_go_with_whole_numbers_on_either_side() {
    for db in databases("whole").await {
        let row = select_from(Game).filter(second()).select((
            Game.price * 3,
            Game.price * Game.port,
            Game.n * decimal("0.5"),
            Game.hits - Game.price,
        ));
        let wanted = (decimal("7.50"), decimal("163837.50"), decimal("3.5"), decimal("4294967292.50"));
        assert_eq!(row.fetch_one(&db).await.unwrap(), wanted);
    }
}

#[tokio::test]
async fn a_newtype_over_a_number_computes_when_it_says_so() {
    for db in databases("newtype").await {
        let row = select_from(Game).filter(second()).select((
            Game.points + 5,
            Game.points - Points(1),
            Game.points * Game.n,
            Game.fee + Game.fee,
            Game.fee * decimal("3"),
        ));
        let wanted = (Points(25), Points(19), Points(140), Money(decimal("0.20")), Money(decimal("0.30")));
        assert_eq!(row.fetch_one(&db).await.unwrap(), wanted);
        let sums =
            select_from(Game).select((sum(Game.points), max(Game.points), sum(Game.fee), avg(Game.points)));
        let wanted = (Some(decimal("30")), Some(Points(20)), Some(decimal("0.20")), Some(decimal("15")));
        assert_eq!(sums.fetch_one(&db).await.unwrap(), wanted);
        update(Game).set(Game.points.set(Game.points + 5)).filter(second()).execute(&db).await.unwrap();
        let best = select_from(Game).filter(Game.points.gt(Points(20))).select(Game.points);
        assert_eq!(best.fetch_all(&db).await.unwrap(), [Points(25)]);
        let beyond = select_from(Game).select(Game.points * i64::MAX).fetch_all(&db).await.unwrap_err();
        assert!(is_overflow(&beyond), "{beyond}");
    }
}

/// Newtypes that do not compute: one that never said so, and one over a number that is not closed under arithmetic.
mod without_arithmetic {
    use super::*;

    #[derive(SqlType, Debug, Clone, Copy, PartialEq)]
    struct Cents(i64);

    #[derive(SqlType, Debug, Clone, Copy, PartialEq)]
    struct Pieces(u32);

    #[derive(Table, Debug, Clone)]
    struct Sale {
        #[column(primary_key)]
        id: i64,
        cents: Cents,
        pieces: Pieces,
    }

    async fn sales(test: &str) -> Vec<Db> {
        let each = open_empty(test).await;
        for db in &each {
            create_table(Sale).execute(db).await.unwrap();
            let rows = [
                NewSale { id: 1, cents: Cents(250), pieces: Pieces(u32::MAX) },
                NewSale { id: 2, cents: Cents(-5), pieces: Pieces(2) },
            ];
            insert_into(Sale).rows(rows).execute(db).await.unwrap();
        }
        each
    }

    #[tokio::test]
    async fn a_newtype_is_summed_as_itself_or_as_a_number() {
        for db in sales("newtype_sums").await {
            let sums = select_from(Sale)
                .select((
                    sum_as::<Cents, _>(Sale.cents),
                    sum_as::<i64, _>(Sale.cents),
                    sum_as::<i64, _>(Sale.pieces),
                    avg_as::<f64, _>(Sale.cents),
                ))
                .fetch_one(&db)
                .await
                .unwrap();
            let pieces = i64::from(u32::MAX) + 2;
            assert_eq!(sums, (Some(Cents(245)), Some(245), Some(pieces), Some(122.5)));
            let nothing = select_from(Sale).filter(Sale.id.gt(2)).select(sum_as::<Cents, _>(Sale.cents));
            assert_eq!(nothing.fetch_one(&db).await.unwrap(), None);
            let beyond = select_from(Sale).select(sum_as::<Pieces, _>(Sale.pieces));
            let error = beyond.fetch_one(&db).await.unwrap_err();
            assert!(is_overflow(&error), "{error}");
        }
    }

    #[tokio::test]
    async fn a_newtype_that_does_not_compute_is_cast_and_cast_back() {
        for db in sales("newtype_casts").await {
            let more = (Sale.pieces.cast::<i64>() + 1).cast::<Pieces>();
            update(Sale).set(Sale.pieces.set(more)).filter(Sale.id.eq(2)).execute(&db).await.unwrap();
            let doubled = (Sale.cents.cast::<i64>() * 2).cast::<Cents>();
            let read = select_from(Sale).filter(Sale.id.eq(2)).select((Sale.pieces, doubled));
            assert_eq!(read.fetch_one(&db).await.unwrap(), (Pieces(3), Cents(-10)));
        }
    }
}
