//! Soft delete and timestamps, alone and together.

mod soft_delete;
mod timestamps;
mod together;
