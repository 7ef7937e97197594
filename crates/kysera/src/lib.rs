//! A type-safe SQL toolkit whose queries can be rewritten at run time.
