//! What the executor and each plugin add to a query.

use crate::case::Case;
use crate::goal::Goal;

/// Every case.
pub fn cases() -> Vec<Case> {
    let case = |name: &str, base| Case::new(format!("plugins: {name}"), base).pure();
    vec![
        case("an empty list", "kysera, the driver called directly")
            .goal(Goal::MoreNanos(50.0))
            .goal(Goal::MoreAllocations(0.0)),
        case("soft delete, one simple query", "kysera, without plugins")
            .ours("kysera, soft delete")
            .goal(Goal::MoreNanos(500.0)),
        case("timestamps, one simple insert", "kysera, without plugins").ours("kysera, timestamps"),
        case("timestamps, one simple update", "kysera, without plugins").ours("kysera, timestamps"),
    ]
}
