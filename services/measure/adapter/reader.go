package adapter

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// How many slots one request asks for: a day of minutes, and fewer where there may
// be a hundred groups of each.
const (
	maxSlots        = 1440
	maxGroupedSlots = 240
)

// Client gives the HTTP client for a data source: with its secrets, with what
// guards the way there, and bounded in time. Its faults are handed on as they are.
type Client func(context.Context, source.Source) (*http.Client, error)

// Reader reads slots. It keeps nothing and may be used by many at once.
type Reader struct {
	client Client
}

// New returns a reader.
func New(client Client) *Reader { return &Reader{client: client} }

// Together is empty: each indicator is asked for by itself.
func (r *Reader) Together(origin.Origin) string { return "" }

// Read asks a data source for the slots of each ask and gives an answer to each, in
// their order. Requests follow one another: how many run at once is the caller's to
// say.
func (r *Reader) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	answers := make([]origin.Answer, len(asks))
	for i, a := range asks {
		answers[i] = r.read(ctx, src, a)
	}
	return answers
}

// read answers an ask in as many requests as it takes.
func (r *Reader) read(ctx context.Context, src source.Source, a origin.Ask) origin.Answer {
	if a.Origin.Adapter == nil {
		return origin.Answer{Err: fmt.Errorf("an origin of kind %q is not read from an adapter", a.Origin.Kind())}
	}
	client, err := r.client(ctx, src)
	if err != nil {
		return origin.Answer{Err: err}
	}
	most := maxSlots
	if a.Origin.GroupBy != "" {
		most = maxGroupedSlots
	}
	var answer origin.Answer
	for a.From.Before(a.To) {
		piece := a
		if end := a.From.Add(time.Duration(most) * a.Resolution); end.Before(a.To) {
			piece.To = end
		}
		got := ask(ctx, client, src, piece)
		if got.Err != nil {
			return got
		}
		answer.Slots = append(answer.Slots, got.Slots...)
		answer.Missing = append(answer.Missing, got.Missing...)
		a.From = piece.To
	}
	return answer
}

// ask makes one request, which changes nothing and may be repeated.
func ask(ctx context.Context, client *http.Client, src source.Source, a origin.Ask) origin.Answer {
	query := url.Values{
		"indicator": {a.Origin.Adapter.Indicator}, "resolutionSeconds": {strconv.Itoa(int(a.Resolution / time.Second))},
		"from": {a.From.UTC().Format(time.RFC3339)}, "to": {a.To.UTC().Format(time.RFC3339)},
	}
	if a.Origin.GroupBy != "" {
		query.Set("groupBy", a.Origin.GroupBy)
	}
	for name, value := range a.Origin.Adapter.Parameters {
		query.Set("param."+name, value)
	}
	reply, err := get(ctx, client, src, "/v1/slots?"+query.Encode())
	if err != nil {
		return origin.Answer{Err: err}
	}
	if reply.status != http.StatusOK {
		return origin.Answer{Err: reply.fault(src)}
	}
	answer, err := reply.slots(a)
	if err != nil {
		return origin.Answer{Err: fault.New(fault.Invalid, "adapter_answer_invalid", "the adapter %s: %s", src.Slug, err)}
	}
	return answer
}

// get asks for a path below the adapter's address.
func get(ctx context.Context, client *http.Client, src source.Source, path string) (reply, error) {
	if src.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, src.Timeout)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(src.Address, "/")+path, nil)
	if err != nil {
		return reply{}, fmt.Errorf("making a request of the adapter %s: %w", src.Slug, err)
	}
	request.Header.Set("Accept", "application/json, application/problem+json")
	response, err := client.Do(request)
	if err != nil {
		return reply{}, unanswered(src, err)
	}
	defer func() { _ = response.Body.Close() }() // it was read, or is of no use
	got, err := readReply(response)
	if err != nil {
		return reply{}, unanswered(src, err)
	}
	return got, nil
}

// unanswered is the fault for a request without a reply, or with a part of one.
func unanswered(src source.Source, err error) error {
	if fault.As(err) != nil {
		return err // of the way there, which knows better
	}
	f := fault.New(fault.Unavailable, "adapter_unavailable", "the adapter %s did not answer", src.Slug)
	f.Err = err
	return f
}
