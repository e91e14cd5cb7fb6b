package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkQuery refuses parameters that an operation does not know, that come twice
// where one is meant, and that hold what no store could keep. huma reads the
// values afterwards.
func checkQuery(raw string, known map[string]bool, v *faultList) {
	var seen []string
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, badName := url.QueryUnescape(name)
		value, badValue := url.QueryUnescape(value)
		if badName != nil || strings.IndexByte(pair, ';') >= 0 {
			v.add("query", "is not encoded as name=value pairs joined by &", quote(pair))
			continue
		}
		pointer := "query." + name
		repeats, ok := known[name]
		switch {
		case !ok:
			v.add("query."+quote(name), "is not a parameter of this operation", "")
			continue
		case badValue != nil:
			v.add(pointer, "is not percent-encoded as it should be", quote(pair))
		case !storable(value):
			v.add(pointer, "holds a NUL or is not UTF-8", quote(value))
		}
		if !slices.Contains(seen, name) {
			seen = append(seen, name) // at most as many as are known
		} else if !repeats {
			v.add(pointer, "is given twice; expected once", "")
		}
	}
}

// checkHeaders holds the headers that an operation reads to the same.
func checkHeaders(h http.Header, known []string, v *faultList) {
	for _, name := range known {
		values := h[name]
		if len(values) > 1 {
			v.add("header."+name, "is given twice; expected once", "")
		}
		for _, value := range values {
			if !storable(value) {
				v.add("header."+name, "is not UTF-8", quote(value))
			}
		}
	}
}

func storable(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }
