package api

import (
	"fmt"
	"net/http"
	"unicode/utf16"
	"unicode/utf8"
)

// The strict pass reads a body once, before it is decoded, and refuses what
// encoding/json lets through: duplicate and differently cased names, NUL and
// halves of surrogate pairs (which PostgreSQL refuses later), bytes that are not
// UTF-8, deep nesting, endless numbers. In the same pass it checks the body
// against its schema, so that every fault has a true JSON pointer and a body of a
// thousand faults costs no more than one without.

const (
	maxDepth  = 32
	maxDigits = 400
)

// scanner walks over a JSON text. Its grammar is here, the rules of schemas are
// in check.go.
type scanner struct {
	data    []byte
	pos     int
	depth   int
	pointer []byte // of the value at hand
	secret  int    // > 0 inside of a secret
	faults  *faultList
	leaf    leafChecker
	err     *Problem
}

// scanJSON checks a body against its shape. Rules that it breaks go to faults;
// what is no JSON text at all, or too deep to look at, is the problem it returns.
func scanJSON(data []byte, s *shape, leaf leafChecker, faults *faultList) *Problem {
	if !utf8.Valid(data) {
		return newProblem(http.StatusBadRequest, "malformed_json", "the body is not UTF-8")
	}
	sc := scanner{data: data, faults: faults, leaf: leaf}
	sc.space()
	if sc.pos == len(data) {
		return newProblem(http.StatusBadRequest, "body_missing", "the body is empty; a JSON text is expected")
	}
	if sc.value(s) {
		sc.space()
		if sc.pos < len(data) {
			sc.fail("the end of the body")
		}
	}
	return sc.err
}

// fail ends the scan at a syntax error; it returns false for its callers to.
func (s *scanner) fail(expected string) bool {
	if s.err == nil {
		found := "the end of the body"
		if s.pos < len(s.data) {
			r, _ := utf8.DecodeRune(s.data[s.pos:])
			found = fmt.Sprintf("%q", r)
		}
		s.err = newProblem(http.StatusBadRequest, "malformed_json", "the body is not JSON: at byte %d there is %s where %s is expected", s.pos, found, expected)
	}
	return false
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the byte at hand, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

// enter opens an array or object.
func (s *scanner) enter() bool {
	s.pos++
	s.depth++
	if s.depth > maxDepth {
		if s.err == nil {
			s.err = newProblem(http.StatusUnprocessableEntity, "body_too_deep", "the body nests deeper than %d levels", maxDepth)
		}
		return false
	}
	s.space()
	return true
}

// next passes the comma before another element, or the end of the array or object.
func (s *scanner) next(end byte) (more, ok bool) {
	s.space()
	switch s.peek() {
	case ',':
		s.pos++
		s.space()
		return true, true
	case end:
		s.pos++
		s.depth--
		return false, true
	}
	return false, s.fail(fmt.Sprintf("',' or %q", rune(end)))
}

func (s *scanner) literal(word string) bool {
	for i := range len(word) {
		if s.peek() != word[i] {
			return s.fail(fmt.Sprintf("%q", word))
		}
		s.pos++
	}
	return true
}

// number passes a number; integer tells that it has neither fraction nor exponent.
func (s *scanner) number() (token []byte, integer, ok bool) {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	switch c := s.peek(); {
	case c == '0':
		s.pos++
	case c >= '1' && c <= '9':
		s.digits()
	default:
		return nil, false, s.fail("a digit")
	}
	integer = true
	if s.peek() == '.' {
		integer = false
		s.pos++
		if !s.digits() {
			return nil, false, s.fail("a digit")
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		integer = false
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return nil, false, s.fail("a digit")
		}
	}
	return s.data[start:s.pos], integer, true
}

func (s *scanner) digits() bool {
	start := s.pos
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}

// text is a string as it stands in the body, without its quotes.
type text struct {
	raw     []byte
	escaped bool   // it holds escapes
	fault   string // what a store could not keep of it
}

// string passes a string.
func (s *scanner) string() (t text, ok bool) {
	if s.peek() != '"' {
		return t, s.fail("a string")
	}
	s.pos++
	start := s.pos
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			t.raw = s.data[start:s.pos]
			s.pos++
			return t, true
		case c == '\\':
			t.escaped = true
			if !s.escape(&t) {
				return t, false
			}
		case c < ' ':
			return t, s.fail("an escape: control characters do not stand in strings as they are")
		default:
			s.pos++
		}
	}
	return t, s.fail("the string's closing quote")
}

func (s *scanner) escape(t *text) bool {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
		return true
	case 'u':
		r, ok := s.unit()
		if !ok {
			return false
		}
		switch {
		case r == 0:
			t.fault = `holds \u0000, which cannot be stored; leave it out`
		case utf16.IsSurrogate(r):
			if r < 0xdc00 && s.peek() == '\\' && s.pos+1 < len(s.data) && s.data[s.pos+1] == 'u' {
				before := s.pos
				s.pos++
				low, ok := s.unit()
				if !ok {
					return false
				}
				if low >= 0xdc00 && low < 0xe000 {
					return true
				}
				s.pos = before // it is read again, as itself
			}
			t.fault = `holds half of a surrogate pair, which is no character; send \ud800–\udbff only before \udc00–\udfff`
		}
		return true
	}
	return s.fail("an escape")
}

// unit passes "uXXXX".
func (s *scanner) unit() (rune, bool) {
	s.pos++
	var r rune
	for range 4 {
		d, ok := hex(s.peek())
		if !ok {
			return 0, s.fail("a hexadecimal digit")
		}
		r = r<<4 | d
		s.pos++
	}
	return r, true
}

func hex(c byte) (rune, bool) {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0'), true
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}

// decoded returns the characters that the string stands for. The text has been
// passed by the scanner; one that was cut short since loses its last escape.
func (t text) decoded() []byte {
	if !t.escaped {
		return t.raw
	}
	out := make([]byte, 0, len(t.raw))
	for i := 0; i < len(t.raw); i++ {
		c := t.raw[i]
		if c != '\\' {
			out = append(out, c)
			continue
		}
		i++
		if i == len(t.raw) {
			break
		}
		switch t.raw[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := hex4(t.raw[i+1:])
			if !ok {
				return out
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low := rune(utf8.RuneError)
				if rest := t.raw[i+1:]; len(rest) > 2 && rest[0] == '\\' && rest[1] == 'u' {
					low, _ = hex4(rest[2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, t.raw[i])
		}
	}
	return out
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		d, ok := hex(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | d
	}
	return r, true
}
