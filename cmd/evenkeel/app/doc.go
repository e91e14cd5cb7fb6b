// Package app puts Evenkeel together: the store, the services over it, the API
// and the pages over these, the jobs, and the measuring of its own traffic. It
// begins and ends them in the right order, and holds no rules.
package app
