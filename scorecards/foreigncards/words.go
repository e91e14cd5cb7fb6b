package foreigncards

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/hidden"
)

// Line is a text in one line, without what cannot be seen, of at most so many characters.
func Line(text string, most int) string {
	return clip(strings.Join(strings.Fields(visible(text)), " "), most)
}

// Lines is a text without what cannot be seen but for ends of lines, of at most so many characters.
func Lines(text string, most int) string { return clip(strings.TrimSpace(visible(text)), most) }

func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == utf8.RuneError || r < ' ' || r == 0x7f || hidden.Rune(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// Quote writes a text in a condition (CEL has the escapes of Go's strings).
func Quote(text string) string { return strconv.Quote(text) }

// Number writes a number in a condition: as one with a point, for facts are such.
func Number(n float64) string {
	out := strconv.FormatFloat(n, 'f', -1, 64)
	if !strings.Contains(out, ".") {
		out += ".0"
	}
	return out
}

// AsNumber is a value of a document as a number, where it is one.
func AsNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
