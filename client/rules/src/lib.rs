//! What we decide: pure rules; no clock, no I/O, no randomness.
