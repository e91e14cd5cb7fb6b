// Package architecture holds the test that reads who imports whom in this
// repository and fails when a rule of the house is broken. The rules are data,
// in house_test.go, each with its reason; nothing of the program lives here.
package architecture
