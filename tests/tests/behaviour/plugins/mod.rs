//! Soft delete and timestamps, alone and together.

mod contract;
mod described;
mod soft_delete;
mod timestamps;
mod together;
