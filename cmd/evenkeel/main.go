// Command evenkeel is the API where product teams look after the reliability of
// their own services. This package is the only place where everything is wired
// together; it holds no rules.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones are known in an image that holds nothing but the program
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for an orderly end; the second is not caught any more.
	context.AfterFunc(ctx, stop)
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "evenkeel" // only the default of a name that can be configured
	}
	p := &program{environ: os.Environ(), hostname: hostname, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(p.run(ctx, os.Args[1:]))
}
