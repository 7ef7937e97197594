//! What a statement does with the rows of a table.

/// What a statement does with the rows of a table: what a row filter or a write check is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Reads rows: any reference in FROM, in a join or a subquery; the target of a merge, where it is matched.
    Read,
    /// Adds rows.
    Insert,
    /// Changes rows: an update, the update of an upsert or of a merge.
    Update,
    /// Removes rows: a delete, also that of a merge.
    Delete,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 4] =
        [Operation::Read, Operation::Insert, Operation::Update, Operation::Delete];

    /// Those that change rows.
    pub const WRITES: [Operation; 3] = [Operation::Insert, Operation::Update, Operation::Delete];
}
