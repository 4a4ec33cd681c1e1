-- Chats as version 1 kept them: without the index of words.
PRAGMA application_id = 1414680131;
PRAGMA user_version = 1;
CREATE TABLE chats (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    created INTEGER NOT NULL,
    used INTEGER NOT NULL,
    named INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    trashed INTEGER,
    draft TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    read_message INTEGER,
    read_fraction REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
    parent INTEGER REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'writing', 'done', 'stopped', 'failed', 'interrupted')
    ),
    stats TEXT,
    created INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    chosen INTEGER NOT NULL,
    deleted INTEGER,
    deleted_with INTEGER
) STRICT;
CREATE INDEX messages_of_chat ON messages (chat_id);
CREATE INDEX messages_of_parent ON messages (parent);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    text TEXT NOT NULL,
    tokens INTEGER
) STRICT;
CREATE INDEX attachments_of_message ON attachments (message_id);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX chunks_of_message ON chunks (message_id);
CREATE TABLE new_chat (id INTEGER PRIMARY KEY CHECK (id = 1), draft TEXT NOT NULL) STRICT;
INSERT INTO chats (id, title, created, used, named, pinned, unread, draft, settings) VALUES
    (1, 'Rain', 1767225600000000, 1767225660000000, 0, 0, 0, 'and snow?', '{"temperature":0.5}'),
    (4, 'Köln trip', 1767312000000000, 1767312060000000, 1, 1, 1, '', '{}');
INSERT INTO messages (id, chat_id, parent, role, text, state, stats, created, chosen) VALUES
    (1, 1, NULL, 'user', 'What is rain?', 'done', NULL, 1767225600000000, 1),
    (2, 1, 1, 'assistant', ' Water that falls.', 'done',
     '{"model":"Fledgling","finish_reason":"stop","new_tokens":5}', 1767225601000000, 4),
    (3, 1, 1, 'assistant', ' Drops from clouds.', 'done', NULL, 1767225602000000, 3),
    (7, 4, NULL, 'user', 'Plan a day', 'done', NULL, 1767312000000000, 1),
    (8, 4, 7, 'assistant', ' First the', 'writing', NULL, 1767312060000000, 2);
INSERT INTO chunks (message_id, text) VALUES (8, ' cathe'), (8, 'dral');
INSERT INTO attachments (message_id, name, media_type, text, tokens) VALUES
    (7, 'map.txt', 'text/plain', 'Dom, Rhein', 4);
INSERT INTO new_chat (id, draft) VALUES (1, 'unsent');
