// Package seal seals what is in the audit log into one chain of hashes, has its head kept
// outside of the database, and verifies it. What is hashed, and how, is in package chain;
// where heads are kept is in package anchor.
package seal
