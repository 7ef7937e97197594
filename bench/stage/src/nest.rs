//! Children under their parents, by hand: the code that every library without a way of its own is given.

use std::collections::HashMap;

/// Each parent with its children. Children whose parent is missing are dropped.
pub fn nest<P, C>(
    parents: Vec<P>,
    key: impl Fn(&P) -> i64,
    children: Vec<C>,
    parent: impl Fn(&C) -> i64,
) -> Vec<(P, Vec<C>)> {
    let places: HashMap<i64, usize> =
        parents.iter().enumerate().map(|(place, row)| (key(row), place)).collect();
    let mut nested: Vec<(P, Vec<C>)> = parents.into_iter().map(|parent| (parent, Vec::new())).collect();
    for child in children {
        if let Some(place) = places.get(&parent(&child)) {
            nested[*place].1.push(child);
        }
    }
    nested
}

/// Refuses a library that found less than others do: each user is to have ten posts, each post ten comments. Called
/// once, before any time is taken.
///
/// # Panics
/// When something is missing, or there is too much.
pub fn assert_nested(users: i64, found: impl IntoIterator<Item = impl IntoIterator<Item = usize>>) {
    let found: Vec<Vec<usize>> = found.into_iter().map(|posts| posts.into_iter().collect()).collect();
    assert_eq!(found, vec![vec![10; 10]; users as usize], "comments of each post of each user");
}

#[cfg(test)]
mod tests {
    use super::nest;

    #[test]
    fn children_come_under_their_parents_in_order() {
        let nested =
            nest(vec![2, 1], |parent| *parent, vec![(1, 'a'), (2, 'b'), (1, 'c'), (3, 'd')], |child| child.0);
        assert_eq!(nested, [(2, vec![(2, 'b')]), (1, vec![(1, 'a'), (1, 'c')])]);
    }
}
