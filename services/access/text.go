package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// The bounds of what people type, in characters.
const (
	maxName    = 100
	maxEmail   = 254
	maxSubject = 255
)

// CheckLine requires a text of one line, of visible characters, with least to most
// of them. Names everywhere follow it.
func CheckLine(check *fault.Check, pointer, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	switch {
	case !utf8.ValidString(value):
		check.Fail(pointer, value, "must be valid UTF-8")
	case n < least || n > most:
		check.Fail(pointer, value, "must have %d to %d characters, has %d", least, most, n)
	case strings.ContainsFunc(value, Hidden):
		check.Fail(pointer, value, "must not contain control characters or marks that change the direction of writing")
	case value != strings.TrimSpace(value):
		check.Fail(pointer, value, "must not begin or end with a space")
	}
}

// Hidden tells characters that cannot be seen and change what is: controls, and
// the embeddings, overrides and isolates of bidirectional text.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}
