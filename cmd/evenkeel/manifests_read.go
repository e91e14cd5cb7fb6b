package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/manifest"
)

// readManifestFiles reads the files that are named, and those in directories that are. Of a directory hidden
// files are left out, and links that lead out of it.
func readManifestFiles(stdin io.Reader, paths []string) ([]manifest.File, error) {
	var out []manifest.File
	add := func(path string, read func() ([]byte, error)) error {
		path = filepath.ToSlash(filepath.Clean(path))
		if slices.ContainsFunc(out, func(f manifest.File) bool { return f.Path == path }) {
			return nil
		}
		text, err := read()
		if err == nil {
			out = append(out, manifest.File{Path: path, Text: string(text)})
		}
		return err
	}
	for _, path := range paths {
		if path == "-" {
			if err := add(path, func() ([]byte, error) { return io.ReadAll(stdin) }); err != nil {
				return nil, fmt.Errorf("read manifests from standard input: %w", err)
			}
			continue
		}
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = readManifestsUnder(path, add)
		} else if err == nil {
			err = add(path, func() ([]byte, error) { return os.ReadFile(path) })
		}
		if err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
	}
	return out, nil
}

func readManifestsUnder(dir string, add func(path string, read func() ([]byte, error)) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }() // it was only read
	whole, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	return fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		hidden := path != "." && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case entry.IsDir() || hidden || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path)):
			return nil
		}
		from := filepath.FromSlash(path)
		if entry.Type()&fs.ModeSymlink != 0 {
			to, err := filepath.EvalSymlinks(filepath.Join(whole, from))
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(whole, to)
			if err != nil || !filepath.IsLocal(inside) {
				return nil
			}
			from = inside
		}
		return add(filepath.Join(dir, path), func() ([]byte, error) { return root.ReadFile(from) })
	})
}
