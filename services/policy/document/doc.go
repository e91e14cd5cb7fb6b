// Package document reads and writes error-budget policies as YAML, which people keep beside
// their code. What is wrong with one is told with its line and column, within conditions too.
// The package is pure: whoever uses it reads the file and speaks to the server.
package document
