package config

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
)

// Redacted stands in place of a secret wherever one is printed.
const Redacted = "[redacted]"

// Secret is a value that shows itself to nobody who does not call Reveal: fmt,
// JSON, YAML, text encodings and slog all print Redacted, or nothing for an
// empty one. The zero value is an empty secret.
type Secret struct {
	// A pointer to a function, because fmt prints the fields of an unexported struct
	// field without asking its methods, and follows a pointer where the verb is wrong.
	held *held
}

// held is a secret behind a function, into which nothing that prints can look.
type held struct{ now func() string }

func readSecretFile(path string) (string, error) {
	content, err := os.ReadFile(path)
	return strings.TrimRight(string(content), "\r\n"), err
}

// NewSecret returns a secret that holds value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{held: &held{now: func() string { return value }}}
}

// fromFile is the secret in a file that holds value now, and may hold another later: that which
// was there before while the file cannot be read, or is empty, as it may be for a moment while
// somebody changes it.
func fromFile(path, value string) Secret {
	var mu sync.Mutex
	return Secret{held: &held{now: func() string {
		mu.Lock()
		defer mu.Unlock()
		if text, err := readSecretFile(path); err == nil && text != "" {
			value = text
		}
		return value
	}}}
}

// Reveal returns the value itself, to be handed to what needs it and nowhere else. One that was
// given as the path of a file is read anew each time: ask when it is used, and do not keep it.
func (s Secret) Reveal() string {
	if s.held == nil {
		return ""
	}
	return s.held.now()
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.held == nil }

// String returns Redacted, or "" for an empty secret.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return Redacted
}

// GoString redacts %#v.
func (s Secret) GoString() string { return "config.Secret(" + s.String() + ")" }

// Format redacts every other verb.
func (s Secret) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = io.WriteString(f, s.GoString())
		return
	}
	_, _ = io.WriteString(f, s.String())
}

// MarshalText redacts text encodings, JSON's map keys among them.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON redacts JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalYAML redacts YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue redacts slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
