package dial

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/source"
)

// reply is Prometheus' envelope, of which only what tells it from others is read.
type reply struct {
	Status string `json:"status"`
	Error  string `json:"error"`
	Data   struct {
		ResultType string `json:"resultType"`
		Result     []struct {
			Value []any `json:"value"`
		} `json:"result"`
		Version string `json:"version"`
	} `json:"data"`
}

// prometheus asks what needs no metric at all, vector(1), and for the version.
func (p *probe) prometheus(ctx context.Context) (source.Finding, error) {
	a, f, err := p.get(ctx, url.Values{"query": {"vector(1)"}}, "api", "v1", "query")
	if err != nil || f != nil {
		return orNone(f), err
	}
	if f := p.judged(a); f != nil {
		return *f, nil
	}
	var r reply
	spoken := json.Unmarshal(a.body, &r) == nil && r.Status != ""
	unexpected := func(format string, args ...any) (source.Finding, error) {
		return source.Finding{Problem: source.UnexpectedReply, Message: fmt.Sprintf(format, args...), Skew: a.skew}, nil
	}
	switch {
	case spoken && r.Status == "error":
		return unexpected("It answered %d to the query vector(1): %s", a.status, said(r.Error))
	case !spoken && a.status == http.StatusNotFound:
		return unexpected("It answered 404 at /api/v1/query: there is no Prometheus at this address. It may lack a path, such as /prometheus.")
	case !spoken:
		return unexpected("It answered %d with %s, which is no answer of a Prometheus: perhaps a page to sign in, or another program.", a.status, mediaOf(a.media))
	case r.Status != "success" || r.Data.ResultType != "vector" || len(r.Data.Result) != 1 || len(r.Data.Result[0].Value) != 2 || r.Data.Result[0].Value[1] != "1":
		return unexpected("It did not answer the query vector(1) with 1.")
	}
	if f := skewed(a); f != nil {
		return *f, nil
	}
	found := source.Finding{Version: p.version(ctx), Skew: a.skew, Message: "It answers queries."}
	if found.Version != "" {
		found.Message = fmt.Sprintf("It answers queries, as version %s.", found.Version)
	}
	return found, nil
}

// version is what the data source says of itself; some say nothing.
func (p *probe) version(ctx context.Context) string {
	a, f, err := p.get(ctx, nil, "api", "v1", "status", "buildinfo")
	var r reply
	if err != nil || f != nil || a.status != http.StatusOK || json.Unmarshal(a.body, &r) != nil {
		return ""
	}
	return clean(r.Data.Version, maxVersion)
}

// The most that is repeated of what a stranger says, in characters.
const (
	maxVersion = 40
	maxSaid    = 160
)

// clean is a stranger's text in one line of visible characters, cut short.
func clean(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "�"))
	if len(runes) > most {
		runes = append(runes[:most], '…')
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if hidden.Rune(r) {
			return ' '
		}
		return r
	}, string(runes)))
}

func said(text string) string {
	if text = clean(text, maxSaid); text == "" {
		return "it did not say why."
	}
	return text
}

// mediaOf names the type of an answer, as far as it is one.
func mediaOf(header string) string {
	media, _, err := mime.ParseMediaType(header)
	if err != nil {
		return "something of no type"
	}
	return clean(media, maxVersion)
}
