//! The workload that every bench uses: one policy, one request.

/// Policy and request, as JSON.
pub const WORKLOAD: &str = include_str!("../workload.json");
