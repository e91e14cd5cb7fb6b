// Package client is the Go client of the API. The types and calls in
// client.gen.go are generated from the OpenAPI document; New adds the token.
package client
