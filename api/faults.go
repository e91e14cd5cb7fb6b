package api

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/services/access"
)

// The bounds of what an error reply tells.
const (
	maxFaults  = 20
	maxValue   = 64  // characters, after escaping
	maxPointer = 256 // bytes
	maxText    = 400 // bytes of a message or detail
)

// Fault is one rule broken at one place of a request, as a problem tells it.
type Fault struct {
	Pointer string `json:"pointer" doc:"Where: an RFC 6901 JSON pointer into the body, or query.NAME, path.NAME, header.NAME." example:"/objective"`
	Message string `json:"message" doc:"What was wrong and what would be right." example:"expected less than 100"`
	Value   string `json:"value,omitempty" doc:"The offending value as text, escaped, at most 64 characters; never given for secrets." example:"101"`
}

// faultList gathers the first few and counts the rest. Nothing is formatted for
// those that are only counted: formatting thousands is what made an error cost
// more than the request.
type faultList struct {
	list []Fault
	more int
}

// full reports whether a further violation is only counted; it counts it then.
func (v *faultList) full() bool {
	if len(v.list) < maxFaults {
		return false
	}
	v.more++
	return true
}

// add notes a violation; value is text that was made by quote, or empty.
func (v *faultList) add(pointer, message, value string) {
	if v.full() {
		return
	}
	if isSecretName(lastName(pointer)) {
		value = ""
	}
	v.list = append(v.list, Fault{Pointer: spoken(pointer, maxPointer), Message: spoken(message, maxText), Value: value})
}

func (v *faultList) any() bool { return len(v.list) > 0 }

// lastName returns the name of the member at which a pointer ends, array indexes
// left out.
func lastName(pointer string) string {
	for pointer != "" {
		cut := strings.LastIndexAny(pointer, "/.")
		name := pointer[cut+1:]
		if open := strings.IndexByte(name, '['); open >= 0 {
			name = name[:open]
		}
		if _, err := strconv.Atoi(name); err != nil {
			return name
		}
		if cut < 0 {
			return ""
		}
		pointer = pointer[:cut]
	}
	return ""
}

// isSecretName reports whether a field of that name holds a secret, whose value
// is never told again.
func isSecretName(name string) bool {
	if len(name) < len("token") {
		return false
	}
	name = strings.ToLower(name)
	for _, secret := range []string{"token", "secret", "password", "passphrase", "authorization", "apikey", "api_key", "api-key", "privatekey", "credential", "cookie"} {
		if strings.Contains(name, secret) {
			return true
		}
	}
	return false
}

// quote renders text with everything escaped that is not plainly visible, cut
// after maxValue characters.
func quote(s string) string {
	s = access.WithoutTokens(s[:min(len(s), 4*maxText)])
	var b strings.Builder
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		piece := s[i : i+size]
		switch {
		case r == utf8.RuneError && size == 1:
			piece = fmt.Sprintf(`\x%02x`, s[i])
		case r == '\\':
			piece = `\\`
		case r != ' ' && !unicode.IsGraphic(r), unicode.Is(unicode.Zs, r) && r != ' ':
			q := strconv.QuoteRuneToASCII(r)
			piece = q[1 : len(q)-1]
		}
		width := utf8.RuneCountInString(piece)
		if n+width > maxValue {
			return b.String() + "…"
		}
		n += width
		b.WriteString(piece)
		i += size
	}
	return b.String()
}

// quoteValue renders a value of a domain's; one that is neither text, number,
// truth nor time has no short rendering and gets none.
func quoteValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return quote(v)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case fmt.Stringer:
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Pointer && rv.IsNil() {
			return ""
		}
		return quote(v.String())
	}
	switch rv := reflect.ValueOf(v); rv.Kind() {
	case reflect.String:
		return quote(rv.String())
	case reflect.Bool:
		return strconv.FormatBool(rv.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(rv.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(rv.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(rv.Float(), 'g', -1, 64)
	case reflect.Pointer:
		if rv.IsNil() {
			return ""
		}
		return quoteValue(rv.Elem().Interface())
	default:
		return ""
	}
}

// clip cuts text after about n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// spoken is a text as it is told: clipped, and without a token that somebody put where it does
// not belong.
func spoken(s string, n int) string { return clip(access.WithoutTokens(clip(s, 4*n)), n) }
