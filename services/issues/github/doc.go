// Package github speaks with GitHub: it alone imports a client of it. Here are the
// verification of webhooks and the reading of their payloads.
package github
