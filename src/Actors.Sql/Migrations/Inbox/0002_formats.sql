-- What each process can read: the owner writes nothing newer while it lives. The defaults are those of the programs that stated nothing.
ALTER TABLE nodes ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE nodes ADD COLUMN reads_queues INTEGER NOT NULL DEFAULT 3;
ALTER TABLE nodes ADD COLUMN reads_schedules INTEGER NOT NULL DEFAULT 2;
