-- Finished jobs. Times are unix milliseconds; states are the numbers of JobState.

-- Names of queues and job types, each stored once.
CREATE TABLE names (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Rows are appended in the order in which they arrive: measured, that is twice as fast as a table in the order of job ids.
CREATE TABLE history (
    number       INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL,
    queue        INTEGER NOT NULL,
    type         INTEGER NOT NULL,
    type_version INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    enqueued_at  INTEGER NOT NULL,
    finished_at  INTEGER NOT NULL,
    error        TEXT,
    args         BLOB    NOT NULL
);

CREATE UNIQUE INDEX history_by_id ON history (id);

-- State first, so that pruning one state does not step over the rows of another that are kept for longer.
-- Type and queue are in it so that counting and filtering do not read the rows.
CREATE INDEX history_by_time ON history (state, finished_at, type, queue);

CREATE VIEW jobs AS
-- Shows FINISHED jobs only. Jobs that wait or run live in the journal of their queue: ask the API or the `actors` tool.
SELECT
    lower(substr(hex(h.id), 1, 8) || '-' || substr(hex(h.id), 9, 4) || '-' || substr(hex(h.id), 13, 4) || '-'
        || substr(hex(h.id), 17, 4) || '-' || substr(hex(h.id), 21, 12)) AS id,
    q.name AS queue,
    t.name AS type,
    h.type_version AS type_version,
    CASE h.state WHEN 5 THEN 'Succeeded' WHEN 6 THEN 'Failed' WHEN 7 THEN 'Cancelled' END AS state,
    h.attempts AS attempts,
    strftime('%Y-%m-%dT%H:%M:%f', h.enqueued_at / 1000.0, 'unixepoch') || 'Z' AS enqueued_at,
    strftime('%Y-%m-%dT%H:%M:%f', h.finished_at / 1000.0, 'unixepoch') || 'Z' AS finished_at,
    h.error AS error,
    CAST(h.args AS TEXT) AS args
FROM history h
JOIN names q ON q.id = h.queue
JOIN names t ON t.id = h.type;
