// Package gate answers whether a change may go out: from open violations of the policies in
// force for a service, what is not known of its SLOs, its hard dependencies, and overrides in
// an emergency. The verdict is pure. What was answered to whom is recorded and never changed.
package gate
