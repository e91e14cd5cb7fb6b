-- by hand
-- +goose Up
-- What full-text search reads: a row has the words of that of search_documents with the same
-- number. Words are taken apart in Go, the same for both databases; "ascii" splits at spaces then.
CREATE VIRTUAL TABLE `search_index` USING fts5(title, text, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
