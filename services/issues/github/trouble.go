package github

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
)

// maxSaid is how much of GitHub's own words is repeated, in bytes.
const maxSaid = 200

func refused(reason string, err error) *delivery.Error {
	return &delivery.Error{Trouble: delivery.Refused, Reason: reason, Err: err}
}

func lost(reason string, err error) *delivery.Error {
	return &delivery.Error{Trouble: delivery.Lost, Reason: reason, Err: err}
}

// trouble turns an error of go-github into what follows from it; nil stays nil.
func (t to) trouble(ctx context.Context, response *github.Response, err error) error {
	switch {
	case err == nil:
		return nil
	case response == nil || response.Response == nil:
		return unanswered(ctx, err)
	}
	status, said := response.StatusCode, said(err)
	isWrite := response.Request != nil && response.Request.Method != http.MethodGet
	switch {
	case status >= 300 && status < 400:
		return t.follow(ctx, response.Response)
	case isLimit(response.Response, err):
		return &delivery.Error{Trouble: delivery.Limited, Until: t.until(response.Header), Reason: "GitHub asks to wait: " + said, Err: err}
	case status == http.StatusUnauthorized:
		return &delivery.Error{Trouble: delivery.Barred, Reason: "GitHub does not take the credentials: look whether the token or the App's key is still valid", Err: err}
	case status == http.StatusForbidden && strings.Contains(said, "suspended"):
		return &delivery.Error{Trouble: delivery.Barred, Reason: "the installation of the GitHub App is suspended: an owner of the organisation can unsuspend it", Err: err}
	case status == http.StatusNotFound:
		return &delivery.Error{Trouble: delivery.Gone, Reason: "GitHub knows no such repository or issue, or does not show it to us: look whether it still exists and the App or token has access to it", Err: err}
	case status == http.StatusGone:
		return &delivery.Error{Trouble: delivery.Gone, Because: delivery.BecauseGone, Reason: "GitHub says that it is gone: " + said, Err: err}
	case status == http.StatusUnavailableForLegalReasons:
		return &delivery.Error{Trouble: delivery.Gone, Reason: "GitHub says that it is gone: " + said, Err: err}
	case status == http.StatusUnprocessableEntity:
		return &delivery.Error{Trouble: delivery.Refused, Because: delivery.BecauseText, Reason: "GitHub refuses it: " + said, Err: err}
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		reason := "GitHub refuses it: " + said
		if needs := response.Header.Get("X-Accepted-GitHub-Permissions"); needs != "" {
			reason += "; the App or token lacks the permission " + markdown.Limit(needs, maxSaid)
		}
		return refused(reason, err)
	case status >= 200 && status < 300: // an answer that could not be read, or 202
		return lost("GitHub's answer could not be read", err)
	case isWrite:
		return lost("GitHub answered "+strconv.Itoa(status)+", so that it is not known whether it was done", err)
	default:
		return &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub answered " + strconv.Itoa(status), Err: err}
	}
}

// unanswered is a request without a reply: lost, unless it did not even get there.
func unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err // the run ends, and what was asked for is looked for in the next
	}
	if e := delivery.AsError(err); e != nil { // of a transport that asks for a token first
		return e
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		return &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub cannot be reached", Err: err}
	}
	return lost("GitHub did not answer", err)
}

// said is what GitHub's error says in its own words.
func said(err error) string {
	var text string
	var plain *github.ErrorResponse
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	switch {
	case errors.As(err, &plain):
		text = plain.Message
		for _, e := range plain.Errors {
			if e.Message != "" {
				text += "; " + e.Message
			} else {
				text += "; " + e.Resource + " " + e.Field + " " + e.Code
			}
		}
	case errors.As(err, &primary):
		text = primary.Message
	case errors.As(err, &secondary):
		text = secondary.Message
	}
	return markdown.Limit(text, maxSaid)
}

// isLimit tells a limit from a refusal: of both GitHub says 403.
func isLimit(r *http.Response, err error) bool {
	var primary *github.RateLimitError
	var secondary *github.AbuseRateLimitError
	switch {
	case r.StatusCode == http.StatusTooManyRequests || errors.As(err, &primary) || errors.As(err, &secondary):
		return true
	case r.StatusCode != http.StatusForbidden:
		return false
	}
	return r.Header.Get("Retry-After") != "" || strings.Contains(strings.ToLower(said(err)), "rate limit")
}

// until is when GitHub wants to be asked again, by its headers in the order in
// which "Rate limits for the REST API" has them; zero when they do not say. Dates are by
// GitHub's clock, and are counted from the date of the reply.
func (t to) until(h http.Header) time.Time {
	now := t.now().UTC()
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		theirs = now
	}
	after := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil && seconds >= 0 {
		return now.Add(time.Duration(seconds) * time.Second)
	}
	if date, err := http.ParseTime(after); err == nil {
		return now.Add(date.Sub(theirs))
	}
	if reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil && h.Get("X-RateLimit-Remaining") == "0" {
		return now.Add(time.Unix(reset, 0).Sub(theirs))
	}
	return time.Time{}
}

// mostHops is how many redirects are followed.
const mostHops = 5

// follow asks where a redirect leads, by reading, and tells where that is. It goes
// to no other host, which would be given the credentials.
func (t to) follow(ctx context.Context, r *http.Response) error {
	for range mostHops {
		location, err := r.Location()
		if err != nil || location.Host != t.client.BaseURL.Host {
			return refused("GitHub sends us elsewhere, to a place that is not its own", err)
		}
		location.Path = resource(location.Path)
		location.RawPath, location.RawQuery = "", ""
		request, err := t.client.NewRequest(http.MethodGet, location.String(), nil)
		if err != nil {
			return refused("GitHub sends us to an address that is none", err)
		}
		var found whereabouts
		response, err := t.client.Do(ctx, request, &found)
		switch {
		case response == nil || response.Response == nil:
			return &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub did not say where it is now", Err: err}
		case response.StatusCode >= 300 && response.StatusCode < 400:
			r = response.Response
			continue
		case err != nil:
			return t.trouble(ctx, response, err)
		}
		place := delivery.Place(found.FullName)
		if place == "" {
			place = placeOf(found.RepositoryURL)
		}
		if !place.IsWhole() {
			return refused("GitHub sends us elsewhere, and does not say where that is", nil)
		}
		return &delivery.Error{Trouble: delivery.Moved, To: place, Number: found.Number, Reason: "it is in " + string(place) + " now"}
	}
	return refused("GitHub sends us from one address to the next without end", nil)
}

// belowRepository is a path below a repository by its id, to which redirects lead.
var belowRepository = regexp.MustCompile(`^(.*/repositories/[0-9]+)/([^/]+)`)

// resource is the path of the issue or repository that a path below it belongs to:
// "/repositories/1/issues/2/labels" → "/repositories/1/issues/2", and
// "/repositories/1/contents/CODEOWNERS" → "/repositories/1".
func resource(path string) string {
	if m := belowRepository.FindStringSubmatch(path); m != nil && m[2] != "issues" {
		return m[1]
	}
	before, after, found := strings.Cut(path, "/issues/")
	if !found {
		return strings.TrimSuffix(before, "/issues")
	}
	number, _, _ := strings.Cut(after, "/")
	if _, err := strconv.Atoi(number); err != nil { // "/issues/comments/5"
		return before
	}
	return before + "/issues/" + number
}

// whereabouts are what an issue and a repository both may say of themselves.
type whereabouts struct {
	Number        int    `json:"number"`
	FullName      string `json:"full_name"`
	RepositoryURL string `json:"repository_url"`
}
