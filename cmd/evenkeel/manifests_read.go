package main

import (
	"io"

	"github.com/evenkeel/evenkeel/services/manifest"
)

// readManifestFiles reads files of manifests, as they are sent to a server.
func readManifestFiles(stdin io.Reader, paths []string) ([]manifest.File, error) {
	files, err := yamlReader.read(stdin, paths)
	if err != nil {
		return nil, err
	}
	out := make([]manifest.File, len(files))
	for i, f := range files {
		out[i] = manifest.File{Path: f.path, Text: string(f.text)}
	}
	return out, nil
}
