// Package store keeps everything in a database, SQLite or PostgreSQL: it
// implements the store interfaces that the domains declare, one view of the
// Store for each domain, in a file named after it; what a row becomes is in the
// mapping_ files. It opens and migrates the database, runs transactions and
// turns the drivers' errors into faults, by code and never by text. It holds no
// rule of a domain, and no SQL is written outside it.
package store
