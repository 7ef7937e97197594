//! One typed expression means the same on every database, or is refused before it is sent.

mod bound_values;
mod dates;
mod decimals;
mod documents;
mod enums;
mod escaped_names;
mod floats;
mod foreign;
mod form_edges;
mod forms;
mod instants;
mod integers;
mod named_columns;
mod narrow;
mod narrow_stored;
mod nulls_order;
mod one_value;
mod oracle;
mod own_rows;
mod refused;
mod still_different;
mod strict;
mod text_casts;
mod texts;
