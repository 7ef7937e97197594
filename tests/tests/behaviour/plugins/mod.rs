//! Soft delete and timestamps, alone and together.

mod attacks;
mod contract;
mod described;
mod guards;
mod soft_delete;
mod timestamps;
mod together;
