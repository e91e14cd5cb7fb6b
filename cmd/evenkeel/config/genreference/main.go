// Command genreference writes the reference page of the configuration to the
// file that its only argument names.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: genreference FILE")
		os.Exit(2)
	}
	var page bytes.Buffer
	err := config.WriteReference(&page)
	if err == nil {
		err = os.WriteFile(os.Args[1], page.Bytes(), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "genreference:", err)
		os.Exit(1)
	}
}
