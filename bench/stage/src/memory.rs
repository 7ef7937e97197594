//! The memory of this process, as Linux counts it; elsewhere nothing is known.

use std::fs;

/// Kilobytes that are resident now.
pub(crate) fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most kilobytes that were resident since the last [`forget_peak`].
pub(crate) fn peak() -> Option<u64> {
    status("VmHWM:")
}

/// Lets the peak begin anew (proc(5), `clear_refs`).
pub(crate) fn forget_peak() {
    // Where it is refused, the peak includes the set-up of the data, which is much the same for all.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
