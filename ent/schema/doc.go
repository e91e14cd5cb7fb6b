// Package schema is the tables: one file for each, with its columns, foreign
// keys and the indexes that its lists and rules need. Every resource has a ULID,
// every time is UTC to the microsecond, every head carries a version for
// conditional updates. Rules are the domains' and are not written here, save
// those that only a unique index can keep.
package schema
