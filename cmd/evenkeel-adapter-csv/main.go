// Command evenkeel-adapter-csv is an adapter of the pull-adapter protocol over
// files: each NAME.csv of a directory is an indicator. It needs nothing but Go's
// standard library, and is the pattern for adapters of other systems.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	dir := flag.String("dir", ".", "The directory with the files NAME.csv")
	listen := flag.String("listen", "127.0.0.1:9480", "The address to listen on")
	flag.Parse()
	if err := serve(*dir, *listen, os.Getenv("ADAPTER_TOKEN")); err != nil {
		fmt.Fprintln(os.Stderr, "evenkeel-adapter-csv:", err)
		os.Exit(1)
	}
}

func serve(dir, listen, token string) error {
	if _, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("read the directory: %w", err)
	}
	server := &http.Server{
		Addr: listen, Handler: newHandler(os.DirFS(dir), token),
		ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
	}
	log.Printf("serving %s on http://%s", dir, listen)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
