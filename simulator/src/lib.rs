//! The fake Spine: in memory, loopback only.
