-- Messages between the processes that share a store, and those processes. Times are unix milliseconds.

-- Ids are never used again, so that a reader can go on after the last one that it has seen.
CREATE TABLE nodes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL,
    process    INTEGER NOT NULL,
    joined_at  INTEGER NOT NULL
);

-- recipient: 0 is the owner, whoever that is; else a node. Bodies are protobuf: inbox.proto of Actors.Jobs.
CREATE TABLE messages (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient INTEGER NOT NULL,
    sender    INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    body      BLOB    NOT NULL
);

CREATE INDEX messages_by_recipient ON messages (recipient, id);
