//! Soft delete, timestamps and row-level security, alone and together.

mod attacks;
mod contract;
mod described;
mod guards;
mod row_security;
mod soft_delete;
mod timestamps;
mod together;
