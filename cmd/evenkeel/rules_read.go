package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// sloFile is a text with SLOs.
type sloFile struct {
	path string // "-" for standard input
	// under is its path below the directory that was named; empty where it was named itself.
	under string
	text  []byte
}

// readSLOFiles reads the files that are named, and those in directories that are and are wanted
// by their paths.
func readSLOFiles(stdin io.Reader, inputs []string, wants func(path string) bool) ([]sloFile, error) {
	var files []sloFile
	for _, name := range inputs {
		if name == "-" {
			text, err := io.ReadAll(stdin)
			if err != nil {
				return nil, fmt.Errorf("read SLOs from standard input: %w", err)
			}
			files = append(files, sloFile{path: name, text: text}) // which is not nil
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if !info.IsDir() {
			files = append(files, sloFile{path: name})
			continue
		}
		before := len(files)
		if err := filepath.WalkDir(name, func(path string, of fs.DirEntry, err error) error {
			if err != nil || of.IsDir() || !wants(path) {
				return err
			}
			under, err := filepath.Rel(name, path)
			if err != nil {
				return err
			}
			files = append(files, sloFile{path: path, under: under})
			return nil
		}); err != nil {
			return nil, fmt.Errorf("read SLOs: %w", err)
		}
		if len(files) == before {
			return nil, fmt.Errorf("there is no file *.yaml or *.yml to read in %s", name)
		}
	}
	if err := readTexts(files); err != nil {
		return nil, fmt.Errorf("read SLOs: %w", err)
	}
	return files, nil
}

// readTexts reads those files that were not read yet, two at a time: of a thousand small ones
// most of the time is the system's.
func readTexts(files []sloFile) error {
	var both sync.WaitGroup
	var wrong [2]error
	for w := range wrong {
		both.Go(func() {
			for i := w; i < len(files) && wrong[w] == nil; i += len(wrong) {
				if f := &files[i]; f.text == nil {
					f.text, wrong[w] = os.ReadFile(f.path)
				}
			}
		})
	}
	both.Wait()
	return errors.Join(wrong[:]...)
}

// isYAML reports whether a file of a directory is called like one of YAML.
func isYAML(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

// wants reports whether a file of a directory is to be read.
func (r ruling) wants(path string) bool {
	return isYAML(path) && (r.exclude == nil || !r.exclude.MatchString(path)) && (r.include == nil || r.include.MatchString(path))
}

// placed is a problem at its place: the file, the line, and which document it is.
func placed(path, what string, problem yamldoc.Problem) string {
	at := problem.Pointer
	if at != "" {
		at += ": "
	}
	return fmt.Sprintf("%s:%d:%d: %sdocument %d: %s%s\n", path, problem.Line, problem.Column, what, problem.Document, at, problem.Message)
}
