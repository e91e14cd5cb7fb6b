// Package client is the Go client of the API.
//
// New makes a Client, which has a method for each operation, typed: what is sent, what comes back,
// and the pages of lists as iterators. Types and methods in client.gen.go are generated from the
// OpenAPI document; what all methods share is written here by hand:
//
//   - new.go: New and its options.
//   - token.go: where the token comes from, and how it is read again.
//   - call.go: how a request is made, sent and read.
//   - retry.go: what is sent again, when, and how often.
//   - pages.go: iteration over the pages of a list.
//   - update.go: reading, changing and writing until nobody came between.
//   - errors.go: errors as the server tells them.
//
// A Client is safe for use by several goroutines.
package client
