-- The store of one practice: its records, and its runs over them.
--
-- Times are whole nanoseconds since 1970 (UTC), ids of messages are the 16 bytes of a UUID, digests the 32 bytes of a SHA-256. What SQL
-- can say of the invariants J1 to J5 (docs in `spine_rules::lifecycle`) it says here, so that a bug cannot write what must never be.

PRAGMA user_version = 1;

-- ---- The practice and its records ---------------------------------------------------------------------------------------------------

CREATE TABLE practice (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    details TEXT NOT NULL,
    receipt TEXT NOT NULL,
    import  INTEGER NOT NULL
) STRICT;

CREATE TABLE operator (
    seq                  INTEGER PRIMARY KEY,
    user_id              TEXT NOT NULL UNIQUE,
    name                 TEXT NOT NULL,
    system_administrator INTEGER NOT NULL CHECK (system_administrator IN (0, 1))
) STRICT;

-- One fat row per patient: a record is read as one row, its entries as JSON arrays. Rows of patients who left the extract stay.
CREATE TABLE patient (
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    number      TEXT,
    import      INTEGER NOT NULL,
    departed    INTEGER NOT NULL CHECK (departed IN (0, 1)),
    incomplete  INTEGER NOT NULL CHECK (incomplete IN (0, 1)),
    extract_rows INTEGER NOT NULL,
    base        TEXT NOT NULL,
    codes       TEXT NOT NULL,
    medications TEXT NOT NULL,
    allergies   TEXT NOT NULL
) STRICT;
CREATE INDEX patient_by_number ON patient (number, departed, key) WHERE number IS NOT NULL;
CREATE INDEX patient_by_import ON patient (import, departed, incomplete, extract_rows);

CREATE TABLE membership (
    name TEXT NOT NULL,
    key  TEXT NOT NULL,
    PRIMARY KEY (name, key)
) STRICT, WITHOUT ROWID;

-- What the Spine acknowledged last of a patient, and under which number: a summary sent under another number is not theirs.
CREATE TABLE acknowledged (
    key            TEXT PRIMARY KEY,
    event          BLOB NOT NULL CHECK (length(event) = 16),
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    dissent        INTEGER NOT NULL CHECK (dissent IN (0, 1)),
    number         TEXT
) STRICT, WITHOUT ROWID;

-- ---- Exclusion ----------------------------------------------------------------------------------------------------------------------

CREATE TABLE lease (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    fence    INTEGER NOT NULL CHECK (fence >= 0),
    held     INTEGER NOT NULL CHECK (held IN (0, 1)),
    host     TEXT NOT NULL,
    pid      INTEGER NOT NULL,
    operator TEXT NOT NULL,
    ends_at  INTEGER NOT NULL
) STRICT;
INSERT INTO lease (one, fence, held, host, pid, operator, ends_at) VALUES (1, 0, 0, '', 0, '', 0);

CREATE TRIGGER lease_fence_rises BEFORE UPDATE ON lease WHEN NEW.fence < OLD.fence
BEGIN SELECT RAISE(ABORT, 'J5: a fence only rises'); END;
CREATE TRIGGER lease_stays BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'J5: a fence only rises'); END;

-- ---- Runs ---------------------------------------------------------------------------------------------------------------------------

CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL,
    interaction   TEXT NOT NULL CHECK (interaction IN ('summary', 'permission')),
    action        TEXT NOT NULL,
    opened_at     INTEGER NOT NULL,
    facts_before  INTEGER NOT NULL,
    legs          INTEGER NOT NULL CHECK (legs >= 1),
    population    INTEGER NOT NULL CHECK (population >= 0),
    unprocessed   INTEGER NOT NULL CHECK (unprocessed >= 0),
    sending       INTEGER NOT NULL CHECK (sending >= 0),
    sent          INTEGER NOT NULL CHECK (sent >= 0),
    failed        INTEGER NOT NULL CHECK (failed >= 0),
    not_required  INTEGER NOT NULL CHECK (not_required >= 0),
    local_changes INTEGER NOT NULL CHECK (local_changes >= 0),
    CONSTRAINT j4_counters_sum_to_the_population
        CHECK (unprocessed + sending + sent + failed + not_required = population)
) STRICT;

CREATE TABLE run_reason (
    run     INTEGER NOT NULL REFERENCES run (id),
    reason  TEXT NOT NULL,
    entries INTEGER NOT NULL CHECK (entries >= 0),
    PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE leg (
    run          INTEGER NOT NULL REFERENCES run (id),
    number       INTEGER NOT NULL CHECK (number >= 1),
    fence        INTEGER NOT NULL,
    action       TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    role_profile TEXT NOT NULL,
    settings     TEXT NOT NULL,
    build        TEXT NOT NULL,
    opened_at    INTEGER NOT NULL,
    closed       TEXT CHECK (closed IN ('finished', 'stopped', 'halted')),
    closed_at    INTEGER,
    PRIMARY KEY (run, number),
    CHECK ((closed IS NULL) = (closed_at IS NULL))
) STRICT, WITHOUT ROWID;

-- ---- Entries: one patient in one run ------------------------------------------------------------------------------------------------

CREATE TABLE entry (
    run            INTEGER NOT NULL REFERENCES run (id),
    key            TEXT NOT NULL REFERENCES patient (key),
    interaction    TEXT NOT NULL CHECK (interaction IN ('summary', 'permission')),
    phase          INTEGER NOT NULL,
    state          TEXT NOT NULL,
    until          INTEGER,
    location       TEXT,
    reason         TEXT,
    details        TEXT,
    id             BLOB CHECK (id IS NULL OR length(id) = 16),
    sha256         BLOB CHECK (sha256 IS NULL OR length(sha256) = 32),
    settles_as     TEXT,
    attempts       INTEGER NOT NULL CHECK (attempts >= 0),
    first_sent_at  INTEGER,
    last_sent_at   INTEGER,
    sent_in_leg    INTEGER,
    content_sha256 BLOB CHECK (content_sha256 IS NULL OR length(content_sha256) = 32),
    dissent        INTEGER CHECK (dissent IN (0, 1)),
    number         TEXT,
    pending        TEXT,
    frozen         INTEGER,
    version        INTEGER NOT NULL,
    PRIMARY KEY (run, key),
    -- 0: due or to be due, 1: has a live id, 2: settled.
    CONSTRAINT a_state_has_one_phase CHECK (phase = CASE
        WHEN state IN ('listed', 'deferred') THEN 0
        WHEN state IN ('sending', 'accepted', 'uncertain', 'unsent') THEN 1
        WHEN state IN ('set-aside', 'acknowledged', 'rejected', 'unresolved') THEN 2
        -- Reason: without it an unknown state makes the comparison NULL, and a CHECK lets NULL pass.
        ELSE -1
    END),
    CONSTRAINT a_deferral_has_a_time CHECK ((state = 'deferred') = (until IS NOT NULL)),
    CONSTRAINT an_acceptance_has_a_location CHECK ((state = 'accepted') = (location IS NOT NULL)),
    CONSTRAINT a_settled_entry_has_a_reason CHECK ((phase = 2) = (reason IS NOT NULL)),
    CONSTRAINT what_was_sent_has_an_id CHECK (phase = 0 OR state = 'set-aside' OR id IS NOT NULL),
    CONSTRAINT j1_what_is_live_is_frozen CHECK ((phase = 1 OR state = 'unresolved')
        = (frozen IS NOT NULL) AND (frozen IS NULL OR (id IS NOT NULL AND sha256 IS NOT NULL AND settles_as IS NOT NULL)))
) STRICT, WITHOUT ROWID;
CREATE INDEX entry_due ON entry (run, key) WHERE phase = 0;
CREATE INDEX entry_deferred ON entry (run, until) WHERE until IS NOT NULL;
-- J2: at most one live id per patient and interaction, across runs.
CREATE UNIQUE INDEX j2_one_live_id ON entry (interaction, key) WHERE phase = 1;

CREATE TRIGGER j3_settled_entries_stay BEFORE UPDATE ON entry WHEN OLD.phase = 2
BEGIN SELECT RAISE(ABORT, 'J3: a settled entry refuses every fact'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;

-- Messages that some run gave up asking about: the next run that takes the patient takes the message over.
CREATE TABLE unresolved (
    interaction TEXT NOT NULL,
    key         TEXT NOT NULL,
    run         INTEGER NOT NULL,
    PRIMARY KEY (interaction, key)
) STRICT, WITHOUT ROWID;

-- Append-only: what happened, in order.
CREATE TABLE fact (
    seq  INTEGER PRIMARY KEY,
    run  INTEGER NOT NULL,
    leg  INTEGER NOT NULL,
    key  TEXT NOT NULL,
    at   INTEGER NOT NULL,
    fact TEXT NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX fact_by_patient ON fact (key);

CREATE TRIGGER facts_stay_as_they_are BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact is never changed'); END;
CREATE TRIGGER facts_stay BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact is never deleted'); END;

-- Compressed bytes under the number of the fact that dispatched them: written in time's order, deleted when settled.
CREATE TABLE frozen (
    seq   INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER frozen_bytes_stay_as_they_are BEFORE UPDATE ON frozen
BEGIN SELECT RAISE(ABORT, 'J1: frozen bytes are never changed'); END;

CREATE TABLE local_change (
    seq      INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL REFERENCES run (id),
    key      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    change   TEXT NOT NULL
) STRICT;
CREATE INDEX local_change_by_patient ON local_change (key);

CREATE TRIGGER local_changes_stay_as_they_are BEFORE UPDATE ON local_change
BEGIN SELECT RAISE(ABORT, 'an applied change is never changed'); END;
CREATE TRIGGER local_changes_stay BEFORE DELETE ON local_change
BEGIN SELECT RAISE(ABORT, 'an applied change is never deleted'); END;
