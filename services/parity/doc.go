// Package parity compares what another tool said of SLOs with what is measured here: their SLIs and
// what is left of their budgets, over the same time. It reads what tools export and knows nothing
// else; who asks a server for ours is elsewhere. Figures are exact: decimals are read as they are
// written, and differences are rounded only where they are printed.
package parity
