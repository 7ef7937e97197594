//! Expressions.

use super::Maker;
use arbitrary::Result;
use kysera_sql::ast::*;
use kysera_sql::node;

const OPERATORS: &[BinaryOp] = &[
    BinaryOp::Eq,
    BinaryOp::And,
    BinaryOp::Or,
    BinaryOp::Ne,
    BinaryOp::Lt,
    BinaryOp::Ge,
    BinaryOp::IsNotDistinctFrom,
    BinaryOp::IsDistinctFrom,
    BinaryOp::Add,
    BinaryOp::Sub,
    BinaryOp::Mul,
    BinaryOp::Div,
    BinaryOp::Rem,
    BinaryOp::Concat,
    BinaryOp::BitAnd,
    BinaryOp::BitOr,
];

impl Maker<'_, '_> {
    pub(super) fn column(&mut self) -> Result<ColumnRef> {
        let table = if self.tame { Some("t".into()) } else { self.maybe(Maker::name)? };
        let outer = if self.tame { 0 } else { self.pick(&[0, 0, 0, 0, 1, 2, 255])? };
        let numeric = self.pick(&[
            Numeric::Unknown,
            Numeric::Integer,
            Numeric::Integer16,
            Numeric::Integer32,
            Numeric::Float,
            Numeric::Float32,
            Numeric::Decimal,
        ])?;
        let name = if self.tame { self.pick(&["id", "a", "del"])?.into() } else { self.name()? };
        Ok(node!(ColumnRef { table, outer, numeric, ..ColumnRef::new(name) }))
    }

    fn literal(&mut self) -> Result<Literal> {
        const TEXTS: &[&str] = &["x", "zq'zq", "zq\\", "zq''", "zq\"", "zq\0", "", "zq--", "zq\\'"];
        Ok(match self.below(6)? {
            0 => Literal::Int(self.bytes.arbitrary()?),
            1 => Literal::Null,
            2 => Literal::Bool(self.flag()?),
            3 if !self.tame => Literal::Label(self.custom()?, self.pick(TEXTS)?),
            4 if !self.tame => Literal::Text(self.pick(TEXTS)?),
            _ => Literal::Int(i64::from(self.below(4)?)),
        })
    }

    pub(super) fn expr(&mut self, depth: u8) -> Result<Expr> {
        let kinds = if depth == 0 { 4 } else { 24 };
        let inner = depth.saturating_sub(1);
        Ok(match self.below(kinds)? {
            0 | 1 => Expr::Column(self.column()?),
            2 => Expr::Value(self.value()?),
            3 => Expr::Literal(self.literal()?),
            4 | 5 => {
                let op = match self.tame || !self.flag()? {
                    true => self.pick(OPERATORS)?,
                    false => BinaryOp::Other(self.pick(&["@>", "->", "~", "?|"])?),
                };
                Expr::binary(self.expr(inner)?, op, self.expr(inner)?)
            }
            6 => {
                let op = if self.flag()? { UnaryOp::Neg } else { UnaryOp::Not };
                Expr::Unary(Box::new(Unary { op, operand: self.expr(inner)? }))
            }
            7 => Expr::IsNull { operand: Box::new(self.expr(inner)?), negated: self.flag()? },
            8 => {
                let between = Between::new(self.expr(inner)?, self.expr(inner)?, self.expr(inner)?);
                Expr::Between(Box::new(node!(Between { negated: self.flag()?, ..between })))
            }
            9 => {
                let items = self.list(|maker| maker.expr(inner))?;
                Expr::InList(Box::new(InList { operand: self.expr(inner)?, items, negated: self.flag()? }))
            }
            10 => {
                let (operand, query, negated) = (self.expr(inner)?, self.query(inner)?, self.flag()?);
                Expr::InSubquery(Box::new(InSubquery { operand, query, negated }))
            }
            11 => {
                let escape = self.maybe(|maker| maker.pick(&['\\', '\'', 'z', '\u{1f980}', '\0', '"']))?;
                let like = Like::new(self.expr(inner)?, self.expr(inner)?);
                let case_insensitive = self.flag()?;
                Expr::Like(Box::new(node!(Like { escape, negated: self.flag()?, case_insensitive, ..like })))
            }
            12 | 13 => Expr::Call(Box::new(self.call(inner)?)),
            14 => {
                let branches = self.list(|maker| {
                    Ok(CaseWhen { condition: maker.expr(inner)?, result: maker.expr(inner)? })
                })?;
                let operand = self.maybe(|maker| maker.expr(inner))?;
                let otherwise = self.maybe(|maker| maker.expr(inner))?;
                Expr::Case(Box::new(node!(Case { operand, otherwise, ..Case::new(branches) })))
            }
            15 => Expr::Cast {
                operand: Box::new(self.expr(inner)?),
                to: self.sql_type()?,
                from: self.sql_type()?,
            },
            16 => {
                let steps = self.list(|maker| {
                    Ok(match maker.flag()? {
                        true => JsonStep::Index(maker.bytes.arbitrary()?),
                        false => JsonStep::Key(maker.name()?),
                    })
                })?;
                let path = JsonPath::new(self.expr(inner)?, steps);
                Expr::JsonPath(Box::new(node!(JsonPath { text: self.flag()?, ..path })))
            }
            17 => Expr::Subquery(Box::new(self.query(inner)?)),
            18 => Expr::Exists(Box::new(self.query(inner)?)),
            19 => Expr::Tuple(self.list(|maker| maker.expr(inner))?),
            20 => {
                let kind = if self.flag()? { NestedKind::Object } else { NestedKind::Array };
                let encoding = if self.flag()? { NestedEncoding::Json } else { NestedEncoding::Positional };
                Expr::Nested(Box::new(Nested::new(kind, encoding, self.query(inner)?)))
            }
            21 => Expr::Excluded(self.name()?),
            22 => Expr::Default,
            _ => Expr::Raw(Box::new(self.raw(inner)?)),
        })
    }

    fn call(&mut self, depth: u8) -> Result<Call> {
        let args = self.list(|maker| maker.expr(depth))?;
        let order_by = self.few(|maker| maker.order_by(depth))?;
        let filter = self.maybe(|maker| maker.expr(depth))?;
        let over = self.maybe(|maker| {
            let partition_by = maker.few(|maker| maker.expr(depth))?;
            let order_by = maker.few(|maker| maker.order_by(depth))?;
            Ok(node!(Over { partition_by, order_by, ..Over::default() }))
        })?;
        let (star, distinct) = (self.flag()?, self.flag()?);
        Ok(node!(Call { star, distinct, order_by, filter, over, ..Call::new(self.function()?, args) }))
    }

    pub(super) fn order_by(&mut self, depth: u8) -> Result<OrderBy> {
        let direction = self.pick(&[Direction::Default, Direction::Asc, Direction::Desc])?;
        let nulls = self.pick(&[None, None, Some(NullsOrder::First), Some(NullsOrder::Last)])?;
        let collate = if self.tame { None } else { self.maybe(Maker::name)? };
        Ok(node!(OrderBy { nulls, collate, ..OrderBy::new(self.expr(depth)?, direction) }))
    }
}
