-- Bulk runs in full: groups, deferrals, worklists, switches of SCR, marks of people.

PRAGMA user_version = 3;

-- The patient group that narrows the run; NULL where none was named.
ALTER TABLE run ADD COLUMN patient_group TEXT;
CREATE INDEX run_by_kind ON run (kind, id);

-- How often the entry was deferred. No older version ever deferred one.
ALTER TABLE entry ADD COLUMN deferrals INTEGER NOT NULL DEFAULT 0 CHECK (deferrals >= 0);

-- Whether the entry counts as Failed: the worklist of a run is found by it, and not by walking through the run.
ALTER TABLE entry ADD COLUMN failed INTEGER NOT NULL DEFAULT 0
    CHECK (failed IN (0, 1) AND (failed = 0 OR phase = 2));

-- What older versions settled as Failed. Their rows are brought up to date once, and refuse every fact again.
DROP TRIGGER j3_settled_entries_stay;
UPDATE entry SET failed = 1 WHERE phase = 2 AND reason IN (
    'invalid-number', 'duplicated-number', 'in-use', 'pds-mismatch', 'pds-not-found', 'superseded-number',
    'registered-elsewhere', 'acs-mismatch', 'incomplete-record', 'message-too-large', 'held', 'retries-exhausted', 'refused',
    'in-doubt');
CREATE TRIGGER j3_settled_entries_stay BEFORE UPDATE ON entry WHEN OLD.phase = 2
BEGIN SELECT RAISE(ABORT, 'J3: a settled entry refuses every fact'); END;

CREATE INDEX entry_failed ON entry (run, key) WHERE failed = 1;

-- The newest run that took a patient, of each kind and of each interaction (`scope` is either's code), and whether it left them
-- failed. However many runs there were, who waits and what a patient's earlier entry is, is looked up and not searched for.
CREATE TABLE newest (
    scope  TEXT NOT NULL,
    key    TEXT NOT NULL,
    run    INTEGER NOT NULL,
    failed INTEGER NOT NULL DEFAULT 0 CHECK (failed IN (0, 1)),
    PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
INSERT INTO newest (scope, key, run)
    SELECT r.kind, e.key, max(e.run) FROM entry e JOIN run r ON r.id = e.run GROUP BY r.kind, e.key;
INSERT INTO newest (scope, key, run)
    SELECT e.interaction, e.key, max(e.run) FROM entry e GROUP BY e.interaction, e.key;
UPDATE newest SET failed = 1
    WHERE EXISTS (SELECT 1 FROM entry e WHERE e.run = newest.run AND e.key = newest.key AND e.failed = 1);
CREATE INDEX newest_failed ON newest (scope) WHERE failed = 1;
CREATE INDEX newest_waiting ON newest (key, run) WHERE failed = 1 AND scope IN ('summary', 'permission');

-- SCR switched on or off: the newest outranks what the extract says. Append-only.
CREATE TABLE switch (
    seq     INTEGER PRIMARY KEY,
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    day     TEXT NOT NULL,
    nn_days INTEGER NOT NULL CHECK (nn_days BETWEEN 0 AND 99),
    user_id TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE TRIGGER switches_stay_as_they_are BEFORE UPDATE ON switch
BEGIN SELECT RAISE(ABORT, 'a switch is never changed'); END;
CREATE TRIGGER switches_stay BEFORE DELETE ON switch
BEGIN SELECT RAISE(ABORT, 'a switch is never deleted'); END;

-- What people noted on worklists. Append-only; the newest of a patient counts. `facts_before` is the number of the newest fact
-- before it: whether a mark is later than a settling does not depend on clocks.
CREATE TABLE mark (
    seq          INTEGER PRIMARY KEY,
    key          TEXT NOT NULL REFERENCES patient (key),
    marking      TEXT NOT NULL CHECK (marking IN ('seen', 'release')),
    user_id      TEXT NOT NULL,
    at           INTEGER NOT NULL,
    facts_before INTEGER NOT NULL
) STRICT;
CREATE INDEX mark_by_patient ON mark (key);
CREATE TRIGGER marks_stay_as_they_are BEFORE UPDATE ON mark
BEGIN SELECT RAISE(ABORT, 'a mark is never changed'); END;
CREATE TRIGGER marks_stay BEFORE DELETE ON mark
BEGIN SELECT RAISE(ABORT, 'a mark is never deleted'); END;

-- Patients whose release is in force: taken out by a later mark, and in the transaction of the next acknowledgement.
CREATE TABLE released (
    key TEXT PRIMARY KEY REFERENCES patient (key)
) STRICT, WITHOUT ROWID;
