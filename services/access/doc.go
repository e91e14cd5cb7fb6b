// Package access knows who calls: people with their verified identities,
// personal and workload tokens, sign-in codes and sessions of the dashboard,
// and the one decision of who may do what. Teams and their members live in
// registry; what was decided is recorded by audit.
package access
