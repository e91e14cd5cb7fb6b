package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// planted makes files by their paths, and links to what stands behind "-> ".
func planted(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for path, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		to, link := strings.CutPrefix(text, "-> ")
		if !link {
			write(t, at, text)
			continue
		}
		if err := os.Symlink(to, at); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// seenIn are files with their texts, by their paths in the directory.
func seenIn(dir string, files []textFile) []string {
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimPrefix(f.path, filepath.ToSlash(dir)+"/")+"="+string(f.text))
	}
	return out
}

func TestOfADirectoryItsOwnFilesAreReadByTheirNames(t *testing.T) {
	t.Parallel()
	outside := planted(t, map[string]string{"secret.yaml": "secret"})
	dir := planted(t, map[string]string{
		"b/c.yml": "c", "b/a.yaml": "a", "a.YAML": "A", "notes.md": "notes", "b/yaml": "no suffix", "b/d.yaml/e.yaml": "e",
		"b/.hidden.yaml": "hidden", ".git/a.yaml": "hidden", ".d/x/b.yaml": "hidden",
		"up.yaml": "-> ../" + filepath.Base(outside) + "/secret.yaml", "out.yaml": "-> " + outside + "/secret.yaml", "whole": "-> " + outside,
		"loop": "-> .", "b/loop": "-> ..", // which would be read for ever
		"same.yaml": "-> b/c.yml", "z.yaml": "-> .d/x/b.yaml", // as a volume of Kubernetes has them
	})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.yaml"), 0o600); err != nil { // whose reader waits for ever
		t.Fatal(err)
	}
	in := func(path string) string { return filepath.Join(dir, path) }
	want := []string{"a.YAML=A", "b/a.yaml=a", "b/c.yml=c", "b/d.yaml/e.yaml=e", "z.yaml=hidden"}
	files, err := yamlReader.read(nil, []string{dir})
	if got := seenIn(dir, files); err != nil || !slices.Equal(got, want) {
		t.Errorf("read are %q, want %q (%v)", got, want, err)
	}
	for i, under := range []string{"a.YAML", "b/a.yaml", "b/c.yml", "b/d.yaml/e.yaml", "z.yaml"} {
		if files[i].under != filepath.FromSlash(under) {
			t.Errorf("%s lies at %q below its directory", files[i].path, files[i].under)
		}
	}

	// Whatever is named again was read already, and what is named itself may be called anything.
	twice := []string{in("b/../b/c.yml"), "-", in("same.yaml"), dir, in("b"), in("notes.md"), "-", in("out.yaml"), in("b/.hidden.yaml")}
	files, err = yamlReader.read(strings.NewReader("told"), twice)
	want = []string{"b/c.yml=c", "-=told", "a.YAML=A", "b/a.yaml=a", "b/d.yaml/e.yaml=e", "z.yaml=hidden", "notes.md=notes", "out.yaml=secret", "b/.hidden.yaml=hidden"}
	if got := seenIn(dir, files); err != nil || !slices.Equal(got, want) {
		t.Errorf("read are %q, want %q (%v)", got, want, err)
	}

	// A hidden directory that is named itself is read like any.
	files, err = yamlReader.read(nil, []string{in(".git")})
	if got := seenIn(dir, files); err != nil || !slices.Equal(got, []string{".git/a.yaml=hidden"}) {
		t.Errorf("of a hidden directory are read %q (%v)", got, err)
	}

	// What a command needs else: other names, directories that are passed over, and what is in files.
	other := fileReader{
		suffixes: []string{".md", ".yaml"}, passes: func(dir string) bool { return filepath.Base(dir) == "d.yaml" }, is: func(text []byte) bool { return string(text) != "a" },
		wants: func(path string) bool { return filepath.Base(path) != "a.YAML" },
	}
	files, err = other.read(nil, []string{dir, in("b/d.yaml/e.yaml")})
	if got, want := seenIn(dir, files), []string{"notes.md=notes", "same.yaml=c", "z.yaml=hidden", "b/d.yaml/e.yaml=e"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("read are %q, want %q (%v)", got, want, err)
	}
}

func TestATextIsReadAsItWouldStandElsewhere(t *testing.T) {
	t.Parallel()
	dir := planted(t, map[string]string{"bom.yaml": "\xef\xbb\xbfa: 1\n", "crlf.yaml": "\xef\xbb\xbfa: 1\r\nb: \"\r\"\r\n\r\n", "empty.yaml": "", "full.yaml": strings.Repeat("#", 8<<20)})
	files, err := yamlReader.read(nil, []string{dir})
	if err != nil || len(files) != 4 {
		t.Fatalf("%d files are read: %v", len(files), err)
	}
	for i, want := range []string{"a: 1\n", "a: 1\nb: \"\r\"\n\n", ""} {
		if got := string(files[i].text); got != want {
			t.Errorf("%s holds %q, want %q", files[i].path, got, want)
		}
	}
	if n := len(files[3].text); n != 8<<20 {
		t.Errorf("of a file of 8 MiB %d bytes are read", n)
	}
}

// endless is what somebody pipes who does not know it.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '#'
	}
	return len(p), nil
}

func TestFilesThatCannotBeReadAreToldTogetherAndTheOthersAreRead(t *testing.T) {
	t.Parallel()
	dir := planted(t, map[string]string{
		"a.yaml": "fine", "big.yaml": strings.Repeat("#", 8<<20+1), "latin.yaml": "a: 1\nname: Müller, Z\xfcrich\n", "nowhere.yaml": "-> none.yaml", "round.yaml": "-> trip.yaml", "trip.yaml": "-> round.yaml", "wide.yaml": "\xff\xfea\x00",
	})
	// Nobody reads a place that no memory is at (proc(5)), not root either, whom no mode of a file stops.
	files, err := yamlReader.read(endless{}, []string{dir, "-", "/proc/self/mem"})
	if got := seenIn(dir, files); !slices.Equal(got, []string{"a.yaml=fine"}) {
		t.Errorf("read are %q", got)
	}
	var unread unreadFiles
	if !errors.As(err, &unread) {
		t.Fatalf("it ends with %v", err)
	}
	var got []string
	for line := range strings.Lines(unread.Error()) {
		got = append(got, strings.TrimSuffix(strings.TrimPrefix(line, filepath.ToSlash(dir)+"/"), "\n"))
	}
	want := []string{ // by hand; first what is found, and then what is read
		"nowhere.yaml:1:1: cannot be read: it is a link that leads to no file: no such file or directory",
		"round.yaml:1:1: cannot be read: it is a link that leads to no file: too many links",
		"trip.yaml:1:1: cannot be read: it is a link that leads to no file: too many links",
		"big.yaml:1:1: has more than 8 MiB: make several files of it",
		"latin.yaml:2:16: is not UTF-8: save it as UTF-8",
		"wide.yaml:1:1: is UTF-16: save it as UTF-8",
		"-:1:1: has more than 8 MiB: make several files of it",
		"/proc/self/mem:1:1: cannot be read: input/output error",
	}
	if len(got) != len(want) {
		t.Fatalf("it says\n%s", strings.Join(got, "\n"))
	}
	for i, want := range want {
		if name, _, _ := strings.Cut(want, "too many links"); !strings.HasPrefix(got[i], name) { // the words are the system's
			t.Errorf("it says %q, want %q", got[i], want)
		}
	}
	if many := (unreadFiles(slices.Repeat(unread, 4))).Error(); strings.Count(many, "\n") != 20 || !strings.HasSuffix(many, "\nand 12 more files") {
		t.Errorf("of many it says\n%s", many)
	}

	empty := planted(t, map[string]string{".hidden.yaml": "", "notes.md": ""})
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "none.yaml: no such file or directory", empty: "there is no file *.yaml or *.yml to read in " + empty, filepath.Join(dir, "a.yaml", "b"): "not a directory",
	} {
		if files, err := yamlReader.read(nil, []string{dir, path}); files != nil || err == nil || errors.As(err, &unread) || !strings.Contains(err.Error(), want) {
			t.Errorf("of %s: %v, want %q", path, err, want)
		}
	}
	if _, err := yamlReader.read(failing{}, []string{"-"}); err == nil || err.Error() != "-:1:1: cannot be read: the other end broke" {
		t.Errorf("of a pipe that breaks: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the other end broke") }

var _ io.Reader = failing{}

// Every command that reads documents tells of a file that it cannot read with its place, does
// nothing with the others where all belong together, and takes those where they do not.
func TestCommandsTellOfFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := planted(t, map[string]string{"bad.yaml": "a: 1\nb: \xff\n", "checkout.yaml": "\xef\xbb\xbf" + strings.ReplaceAll(checkoutSloth, "\n", "\r\n"), ".git/config.yaml": "none: of it"})
	bad := filepath.Join(dir, "bad.yaml")
	const why = ":2:4: is not UTF-8: save it as UTF-8"
	out := t.TempDir()
	environ := []string{"EVENKEEL_TOKEN=ek_none", "EVENKEEL_SERVER=http://127.0.0.1:9"}
	for _, args := range [][]string{{"rules", dir}, {"plan", dir}, {"apply", dir, "--yes"}} {
		if code, stdout, stderr := evenkeel(t, environ, args...); code != 1 || stdout != "" || stderr != "evenkeel: "+bad+why+"\n" {
			t.Errorf("%s ends with %d: %s%s", args[0], code, stdout, stderr)
		}
	}
	if code, stdout, stderr := evenkeel(t, nil, "import", "sloth", dir, bad, "-o", out, "--team", "payments"); code != 1 || stderr != bad+why+"\n" || !strings.Contains(stdout, "1 refused") {
		t.Errorf("import ends with %d: %s%s", code, stdout, stderr)
	}
	if text, err := os.ReadFile(filepath.Join(out, "slos", "checkout", "requests-availability.yaml")); err != nil || !strings.Contains(string(text), "objective: \"99.9%\"") {
		t.Errorf("the SLO is imported as %s (%v)", text, err)
	}
	write(t, filepath.Join(dir, "checkout.yaml"), checkoutOpenSLO+"---\n"+requestsSLI)
	if code, stdout, stderr := evenkeel(t, nil, "validate", dir); code != 1 || !strings.HasSuffix(stderr, bad+":2:4: document 1: is not UTF-8: save it as UTF-8\n") || stdout != "2 documents in 2 files: 1 error, 2 warnings\n" {
		t.Errorf("validate ends with %d: %s%s", code, stdout, stderr)
	}
}
