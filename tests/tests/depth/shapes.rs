//! Every way in which a tree can get deep, one level at a time.

use kysera_sql::ast::{
    Assignment, Between, Binary, BinaryOp, Call, Case, CaseWhen, Cte, CteBody, Delete, Derived, Direction,
    Expr, FromItem, InList, InSubquery, Insert, InsertSource, JoinKind, JsonPath, JsonStep, Like, Literal,
    Merge, Nested, NestedEncoding, NestedKind, OrderBy, Over, Raw, Select, SelectItem, SetOp, SetOpKind,
    Statement, TableRef, Unary, UnaryOp, Update, With,
};
use kysera_sql::node;
use kysera_sql::value::SqlType;

pub(crate) type Shape = fn(usize) -> Statement;

/// Each makes a statement of that many levels.
pub(crate) const SHAPES: &[(&str, Shape)] = &[
    ("a - (b - (..))", |n| nest(n, |inner| Expr::binary(one(), BinaryOp::Sub, inner))),
    ("((..) - b) - c, in turns", |n| {
        let ops = [BinaryOp::Sub, BinaryOp::Mul];
        let mut at = 0;
        nest(n, |inner| {
            at += 1;
            Expr::binary(inner, ops[at % 2], one())
        })
    }),
    ("a or (b or (..))", |n| nest(n, |inner| Expr::binary(one(), BinaryOp::Or, inner))),
    ("not", |n| nest(n, Expr::negate)),
    ("minus", |n| nest(n, |operand| Expr::Unary(Box::new(Unary { op: UnaryOp::Neg, operand })))),
    ("is null", |n| nest(n, Expr::is_null)),
    ("cast", |n| nest(n, |inner| Expr::cast(inner, SqlType::I64))),
    ("between", |n| nest(n, |inner| Expr::Between(Box::new(Between::new(one(), inner, one()))))),
    ("in list", |n| {
        nest(n, |inner| {
            Expr::InList(Box::new(InList { operand: one(), items: vec![one(), inner], negated: false }))
        })
    }),
    ("in query", |n| {
        nest(n, |inner| {
            let query = query_of(inner);
            Expr::InSubquery(Box::new(InSubquery { operand: one(), query, negated: false }))
        })
    }),
    ("like", |n| nest(n, |inner| Expr::Like(Box::new(Like::new(inner, one()))))),
    ("argument", |n| nest(n, |inner| Expr::call("coalesce", vec![one(), inner]))),
    ("order by of an aggregate", |n| {
        nest(n, |inner| call(|call| call.order_by = vec![OrderBy::new(inner, Direction::Asc)]))
    }),
    ("filter of an aggregate", |n| nest(n, |inner| call(|call| call.filter = Some(inner)))),
    ("window", |n| {
        nest(n, |inner| {
            let over = node!(Over { partition_by: vec![inner], ..Over::default() });
            call(|call| call.over = Some(over))
        })
    }),
    ("case", |n| {
        nest(n, |inner| Expr::Case(Box::new(Case::new(vec![CaseWhen { condition: one(), result: inner }]))))
    }),
    ("else", |n| {
        nest(n, |inner| {
            let branches = vec![CaseWhen { condition: one(), result: one() }];
            Expr::Case(Box::new(node!(Case { otherwise: Some(inner), ..Case::new(branches) })))
        })
    }),
    ("json path", |n| {
        nest(n, |inner| Expr::JsonPath(Box::new(JsonPath::new(inner, vec![JsonStep::Index(0)]))))
    }),
    ("scalar query", |n| nest(n, |inner| Expr::Subquery(Box::new(query_of(inner))))),
    ("exists", |n| nest(n, |inner| Expr::Exists(Box::new(query_of(inner))))),
    ("row value", |n| nest(n, |inner| Expr::Tuple(vec![one(), inner]))),
    ("nested rows", |n| {
        nest(n, |inner| {
            Expr::Nested(Box::new(Nested::new(
                NestedKind::Array,
                NestedEncoding::Positional,
                query_of(inner),
            )))
        })
    }),
    ("raw expression", |n| nest(n, |inner| Expr::Raw(Box::new(Raw::template("({})", [inner]).unwrap())))),
    ("derived tables", |n| queries(n, |query| Select::from(derived(query)))),
    ("derived tables in the right of a join", |n| {
        queries(n, |query| from_join(FromItem::from(post()), derived(query)))
    }),
    ("joins that lean to the left", |n| {
        let items = (0..n).fold(FromItem::from(post()), |left, _| join(left, FromItem::from(post())));
        Select::from(items).into()
    }),
    ("joins that lean to the right", |n| {
        let items = (0..n).fold(FromItem::from(post()), |right, _| join(FromItem::from(post()), right));
        Select::from(items).into()
    }),
    ("raw items of from", |n| {
        queries(n, |query| {
            let raw = Raw::template("{}", [Expr::Subquery(Box::new(query))]).unwrap();
            Select::from(FromItem::Raw { raw: Box::new(raw), alias: Some("r".into()) })
        })
    }),
    ("set operations that lean to the right", |n| {
        queries(n, |right| {
            let set_ops = vec![SetOp { kind: SetOpKind::Union, all: true, right }];
            node!(Select { set_ops: set_ops, ..query_of(one()) })
        })
    }),
    ("set operations around derived tables", |n| {
        queries(n, |query| {
            let set_ops = vec![SetOp { kind: SetOpKind::Except, all: false, right: query_of(one()) }];
            node!(Select { set_ops: set_ops, ..Select::from(derived(query)) })
        })
    }),
    ("queries in CTEs", |n| queries(n, |query| with(query.into(), query_of(one())))),
    ("writes in CTEs", |n| {
        let insert = |query: Select| {
            node!(Insert { source: InsertSource::Select(Box::new(query)), ..Insert::into(post()) })
        };
        queries(n, |query| with(insert(query).into(), query_of(one())))
    }),
    ("updates in CTEs", |n| {
        queries(n, |query| {
            let set = vec![Assignment { column: "id".into(), value: Expr::Subquery(Box::new(query)) }];
            with(node!(Update { set: set, ..Update::of(post()) }).into(), query_of(one()))
        })
    }),
    ("deletes in CTEs", |n| {
        queries(n, |query| {
            let filter = Expr::Exists(Box::new(query));
            with(node!(Delete { filter: Some(filter), ..Delete::from(post()) }).into(), query_of(one()))
        })
    }),
    ("the condition of a delete", |n| {
        let filter = (0..n).fold(one(), |inner, _| Expr::negate(inner));
        node!(Delete { filter: Some(filter), ..Delete::from(post()) }).into()
    }),
    ("sums that an update assigns", |n| {
        let value = (0..n).fold(one(), |inner, _| Expr::binary(one(), BinaryOp::Sub, inner));
        let set = vec![Assignment { column: "id".into(), value }];
        node!(Update { set: set, ..Update::of(post()) }).into()
    }),
    ("the source of an insert", |n| {
        let query = deep_query(n, |query| Select::from(derived(query)));
        node!(Insert { source: InsertSource::Select(Box::new(query)), ..Insert::into(post()) }).into()
    }),
    ("the source of a merge", |n| {
        let query = deep_query(n, |query| Select::from(derived(query)));
        Merge::into(post(), derived(query), one()).into()
    }),
];

/// A list of conditions as a loop of `.or(..)` makes it.
pub(crate) fn conditions(n: usize, op: BinaryOp) -> Select {
    let equal = |n: usize| {
        let id = Expr::column("post", "id");
        Expr::binary(id, BinaryOp::Eq, Expr::Literal(Literal::Int(i64::try_from(n).unwrap())))
    };
    let list = (1..n).fold(equal(0), |left, n| Expr::Binary(Box::new(Binary { left, op, right: equal(n) })));
    node!(Select { filter: Some(list), ..query_of(Expr::column("post", "id")) })
}

pub(crate) fn one() -> Expr {
    Expr::column("post", "id")
}

fn post() -> TableRef {
    TableRef::named("post")
}

pub(crate) fn query_of(item: Expr) -> Select {
    node!(Select { items: vec![SelectItem::aliased(item, "n")], ..Select::from(post()) })
}

fn nest(n: usize, mut around: impl FnMut(Expr) -> Expr) -> Statement {
    query_of((0..n).fold(one(), |inner, _| around(inner))).into()
}

fn deep_query(n: usize, around: impl Fn(Select) -> Select) -> Select {
    (0..n).fold(query_of(one()), |query, _| {
        let mut query = around(query);
        if query.items.is_empty() {
            query.items.push(SelectItem::Star(None));
        }
        query
    })
}

fn queries(n: usize, around: impl Fn(Select) -> Select) -> Statement {
    deep_query(n, around).into()
}

fn call(change: impl FnOnce(&mut Call)) -> Expr {
    let mut made = Call::new("max", vec![one()]);
    change(&mut made);
    Expr::Call(Box::new(made))
}

fn derived(query: Select) -> FromItem {
    FromItem::Derived(Box::new(Derived::new(query, "d")))
}

pub(crate) fn join(left: FromItem, right: FromItem) -> FromItem {
    left.join(JoinKind::Inner, right, Some(one()))
}

fn from_join(left: FromItem, right: FromItem) -> Select {
    Select::from(join(left, right))
}

fn with(body: CteBody, query: Select) -> Select {
    node!(Select { with: Some(Box::new(With::new(vec![Cte::new("c", body)]))), ..query })
}
