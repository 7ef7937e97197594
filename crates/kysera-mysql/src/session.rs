//! What a session is set to, and what is asked of the server, in one trip.

use crate::cells::TextRow;
use crate::exchange::Event;
use crate::facts::Facts;
use crate::flavour::Flavour;
use crate::raw_connection::{Failure, RawConnection};
use kysera_sql::cell::Cell;

/// The settings of every session: one meaning for every statement, and nothing is cut silently. The mode is given whole,
/// because some modes change what texts and operators mean. `NO_AUTO_VALUE_ON_ZERO`: else the key 0 would be stored as
/// another. `NO_UNSIGNED_SUBTRACTION`: the difference of integers may be negative, whatever columns hold them. Texts are compared as they are, where no column says otherwise; a quotient has not four digits but twenty. No
/// setting of the server cuts results (`sql_select_limit`) or takes `id is null` for the key made last.
pub(crate) fn setup(flavour: Flavour) -> String {
    let collation = flavour.collation();
    // MariaDB would end a recursive query at a thousand rows, and call that a warning.
    let recursion = if flavour.is_maria { "max_recursive_iterations" } else { "cte_max_recursion_depth" };
    // MariaDB compares the columns around a query of one value by their collation when it looks for what it has answered
    // already, and takes the row of `A` for that of `a`. It sorts by the first 1024 bytes of a text. On MySQL an account needs
    // a right of its own to say how many warnings are kept.
    let own = if flavour.is_maria {
        ", optimizer_switch='subquery_cache=off', max_sort_length=65535, max_error_count=65535"
    } else {
        ""
    };
    let grouping = if flavour.is_maria { "" } else { "ONLY_FULL_GROUP_BY," };
    format!(
        "set names utf8mb4 collate {collation}, div_precision_increment=20, {recursion}=4294967295, autocommit=1, time_zone='+00:00', sql_mode='{grouping}STRICT_ALL_TABLES,NO_ZERO_DATE,\
         NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,NO_UNSIGNED_SUBTRACTION', \
         group_concat_max_len=1073741824, sql_select_limit=18446744073709551615, sql_auto_is_null=0, session_track_state_change=1{own}"
    )
}

const FACTS: &str =
    "show variables where variable_name in ('max_allowed_packet', 'innodb_snapshot_isolation')";

/// Sets a new session up and asks for the facts.
pub(crate) async fn begin(raw: &mut RawConnection) -> Result<Facts, Failure> {
    let sql = setup(raw.flavour);
    raw.exchange.send_text(&sql);
    raw.exchange.send_text(FACTS);
    raw.answer().await?;
    let mut facts = Facts::default();
    loop {
        match raw.exchange.next().await? {
            Event::Row(row) => {
                let (bytes, columns) = raw.exchange.row_and_columns(row);
                let mut cells = TextRow::new(bytes, columns.kinds());
                if let (Ok(Cell::Text(name)), Ok(Cell::Text(value))) = (cells.cell(0), cells.cell(1)) {
                    facts.note(name, value);
                }
            }
            Event::Done(_) => break,
            Event::Failed(error) => return Err(Failure::Server(error)),
            Event::Columns | Event::Prepared(_) => {}
        }
    }
    // What was set here is how the session begins.
    raw.exchange.take_session_change();
    Ok(facts)
}
