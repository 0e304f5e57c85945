-- Warnings: what a person should know of an entry although nothing stops, counted per run beside the reasons.
--
-- Runs of an older version keep what they said in the notes of their facts; of them nothing is counted.

PRAGMA user_version = 2;

-- A JSON array of codes; NULL where there is nothing to warn of.
ALTER TABLE entry ADD COLUMN warnings TEXT;

CREATE TABLE run_warning (
    run     INTEGER NOT NULL REFERENCES run (id),
    warning TEXT NOT NULL,
    entries INTEGER NOT NULL CHECK (entries >= 0),
    PRIMARY KEY (run, warning)
) STRICT, WITHOUT ROWID;
