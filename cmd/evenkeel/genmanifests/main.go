// Command genmanifests writes the reference of manifests, and their JSON Schemas, to the directory that its only
// argument names.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/manifest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: genmanifests DIRECTORY")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "genmanifests:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	var page bytes.Buffer
	if err := api.WriteManifestReference(&page); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifests.md"), page.Bytes(), 0o644); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "manifests"), 0o755); err != nil {
		return err
	}
	for _, kind := range append([]manifest.Kind{""}, manifest.Kinds...) {
		text, err := api.ManifestSchema(kind)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "manifests", api.ManifestSchemaFile(kind)), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
