// Package anchor puts heads of the audit log's chain where whoever can write the database
// cannot reach them: at the end of a file, or at an address.
package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// File is a file to whose end anchors are written, a line each. Nothing in it is ever changed,
// so that it may be on storage that only takes more.
type File struct{ path string }

// NewFile returns the file at a path, which is made when there is none.
func NewFile(path string) *File { return &File{path: path} }

// Put writes the anchor and has it on the disk before it returns. A line that a crash left
// unfinished is ended first; the anchor is in the file twice where the crash came later.
func (f *File) Put(_ context.Context, a chain.Anchor) (err error) {
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an anchor: %w", err)
	}
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("open the file of anchors: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	torn, err := isTorn(file)
	if err != nil {
		return fmt.Errorf("read the file of anchors: %w", err)
	}
	if torn {
		line = append([]byte("\n"), line...)
	}
	if _, err := file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write into the file of anchors: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("have the file of anchors on the disk: %w", err)
	}
	return nil
}

// isTorn tells whether the last line has no end.
func isTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return last[0] != '\n', err
}

// Read reads anchors, a line each. A line that is the beginning of the following one is what
// a crash left, and is passed over.
func Read(r io.Reader) ([]chain.Anchor, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read anchors: %w", err)
	}
	lines := bytes.Split(bytes.TrimRight(raw, "\n"), []byte("\n"))
	var out []chain.Anchor
	for i, line := range lines {
		var a chain.Anchor
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		err := d.Decode(&a)
		if err == nil && d.More() {
			err = errors.New("there is more than one value in it")
		}
		if err != nil {
			if i+1 < len(lines) && bytes.HasPrefix(lines[i+1], line) {
				continue
			}
			return nil, fmt.Errorf("line %d is no anchor, which is JSON with number, hash, at, publicKey and signature: %w", i+1, err)
		}
		out = append(out, a)
	}
	return out, nil
}
