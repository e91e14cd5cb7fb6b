package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOfADirectoryItsOwnFilesOfYAMLAreRead(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	for _, path := range []string{"b/c.yml", "b/a.yaml", "a.yaml", "b/.hidden.yaml", ".git/a.yaml", "notes.md", "b/yaml"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, path), path)
	}
	write(t, filepath.Join(outside, "secret.yaml"), "secret")
	for link, to := range map[string]string{
		"inside.yaml": "b/a.yaml", "absolute.yaml": filepath.Join(dir, "b/a.yaml"), "out.yaml": filepath.Join(outside, "secret.yaml"), "up.yaml": "../" + filepath.Base(outside) + "/secret.yaml", "whole": outside,
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	// A file that is named twice is read once; one that is named itself may be called anything.
	files, err := readManifestFiles(strings.NewReader("told"), []string{dir, filepath.Join(dir, "b"), filepath.Join(dir, "notes.md"), "-"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		path := strings.TrimPrefix(f.Path, filepath.ToSlash(dir)+"/")
		got = append(got, path+"="+f.Text)
	}
	want := []string{"a.yaml=a.yaml", "absolute.yaml=b/a.yaml", "b/a.yaml=b/a.yaml", "b/c.yml=b/c.yml", "inside.yaml=b/a.yaml", "notes.md=notes.md", "-=told"}
	if !slices.Equal(got, want) {
		t.Errorf("read are %q, want %q", got, want)
	}
	if _, err := readManifestFiles(nil, []string{filepath.Join(dir, "none.yaml")}); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("of no file: %v", err)
	}
}
