package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxWord is how many characters of a word count.
	maxWord = 60
	// MaxWords is how many words of a document are found, those of its title first.
	MaxWords = 15_000
)

// Word is a word as it is looked for, and where it stands in its text: [From, To) in bytes.
type Word struct {
	Text     string
	From, To int
}

// Words takes a text apart: runs of letters and digits, in lower case and without accents, of
// which the first 60 characters count. An ideograph is a word by itself, for between those there
// are no spaces. All else, what is no text too, only divides.
func Words(text string) []Word {
	var out []Word
	var word strings.Builder
	from, length := 0, 0
	end := func(at int) {
		if word.Len() > 0 {
			out = append(out, Word{word.String(), from, at})
		}
		word.Reset()
		length = 0
	}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		folded := fold(r)
		switch {
		case r == utf8.RuneError && size == 1:
			end(at)
		case folded == "" && unicode.Is(unicode.Mn, r) && word.Len() > 0:
			// an accent of the letter before
		case folded == "":
			end(at)
		default:
			alone := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
			if alone {
				end(at)
			}
			if word.Len() == 0 {
				from = at
			}
			if length++; length <= maxWord {
				word.WriteString(folded)
			}
			if alone {
				end(at + size)
			}
		}
		at += size
	}
	end(len(text))
	return out
}

// fold is a character as it is compared, empty of what is neither letter nor digit.
func fold(r rune) string {
	if r < utf8.RuneSelf {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return string(r)
		case r >= 'A' && r <= 'Z':
			return string(r + 'a' - 'A')
		}
		return ""
	}
	if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
		return ""
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if unicode.IsLetter(part) || unicode.IsNumber(part) {
			b.WriteRune(unicode.ToLower(part))
		}
	}
	return b.String()
}

// texts are the words of a text without their places, so many at most.
func texts(text string, most int) []string {
	found := Words(text)
	out := make([]string, min(len(found), most))
	for i := range out {
		out[i] = found[i].Text
	}
	return out
}
