-- by hand
-- +goose Up
-- What full-text search reads. Words are taken apart in Go, the same for both databases.
CREATE INDEX "search_documents_words" ON "search_documents" USING gin ("words");
