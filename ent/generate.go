// Package ent holds the database: schema has the tables, db what is generated
// from them, migrations the versioned SQL for both databases, store the
// implementation of the domains' store interfaces, and storetest one suite that
// both databases pass. No rule of a domain lives here.
package ent

//go:generate go tool ent generate --feature sql/versioned-migration,sql/lock,sql/upsert,sql/execquery --target ./db ./schema
//go:generate go run ./migrations/generate -initial
