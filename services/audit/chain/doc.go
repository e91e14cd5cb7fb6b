// Package chain is the arithmetic of the sealed audit log: what is hashed of an entry and
// how, what a seal and an anchor are, and how both are verified. It is the same in the
// program and in whoever verifies an export without it. How it is encoded is told in
// docs/explanation/audit.md, by which others can do the same.
package chain
