// Package replicas holds the tests of what many processes over one PostgreSQL
// have to be: one program. They start the built binary two and three times, stop
// it in the middle of what it does, kill it, set its clock wrong, and write to all
// replicas at once. Where one process has to keep the same promise, it runs over
// SQLite beside them. Nothing here is part of the program.
package replicas
