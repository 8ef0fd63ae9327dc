-- `serving`, and what the queue is told of a task, a lane, a run. A constraint of SQLite cannot be altered, so the table is made anew.
CREATE TABLE task_2 (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('held', 'queued', 'running', 'serving', 'asking', 'review', 'done', 'failed', 'cancelled', 'skipped', 'lost')),
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
    tries INTEGER NOT NULL DEFAULT 0,
    created_ms INTEGER NOT NULL,
    queued_ms INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL DEFAULT 0,
    waits_since_ms INTEGER NOT NULL DEFAULT 0,
    changed_ms INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    due_ms INTEGER,
    tags TEXT NOT NULL DEFAULT '[]',
    policy TEXT NOT NULL DEFAULT '{}',
    series INTEGER REFERENCES series (id),
    tick_ms INTEGER,
    UNIQUE (series, tick_ms)
) STRICT;

INSERT INTO task_2 (id, title, state, reason, workspace, lane, place, priority, next_rank, rank_ms, argv, cwd, env, env_names, env_file,
    policy, tries, created_ms, queued_ms, not_before_ms, changed_ms, seen, archived)
SELECT id, title, state, reason, workspace, lane, place, priority, next_rank, rank_ms, argv, cwd, env, env_names, env_file,
    json_patch('{}', json_object('timeout', timeout, 'retries', nullif(retries, 0), 'retry_lost', CASE WHEN retry_lost THEN json('true') END)),
    tries, created_ms, queued_ms, not_before_ms, changed_ms, seen, archived FROM task;

DROP TABLE task;
ALTER TABLE task_2 RENAME TO task;

CREATE INDEX task_queue ON task (lane, next_rank DESC, rank_ms, id) WHERE state = 'queued';
CREATE INDEX task_state ON task (state, changed_ms) WHERE archived = 0;
CREATE INDEX task_shown ON task (archived, id);
CREATE INDEX task_title ON task (title);

ALTER TABLE task_after ADD COLUMN condition TEXT NOT NULL DEFAULT 'done'
    CHECK (condition IN ('done', 'failed', 'ended', 'ready'));

-- What a task has for itself while it runs: a name, or the paths of a glob.
CREATE TABLE task_lock (
    task INTEGER NOT NULL REFERENCES task (id),
    name TEXT NOT NULL,
    PRIMARY KEY (task, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_touch (
    task INTEGER NOT NULL REFERENCES task (id),
    glob TEXT NOT NULL,
    PRIMARY KEY (task, glob)
) STRICT, WITHOUT ROWID;

-- A task that comes again: `template` is added anew at each tick.
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    template TEXT NOT NULL,
    lane TEXT,
    every TEXT NOT NULL,
    overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'queue')),
    catch_up INTEGER NOT NULL CHECK (catch_up >= 0),
    start_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    next_ms INTEGER,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    reason TEXT NOT NULL DEFAULT '',
    missed INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1))
) STRICT;

CREATE INDEX series_next ON series (next_ms) WHERE paused = 0 AND ended = 0;

ALTER TABLE lane ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE lane ADD COLUMN workspace TEXT;
ALTER TABLE lane ADD COLUMN pause_on_failure INTEGER NOT NULL DEFAULT 0 CHECK (pause_on_failure IN (0, 1));
ALTER TABLE lane ADD COLUMN draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1));

ALTER TABLE run ADD COLUMN ready_ms INTEGER;

-- What users did to tasks, and the fields of before: for undo.
CREATE TABLE deed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    was TEXT NOT NULL,
    task INTEGER NOT NULL REFERENCES task (id),
    before TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1))
) STRICT;

CREATE INDEX deed_last ON deed (id) WHERE undone = 0;
CREATE INDEX deed_task ON deed (task, id) WHERE undone = 0;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
