// Package evidence puts together what an auditor asks for: the policies, overrides,
// violations, corrections, approvals, rights and decisions of a time, as files in a bundle
// with the SHA-256 of each in a manifest that is signed. No secret is in it. Whoever has the
// public key verifies a bundle without the installation.
package evidence
