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

// output is a file of rules.
type output struct {
	path               string
	plain              []promrules.Group // those of no object
	objects            []promrules.Object
	groups             [][]promrules.Group // of each object
	recordings, alerts int
}

// outputs are the files that the rules become: one for each that was read where the output is a
// directory, and otherwise one.
func (r ruling) outputs(found []ruled) ([]*output, error) {
	split := false
	if r.output != "-" {
		info, err := os.Stat(r.output)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		split = err == nil && info.IsDir()
	}
	var all []*output
	byPath := map[string]*output{}
	holders := map[string]string{} // the files that objects are in
	for _, one := range found {
		path := r.output
		if split {
			if path = filepath.Join(r.output, r.nameOf(one.file)); same(path, one.file.path) {
				return nil, errors.New(path + " would be written over: name another directory for the rules")
			}
		}
		if of := one.object; of != nil {
			key := of.Namespace + "/" + of.Name
			if before, there := holders[key]; there && before != path {
				return nil, fmt.Errorf("the object %q would be in %s and in %s, and the second would take the place of the first: write one file", of.Name, before, path)
			}
			holders[key] = path
		}
		o := byPath[path]
		if o == nil {
			o = &output{path: path}
			byPath[path] = o
			all = append(all, o)
		}
		o.add(one)
	}
	return all, nil
}

// nameOf is what the rules of a file are called in a directory.
func (r ruling) nameOf(f sloFile) string {
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

func (o *output) add(one ruled) {
	recordings, alerts := promrules.Count(one.groups)
	o.recordings, o.alerts = o.recordings+recordings, o.alerts+alerts
	if one.object == nil {
		o.plain = append(o.plain, one.groups...)
		return
	}
	at := slices.IndexFunc(o.objects, func(is promrules.Object) bool {
		return is.Name == one.object.Name && is.Namespace == one.object.Namespace
	})
	if at < 0 {
		o.objects, o.groups = append(o.objects, *one.object), append(o.groups, one.groups)
		return
	}
	o.groups[at] = append(o.groups[at], one.groups...)
}

// write writes the rules: those of no object first, as one file of Prometheus.
func (o *output) write(w io.Writer) error {
	first := true
	if len(o.plain) > 0 {
		first = false
		if err := promrules.Write(w, o.plain); err != nil {
			return err
		}
	}
	for i, object := range o.objects {
		if !first {
			if _, err := io.WriteString(w, "---\n"); err != nil {
				return err
			}
		}
		first = false
		if err := promrules.WriteObject(w, object, o.groups[i]); err != nil {
			return err
		}
	}
	return nil
}

// replace writes all files, each beside its place, and puts them there when all are whole: a
// Prometheus that reads its rules never sees half of them.
func replace(outputs []*output) (err error) {
	type written struct{ temporary, path string }
	var ready []written
	defer func() {
		for _, w := range ready {
			if bad := os.Remove(w.temporary); bad != nil && !errors.Is(bad, fs.ErrNotExist) {
				err = errors.Join(err, bad)
			}
		}
	}()
	for _, o := range outputs {
		path, mode := o.path, fs.FileMode(0o644)
		switch info, err := os.Stat(path); {
		case err == nil && !info.Mode().IsRegular():
			if err := o.pour(path); err != nil { // a pipe or a device, which nothing can take the place of
				return err
			}
			continue
		case err == nil:
			mode = info.Mode().Perm()
			if path, err = filepath.EvalSymlinks(path); err != nil {
				return err
			}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		dir := filepath.Dir(path)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
		if err != nil {
			return err
		}
		ready = append(ready, written{f.Name(), path})
		if err := errors.Join(o.write(f), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	for _, w := range ready {
		if err := os.Rename(w.temporary, w.path); err != nil {
			return err
		}
	}
	return nil
}

// pour writes into what is there.
func (o *output) pour(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(o.write(f), f.Close())
}
