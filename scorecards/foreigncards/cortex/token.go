package cortex

import (
	"fmt"
	"strings"
	"unicode"
)

type kind int

const (
	end kind = iota
	word
	text
	number
	sign
)

// token is a piece of an expression.
type token struct {
	kind kind
	text string // of a text without its quotes
}

// signs of more than one character go before those of one.
var signs = []string{"==", "!=", ">=", "<=", "=>", "&&", "||", ">", "<", "=", "!", "(", ")", "[", "]", "{", "}", ",", ".", "+", "-", "*", "/", "|", ":", "?", "%"}

// tokens are the pieces of an expression of CQL.
func tokens(expression string) ([]token, error) {
	var out []token
	rest := []rune(expression)
	for len(rest) > 0 {
		r := rest[0]
		switch {
		case unicode.IsSpace(r):
			rest = rest[1:]
		case r == '"' || r == '\'':
			var b strings.Builder
			i := 1
			for ; i < len(rest) && rest[i] != r; i++ {
				if rest[i] == '\\' && i+1 < len(rest) {
					i++
				}
				b.WriteRune(rest[i])
			}
			if i >= len(rest) {
				return nil, fmt.Errorf("a text has no end")
			}
			out, rest = append(out, token{text, b.String()}), rest[i+1:]
		case unicode.IsDigit(r):
			i := 0
			for i < len(rest) && (unicode.IsDigit(rest[i]) || rest[i] == '.' && i+1 < len(rest) && unicode.IsDigit(rest[i+1])) {
				i++
			}
			out, rest = append(out, token{number, string(rest[:i])}), rest[i:]
		case unicode.IsLetter(r) || r == '_' || r == '$':
			i := 0
			for i < len(rest) && (unicode.IsLetter(rest[i]) || unicode.IsDigit(rest[i]) || rest[i] == '_' || rest[i] == '$') {
				i++
			}
			out, rest = append(out, token{word, string(rest[:i])}), rest[i:]
		default:
			found := ""
			for _, s := range signs {
				if strings.HasPrefix(string(rest[:min(2, len(rest))]), s) {
					found = s
					break
				}
			}
			if found == "" {
				return nil, fmt.Errorf("the character %q is none of CQL's", r)
			}
			out, rest = append(out, token{sign, found}), rest[len(found):]
		}
	}
	return append(out, token{}), nil
}
