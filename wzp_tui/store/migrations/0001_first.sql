-- Times are milliseconds of Unix time. Every change of a task is an event of the same transaction.
CREATE TABLE lane (
    name TEXT PRIMARY KEY,
    slots INTEGER NOT NULL CHECK (slots BETWEEN 1 AND 256),
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT;

CREATE TABLE task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('held', 'queued', 'running', 'asking', 'review', 'done', 'failed', 'cancelled', 'skipped', 'lost')),
    reason TEXT NOT NULL DEFAULT '',
    workspace TEXT NOT NULL,
    lane TEXT REFERENCES lane (name),
    place TEXT NOT NULL CHECK (place IN ('tab', 'split', 'shell')),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    next_rank INTEGER NOT NULL DEFAULT 0,
    rank_ms INTEGER NOT NULL,
    argv TEXT NOT NULL,
    cwd TEXT NOT NULL,
    env TEXT NOT NULL DEFAULT '{}',
    env_names TEXT NOT NULL DEFAULT '[]',
    env_file TEXT NOT NULL DEFAULT '',
    timeout REAL CHECK (timeout > 0),
    retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0),
    retry_lost INTEGER NOT NULL DEFAULT 0 CHECK (retry_lost IN (0, 1)),
    tries INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    queued_ms INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    changed_ms INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
) STRICT;

CREATE INDEX task_queue ON task (lane, next_rank DESC, rank_ms, id) WHERE state = 'queued';
CREATE INDEX task_state ON task (state) WHERE archived = 0;

CREATE TABLE task_after (
    task INTEGER NOT NULL REFERENCES task (id),
    before INTEGER NOT NULL REFERENCES task (id),
    PRIMARY KEY (task, before)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_before ON task_after (before);

CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task INTEGER NOT NULL REFERENCES task (id),
    attempt INTEGER NOT NULL,
    token TEXT NOT NULL UNIQUE,
    lane TEXT,
    slot INTEGER,
    mux TEXT NOT NULL,
    tty TEXT NOT NULL,
    worker INTEGER NOT NULL,
    fifo TEXT NOT NULL,
    boot TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms INTEGER,
    exit INTEGER,
    signal INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    orphaned INTEGER NOT NULL DEFAULT 0 CHECK (orphaned IN (0, 1)),
    detached INTEGER NOT NULL DEFAULT 0 CHECK (detached IN (0, 1)),
    stop TEXT NOT NULL DEFAULT '' CHECK (stop IN ('', 'interrupt', 'stop', 'kill')),
    stop_serial INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (task, attempt)
) STRICT;

CREATE INDEX run_open ON run (lane, slot) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX run_one_open ON run (task) WHERE ended_ms IS NULL;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    task INTEGER,
    run INTEGER,
    old TEXT,
    new TEXT,
    data TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX event_task ON event (task, seq);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

INSERT INTO lane (name, slots) VALUES ('default', 2);
