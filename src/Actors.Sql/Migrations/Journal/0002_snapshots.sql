-- States of persistent actors. In the file of the journals, so that a snapshot and the events that it replaces are saved and restored together.

-- id = journal << 40 | the last event that is in the state. Times are unix milliseconds.
-- commit_number: no commit before this one holds an event that is not in the state
CREATE TABLE snapshots (
    id            INTEGER PRIMARY KEY,
    commit_number INTEGER NOT NULL,
    term          INTEGER NOT NULL,
    taken_at      INTEGER NOT NULL,
    checksum      INTEGER NOT NULL,
    bytes         BLOB    NOT NULL
);
