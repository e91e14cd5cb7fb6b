package dial

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
)

// maxProbed is the largest answer, in bytes, that a probe takes: it asks for little.
const maxProbed = 1 << 20

var _ source.Prober = (*Dialler)(nil)

// probe is one asking of a data source.
type probe struct {
	source source.Source
	client *outbound.Client
	now    func() time.Time
}

// Probe asks a data source whether it is there, once and without regard to how it
// answered others: its client is its own, and counts for nobody's breaker.
func (d *Dialler) Probe(ctx context.Context, s source.Source) (source.Finding, error) {
	begun := d.parts.Clock()
	f, err := d.probe(ctx, s)
	if err != nil {
		return source.Finding{}, err
	}
	f.Took = d.parts.Clock().Sub(begun)
	return f, nil
}

func (d *Dialler) probe(ctx context.Context, s source.Source) (source.Finding, error) {
	o, err := d.options(ctx, s)
	if err != nil {
		return missing(err)
	}
	o.Attempts, o.MaxAnswer = 1, maxProbed
	c, err := d.client(s, o)
	if err != nil {
		return missing(err)
	}
	defer c.Close()
	p := probe{source: s, client: c, now: d.parts.Clock}
	if s.Kind == source.Adapter {
		return p.adapter(ctx)
	}
	return p.prometheus(ctx)
}

// missing is the finding that a secret cannot be had; other errors are ours.
func missing(err error) (source.Finding, error) {
	if e := fault.As(err); e != nil && e.Kind == fault.Unavailable {
		return source.Finding{Problem: source.SecretMissing, Message: sentence(e.Message)}, nil
	}
	return source.Finding{}, err
}

// answer is what the data source said, and when by its clock and ours.
type answer struct {
	status int
	media  string
	body   []byte
	skew   *time.Duration
}

// get asks for a path below the address. A finding that is returned is that there
// was no answer.
func (p *probe) get(ctx context.Context, query url.Values, path ...string) (answer, *source.Finding, error) {
	at, err := url.Parse(p.source.Address)
	if err != nil {
		return answer{}, nil, fmt.Errorf("read the address of a data source: %w", err)
	}
	at = at.JoinPath(path...)
	at.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return answer{}, nil, fmt.Errorf("ask a data source: %w", err)
	}
	r.Header.Set("Accept", "application/json")
	sent := p.now()
	resp, err := p.client.Do(r)
	if err != nil {
		f := unanswered(p.source, err)
		return answer{}, &f, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body) // in memory already, and bounded
	if err != nil {
		return answer{}, nil, fmt.Errorf("read what a data source answered: %w", err)
	}
	a := answer{status: resp.StatusCode, media: resp.Header.Get("Content-Type"), body: body}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		// The answer was written somewhere between; Date has whole seconds only.
		middle := sent.Add(p.now().Sub(sent) / 2)
		skew := date.Sub(middle).Round(time.Second)
		a.skew = &skew
	}
	return a, nil, nil
}

// judged is the finding that an answer's status or clock amounts to; nil when
// there is nothing against it.
func (p *probe) judged(a answer) *source.Finding {
	problem := func(which source.Problem, format string, args ...any) *source.Finding {
		return &source.Finding{Problem: which, Message: fmt.Sprintf(format, args...), Skew: a.skew}
	}
	switch {
	case a.status == http.StatusUnauthorized && p.source.Auth.Scheme == source.Anonymous:
		return problem(source.NotAllowed, "It answered 401: it wants to know who asks, and no credentials are declared.")
	case a.status == http.StatusUnauthorized:
		return problem(source.NotAllowed, "It answered 401: it does not take the secret %q.", p.source.Auth.Secret)
	case a.status == http.StatusForbidden:
		return problem(source.NotAllowed, "It answered 403: whoever asks with these credentials, or from here, may not.")
	case a.status == http.StatusTooManyRequests || a.status >= 500:
		return problem(source.Failing, "It answered %d: it, or what stands before it, fails or is overloaded.", a.status)
	}
	return nil
}

// skewed is the finding that the clocks differ too much, or nil.
func skewed(a answer) *source.Finding {
	if a.skew == nil || a.skew.Abs() <= source.MaxSkew {
		return nil
	}
	way := "ahead of"
	if *a.skew < 0 {
		way = "behind"
	}
	return &source.Finding{
		Problem: source.ClockSkew, Skew: a.skew,
		Message: fmt.Sprintf("It answers, but its clock is %s %s Evenkeel's: slots would hold the events of other minutes. Set both by the same time servers.", a.skew.Abs(), way),
	}
}

// adapter asks for anything at all: that it speaks the protocol is seen when it is
// asked for measurements.
func (p *probe) adapter(ctx context.Context) (source.Finding, error) {
	a, f, err := p.get(ctx, nil)
	if err != nil || f != nil {
		return orNone(f), err
	}
	if f := p.judged(a); f != nil {
		return *f, nil
	}
	if f := skewed(a); f != nil {
		return *f, nil
	}
	return source.Finding{Message: fmt.Sprintf("It answers, with %d.", a.status), Skew: a.skew}, nil
}

func orNone(f *source.Finding) source.Finding {
	if f == nil {
		return source.Finding{}
	}
	return *f
}
