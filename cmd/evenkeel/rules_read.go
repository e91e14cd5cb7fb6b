package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sloFile is a text with SLOs.
type sloFile struct {
	path string // "-" for standard input
	// under is its path below the directory that was named; empty where it was named itself.
	under string
	text  []byte
}

// readSLOFiles reads the files that are named, and those in directories that are.
func readSLOFiles(stdin io.Reader, r ruling) ([]sloFile, error) {
	var files []sloFile
	read := func(path, under string) error {
		text, err := os.ReadFile(path)
		if err == nil {
			files = append(files, sloFile{path, under, text})
		}
		return err
	}
	for _, name := range r.inputs {
		if name == "-" {
			text, err := io.ReadAll(stdin)
			if err != nil {
				return nil, fmt.Errorf("read SLOs from standard input: %w", err)
			}
			files = append(files, sloFile{path: name, text: text})
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if !info.IsDir() {
			if err := read(name, ""); err != nil {
				return nil, fmt.Errorf("read SLOs: %w", err)
			}
			continue
		}
		before := len(files)
		if err := filepath.WalkDir(name, func(path string, of fs.DirEntry, err error) error {
			if err != nil || of.IsDir() || !r.wants(path) {
				return err
			}
			under, err := filepath.Rel(name, path)
			if err != nil {
				return err
			}
			return read(path, under)
		}); err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("there is no file *.yaml or *.yml to read in %s", name)
		}
	}
	return files, nil
}

// wants reports whether a file of a directory is to be read.
func (r ruling) wants(path string) bool {
	if ext := filepath.Ext(path); ext != ".yaml" && ext != ".yml" {
		return false
	}
	return (r.exclude == nil || !r.exclude.MatchString(path)) && (r.include == nil || r.include.MatchString(path))
}

// document is the number of the document that holds a line, from 1: one begins at the top,
// and at each line --- that something comes before.
func (f sloFile) document(line int) int {
	number, something, at := 1, false, 0
	for text := range strings.Lines(string(f.text)) {
		if at++; at > line {
			break
		}
		text = strings.TrimSpace(text)
		switch {
		case strings.HasPrefix(text, "---"):
			if something {
				number++
			}
			something = true
		case text != "" && text[0] != '#':
			something = true
		}
	}
	return number
}
