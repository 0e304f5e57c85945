//! What we remember: practice records, runs, facts, frozen bytes, leases.
