-- What jobs have returned, as JSON, and which finished job one repeats: rows of before have neither.

ALTER TABLE history ADD COLUMN result TEXT;

-- 16 bytes, as id.
ALTER TABLE history ADD COLUMN copy_of BLOB;

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
    CASE WHEN h.error_fingerprint IS NOT NULL THEN printf('%016x', h.error_fingerprint) END AS error_fingerprint,
    h.result AS result,
    CASE WHEN h.copy_of IS NOT NULL THEN
        lower(substr(hex(h.copy_of), 1, 8) || '-' || substr(hex(h.copy_of), 9, 4) || '-' || substr(hex(h.copy_of), 13, 4) || '-'
            || substr(hex(h.copy_of), 17, 4) || '-' || substr(hex(h.copy_of), 21, 12)) END AS copy_of
FROM history h
JOIN names q ON q.id = h.queue
JOIN names t ON t.id = h.type;
