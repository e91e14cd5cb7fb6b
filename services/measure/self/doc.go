// Package self measures Evenkeel by its own HTTP traffic: how many requests were
// answered, and how many of the successful ones fast. It pushes what it counted
// through the pipeline that serves every indicator, and knows its two targets by
// name only; what they promise is declared where the program is wired together.
package self
