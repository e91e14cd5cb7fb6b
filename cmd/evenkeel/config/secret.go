package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted stands in place of a secret wherever one is printed.
const Redacted = "[redacted]"

// Secret is a value that shows itself to nobody who does not call Reveal: fmt,
// JSON, YAML, text encodings and slog all print Redacted, or nothing for an
// empty one. The zero value is an empty secret.
type Secret struct {
	// A pointer, because fmt prints the fields of an unexported struct field
	// without asking its methods, but never follows a pointer there.
	value *string
}

// NewSecret returns a secret that holds value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal returns the value itself, to be handed to what needs it and nowhere else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == nil }

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
