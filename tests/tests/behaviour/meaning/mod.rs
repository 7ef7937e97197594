//! One typed expression means the same on every database, or is refused before it is sent.

mod decimals;
mod enums;
mod foreign;
mod form_edges;
mod forms;
mod instants;
mod integers;
mod oracle;
mod strict;
