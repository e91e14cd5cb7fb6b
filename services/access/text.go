package access

import (
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/hidden"
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
	case hidden.In(value):
		check.Fail(pointer, value, "must not contain control characters, nor characters that cannot be seen or change the direction of writing")
	case value != strings.TrimSpace(value):
		check.Fail(pointer, value, "must not begin or end with a space")
	}
}
