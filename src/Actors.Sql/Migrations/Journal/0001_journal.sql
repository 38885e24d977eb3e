-- Journals, their owners, commits and payload rows. docs/storage.md explains every column.

-- format:        the highest format version ever appended; a reader that knows less looks at the commits themselves
-- commits_from:  commits before this sequence number are deleted; their rows go in small steps, later
-- payloads_from: the same for payload rows
CREATE TABLE journals (
    id             INTEGER PRIMARY KEY,
    persistence_id TEXT    NOT NULL UNIQUE,
    format         INTEGER NOT NULL DEFAULT 0,
    commits_from   INTEGER NOT NULL DEFAULT 1,
    payloads_from  INTEGER NOT NULL DEFAULT 1,
    created_at     INTEGER NOT NULL
);

-- One row per journal: who may append. Each append re-reads it. Times are unix milliseconds.
CREATE TABLE owners (
    journal     INTEGER PRIMARY KEY REFERENCES journals (id),
    term        INTEGER NOT NULL,
    writer      BLOB    NOT NULL,
    node        TEXT    NOT NULL,
    process     INTEGER NOT NULL,
    opened_at   INTEGER NOT NULL,
    lease_until INTEGER
);

-- id = journal << 40 | sequence number, so that one b-tree holds every journal in order and needs no second index.
-- last_payload_row: the highest payload row written up to here; the newest commit is never deleted, so it is never lost.
CREATE TABLE commits (
    id               INTEGER PRIMARY KEY,
    term             INTEGER NOT NULL,
    writer           BLOB    NOT NULL,
    format           INTEGER NOT NULL,
    last_payload_row INTEGER NOT NULL,
    written_at       INTEGER NOT NULL,
    checksum         INTEGER NOT NULL,
    events           BLOB    NOT NULL
);

-- id = journal << 40 | payload row. A row of up to 4,000 bytes fills one page.
CREATE TABLE payloads (
    id       INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    bytes    BLOB    NOT NULL
);
