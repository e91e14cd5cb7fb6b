package main

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// maxSlots bounds the slots of one request.
const maxSlots = 2000

// name is how an indicator may be called: its file lies in the directory itself.
var name = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// refusal is an answer that is no success.
type refusal struct {
	status int
	detail string
}

func (r refusal) Error() string { return r.detail }

func refuse(status int, format string, args ...any) error {
	return refusal{status, fmt.Sprintf(format, args...)}
}

// newHandler answers the protocol's two paths from the files; without a token it
// answers everybody.
func newHandler(files fs.FS, token string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/info", answer(token, func(*http.Request) (any, error) { return info(files) }))
	mux.Handle("GET /v1/slots", answer(token, func(r *http.Request) (any, error) {
		a, err := readAsk(r)
		if err != nil {
			return nil, err
		}
		return read(files, a)
	}))
	return mux
}

func answer(token string, of func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header.Get("Authorization")
		if token != "" && subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			write(w, "application/problem+json", http.StatusUnauthorized, problem(http.StatusUnauthorized, "send the adapter's token as a bearer token"))
			return
		}
		body, err := of(r)
		var refused refusal
		switch {
		case errors.As(err, &refused):
			write(w, "application/problem+json", refused.status, problem(refused.status, refused.detail))
		case err != nil:
			write(w, "application/problem+json", http.StatusInternalServerError, problem(http.StatusInternalServerError, err.Error()))
		default:
			write(w, "application/json", http.StatusOK, body)
		}
	})
}

func problem(status int, detail string) any {
	return map[string]any{"title": http.StatusText(status), "status": status, "detail": detail}
}

func write(w http.ResponseWriter, media string, status int, body any) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may be gone
}

// info lists the files.
func info(files fs.FS) (any, error) {
	names, err := fs.Glob(files, "*.csv")
	if err != nil {
		return nil, err
	}
	type parameter struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Required    bool   `json:"required"`
	}
	type indicator struct {
		Name        string      `json:"name"`
		Description string      `json:"description"`
		Parameters  []parameter `json:"parameters"`
	}
	out := struct {
		Name       string      `json:"name"`
		Version    string      `json:"version"`
		Indicators []indicator `json:"indicators"`
	}{"evenkeel-adapter-csv", "1.0.0", []indicator{}}
	for _, file := range names {
		if of := strings.TrimSuffix(file, ".csv"); name.MatchString(of) {
			out.Indicators = append(out.Indicators, indicator{of, "The rows of " + file, []parameter{{"group", "Count only the rows of this group", false}}})
		}
	}
	return out, nil
}

// ask is what a request of slots wants.
type ask struct {
	indicator  string
	from, to   time.Time
	resolution time.Duration
	grouped    bool
	only       string // group; empty for all
}

func readAsk(r *http.Request) (ask, error) {
	q := r.URL.Query()
	a := ask{indicator: q.Get("indicator"), grouped: q.Get("groupBy") != "", only: q.Get("param.group")}
	if !name.MatchString(a.indicator) {
		return a, refuse(http.StatusNotFound, "there is no indicator %q", a.indicator)
	}
	for parameter := range q {
		if of, is := strings.CutPrefix(parameter, "param."); is && of != "group" {
			return a, refuse(http.StatusBadRequest, "there is no parameter %q", of)
		}
	}
	if by := q.Get("groupBy"); a.grouped && by != "group" {
		return a, refuse(http.StatusBadRequest, "rows are grouped by \"group\", not by %q", by)
	}
	seconds, err := strconv.Atoi(q.Get("resolutionSeconds"))
	if err != nil || seconds < 1 || seconds > 86_400 {
		return a, refuse(http.StatusBadRequest, "resolutionSeconds is %q, and has to be 60 or 300", q.Get("resolutionSeconds"))
	}
	a.resolution = time.Duration(seconds) * time.Second
	for parameter, at := range map[string]*time.Time{"from": &a.from, "to": &a.to} {
		if *at, err = time.Parse(time.RFC3339, q.Get(parameter)); err != nil || !at.Truncate(a.resolution).Equal(*at) {
			return a, refuse(http.StatusBadRequest, "%s is %q, and has to be the start of a slot as RFC 3339 has it", parameter, q.Get(parameter))
		}
	}
	if n := a.to.Sub(a.from) / a.resolution; n < 1 || n > maxSlots {
		return a, refuse(http.StatusBadRequest, "from and to are %d slots apart, and have to be 1 to %d", n, maxSlots)
	}
	return a, nil
}
