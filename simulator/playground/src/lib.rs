//! The whole system with one command.
