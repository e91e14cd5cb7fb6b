// Package secret looks up what is secret by its name, where the operator put it: a
// file in one directory, or a variable of the environment. It is looked up anew
// each time, so that a secret that was changed is the one that is used, and is
// never in a log or an error.
package secret
