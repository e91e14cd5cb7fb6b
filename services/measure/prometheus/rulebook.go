package prometheus

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// ErrNotRecorded is the answer to an ask of which not every slot is recorded: it has to be asked
// by its own queries.
var ErrNotRecorded = errors.New("not every slot is recorded")

const (
	// lookEvery is how often is looked at which rules are installed. Collection reads a slot
	// again three times, of a minute each or more, and the last reading holds: by then there
	// was a look after the slot was recorded, which showed the same rules as one before.
	lookEvery = 2 * time.Minute
	// lookTime bounds a look, for which collection waits.
	lookTime = 5 * time.Second
	// skew is by how much the clock of a data source may be ahead of ours.
	skew = time.Minute
	// writing is how long after its evaluation what a rule recorded is there to be read.
	writing = 5 * time.Second
	// patient is how long its slots have to be given by a data source whose rules are read. What
	// is recorded can be read a slot, Settle and writing after the end of the slot; with a round
	// of collection that is later than the own queries of an indicator would be, and must be
	// earlier than it becomes stale, which is after two slots and this time.
	patient = Settle + writing + 15*time.Second
)

// Rulebook knows which rules that promrules writes are installed in data sources, and reads the
// slots that they recorded: those of all indicators by one request. What it reads is what the
// queries of the indicator give: a rule counts only when its expression is, as a tree, the one
// that is written for the indicator and the length of its slots, and has been since before the
// slot was recorded; and of a slot only what was recorded of it by an evaluation of its time,
// good and all events by the same one. Where anything of that is missing, for a rule that was
// changed, a reload or an evaluation that was missed, the answer is ErrNotRecorded.
//
// Whoever puts several Prometheus behind one address has to give them the same rules: one that
// has none leaves slots that are not recorded, and those are asked for otherwise.
type Rulebook struct {
	reader  *Reader
	lengths []time.Duration // of slots

	mu sync.Mutex
	of map[id.ID]*ruled
}

// NewRulebook returns one that reads as the reader does, and knows no rules as yet; lengths are
// those of slots.
func NewRulebook(reader *Reader, lengths ...time.Duration) *Rulebook {
	return &Rulebook{reader: reader, lengths: lengths, of: map[id.ID]*ruled{}}
}

// ruled is what is known of a data source.
type ruled struct {
	access source.Access
	looked time.Time
	rules  map[string]origin.Recording // by what they count
	meant  map[id.ID]string            // what an indicator counts, which does not change
}

// Look finds out which rules are installed in the data source, unless it did lately. A data
// source that does not tell has none: what is read of it costs what it did.
func (b *Rulebook) Look(ctx context.Context, src source.Source, now time.Time) {
	b.mu.Lock()
	before := b.of[src.ID]
	if before != nil && before.access == src.Access && !now.Before(before.looked) && now.Sub(before.looked) < lookEvery {
		b.mu.Unlock()
		return
	}
	var known map[string]origin.Recording // that were found by the look before
	if before != nil && before.access == src.Access && !now.Before(before.looked) {
		known = before.rules
	}
	book := &ruled{access: src.Access, looked: now, meant: map[id.ID]string{}}
	b.of[src.ID] = book // whoever comes meanwhile does not look as well
	b.mu.Unlock()
	if len(src.Matchers) > 0 || src.MatchersRequired {
		return // each team is to see series of its own, and rules count those of all
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	found, err := b.installed(ctx, src)
	if err != nil {
		return
	}
	for what, rule := range found {
		rule.Since = now
		if was, there := known[what]; there && same(was, rule) {
			rule.Since = was.Since
		}
		found[what] = rule
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	book.rules = found
}

// same reports whether two rules are one: they record the same series, from the same place.
func same(a, b origin.Recording) bool {
	return a.Group == b.Group && a.File == b.File && a.Good == b.Good && labelled(a.Labels) == labelled(b.Labels)
}

// Recording returns what is recorded of the indicator that is asked for; false where there is
// nothing, or the data source is to be asked sooner than it could be read.
func (b *Rulebook) Recording(src source.Source, ask origin.Ask) (origin.Recording, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	book := b.of[src.ID]
	if book == nil || book.access != src.Access || len(book.rules) == 0 || src.Delay < patient {
		return origin.Recording{}, false
	}
	key := ask.Indicator
	what, known := book.meant[key]
	if !known || key == "" {
		what = meaningOf(ask.Origin, ask.Resolution)
		book.meant[key] = what
	}
	rule, there := book.rules[what]
	return rule, there && what != ""
}

// Query is what Read asks for an ask: the samples of all indicators that are read so.
func (*Rulebook) Query(ask origin.Ask) string {
	return samplesOf(ask.Resolution, ask.To.Sub(ask.From)+ask.Resolution)
}

// Recorded reports whether all that is asked can have been recorded by rules, as far as they
// are known, and how long after its end a slot can be read that was.
func (b *Rulebook) Recorded(src source.Source, ask origin.Ask) (after time.Duration, is bool) {
	rule, is := b.Recording(src, ask)
	if !is || ask.From.Add(ask.Resolution+Settle).Before(rule.Since.Add(skew)) {
		return 0, false
	}
	return max(src.Delay, ask.Resolution+Settle+writing), true
}

// meant is what a pair of rules counts.
func meant(good, total string) string { return node(good, total) }

// meaningOf is what the rules count that are written for an origin; empty where none are.
func meaningOf(o origin.Origin, resolution time.Duration) string {
	counting, err := NewCounting("", o, nil)
	if err != nil {
		return ""
	}
	of, is := counting.Slot(resolution)
	if !is {
		return ""
	}
	good, err := lang.ParseExpr(of.Good)
	if err != nil {
		return ""
	}
	total, err := lang.ParseExpr(of.Total)
	if err != nil {
		return ""
	}
	return meant(meaning(good), meaning(total))
}

// samplesOf is the query for all samples that rules recorded of slots of a length, within a time
// before it is asked.
func samplesOf(length, within time.Duration) string {
	selector := &parser.VectorSelector{LabelMatchers: []*labels.Matcher{
		parser.MustLabelMatcher(labels.MatchRegexp, model.MetricNameLabel, GoodSlots+Length(length)+"|"+TotalSlots+Length(length)),
	}}
	return (&parser.MatrixSelector{VectorSelector: selector, Range: within}).String()
}
