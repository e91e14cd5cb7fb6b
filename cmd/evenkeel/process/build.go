package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const program = "github.com/evenkeel/evenkeel/cmd/evenkeel"

var built struct {
	once sync.Once
	dir  string
	err  error
}

func build() {
	if built.dir, built.err = os.MkdirTemp("", "evenkeel-binary-"); built.err != nil {
		return
	}
	build := exec.Command("go", "build", "-o", built.dir, program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the Makefile builds it
	if out, err := build.CombinedOutput(); err != nil {
		built.err = fmt.Errorf("%w\n%s", err, out)
	}
}

// Build builds the program as make run does, once for all tests of a package, and
// returns the path of the binary. Main removes it.
func Build(t testing.TB) string {
	t.Helper()
	built.once.Do(build)
	if built.err != nil {
		t.Fatalf("build the program: %v", built.err)
	}
	return filepath.Join(built.dir, "evenkeel")
}

// Main runs a package's tests and removes the binary that they built. It is
// called by the package's TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir) // what stays in the temporary directory fails no test
	}
	os.Exit(code)
}
