package api

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// movedTo returns where a request goes whose path, or for a GET whose query,
// holds the old slug: the same with the new slug in its place.
func movedTo(x *exchange, f *fault.Error) (string, bool) {
	if x.r == nil || f.Now == "" {
		return "", false
	}
	u := x.r.URL
	noun := strings.TrimSuffix(f.Code, "_renamed")
	if path, found := replaceSegment(x.route, u.EscapedPath(), noun, f.Was, f.Now); found {
		if u.RawQuery != "" {
			path += "?" + u.RawQuery
		}
		return path, true
	}
	if x.r.Method != http.MethodGet {
		return "", false
	}
	query, found := u.Query(), false
	for _, name := range append([]string{noun}, otherNames[noun]...) {
		for i, v := range query[name] {
			if v == f.Was {
				query[name][i], found = f.Now, true
			}
		}
	}
	return u.EscapedPath() + "?" + query.Encode(), found
}

// otherNames are parameters of the query, beside that of the noun's own name, that
// name one.
var otherNames = map[string][]string{"team": {"parent"}}

// replaceSegment puts now in the place of was in an escaped path: at the
// parameter that the noun names where that holds it, else at the first that does.
func replaceSegment(route, path, noun, was, now string) (string, bool) {
	patterns, segments := strings.Split(route, "/"), strings.Split(path, "/")
	if len(patterns) != len(segments) {
		return "", false
	}
	at := -1
	for i, p := range patterns {
		value, err := url.PathUnescape(segments[i])
		if !strings.HasPrefix(p, "{") || err != nil || value != was {
			continue
		}
		if p == "{"+noun+"}" {
			at = i
			break
		}
		if at < 0 {
			at = i
		}
	}
	if at < 0 {
		return "", false
	}
	segments[at] = url.PathEscape(now)
	return strings.Join(segments, "/"), true
}
