package main

import (
	"testing"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
)

func TestMain(m *testing.M) { process.Main(m) }

// start starts the program in dir, where its data directory is.
func start(t *testing.T, dir string, args ...string) *process.Process {
	t.Helper()
	return process.Start(t, process.Options{Dir: dir, Args: args})
}
