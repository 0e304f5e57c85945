//! An independent reading of the specification: decision tables and expected verdicts, importing nothing of ours.
