// Package document reads and writes error-budget policies as YAML; see yamldoc. The package is
// pure: whoever uses it reads the file and speaks to the server.
package document
