// Package expr is the one language of conditions that people write: CEL over declared
// facts. An Environment knows what may be named. A Condition was type-checked against it,
// and what it may cost is bounded. Judged on facts it holds, does not, or is unknown, which
// is what follows from a fact that is absent wherever the condition depends on it. The
// package is pure; who gives the facts and what follows from an outcome is decided by others.
package expr
