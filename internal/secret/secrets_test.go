package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/secret"
)

const hunter2 = "Hunter2!"

// environment is a stand-in for that of the process, which tests share.
type environment map[string]string

func (e environment) lookup(name string) (string, bool) {
	value, found := e[name]
	return value, found
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestASecretIsReadFromItsFileOrVariable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "prom-token"), "from the file\r\n")
	write(t, filepath.Join(dir, "pem"), "two\nlines\n\n")
	write(t, filepath.Join(dir, "largest"), strings.Repeat("x", secret.MaxSize)+"\n")
	variables := environment{"EVENKEEL_SECRET_PROM_TOKEN": "from the variable", "EVENKEEL_SECRET_OTHER_2": "another\n"}
	for _, c := range []struct{ dir, name, want string }{
		{dir, "prom-token", "from the file"},
		{"", "prom-token", "from the variable"},
		{dir, "other-2", "another"},
		{dir, "pem", "two\nlines"},
		{dir, "largest", strings.Repeat("x", secret.MaxSize)},
	} {
		got, err := secret.New(c.dir, variables.lookup).Secret(t.Context(), c.name)
		if err != nil || got != c.want {
			t.Errorf("%s in %q is %.20q (%v), want %.20q", c.name, c.dir, got, err, c.want)
		}
	}
}

func TestAChangedSecretIsTheOneThatIsUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := secret.New(dir, environment{}.lookup)
	for _, want := range []string{"first", "second"} {
		write(t, filepath.Join(dir, "prom-token"), want)
		if got, err := s.Secret(t.Context(), "prom-token"); err != nil || got != want {
			t.Errorf("got %q (%v), want %q", got, err, want)
		}
	}
}

// Kubernetes mounts a secret as a link to a link's directory, and moves that.
func TestALinkWithinTheDirectoryIsFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "..2026"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "..2026", "prom-token"), hunter2)
	for link, to := range map[string]string{"..data": "..2026", "prom-token": filepath.Join("..data", "prom-token")} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := secret.New(dir, environment{}.lookup).Secret(t.Context(), "prom-token"); err != nil || got != hunter2 {
		t.Errorf("got %q (%v)", got, err)
	}
}

func TestWhatIsNoSecretIsToldWithoutIt(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "secrets")
	for _, path := range []string{dir, filepath.Join(dir, "directory")} {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(top, "outside"), hunter2)
	write(t, filepath.Join(dir, "empty"), "\n")
	write(t, filepath.Join(dir, "too-large"), hunter2+strings.Repeat("x", secret.MaxSize))
	if err := os.Symlink(filepath.Join(top, "outside"), filepath.Join(dir, "climbs")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := environment{"EVENKEEL_SECRET_EMPTY_VARIABLE": "", "EVENKEEL_SECRET_LARGE_VARIABLE": hunter2 + strings.Repeat("x", secret.MaxSize)}
	for _, c := range []struct {
		dir, name string
		kind      fault.Kind
		code      string
		says      string
	}{
		{dir, "none", fault.Unavailable, "secret_missing", `no secret "none": it is looked for in a file of that name in the directory of secrets, or the variable EVENKEEL_SECRET_NONE`},
		{"", "prom-token", fault.Unavailable, "secret_missing", "looked for in the variable EVENKEEL_SECRET_PROM_TOKEN"},
		{dir, "empty", fault.Unavailable, "secret_unusable", "is empty"},
		{dir, "empty-variable", fault.Unavailable, "secret_unusable", "is empty"},
		{dir, "too-large", fault.Unavailable, "secret_unusable", "larger than 262144 bytes"},
		{dir, "large-variable", fault.Unavailable, "secret_unusable", "larger than 262144 bytes"},
		{dir, "directory", fault.Unavailable, "secret_unusable", "is no file"},
		{dir, "pipe", fault.Unavailable, "secret_unusable", "is no file"},
		{dir, "climbs", fault.Unavailable, "secret_unusable", "cannot be read"},
		{filepath.Join(top, "nowhere"), "prom-token", fault.Unavailable, "secret_unusable", "cannot be read"},
		{dir, "../outside", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, filepath.Join(top, "outside"), fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, "..", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, "", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, "directory/x", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, "a\x00b", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, "none\n", fault.Invalid, "secret_misnamed", "lower-case letters"},
		{dir, strings.Repeat("a", 64), fault.Invalid, "secret_misnamed", "lower-case letters"},
	} {
		got, err := secret.New(c.dir, variables.lookup).Secret(t.Context(), c.name)
		e := fault.As(err)
		if got != "" || e == nil || e.Kind != c.kind || e.Code != c.code || !strings.Contains(e.Message, c.says) {
			t.Errorf("%.20q: %.20q, %v", c.name, got, err)
			continue
		}
		if strings.Contains(e.Error(), hunter2) || e.Err != nil && strings.Contains(e.Err.Error(), hunter2) {
			t.Errorf("%.20q: the fault holds the secret", c.name)
		}
	}
}
