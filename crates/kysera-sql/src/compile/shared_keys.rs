//! What is known of the keys of the queries that are being written: which there are, and how each is written again.
//!
//! Why they matter is said in `shared`, which writes them.

use crate::ast::{BinaryOp, Distinct, Expr, Select, SelectItem};
use crate::value::Value;
use crate::visit::{Visit, walk};

/// Deepest expression that is compared with others. Of one that is deeper nothing is known.
const MAX_DEPTH: usize = 200;

/// The keys of the queries that are being written, innermost last.
pub(super) struct Shared<'a> {
    pub(super) keys: Vec<Key<'a>>,
    /// Keys before this one belong to queries around.
    in_sight: usize,
    /// The placeholders that are written again now, the next one last.
    pub(super) again: Vec<usize>,
    /// How many expressions around are not to be looked into.
    pub(super) settled: usize,
    /// How many keys are being written for the first time, and the placeholders written since.
    pub(super) first_times: usize,
    pub(super) written: Vec<usize>,
}

/// A key that holds values.
pub(super) struct Key<'a> {
    pub(super) expr: &'a Expr,
    pub(super) form: KeyForm,
}

/// How a key is written.
pub(super) enum KeyForm {
    /// With the same placeholders each time: those of the first time, once it was written.
    Numbers(Option<Vec<usize>>),
    /// A grouping key, by its position among the selected items, counted from 1; without one it can be written once.
    Position(Option<usize>),
    /// In ORDER BY by its position among the selected items, where only those may be.
    Output(usize),
}

/// What was in sight around a query.
pub(super) struct Sight {
    in_sight: usize,
    keys: usize,
}

/// Where a whole key may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyPlace {
    Item(usize),
    GroupBy,
    OrderBy,
}

impl<'a> Shared<'a> {
    pub(super) fn boxed() -> Box<Shared<'a>> {
        Box::new(Shared {
            keys: Vec::new(),
            in_sight: 0,
            again: Vec::new(),
            settled: 0,
            first_times: 0,
            written: Vec::new(),
        })
    }

    /// Hides the keys so far, and takes these.
    pub(super) fn open(&mut self, keys: Vec<Key<'a>>) -> Sight {
        let around = Sight { in_sight: self.in_sight, keys: self.keys.len() };
        self.in_sight = around.keys;
        self.keys.extend(keys);
        around
    }

    /// Takes these beside the keys so far.
    pub(super) fn add(&mut self, keys: Vec<Key<'a>>) -> Sight {
        let around = Sight { in_sight: self.in_sight, keys: self.keys.len() };
        self.keys.extend(keys);
        around
    }

    /// What was in sight before is again.
    pub(super) fn close(&mut self, around: Sight) {
        self.keys.truncate(around.keys);
        self.in_sight = around.in_sight;
    }

    /// Which key it is.
    pub(super) fn find(&self, expr: &Expr) -> Option<usize> {
        if self.settled > 0 {
            return None;
        }
        let mut keys = self.keys.iter().enumerate().skip(self.in_sight);
        keys.find(|(_, key)| same(key.expr, expr)).map(|(at, _)| at)
    }

    /// The number of the placeholder that holds this value already, if one is to be written again; else takes note of
    /// the number that comes next. `bound` are the parameters so far, `params` those that are not left in the tree.
    #[cold]
    pub(super) fn bound_before(&mut self, value: &Value, params: &[Value], bound: usize) -> Option<usize> {
        let left = bound - params.len();
        let again = self.again.pop().filter(|number| {
            params.get(number.wrapping_sub(1 + left)).is_some_and(|bound| same_value(bound, value))
        });
        if self.first_times > 0 {
            self.written.push(again.unwrap_or(bound + 1));
        }
        again
    }
}

/// The expressions that a database compares others with.
pub(super) fn keys_of(select: &Select) -> impl Iterator<Item = &Expr> {
    let (on, ordered): (&[Expr], _) = match &select.distinct {
        Distinct::No => (&[], false),
        Distinct::Yes => (&[], true),
        Distinct::On(keys) => (keys, false),
    };
    let order_by = select.order_by.iter().filter(move |_| ordered).map(|key| &key.expr);
    on.iter().chain(&select.group_by).chain(order_by)
}

/// The position of a selected item, from 1, if it can be counted.
pub(super) fn position_of(select: &Select, key: &Expr) -> Option<usize> {
    let at = select.items.iter().position(|item| match item {
        SelectItem::Expr { expr, .. } => same(expr, key),
        SelectItem::Star(_) => true,
    })?;
    matches!(select.items[at], SelectItem::Expr { .. }).then_some(at + 1)
}

/// Equal trees. The right operands are looked at first: chains of operators differ there.
pub(super) fn same(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::Binary(one), Expr::Binary(other)) => {
            one.op == other.op && one.right == other.right && one.left == other.left
        }
        _ => one == other,
    }
}

/// The same value to the last bit: 0.0 and -0.0 are equal, and not the same.
fn same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::F32(one), Value::F32(other)) => one.to_bits() == other.to_bits(),
        (Value::F64(one), Value::F64(other)) => one.to_bits() == other.to_bits(),
        (Value::Array(one), Value::Array(other)) => {
            one.element == other.element
                && one.items.len() == other.items.len()
                && one.items.iter().zip(&other.items).all(|(one, other)| same_value(one, other))
        }
        _ => one == other,
    }
}

/// True for an expression with a placeholder in it. Of one that is too deep to be compared nothing is known.
pub(super) fn holds_values(expr: &Expr) -> bool {
    let mut look = Look { depth: 0, found: false };
    look.expr(expr).is_ok() && look.found
}

struct Look {
    depth: usize,
    found: bool,
}

/// It is too deep.
struct TooDeep;

impl Visit for Look {
    type Error = TooDeep;

    fn expr(&mut self, node: &Expr) -> Result<(), TooDeep> {
        self.found |= matches!(node, Expr::Value(_));
        let outer = self.depth;
        self.depth += 1 + spine(node);
        let walked = if self.depth > MAX_DEPTH { Err(TooDeep) } else { walk::expr(self, node) };
        self.depth = outer;
        walked
    }
}

/// How far a chain of conditions leans to the left: a walk passes over it in one step, a comparison does not.
fn spine(expr: &Expr) -> usize {
    let mut length = 0;
    let mut at = expr;
    while let Expr::Binary(binary) = at
        && matches!(binary.op, BinaryOp::And | BinaryOp::Or)
        && length <= MAX_DEPTH
    {
        at = &binary.left;
        length += 1;
    }
    length
}
