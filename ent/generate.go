// Package ent holds the database: schema has the tables, db what generate
// writes from them, migrations the versioned SQL for both databases, store the
// implementation of the domains' store interfaces, and storetest one suite that
// both databases pass. No rule of a domain lives here.
package ent

//go:generate go run ./generate
//go:generate go run ./migrations/generate -initial
