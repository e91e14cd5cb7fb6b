package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// contexts are the servers that somebody signed in to, as they are kept in a file that nobody else reads.
type contexts struct {
	Current  string                  `yaml:"current,omitempty"`
	Contexts map[string]savedContext `yaml:"contexts"`
}

// savedContext is one server, and as whom it is spoken to.
type savedContext struct {
	Server  string    `yaml:"server"`
	Token   string    `yaml:"token"`
	TokenID string    `yaml:"tokenID"`
	Kind    string    `yaml:"kind"` // personal or workload
	Scopes  []string  `yaml:"scopes"`
	Expires time.Time `yaml:"expires"`
}

// variable is that of the environment, the last one of the name.
func variable(environ []string, name string) string {
	value := ""
	for _, entry := range environ {
		if is, rest, _ := strings.Cut(entry, "="); is == name {
			value = rest
		}
	}
	return value
}

// contextsFile is where contexts are kept, as the XDG Base Directory Specification says.
func contextsFile(environ []string) (string, error) {
	dir := variable(environ, "XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // relative ones are to be ignored
		home := variable(environ, "HOME")
		if home == "" {
			home = variable(environ, "USERPROFILE")
		}
		if home == "" {
			return "", errors.New("there is no home directory to keep contexts in: set XDG_CONFIG_HOME or HOME")
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "evenkeel", "contexts.yaml"), nil
}

// readContexts reads the file; without one there are none. One that others can read is refused, for whoever
// reads it can do what its owner can.
func readContexts(environ []string) (contexts, error) {
	c := contexts{Contexts: map[string]savedContext{}}
	path, err := contextsFile(environ)
	if err != nil {
		return c, nil // where there can be no file there is none
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read contexts: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return c, fmt.Errorf("read contexts: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return c, fmt.Errorf("%s holds tokens and others can read it, for its mode is %04o: run \"chmod 600 %s\", and think of the tokens in it as known to others", path, mode, path)
	}
	if err := yaml.NewDecoder(file).Decode(&c); err != nil {
		return c, fmt.Errorf("read contexts in %s: %w", path, err)
	}
	if c.Contexts == nil {
		c.Contexts = map[string]savedContext{}
	}
	return c, nil
}

// write replaces the file in one step, so that whoever is interrupted leaves the old one or the new one.
func (c contexts) write(environ []string) (err error) {
	path, err := contextsFile(environ)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep contexts: %w", err)
	}
	text, err := yaml.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep contexts: %w", err)
	}
	file, err := os.CreateTemp(dir, ".contexts-*") // with the mode 0600
	if err != nil {
		return fmt.Errorf("keep contexts: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("keep contexts: %w", err)
	}
	return nil
}

// named is the context of that name, or the current one where it is empty; "" where there is none.
func (c contexts) named(name string) (string, savedContext, error) {
	if name == "" {
		name = c.Current
	}
	if name == "" {
		return "", savedContext{}, nil
	}
	found, there := c.Contexts[name]
	if !there {
		return "", savedContext{}, fmt.Errorf("there is no context %q: \"evenkeel context list\" names those that there are", name)
	}
	return name, found, nil
}
