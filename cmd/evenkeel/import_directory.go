package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// importState is the file in which an import remembers what it wrote.
const importState = ".evenkeel-import.json"

// importFile is a file to write, by its path in the directory.
type importFile struct {
	path string
	text []byte
}

// remembered is what an import knows of a file.
type remembered struct {
	Format string `json:"format"`
	// SHA256 is of what it wrote, or was about to. Before is of what it had written, while it was about to:
	// whatever a crash left is one of both, and nobody's edit.
	SHA256 string `json:"sha256"`
	Before string `json:"before,omitempty"`
}

// importDirectory is where an import writes.
type importDirectory struct {
	root   string
	format string
	force  bool
	// put writes a file so that it is there as a whole or as before.
	put   func(path string, text []byte) error
	state map[string]remembered
}

// openImportDirectory reads what an import remembers of a directory, which may not be there yet.
func openImportDirectory(root, format string, force bool) (*importDirectory, error) {
	d := &importDirectory{root: root, format: format, force: force, put: putFile, state: map[string]remembered{}}
	text, err := os.ReadFile(filepath.Join(root, importState))
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was imported before: %w", err)
	}
	var state struct {
		Files map[string]remembered `json:"files"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("%s is no state of an import (%w): remove it, and files that are there are kept as they are", filepath.Join(root, importState), err)
	}
	if state.Files != nil {
		d.state = state.Files
	}
	return d, nil
}

// importOutcome is what became of the files of an import.
type importOutcome struct {
	written, unchanged int
	edited             []string // kept as people have them
	stale              []string // written before, and of nothing that was read now
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// write brings the files into the directory. What is there as it would be written is left alone, and what
// people edited since it was written is kept, unless the import is to force them. Whatever was done before
// an error is as if it were not: writing again goes on.
func (d *importDirectory) write(files []importFile, progress func(done, of int)) (importOutcome, error) {
	var out importOutcome
	var todo []importFile
	ours := map[string]bool{}
	for _, f := range files {
		ours[f.path] = true
		sum, known := digest(f.text), d.state[f.path]
		there, err := os.ReadFile(filepath.Join(d.root, filepath.FromSlash(f.path)))
		is := digest(there)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			todo = append(todo, f)
			known.Before = ""
		case err != nil:
			return out, fmt.Errorf("read what is there: %w", err)
		case is == sum:
			out.unchanged++
			known.Before = ""
		case d.force || is == known.SHA256 || is == known.Before && known.Before != "":
			todo = append(todo, f)
			known.Before = is
		default:
			out.edited = append(out.edited, f.path)
			continue
		}
		known.Format, known.SHA256 = d.format, sum
		d.state[f.path] = known
	}
	for _, path := range slices.Sorted(maps.Keys(d.state)) {
		if !ours[path] && d.state[path].Format == d.format {
			out.stale = append(out.stale, path)
		}
	}
	if err := d.remember(); err != nil {
		return out, err
	}
	for i, f := range todo {
		if err := d.put(filepath.Join(d.root, filepath.FromSlash(f.path)), f.text); err != nil {
			return out, fmt.Errorf("write %s: %w", f.path, err)
		}
		out.written++
		progress(i+1, len(todo))
	}
	for path, known := range d.state {
		known.Before = ""
		d.state[path] = known
	}
	return out, d.remember()
}

// remember writes the state.
func (d *importDirectory) remember() error {
	text, err := json.MarshalIndent(struct {
		Files map[string]remembered `json:"files"`
	}{d.state}, "", "  ")
	if err != nil {
		return err
	}
	if err := d.put(filepath.Join(d.root, importState), append(text, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", importState, err)
	}
	return nil
}

// putFile writes a file beside its place, and then has it take the place. What a crash leaves beside has
// one name for each file, so that writing again takes it away.
func putFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".import")
	f, err := os.OpenFile(beside, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	return os.Rename(beside, path)
}
