package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// maxFile is how large a file may be, in bytes: whatever reads documents or tables has this bound.
const maxFile = 8 << 20

// textFile is a file that was read.
type textFile struct {
	path string // as it was named, or found; "-" for standard input
	// under is its path below the directory that was named; empty where it was named itself.
	under string
	text  []byte // in UTF-8, without a byte order mark, its lines ended by \n
}

// fileReader reads the files that a command names, by one rule for all commands:
//
//   - A path is a file, a directory, or - for standard input. They are read in the order in which
//     they are named, those of a directory by their names.
//   - Of a directory are read the regular files in it and below that are called with one of the
//     suffixes, in whatever case. Hidden files and directories, whose names begin with a dot, are
//     passed over, and so are links to directories and links that lead out of the directory that
//     was named. A directory of which nothing is left is a fault: its name is wrong, or what was
//     in it is gone.
//   - A file that is named itself is read whatever it is called and wherever it is.
//   - A file is read once, under the first path that led to it, however often it is named and
//     whatever links lead to it.
//   - A text has at most 8 MiB and is UTF-8. A byte order mark is taken off, and lines that end as
//     on Windows end as elsewhere.
type fileReader struct {
	suffixes []string               // of files in directories, in lower case
	wants    func(path string) bool // of files in directories by their paths; nil for all
	passes   func(dir string) bool  // over directories below those that were named; nil for none
	is       func(text []byte) bool // of files in directories by what is in them; nil for all
	tell     func(done, of int)     // of progress; nil for nobody
}

// yamlReader reads files of YAML.
var yamlReader = fileReader{suffixes: []string{".yaml", ".yml"}}

// unreadFiles are files that were found and could not be read, or are no text, each with why.
type unreadFiles []yamldoc.Problem

// mostUnread is how many files are told of that could not be read.
const mostUnread = 20

// Error tells each file with what would be right.
func (u unreadFiles) Error() string {
	var out strings.Builder
	for _, p := range u[:min(len(u), mostUnread)] {
		fmt.Fprintf(&out, "%s:%d:%d: %s\n", p.In, p.Line, p.Column, p.Message)
	}
	if more := len(u) - mostUnread; more > 0 {
		fmt.Fprintf(&out, "and %d more files\n", more)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// read reads the files. Where some of them could not be read the error is unreadFiles, and those
// that could come with it; any other error is of a path that was named.
func (r fileReader) read(stdin io.Reader, paths []string) ([]textFile, error) {
	g := &gathering{fileReader: r, known: map[string]*foundFile{}}
	defer g.close()
	for _, path := range paths {
		if err := g.named(stdin, path); err != nil {
			return nil, err
		}
	}
	var out []textFile
	done := 0
	for f := range sideBySide(len(g.found), func(i int) *foundFile { return g.found[i].read(r) }) {
		switch {
		case f.why != nil:
			g.unread = append(g.unread, *f.why)
		case f.is:
			out = append(out, f.textFile)
		}
		if done++; r.tell != nil {
			r.tell(done, len(g.found))
		}
	}
	if len(g.unread) > 0 {
		return out, g.unread
	}
	return out, nil
}

// gathering finds files before any is read.
type gathering struct {
	fileReader
	roots  []*os.Root
	known  map[string]*foundFile // by where they are
	found  []*foundFile
	unread unreadFiles
}

// close closes the directories, of which files were only read.
func (g *gathering) close() {
	for _, root := range g.roots {
		_ = root.Close()
	}
}

func (g *gathering) add(at string, f *foundFile) {
	if before := g.known[at]; before != nil {
		before.named = before.named || f.named
		return
	}
	g.known[at] = f
	f.path = filepath.ToSlash(filepath.Clean(f.path))
	g.found = append(g.found, f)
}

// named finds what a path leads to.
func (g *gathering) named(stdin io.Reader, path string) error {
	if path == "-" {
		g.add(path, &foundFile{textFile: textFile{path: path}, named: true, open: func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }})
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, cause(err))
	}
	at, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if real, err := filepath.EvalSymlinks(at); err == nil { // of a pipe of the shell there is none
		at = real
	}
	if !info.IsDir() {
		g.add(at, &foundFile{textFile: textFile{path: path}, named: true, open: func() (io.ReadCloser, error) { return os.Open(path) }})
		return nil
	}
	return g.below(path, at)
}

// below finds the files of a directory, which is at that place.
func (g *gathering) below(dir, at string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("read %s: %w", dir, cause(err))
	}
	g.roots = append(g.roots, root)
	there := 0 // files that are to be read
	if err := fs.WalkDir(root.FS(), ".", func(under string, entry fs.DirEntry, err error) error {
		path := filepath.Join(dir, filepath.FromSlash(under))
		hidden := under != "." && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", path, cause(err))
		case entry.IsDir() && (hidden || under != "." && g.passes != nil && g.passes(path)):
			return fs.SkipDir
		case entry.IsDir() || hidden || !slices.Contains(g.suffixes, strings.ToLower(filepath.Ext(under))) || g.wants != nil && !g.wants(path):
			return nil
		}
		inside, is, err := target(root, at, filepath.FromSlash(under), entry.Type())
		if err != nil {
			there++
			g.unread = append(g.unread, unreadable(path, err))
		}
		if is {
			there++
			g.add(filepath.Join(at, inside), &foundFile{textFile: textFile{path: path, under: filepath.FromSlash(under)}, open: func() (io.ReadCloser, error) { return root.Open(inside) }})
		}
		return nil
	}); err != nil {
		return err
	}
	if there == 0 {
		return fmt.Errorf("there is no file *%s to read in %s: of a directory, hidden files and links that lead out of it are passed over", strings.Join(g.suffixes, " or *"), dir)
	}
	return nil
}

// target is where an entry of a directory leads to within it; false where that is no regular file in it.
func target(root *os.Root, at, under string, mode fs.FileMode) (inside string, is bool, err error) {
	if mode&fs.ModeSymlink == 0 {
		return under, mode.IsRegular(), nil
	}
	to, err := filepath.EvalSymlinks(filepath.Join(at, under))
	if err != nil {
		return "", false, fmt.Errorf("it is a link that leads to no file: %w", cause(err))
	}
	inside, err = filepath.Rel(at, to)
	if err != nil || !filepath.IsLocal(inside) {
		return "", false, nil
	}
	info, err := root.Stat(inside)
	return inside, err == nil && info.Mode().IsRegular(), err
}

// cause is an error without the path that it is about, which is told beside.
func cause(err error) error {
	if of, is := err.(*fs.PathError); is {
		return of.Err
	}
	return err
}

func unreadable(path string, err error) yamldoc.Problem {
	return yamldoc.Problem{In: filepath.ToSlash(filepath.Clean(path)), Document: 1, Line: 1, Column: 1, Message: "cannot be read: " + cause(err).Error()}
}

// foundFile is a file that is to be read.
type foundFile struct {
	textFile
	named bool // itself, not a directory that it is in
	open  func() (io.ReadCloser, error)
	is    bool             // whether it is one of those that are wanted
	why   *yamldoc.Problem // it was not read
}

// read reads the file, at most a byte more than it may have.
func (f *foundFile) read(r fileReader) *foundFile {
	from, err := f.open()
	if err == nil {
		f.text, err = io.ReadAll(io.LimitReader(from, maxFile+1))
		_ = from.Close() // it was only read
	}
	if err != nil {
		why := unreadable(f.path, err)
		f.why = &why
		return f
	}
	if f.is = f.named || r.is == nil || r.is(f.text); !f.is {
		f.text = nil
		return f
	}
	if f.why = noText(f.path, f.text); f.why != nil {
		return f
	}
	f.text = bytes.TrimPrefix(f.text, []byte("\xef\xbb\xbf"))
	if bytes.Contains(f.text, []byte("\r\n")) {
		f.text = bytes.ReplaceAll(f.text, []byte("\r\n"), []byte("\n"))
	}
	return f
}

// noText is why something is no text that is read; nil where it is one.
func noText(path string, text []byte) *yamldoc.Problem {
	p := yamldoc.Problem{In: path, Document: 1, Line: 1, Column: 1}
	switch {
	case len(text) > maxFile:
		p.Message = "has more than 8 MiB: make several files of it"
	case bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")):
		p.Message = "is UTF-16: save it as UTF-8"
	case !utf8.Valid(text):
		before := text
		for i := 0; i < len(text); {
			r, n := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && n == 1 {
				before = text[:i]
				break
			}
			i += n
		}
		line := before[bytes.LastIndexByte(before, '\n')+1:]
		p.Line, p.Column, p.Message = 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(line), "is not UTF-8: save it as UTF-8"
	default:
		return nil
	}
	return &p
}
