-- Restores from a backup. The highest id is the incarnation of the store: whoever kept another in a journal knows that what happened since the
-- backup is missing. Times are unix milliseconds.
CREATE TABLE restores (
    id          INTEGER PRIMARY KEY,
    restored_at INTEGER NOT NULL,
    source      TEXT    NOT NULL
);
