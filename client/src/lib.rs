//! How a run proceeds: the async shell and the public API.
