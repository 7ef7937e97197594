//! What a row of an insert is known by afterwards: values that it gives, or the key that the database generates.

use crate::execute::row_keys::RowKey;
use crate::execute::untold::Untold;
use kysera_sql::ast::{ConflictAction, ConflictTarget, Expr, Insert, InsertOr, InsertSource, Rows};
use kysera_sql::ident::Name;
use kysera_sql::table::{Generated, TableMeta};
use kysera_sql::value::Value;

/// What a row is known by.
pub(crate) enum InsertKey {
    /// These values of it.
    Given(RowKey),
    /// The value that the database generates for this column.
    Generated(Name),
}

/// What the rows of an insert are known by.
pub(crate) enum InsertKeys {
    /// Each gives its values.
    Given(Vec<RowKey>),
    /// The database generates the column for every one of so many.
    Generated(Name, usize),
    /// The database tells only of one row which key it generated, or whether it was inserted.
    RowByRow(Vec<InsertKey>),
}

/// What the rows of an insert of values are known by.
///
/// # Errors
/// Why one of them cannot be told.
pub(crate) fn keys_of(insert: &Insert) -> Result<InsertKeys, Untold> {
    let one_of_defaults = Rows::from(vec![Vec::new()]);
    let rows = match (&insert.source, &insert.with) {
        (_, Some(_)) => return Err(Untold::by_ctes()),
        (InsertSource::Values(rows), None) => rows,
        (InsertSource::DefaultValues, None) => &one_of_defaults,
        _ => return Err(from_a_query()),
    };
    if rows.is_empty() || rows.iter().any(|row| row.len() != insert.columns.len()) {
        return Err(Untold::new("a row is not complete", "give each column a value"));
    }
    let meta = insert.into.meta.as_deref().ok_or_else(Untold::without_description)?;
    let updated = match insert.on_conflict.as_ref().map(|conflict| (&conflict.action, &conflict.target)) {
        Some((ConflictAction::DoUpdate { .. }, target)) => {
            Some(hit(insert, target, meta).ok_or_else(of_any_conflict)?)
        }
        _ => None,
    };
    if let Some(column) = updated.and_then(|key| changed(insert, key)) {
        let hint = "let the update keep the key, or set it to the proposed value";
        return Err(Untold::of_column(
            "where a row is there already, its key is changed: the column",
            column,
            hint,
        ));
    }
    let keys: Vec<_> = rows.iter().map(|row| key_of(insert, row, meta, updated)).collect::<Result<_, _>>()?;
    Ok(if may_pass_over(insert) { InsertKeys::RowByRow(keys) } else { together(insert, keys) })
}

#[cold]
fn from_a_query() -> Untold {
    Untold::new(
        "they come from a query",
        "insert them as values; or leave out `returning` and read them by a condition, in the same transaction",
    )
}

#[cold]
fn of_any_conflict() -> Untold {
    Untold::new(
        "nothing says which key a row may meet",
        "name its columns (`.on_conflict(..)`), or leave out `returning`",
    )
}

/// The insert of one of its rows, without columns that are `default` there.
pub(crate) fn one_row(insert: &Insert, at: usize) -> Insert {
    let InsertSource::Values(rows) = &insert.source else { return insert.clone() };
    let row = rows.get(at).unwrap_or_default().iter().cloned();
    let given = insert.columns.iter().cloned().zip(row).filter(|(_, value)| !matches!(value, Expr::Default));
    let (columns, row): (Vec<_>, Vec<_>) = given.unzip();
    let source =
        if columns.is_empty() { InsertSource::DefaultValues } else { InsertSource::values(vec![row]) };
    insert.of_others(columns, source)
}

/// True when a row may be passed over.
pub(crate) fn may_pass_over(insert: &Insert) -> bool {
    let passes = |action: &ConflictAction| matches!(action, ConflictAction::DoNothing);
    insert.or == Some(InsertOr::Ignore)
        || insert.on_conflict.as_ref().is_some_and(|conflict| passes(&conflict.action))
}

/// The keys of rows that one statement inserts, where all are of one kind.
fn together(insert: &Insert, keys: Vec<InsertKey>) -> InsertKeys {
    let is_given = |key: &InsertKey| matches!(key, InsertKey::Given(_));
    match keys.first() {
        Some(InsertKey::Given(_)) if keys.iter().all(is_given) => {
            let given = |key| match key {
                InsertKey::Given(key) => Some(key),
                InsertKey::Generated(_) => None,
            };
            InsertKeys::Given(keys.into_iter().filter_map(given).collect())
        }
        // Rows that an upsert updates take keys that it does not use.
        Some(InsertKey::Generated(column)) if insert.on_conflict.is_none() && !keys.iter().any(is_given) => {
            InsertKeys::Generated(column.clone(), keys.len())
        }
        _ => InsertKeys::RowByRow(keys),
    }
}

/// The key that an upsert meets: the one that it names, or the only one that its rows give.
fn hit<'i>(insert: &Insert, target: &'i ConflictTarget, meta: &'i TableMeta) -> Option<&'i [Name]> {
    if let ConflictTarget::Columns(columns) = target {
        return Some(columns);
    }
    let unique = meta.unique.iter().map(|key| &*key.columns);
    let gives =
        |key: &&[Name]| !key.is_empty() && key.iter().all(|column| place_of(insert, column).is_some());
    let mut given = unique.chain([&*meta.primary_key]).filter(gives);
    given.next().filter(|_| given.next().is_none())
}

/// The column of the key to which the update of an upsert gives another value than the proposed one.
fn changed<'i>(insert: &'i Insert, key: &[Name]) -> Option<&'i Name> {
    let Some(ConflictAction::DoUpdate { set, .. }) =
        insert.on_conflict.as_ref().map(|conflict| &conflict.action)
    else {
        return None;
    };
    let is_key = |column: &Name| key.iter().any(|part| part.eq_ignore_ascii_case(column));
    let mut set = set.iter().filter(|set| is_key(&set.column) && !keeps(&set.value, &set.column));
    set.next().map(|set| &set.column)
}

/// True for the proposed value, also where a condition stands around it that fails otherwise.
fn keeps(value: &Expr, column: &Name) -> bool {
    match value {
        Expr::Excluded(name) => name.eq_ignore_ascii_case(column),
        Expr::Case(case) => case.branches.iter().all(|branch| keeps(&branch.result, column)),
        _ => false,
    }
}

fn key_of(
    insert: &Insert,
    row: &[Expr],
    meta: &TableMeta,
    updated: Option<&[Name]>,
) -> Result<InsertKey, Untold> {
    // A row that gives NULL for a part of the key that an upsert meets does not meet it.
    if let Some(key) = updated.and_then(|key| given(insert, row, key)) {
        return Ok(InsertKey::Given(key));
    }
    match given(insert, row, &meta.primary_key) {
        Some(key) => Ok(InsertKey::Given(key)),
        None => generated(insert, row, meta)
            .map(InsertKey::Generated)
            .ok_or_else(|| without_key(insert, row, &meta.primary_key)),
    }
}

/// Why a row is not known by this key.
#[cold]
fn without_key(insert: &Insert, row: &[Expr], key: &[Name]) -> Untold {
    let value = |column: &Name| place_of(insert, column).and_then(|at| row.get(at));
    let is_bound = |column: &&Name| matches!(value(column), Some(Expr::Value(value)) if !value.is_null());
    let Some(column) = key.iter().find(|column| !is_bound(column)) else { return Untold::without_key() };
    match value(column) {
        None | Some(Expr::Default | Expr::Value(_)) => Untold::of_column(
            "a row gives no value for the key column",
            column,
            "give it one, or leave out `returning`",
        ),
        Some(_) => Untold::of_column(
            "the database computes the key column",
            column,
            "give it a value, or leave out `returning`",
        ),
    }
}

/// The values that a row binds for a key.
fn given(insert: &Insert, row: &[Expr], key: &[Name]) -> Option<RowKey> {
    if key.is_empty() {
        return None;
    }
    let bound = |column: &Name| match row.get(place_of(insert, column)?)? {
        Expr::Value(Value::Null(_)) => None,
        value @ Expr::Value(_) => Some((column.clone(), value.clone())),
        _ => None,
    };
    key.iter().map(bound).collect()
}

/// The column of the key that the database generates for a row that leaves it out.
fn generated(insert: &Insert, row: &[Expr], meta: &TableMeta) -> Option<Name> {
    let [key] = &*meta.primary_key else { return None };
    let column = meta.columns.iter().find(|column| column.name.eq_ignore_ascii_case(key))?;
    let is_left_out = match place_of(insert, key) {
        None => true,
        Some(at) => matches!(row.get(at), Some(Expr::Default)),
    };
    (column.generated != Generated::No && is_left_out).then(|| key.clone())
}

fn place_of(insert: &Insert, column: &Name) -> Option<usize> {
    insert.columns.iter().position(|given| given.eq_ignore_ascii_case(column))
}
