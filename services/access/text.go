package access

import (
	"slices"
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
	case Hides(value):
		check.Fail(pointer, value, "must not contain control characters, nor characters that cannot be seen or change the direction of writing")
	case value != strings.TrimSpace(value):
		check.Fail(pointer, value, "must not begin or end with a space")
	}
}

// Hidden tells characters that cannot be seen, and so let two names look alike:
// controls, formatting such as zero-width and bidirectional marks, fillers, private
// use. Joiners are among them; see Hides.
func Hidden(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2028, 0x2029, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point)
}

// Hides reports whether the text holds a hidden character other than those that
// are allowed. Between characters that are seen, joiners are a part of writing: of
// Persian, and of emoji.
func Hides(text string, allowed ...rune) bool {
	hidden := func(r rune) bool { return Hidden(r) && !slices.Contains(allowed, r) }
	seen := false // the character before
	runes := []rune(text)
	for i, r := range runes {
		joins := (r == 0x200c || r == 0x200d) && seen && i+1 < len(runes) && !hidden(runes[i+1])
		if hidden(r) && !joins {
			return true
		}
		seen = !joins
	}
	return false
}
