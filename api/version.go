package api

import (
	"net/http"
	"strconv"
	"strings"
)

// etag renders a version as a strong entity tag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// IfMatch makes a write conditional: embed it in the input of every PUT, PATCH and
// DELETE of a versioned resource. Without the header the reply is 428 before the
// handler runs; the handler hands Version to its service, which answers
// fault.Stale (412) when it is not the current one.
type IfMatch struct {
	Tag     string `header:"If-Match" maxLength:"64" doc:"The ETag of the version that the change is made to, as a GET returned it. Required: without it the reply is 428." example:"\"3\""`
	version int64
}

// Version returns the version that the caller saw.
func (m *IfMatch) Version() int64 { return m.version }

func (m *IfMatch) precondition() *Problem {
	tag := strings.TrimSpace(m.Tag)
	if tag == "" {
		return newProblem(http.StatusPreconditionRequired, "precondition_required",
			"send the ETag of the version that you are changing as If-Match, so that nobody's change is lost")
	}
	if strings.HasPrefix(tag, "W/") {
		return newProblem(http.StatusPreconditionFailed, "version_mismatch", "If-Match holds a weak ETag, which matches nothing; send the strong one that a GET returned")
	}
	if len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		if n, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64); err == nil && n > 0 && etag(n) == tag {
			m.version = n
			return nil
		}
	}
	var v faultList
	v.add("header.If-Match", `expected one ETag as a GET returned it, such as "3" with its quotes`, quote(m.Tag))
	return invalidProblem(v)
}

// IfNoneMatch lets a GET of a single resource answer 304 when the caller has it
// already: embed it in the input and answer with found.
type IfNoneMatch struct {
	Tags string `header:"If-None-Match" maxLength:"1024" doc:"ETags that the caller has; where the current one is among them the reply is 304 without a body."`
}

func (m *IfNoneMatch) ifNoneMatch() string { return m.Tags }

// reply is a single resource with its version.
type reply[B any] struct {
	Status int
	ETag   string `header:"ETag" doc:"The version, for If-Match and If-None-Match." example:"\"3\""`
	Body   B
}

// current is the reply with a resource as it is, after a GET or a change.
func current[B any](version int64, body B) *reply[B] {
	return &reply[B]{Status: http.StatusOK, ETag: etag(version), Body: body}
}

// found is the reply to a GET with a resource, or 304 when the caller has it.
func found[B any](have IfNoneMatch, version int64, body B) *reply[B] {
	r := current(version, body)
	if have.holds(r.ETag) {
		r.Status = http.StatusNotModified
	}
	return r
}

// holds reports whether the caller has what is tagged so.
func (m *IfNoneMatch) holds(current string) bool {
	if m.Tags == "" {
		return false
	}
	for tag := range strings.SplitSeq(m.Tags, ",") {
		if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == current || tag == "*" {
			return true
		}
	}
	return false
}
