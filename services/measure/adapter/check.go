package adapter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Info is what an adapter says of itself.
type Info struct {
	Name       string          `json:"name"`
	Version    string          `json:"version"`
	Indicators []InfoIndicator `json:"indicators"`
}

// InfoIndicator is what an adapter can be asked for.
type InfoIndicator struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Parameters  []InfoParameter `json:"parameters"`
}

// InfoParameter is something that narrows an indicator.
type InfoParameter struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// Info asks an adapter what it has.
func (r *Reader) Info(ctx context.Context, src source.Source) (Info, error) {
	var info Info
	client, err := r.client(ctx, src)
	if err != nil {
		return info, err
	}
	reply, err := get(ctx, client, src, "/v1/info")
	if err != nil {
		return info, err
	}
	if reply.status != http.StatusOK {
		return info, reply.fault(src)
	}
	if err := reply.decode(&info); err != nil {
		return info, err
	}
	switch {
	case info.Name == "" || info.Version == "":
		return info, errors.New("its name or its version is empty")
	case info.Indicators == nil:
		return info, errors.New(`it has no "indicators"`)
	}
	seen := map[string]bool{}
	for i, one := range info.Indicators {
		if one.Name == "" || seen[one.Name] {
			return info, fmt.Errorf("the name %s of indicator %d is empty, or another's too", quote(one.Name), i)
		}
		seen[one.Name] = true
	}
	return info, nil
}

// Finding is what came of one rule of the protocol.
type Finding struct {
	Rule string
	Err  error // nil when it is kept
}

// Check asks an adapter as Evenkeel does, and as it does not, and tells which rules
// of the protocol it keeps. Slots are those of the ask; without an indicator in it
// the first one that the adapter names.
func (r *Reader) Check(ctx context.Context, src source.Source, a origin.Ask) []Finding {
	c := checking{Reader: r, src: src}
	info, err := r.Info(ctx, src)
	c.note("GET /v1/info names the adapter and its indicators", err)
	asked := *a.Origin.Adapter
	if asked.Indicator == "" && len(info.Indicators) > 0 {
		asked.Indicator = info.Indicators[0].Name
	}
	a.Origin.Adapter = &asked
	if asked.Indicator == "" {
		c.note("there is an indicator to be asked for", errors.New("none is named, neither here nor by the adapter"))
		return c.findings
	}
	first := r.read(ctx, src, a)
	c.note(fmt.Sprintf("GET /v1/slots answers for %q, slot by slot", asked.Indicator), first.Err)
	if first.Err == nil {
		c.note("every slot of the range is given, or is missing and says why", whole(a, first))
		c.note("no slot is broken", broken(first))
		second := r.read(ctx, src, a)
		if second.Err == nil && !reflect.DeepEqual(first, second) {
			second.Err = errors.New("the second answer was another; a slot that is over should not change between two requests")
		}
		c.note("the same request has the same answer", second.Err)
	}
	c.refusals(ctx, a)
	return c.findings
}

// checking is a check under way.
type checking struct {
	*Reader
	src      source.Source
	findings []Finding
}

func (c *checking) note(rule string, err error) { c.findings = append(c.findings, Finding{rule, err}) }

// whole tells which slots are neither given nor missing.
func whole(a origin.Ask, got origin.Answer) error {
	known := map[time.Time]bool{}
	for _, s := range got.Slots {
		known[s.Start] = true
	}
	for _, m := range got.Missing {
		known[m.Start] = true
	}
	for at := a.From.UTC(); at.Before(a.To); at = at.Add(a.Resolution) {
		if !known[at] {
			return fmt.Errorf("nothing is said of the slot at %s", at.Format(time.RFC3339))
		}
	}
	return nil
}

// broken tells of slots that cannot be taken, which is not the same as no data.
func broken(got origin.Answer) error {
	for _, m := range got.Missing {
		switch m.Reason {
		case origin.Negative, origin.GoodAbove, origin.TooMany, origin.NotNumber, origin.Ambiguous:
			return fmt.Errorf("the slot at %s: %s", m.Start.Format(time.RFC3339), m.Detail)
		}
	}
	return nil
}

// refusals asks for what an adapter has to refuse.
func (c *checking) refusals(ctx context.Context, a origin.Ask) {
	right := func() url.Values {
		q := url.Values{
			"indicator": {a.Origin.Adapter.Indicator}, "resolutionSeconds": {strconv.Itoa(int(a.Resolution / time.Second))},
			"from": {a.From.UTC().Format(time.RFC3339)}, "to": {a.To.UTC().Format(time.RFC3339)},
		}
		for name, value := range a.Origin.Adapter.Parameters {
			q.Set("param."+name, value)
		}
		return q
	}
	for _, wrong := range []struct {
		rule, parameter, value string
		status                 int
	}{
		{"an unknown indicator is 404", "indicator", "no-such-" + string(id.New(a.To)), http.StatusNotFound},
		{"a start that is no time is 400", "from", "yesterday", http.StatusBadRequest},
		{"a start within a slot is 400", "from", a.From.UTC().Add(time.Second).Format(time.RFC3339), http.StatusBadRequest},
		{"an end before the start is 400", "to", a.From.UTC().Add(-a.Resolution).Format(time.RFC3339), http.StatusBadRequest},
		{"a resolution that is none is 400", "resolutionSeconds", "often", http.StatusBadRequest},
		{"an unknown parameter is 400", "param.no-such-parameter", "1", http.StatusBadRequest},
	} {
		q := right()
		q.Set(wrong.parameter, wrong.value)
		c.note(wrong.rule+", as application/problem+json", c.refuses(ctx, q, wrong.status))
	}
}

func (c *checking) refuses(ctx context.Context, q url.Values, status int) error {
	client, err := c.client(ctx, c.src)
	if err != nil {
		return err
	}
	reply, err := get(ctx, client, c.src, "/v1/slots?"+q.Encode())
	if err != nil {
		return err
	}
	var p map[string]any
	switch {
	case reply.status != status:
		return fmt.Errorf("the answer is %d", reply.status)
	case reply.media != "application/problem+json" || json.Unmarshal(reply.body, &p) != nil:
		return fmt.Errorf("the answer is of type %s, or no JSON object", quote(reply.media))
	case reply.said() == "":
		return errors.New("the answer has neither detail nor title")
	}
	return nil
}
