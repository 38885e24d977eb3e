-- By what finished jobs are searched: rows of before have none of it, but for the times.

ALTER TABLE history ADD COLUMN key TEXT;

-- A JSON array; null when there are none.
ALTER TABLE history ADD COLUMN tags TEXT;

-- 64 bits; null without an error.
ALTER TABLE history ADD COLUMN error_fingerprint INTEGER;

-- 8 bytes for each value of the arguments that is declared with an index; null when there are none.
ALTER TABLE history ADD COLUMN indexed_args BLOB;

-- A page of the newest is the merge of one range for each queue, type and state, of which there are few.
CREATE INDEX history_by_enqueue ON history (queue, type, state, enqueued_at, id);

CREATE INDEX history_by_error ON history (error_fingerprint, enqueued_at, id) WHERE error_fingerprint IS NOT NULL;

-- One row for each key, tag and indexed value that a job has: the mark is a hash of it. Jobs without any cost nothing here.
-- Marks come in no order, and a page of the file is written for each row that lies alone: so those of each 16,384 rows of history stay together.
CREATE TABLE history_marks (
    bucket      INTEGER NOT NULL, -- number >> 14
    mark        INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    PRIMARY KEY (bucket, mark, enqueued_at, number)
) WITHOUT ROWID;

DROP VIEW jobs;

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
    CAST(h.args AS TEXT) AS args,
    h.key AS key,
    h.tags AS tags,
    CASE WHEN h.error_fingerprint IS NOT NULL THEN printf('%016x', h.error_fingerprint) END AS error_fingerprint
FROM history h
JOIN names q ON q.id = h.queue
JOIN names t ON t.id = h.type;
