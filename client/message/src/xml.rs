//! XML: writing it so that every value is escaped, reading it within bounds.
