package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/evenkeel/evenkeel/services/promrules"
)

// outputs are the files that rules become: one for each that was read where the output is a
// directory, and otherwise one.
type outputs struct {
	r       ruling
	split   bool
	all     []*output
	byPath  map[string]*output
	holders map[string]string // the files that objects are in
}

func newOutputs(r ruling) (*outputs, error) {
	s := &outputs{r: r, byPath: map[string]*output{}, holders: map[string]string{}}
	if r.output != "-" {
		info, err := os.Stat(r.output)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		s.split = err == nil && info.IsDir()
	}
	return s, nil
}

// put takes rules to the file that they belong in.
func (s *outputs) put(one ruled) error {
	path := s.r.output
	if s.split {
		if path = filepath.Join(s.r.output, s.r.nameOf(one.file)); same(path, one.file.path) {
			return errors.New(path + " would be written over: name another directory for the rules")
		}
	}
	if of := one.object; of != nil {
		key := of.Namespace + "/" + of.Name
		if before, there := s.holders[key]; there && before != path {
			return fmt.Errorf("the object %q would be in %s and in %s, and the second would take the place of the first: write one file", of.Name, before, path)
		}
		s.holders[key] = path
	}
	o := s.byPath[path]
	if o == nil {
		var err error
		if o, err = newOutput(path); err != nil {
			return fmt.Errorf("write the rules: %w", err)
		}
		s.byPath[path] = o
		s.all = append(s.all, o)
	}
	if err := o.add(one); err != nil {
		return fmt.Errorf("write the rules: %w", err)
	}
	return nil
}

// nameOf is what the rules of a file are called in a directory.
func (r ruling) nameOf(f textFile) string {
	switch {
	case f.under != "":
		return f.under
	case f.path == "-":
		return "rules.yaml"
	default:
		return filepath.Base(f.path)
	}
}

func same(a, b string) bool {
	of, err := os.Stat(a)
	other, bad := os.Stat(b)
	return err == nil && bad == nil && os.SameFile(of, other)
}

// replace puts all files in their places when all are whole: a Prometheus that reads its
// rules never sees half of them.
func (s *outputs) replace() error {
	for _, o := range s.all {
		if err := o.finish(); err != nil {
			return err
		}
	}
	for _, o := range s.all {
		if o.pours {
			continue
		}
		if err := os.Rename(o.temporary, o.target); err != nil {
			return err
		}
		o.temporary = ""
	}
	return nil
}

// clear removes what did not come to its place.
func (s *outputs) clear() error {
	var all []error
	for _, o := range s.all {
		if o.temporary != "" {
			all = append(all, os.Remove(o.temporary))
		}
	}
	return errors.Join(all...)
}

// output is a file of rules.
type output struct {
	path               string
	target             string // where a link of that path leads to
	mode               fs.FileMode
	pours              bool                // nothing can take its place: it is standard output, a pipe or a device
	temporary          string              // what becomes the target; empty until something is in it
	begun              bool                // whether groups of no object are in it
	plain              []promrules.Written // the groups of no object that are not in it
	objects            []promrules.Object
	groups             [][]promrules.Written // of each object
	recordings, alerts int
}

func newOutput(path string) (*output, error) {
	o := &output{path: path, target: path, mode: 0o644, pours: path == "-"}
	if o.pours {
		return o, nil
	}
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular():
		o.pours = true
	case err == nil:
		o.mode = info.Mode().Perm()
		o.target, err = filepath.EvalSymlinks(path)
		return o, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return o, nil
}

// add takes rules: those of no object are written at once, where that can be undone.
func (o *output) add(one ruled) error {
	o.recordings, o.alerts = o.recordings+one.recordings, o.alerts+one.alerts
	if one.object == nil {
		if o.plain = append(o.plain, one.written); o.pours {
			return nil
		}
		return o.beside(o.writePlain)
	}
	at := slices.IndexFunc(o.objects, func(is promrules.Object) bool {
		return is.Name == one.object.Name && is.Namespace == one.object.Namespace
	})
	if at < 0 {
		o.objects, o.groups = append(o.objects, *one.object), append(o.groups, []promrules.Written{one.written})
		return nil
	}
	o.groups[at] = append(o.groups[at], one.written)
	return nil
}

// write writes the rules that are not written yet: those of no object first, as one file of
// Prometheus.
func (o *output) write(w io.Writer) error {
	if err := o.writePlain(w); err != nil {
		return err
	}
	for i, object := range o.objects {
		if o.begun || i > 0 {
			if _, err := io.WriteString(w, "---\n"); err != nil {
				return err
			}
		}
		if err := promrules.WriteObject(w, object, o.groups[i]...); err != nil {
			return err
		}
	}
	return nil
}

// writePlain writes the groups of no object, and keeps them no longer.
func (o *output) writePlain(w io.Writer) error {
	of := o.plain
	if o.plain = nil; len(of) == 0 {
		return nil
	}
	if !o.begun {
		o.begun = true
		return promrules.Write(w, of...)
	}
	for _, one := range of {
		if _, err := w.Write(one); err != nil {
			return err
		}
	}
	return nil
}

// beside has something written at the end of what becomes the target. The file is not left
// open: there can be more of them than a process may have open.
func (o *output) beside(write func(io.Writer) error) error {
	f, err := o.open()
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func (o *output) open() (*os.File, error) {
	if o.temporary != "" {
		return os.OpenFile(o.temporary, os.O_WRONLY|os.O_APPEND, 0)
	}
	dir := filepath.Dir(o.target)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(o.target)+".*")
	if err == nil {
		o.temporary = f.Name()
	}
	return f, err
}

// finish writes what is not written yet, and has it kept.
func (o *output) finish() error {
	if o.pours {
		f, err := os.OpenFile(o.path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(o.write(f), f.Close())
	}
	f, err := o.open()
	if err != nil {
		return err
	}
	return errors.Join(o.write(f), f.Chmod(o.mode), f.Sync(), f.Close())
}
