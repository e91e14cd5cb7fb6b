package suggest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// Bounds of one call.
const (
	DefaultLimit = 10
	MaxLimit     = 50
	// atOnce is how many suggestions are worked on at one time.
	atOnce = 4
	// bucketSpan is how far back is looked to choose a bucket.
	bucketSpan = 7 * 24 * time.Hour
	// readSpan is how much of the period one request reads.
	readSpan = 7 * 24 * time.Hour
)

// Turns let others go before suggestions where a data source is asked by many; see
// collect.Gates, which are some.
type Turns interface {
	// Aside waits for a place for one call, and returns how to leave it; Unavailable
	// when there was none in time.
	Aside(ctx context.Context, src source.Source) (leave func(), err error)
}

// Service makes suggestions. It authorises nobody: its callers know who may look at a
// data source for a team.
type Service struct {
	reader    *prometheus.Reader
	turns     Turns
	templates []Template
	now       clock.Clock
}

// New returns a service.
func New(reader *prometheus.Reader, turns Turns, templates []Template, now clock.Clock) *Service {
	return &Service{reader: reader, turns: turns, templates: templates, now: now}
}

// Request says what suggestions are wanted for.
type Request struct {
	// Scope is the team, and a selector that narrows what is looked at. The selector
	// is a part of the origins that are suggested.
	Scope prometheus.Scope
	Kind  registry.Kind // of service; empty for any
	Limit int           // of suggestions; 0 for DefaultLimit, at most MaxLimit
}

// Report is what there is to suggest.
type Report struct {
	// From and To are the time that was looked back over.
	From, To    time.Time
	Suggestions []Suggestion
	// More is how many further ones there would be without the limit, or could not be
	// measured in time.
	More int
}

// Suggestion is something that could be promised.
type Suggestion struct {
	Template        string
	TemplateVersion int
	Title           string
	Reference       string
	Indicator       string
	Category        string
	Description     string            // what a good event is
	Service         map[string]string // labels that tell it apart
	Seen            prometheus.Seen
	Origin          origin.Origin // ready to be declared
	Measured        Measured
	// Objective is proposed, or zero where none is; Why says why.
	Objective budget.Objective
	Why       string
	// Alerts are when the burn pairs of the objective would have fired.
	Alerts []Alert
}

// Measured is what the period would have been.
type Measured struct {
	Sum window.Sum // thousandths of an event
	SLI *float64   // share of good events; nil without any
	// Slots of five minutes with and without data, and why those are without.
	Slots   int
	Missing map[origin.Reason]int
}

// Partly says in words what of the period could not be counted; empty when all was.
func (m Measured) Partly() string {
	if all := int(Period / measure.FiveMinutes); m.Slots < all {
		return fmt.Sprintf("only %d of the %d slots of the last 28 days could be counted; the objective is proposed by these", m.Slots, all)
	}
	return ""
}

// candidate is what may become a suggestion.
type candidate struct {
	template  Template
	indicator Indicator
	seen      prometheus.Seen
}

// Suggest looks into a data source. Errors: Invalid for a limit or a selector, and
// those of the data source; what of it refuses a single query keeps only that
// suggestion from being measured.
func (s *Service) Suggest(ctx context.Context, src source.Source, r Request) (Report, error) {
	r, err := r.checked()
	if err != nil {
		return Report{}, err
	}
	to := s.now().Add(-src.Delay).UTC().Truncate(measure.FiveMinutes)
	report := Report{From: to.Add(-Period), To: to}
	measuring, cancel := hurried(ctx)
	defer cancel()
	candidates, err := s.candidates(measuring, src, r, to)
	if err != nil {
		return Report{}, err
	}
	report.More = max(0, len(candidates)-r.Limit)
	candidates = candidates[:len(candidates)-report.More]

	found := make([]*Suggestion, len(candidates))
	var late atomic.Int64
	group, ctx := errgroup.WithContext(measuring)
	group.SetLimit(max(1, min(atOnce, src.Concurrency)))
	for i, c := range candidates {
		group.Go(func() error {
			one, err := s.work(ctx, src, r, c, report)
			if err != nil && errors.Is(measuring.Err(), context.DeadlineExceeded) {
				late.Add(1)
				return nil
			}
			found[i] = one
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	for _, one := range found {
		if one != nil {
			report.Suggestions = append(report.Suggestions, *one)
		}
	}
	report.More += int(late.Load())
	if late.Load() > 0 && len(report.Suggestions) == 0 {
		return Report{}, fault.New(fault.Unavailable, "source_timeout", "the data source %q did not answer in time; narrow what is looked at by a selector", src.Slug)
	}
	return report, nil
}

// hurried leaves a tenth of the time that the context has for the answer, so that
// what was measured until then is told. A deadline is of the computer's clock, as all
// contexts' are.
func hurried(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, bounded := ctx.Deadline()
	if !bounded {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)*9/10)
}

// inTurn asks a data source when it is its turn.
func inTurn[T any](ctx context.Context, s *Service, src source.Source, ask func() (T, error)) (T, error) {
	var none T
	leave, err := s.turns.Aside(ctx, src)
	if err != nil {
		return none, err
	}
	defer leave()
	return ask()
}

// candidates finds services and what could be promised of them.
func (s *Service) candidates(ctx context.Context, src source.Source, r Request, at time.Time) ([]candidate, error) {
	var metrics []string
	for _, t := range s.templates {
		metrics = append(metrics, t.Detect.Metric)
		for _, in := range t.Indicators {
			if in.Buckets != "" {
				metrics = append(metrics, in.Buckets)
			}
		}
	}
	slices.Sort(metrics)
	metrics = slices.Compact(metrics)
	present, err := inTurn(ctx, s, src, func() ([]string, error) { return s.reader.Names(ctx, src, r.Scope, metrics, at) })
	if err != nil {
		return nil, err
	}
	var found []candidate
	for _, t := range s.templates {
		if !slices.Contains(present, t.Detect.Metric) || (r.Kind != "" && !slices.Contains(t.Kinds, r.Kind)) {
			continue
		}
		look := prometheus.Look{Metric: t.Detect.Metric, Has: t.Detect.Labels, By: t.Service}
		services, err := inTurn(ctx, s, src, func() ([]prometheus.Seen, error) { return s.reader.Seen(ctx, src, r.Scope, look, at) })
		if err != nil {
			return nil, err
		}
		for _, seen := range services {
			for _, in := range t.Indicators {
				if in.Buckets == "" || slices.Contains(present, in.Buckets) {
					found = append(found, candidate{t, in, seen})
				}
			}
		}
	}
	return found, nil
}

// work makes a suggestion, or none where no bucket can be chosen.
func (s *Service) work(ctx context.Context, src source.Source, r Request, c candidate, report Report) (*Suggestion, error) {
	t, in := c.template, c.indicator
	made := &Suggestion{
		Template: t.Name, TemplateVersion: t.Version, Title: t.Title, Reference: t.Reference,
		Indicator: in.Name, Category: in.Category, Description: in.Description, Service: c.seen.Labels, Seen: c.seen,
	}
	var bound float64
	if in.Buckets != "" {
		to := report.To.Truncate(time.Hour)
		d, err := inTurn(ctx, s, src, func() (prometheus.Distribution, error) {
			return s.reader.Distribution(ctx, src, r.Scope, in.Buckets, c.seen.Labels, to.Add(-bucketSpan), to)
		})
		if err != nil && !refused(err) {
			return nil, err
		}
		var ok bool
		if bound, ok = choose(d); !ok {
			return nil, nil
		}
		made.Description = strings.Replace(in.Description, "%s", spell(bound, in.Unit), 1)
	}
	fitted, err := prometheus.Fit(in.Origin, r.Scope.Selector, c.seen.Labels, bound)
	if err != nil {
		return nil, fmt.Errorf("fitting the template %s: %w", t.Name, err)
	}
	fitted.DataSource = src.ID
	made.Origin = fitted
	slots, err := s.measure(ctx, src, r, made, report)
	if err != nil || made.Why != "" {
		return made, err
	}
	made.conclude(slots, report.From, report.To)
	return made, nil
}

// measure reads the period, as the collector would.
func (s *Service) measure(ctx context.Context, src source.Source, r Request, made *Suggestion, report Report) ([]slot, error) {
	var slots []slot
	made.Measured.Missing = make(map[origin.Reason]int)
	for from := report.From; from.Before(report.To); from = from.Add(readSpan) {
		ask := origin.Ask{
			Team: r.Scope.Team, TeamSlug: r.Scope.TeamSlug, Origin: made.Origin, Resolution: measure.FiveMinutes,
			From: from, To: from.Add(readSpan),
		}
		answer, err := inTurn(ctx, s, src, func() (origin.Answer, error) {
			answer := s.reader.Read(ctx, src, []origin.Ask{ask})[0]
			return answer, answer.Err
		})
		if refused(err) {
			made.Why = "It could not be measured: " + fault.As(err).Message + "."
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, one := range answer.Slots {
			slots = append(slots, slot{one.Start, window.Sum{Good: one.Good, Total: one.Total}})
		}
		for _, one := range answer.Missing {
			made.Measured.Missing[one.Reason]++
		}
	}
	return slots, nil
}

// refused reports whether a data source refuses this one query, such as for the
// number of samples that it would read.
func refused(err error) bool {
	f := fault.As(err)
	return f != nil && f.Code == "query_refused"
}

// conclude says what follows from the slots of the period.
func (m *Suggestion) conclude(slots []slot, from, to time.Time) {
	sum := total(slots)
	m.Measured.Sum, m.Measured.Slots = sum, len(slots)
	if sli, ok := budget.SLI(sum); ok {
		share := sli.Float64()
		m.Measured.SLI = &share
	}
	objective, ok := Propose(sum)
	switch {
	case ok:
		m.Objective = objective
		m.Why = fmt.Sprintf("%s is the highest of the usual objectives of whose budget the last 28 days would have left at least %d %%.", objective, sparePercent)
		m.Alerts = alerts(slots, objective, from, to)
	case sum.Total == 0:
		m.Why = "There were no events in the last 28 days."
	case sum.Total/measure.Event < minEvents(lowest()):
		m.Why = "There were too few events in the last 28 days to tell."
	default:
		m.Why = fmt.Sprintf("The last 28 days would have left less than %d %% of the budget of even %s.", sparePercent, lowest())
	}
}

func lowest() budget.Objective { return Ladder[len(Ladder)-1] }
