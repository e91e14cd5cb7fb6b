package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// listed is what go list says of a package. Files that a build constraint
// leaves out here are bound by the rules too.
type listed struct {
	ImportPath, Dir                                              string
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
	Module                                                       struct{ Path, Dir string }
}

// readFiles reads all files of Go source of the module.
func readFiles(t *testing.T) []file {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	noticeNewFiles(t, root)
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,Module,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	list.Dir = root
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var files []file
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		for _, names := range [][]string{p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles} {
			for _, name := range names {
				f, err := readFile(p, name)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, f)
			}
		}
	}
}

// noticeNewFiles opens every directory, since the cache of go test sees what the
// test opens, and not what go list does for it.
func noticeNewFiles(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "data") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(p listed, name string) (file, error) {
	path := filepath.Join(p.Dir, name)
	source, err := os.ReadFile(path)
	if err != nil {
		return file{}, err
	}
	relative, err := filepath.Rel(p.Module.Dir, path)
	if err != nil {
		return file{}, err
	}
	f := file{name: filepath.ToSlash(relative), pkg: local(p.Module.Path, p.ImportPath), test: strings.HasSuffix(name, "_test.go")}
	mode := parser.ImportsOnly
	if matches(pure, f.pkg) {
		mode = parser.SkipObjectResolution
	}
	return f, f.parse(p.Module.Path, source, mode)
}

// parse fills in what the source imports, and calls of package time.
func (f *file) parse(module string, source []byte, mode parser.Mode) error {
	tree, err := parser.ParseFile(token.NewFileSet(), f.name, source, mode)
	if err != nil {
		return fmt.Errorf("parse %s: %w", f.name, err)
	}
	clock := ""
	for _, spec := range tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return fmt.Errorf("parse %s: import %s: %w", f.name, spec.Path.Value, err)
		}
		f.imports = append(f.imports, local(module, path))
		if path == "time" {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == clock {
				f.calls = append(f.calls, n.Sel.Name)
			}
		case *ast.Ident:
			if clock == "." {
				f.calls = append(f.calls, n.Name)
			}
		}
		return true
	})
	return nil
}

// local writes a package of the module as "./…", as patterns do.
func local(module, path string) string {
	if path == module {
		return "."
	}
	if rest, ours := strings.CutPrefix(path, module+"/"); ours {
		return "./" + rest
	}
	return path
}
