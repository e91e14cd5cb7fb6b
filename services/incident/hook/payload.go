package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fault"
)

const (
	// MaxBody is the size of a payload, in bytes. The largest sources send have some tens of KiB.
	MaxBody = 256 << 10
	// maxDepth is how deep a payload is nested at most. Those of the sources are up to nine deep.
	maxDepth = 32
)

// decode reads a payload, an object, into a struct; the fields that it does not have are passed over.
// A fault names the field, as a pointer below the prefix.
func decode(body []byte, prefix string, into any) error {
	var check fault.Check
	switch {
	case len(body) > MaxBody:
		check.Fail(prefix, nil, "must have at most %d bytes, has %d", MaxBody, len(body))
	case !utf8.Valid(body):
		check.Fail(prefix, nil, "must be UTF-8")
	case depth(body) > maxDepth:
		check.Fail(prefix, nil, "must be nested at most %d deep", maxDepth)
	case !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")):
		check.Fail(prefix, nil, "must be a JSON object")
	}
	if err := check.Err(); err != nil {
		return err
	}
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	wrong := (*json.UnmarshalTypeError)(nil)
	if errors.As(err, &wrong) {
		at := prefix
		if wrong.Field != "" {
			at += "/" + strings.ReplaceAll(wrong.Field, ".", "/")
		}
		check.Fail(at, nil, "must not be a JSON %s", wrong.Value)
		return check.Err()
	}
	check.Fail(prefix, nil, "must be valid JSON")
	return check.Err()
}

// depth is how deep the text nests objects and lists, if it is JSON.
func depth(text []byte) int {
	most, now, quoted := 0, 0, false
	for n := 0; n < len(text); n++ {
		switch c := text[n]; {
		case quoted && c == '\\':
			n++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

// layouts are how sources write times: RFC 3339, and Jira without a colon in the offset.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"}

// when reads a time; none where the text is empty.
func when(check *fault.Check, pointer, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil {
			return plausible(check, pointer, t)
		}
	}
	check.Fail(pointer, fault.Clip(text, 64), "must be a time such as 2026-11-27T10:00:00Z")
	return time.Time{}
}

// maybe is when, as a time that may be nil.
func maybe(check *fault.Check, pointer, text string) *time.Time {
	t := when(check, pointer, text)
	if t.IsZero() {
		return nil
	}
	return &t
}

// epoch reads the milli-, micro- or nanoseconds since 1970: of this century these are numbers of
// twelve or thirteen, fifteen or sixteen, and eighteen or nineteen digits. None is zero.
func epoch(check *fault.Check, pointer string, n int64) time.Time {
	switch {
	case n == 0:
		return time.Time{}
	case n >= 1e17:
		return plausible(check, pointer, time.Unix(0, n))
	case n >= 1e14:
		return plausible(check, pointer, time.UnixMicro(n))
	default:
		return plausible(check, pointer, time.UnixMilli(n))
	}
}

func plausible(check *fault.Check, pointer string, t time.Time) time.Time {
	t = t.UTC()
	if y := t.Year(); y < 2000 || y > 2200 {
		check.Fail(pointer, fmt.Sprint("the year ", y), "must be a time of the years 2000 to 2200")
		return time.Time{}
	}
	return t
}
