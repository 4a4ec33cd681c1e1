-- What version 2 added to the chats of version 1: the index of words.
CREATE VIRTUAL TABLE title_words USING fts5(words, tokenize='ascii', prefix='2 3');
CREATE VIRTUAL TABLE message_words USING fts5(words, tokenize='ascii', prefix='2 3');
INSERT INTO title_words (rowid, words) VALUES (1, 'rain'), (4, 'koln trip');
INSERT INTO message_words (rowid, words) VALUES
    (1, 'what is rain'), (2, 'water that falls'), (3, 'drops from clouds'), (7, 'plan a day');
PRAGMA user_version = 2;
