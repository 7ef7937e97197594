//! The derives of Kysera and the procedural half of its row! and alias! macros.
