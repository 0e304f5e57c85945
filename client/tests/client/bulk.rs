//! How a run proceeds, in virtual time: later attempts, stops, jumps of the clock, dry runs.

mod clocks;
mod dry;
mod kinds;
mod ladder;
mod stopping;
