package main

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// wants reports whether a file of a directory is to be read.
func (r ruling) wants(path string) bool {
	return (r.exclude == nil || !r.exclude.MatchString(path)) && (r.include == nil || r.include.MatchString(path))
}

// placed is a problem at its place: the file, the line, and which document it is.
func placed(path, what string, problem yamldoc.Problem) string {
	at := problem.Pointer
	if at != "" {
		at += ": "
	}
	return fmt.Sprintf("%s:%d:%d: %sdocument %d: %s%s\n", path, problem.Line, problem.Column, what, problem.Document, at, problem.Message)
}
