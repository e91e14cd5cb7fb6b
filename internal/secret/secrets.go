package secret

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/label"
)

// VariablePrefix begins the variable of a secret: that of prom-token is
// EVENKEEL_SECRET_PROM_TOKEN.
const VariablePrefix = "EVENKEEL_SECRET_"

// MaxSize is the size of a secret in bytes: room for a bundle of certificates.
const MaxSize = 256 << 10

// Secrets is where an operator put secrets.
type Secrets struct {
	dir      string
	variable func(name string) (string, bool)
}

// New returns the secrets in a directory, empty for none, and in the environment,
// such as os.LookupEnv. A file stands before a variable.
func New(dir string, variable func(name string) (string, bool)) *Secrets {
	return &Secrets{dir: dir, variable: variable}
}

// Variable is the variable of the environment that holds the secret of that name.
func Variable(name string) string {
	return VariablePrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// Secret returns the secret of that name as it is now, without line breaks at its
// end. Its faults name the secret and say nothing of what it is: Unavailable
// "secret_missing" and "secret_unusable".
func (s *Secrets) Secret(_ context.Context, name string) (string, error) {
	if !label.Is(name) { // no name leads out of the directory
		return "", fault.New(fault.Invalid, "secret_misnamed", "the name of a secret is 1 to 63 lower-case letters, digits and hyphens, not beginning or ending with a hyphen")
	}
	value, found, err := s.file(name)
	if err == nil && !found {
		value, found = s.variable(Variable(name))
	}
	value = strings.TrimRight(value, "\r\n")
	switch {
	case err != nil:
		return "", err
	case !found:
		where := "the variable " + Variable(name)
		if s.dir != "" {
			where = "a file of that name in the directory of secrets, or " + where
		}
		return "", fault.New(fault.Unavailable, "secret_missing", "there is no secret %q: it is looked for in %s", name, where)
	case value == "":
		return "", fault.New(fault.Unavailable, "secret_unusable", "the secret %q is empty", name)
	case len(value) > MaxSize:
		return "", tooLarge(name)
	}
	return value, nil
}

func tooLarge(name string) error {
	return fault.New(fault.Unavailable, "secret_unusable", "the secret %q is larger than %d bytes", name, MaxSize)
}

// file reads the secret's file, if there is one. It may be a link, as Kubernetes
// makes them, that stays within the directory.
func (s *Secrets) file(name string) (string, bool, error) {
	if s.dir == "" {
		return "", false, nil
	}
	unreadable := func(err error) error {
		e := fault.New(fault.Unavailable, "secret_unusable", "the file of the secret %q cannot be read", name)
		e.Err = err
		return e
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return "", false, unreadable(err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", false, nil
	case err != nil:
		return "", false, unreadable(err)
	case !info.Mode().IsRegular(): // a pipe would be waited for
		return "", false, fault.New(fault.Unavailable, "secret_unusable", "what has the name of the secret %q is no file", name)
	}
	file, err := root.Open(name)
	if err != nil {
		return "", false, unreadable(err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, MaxSize+2)) // and a line break
	if err != nil {
		return "", false, unreadable(err)
	}
	return string(content), true, nil
}
