package standin

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// reply is what GitHub answers.
type reply struct {
	status int
	header http.Header
	body   []byte
}

const documentation = "https://docs.github.com/rest"

// answered is a reply with a value as its body; none when it is nil.
func answered(status int, value any) *reply {
	r := &reply{status: status, header: http.Header{}}
	if value == nil {
		return r
	}
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("standin: a reply cannot be written: %v", err)) // it is made of maps of our own
	}
	r.body = body
	r.header.Set("Content-Type", "application/json; charset=utf-8")
	return r
}

func failed(status int, message string) *reply {
	return answered(status, object{"message": message, "documentation_url": documentation, "status": strconv.Itoa(status)})
}

// invalid is the answer to input that GitHub does not take.
func invalid(resource, field, code, message string) *reply {
	fault := object{"resource": resource, "field": field, "code": code}
	if message != "" {
		fault["message"] = message
	}
	return answered(http.StatusUnprocessableEntity, object{
		"message": "Validation Failed", "documentation_url": documentation, "errors": []any{fault},
	})
}

// unprocessable is the same without a field that is to blame.
func unprocessable(message string) *reply {
	return answered(http.StatusUnprocessableEntity, object{"message": message, "documentation_url": documentation})
}

// moved sends the caller elsewhere.
func moved(status int, location string) *reply {
	message := "Moved Permanently"
	if status == http.StatusTemporaryRedirect {
		message = "Temporary Redirect"
	}
	r := answered(status, object{"message": message, "url": location, "documentation_url": documentation})
	r.header.Set("Location", location)
	return r
}

// etag names a body by what is in it and by the token with which it was asked for: with
// another, such as the next one of an installation, nothing is known any more
// (github/docs issue 34689, where GitHub's support is asked of in eclipse-csi/otterdog issue 201).
func etag(body []byte, authorization string) string {
	return fmt.Sprintf(`W/"%x"`, sha256.Sum256(append([]byte(authorization+"\n"), body...)))
}

// conditional turns a reply into 304 when the caller has it already, or is told so.
func (r *reply) conditional(request *http.Request, stale bool) *reply {
	if request.Method != http.MethodGet || r.status != http.StatusOK {
		return r
	}
	known, current := request.Header.Get("If-None-Match"), etag(r.body, request.Header.Get("Authorization"))
	if stale {
		current = known
	}
	r.header.Set("ETag", current)
	if known == "" || strings.TrimPrefix(known, "W/") != strings.TrimPrefix(current, "W/") {
		return r
	}
	r.header.Del("Content-Type")
	r.status, r.body = http.StatusNotModified, nil
	return r
}

// page answers with one page of a list and the links to the others.
func (c *call) page(items []any, wrap func([]any) any) *reply {
	number, size := c.number("page", 1), min(c.number("per_page", 30), 100)
	from := min((number-1)*size, len(items))
	to := min(from+size, len(items))
	part := items[from:to]
	if part == nil {
		part = []any{}
	}
	r := answered(http.StatusOK, wrap(part))
	last := max(1, (len(items)+size-1)/size)
	var links []string
	link := func(relation string, number int) {
		query := url.Values{}
		for name, values := range c.query {
			query[name] = values
		}
		query.Set("page", strconv.Itoa(number))
		links = append(links, fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.g.URL, c.stablePath(), query.Encode(), relation))
	}
	if number > 1 {
		link("prev", min(number-1, last))
	}
	if number < last {
		link("next", number+1)
		link("last", last)
	}
	if number > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		r.header.Set("Link", strings.Join(links, ", "))
	}
	return r
}

func plain(items []any) any { return items }

// number is a parameter of the query, which the description has seen to be a number.
func (c *call) number(name string, otherwise int) int {
	n, err := strconv.Atoi(c.query.Get(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
