//! Typed SQL as plain data: values, tree, builder, dialects, compiler, decoding. No I/O.
