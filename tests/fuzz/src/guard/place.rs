//! Where a fragment stands in a statement.

use super::world::{T, U};
use arbitrary::{Result, Unstructured};
use kysera_sql::ast::*;
use kysera_sql::node;
use kysera_sql::value::Value;

/// A position in one of the statements, and what is around the fragment there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    statement: u8,
    around: u8,
}

fn int(number: i64) -> Expr {
    Expr::Literal(Literal::Int(number))
}

fn select(filter: Option<Expr>) -> Select {
    let mut query = Select::from(TableRef::typed(&T));
    query.items.push(SelectItem::expr(Expr::column("t", "id")));
    query.filter = filter;
    query
}

fn set(value: Expr) -> Vec<Assignment> {
    vec![Assignment { column: "a".into(), value }]
}

fn returned(column: &'static str) -> Vec<SelectItem> {
    vec![SelectItem::expr(Expr::column("t", column))]
}

impl Place {
    pub(super) fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Place> {
        Ok(Place { statement: bytes.int_in_range(0..=20)?, around: bytes.int_in_range(0..=13)? })
    }

    /// The statement with the fragment in its place.
    pub(super) fn statement(self, fragment: Expr) -> Statement {
        let it = self.surrounded(fragment);
        match self.statement {
            0..=2 => select(Some(it)).into(),
            3 => item(it).into(),
            4 => {
                let mut query = select(None);
                query.order_by.push(OrderBy::new(it, Direction::Desc));
                query.into()
            }
            5 => node!(Select { group_by: vec![it], ..select(None) }).into(),
            6 => {
                let group_by = vec![Expr::column("t", "id")];
                node!(Select { group_by, having: Some(it), ..select(None) }).into()
            }
            7 | 8 => join(if self.statement == 7 { JoinKind::Left } else { JoinKind::Inner }, it).into(),
            9 => node!(Select { limit: Some(it), ..select(None) }).into(),
            10 => node!(Select { limit: Some(int(9)), offset: Some(it), ..select(None) }).into(),
            11 => {
                node!(Update { set: set(it), returning: returned("id"), ..Update::of(TableRef::typed(&T)) })
                    .into()
            }
            12 => {
                let filter = Some(it);
                node!(Update {
                    set: set(int(5)),
                    filter,
                    returning: returned("a"),
                    ..Update::of(TableRef::typed(&T))
                })
                .into()
            }
            13 => {
                let returning = vec![SelectItem::expr(it)];
                node!(Update { set: set(int(5)), returning, ..Update::of(TableRef::typed(&T)) }).into()
            }
            14 | 15 => {
                let filter = Some(it);
                node!(Delete { filter, returning: returned("id"), ..Delete::from(TableRef::typed(&T)) })
                    .into()
            }
            16 => insert(InsertSource::values(vec![vec![int(7), it]]), None).into(),
            17 => {
                let mut query = item(it);
                query.items.truncate(2);
                insert(InsertSource::Select(Box::new(query)), None).into()
            }
            18 => upsert(it, None).into(),
            19 => upsert(int(1), Some(it)).into(),
            _ => {
                let derived = Derived::new(item(it), "d");
                let mut query = Select::from(FromItem::Derived(Box::new(derived)));
                query.items.push(SelectItem::Star(None));
                query.into()
            }
        }
    }

    fn surrounded(self, it: Expr) -> Expr {
        let one = || Expr::Value(Value::I64(1));
        match self.around {
            0 => Expr::binary(it, BinaryOp::Or, Expr::binary(one(), BinaryOp::Eq, int(2))),
            1 => Expr::binary(one(), BinaryOp::Or, it),
            2 => Expr::negate(it),
            3 => Expr::call("coalesce", vec![it, int(1)]),
            4 => Expr::InList(Box::new(InList { operand: it, items: vec![int(1)], negated: false })),
            5 => Expr::InList(Box::new(InList { operand: int(1), items: vec![it, int(2)], negated: true })),
            6 => Expr::binary(int(1), BinaryOp::Sub, it),
            7 => Expr::is_null(it),
            8 => Expr::binary(it, BinaryOp::Concat, Expr::Literal(Literal::Text("x"))),
            9 => {
                let branch = CaseWhen { condition: it, result: int(1) };
                Expr::Case(Box::new(Case::new(vec![branch])))
            }
            _ => it,
        }
    }
}

fn item(it: Expr) -> Select {
    let mut query = select(None);
    query.items.push(SelectItem::aliased(it, "it"));
    query
}

fn join(kind: JoinKind, on: Expr) -> Select {
    let right = FromItem::from(TableRef::typed(&U));
    let mut query = Select::from(FromItem::from(TableRef::typed(&T)).join(kind, right, Some(on)));
    for (table, column) in [("t", "id"), ("u", "id"), ("u", "a")] {
        query.items.push(SelectItem::expr(Expr::column(table, column)));
    }
    query
}

fn insert(source: InsertSource, on_conflict: Option<OnConflict>) -> Insert {
    let columns = vec!["id".into(), "a".into()];
    node!(Insert {
        columns,
        source,
        on_conflict,
        returning: returned("id"),
        ..Insert::into(TableRef::typed(&T))
    })
}

fn upsert(value: Expr, filter: Option<Expr>) -> Insert {
    let action = ConflictAction::DoUpdate { set: set(value), filter };
    let conflict = OnConflict::new(ConflictTarget::Columns(vec!["id".into()]), action);
    insert(InsertSource::values(vec![vec![int(1), int(1)], vec![int(901), int(1)]]), Some(conflict))
}
