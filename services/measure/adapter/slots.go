package adapter

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// wireSlots is the answer of /v1/slots.
type wireSlots struct {
	Slots   *[]wireSlot   `json:"slots"`
	Missing []wireMissing `json:"missing"`
}

type wireSlot struct {
	Start string  `json:"start"`
	Good  *number `json:"good"`
	Total *number `json:"total"`
	Group string  `json:"group"`
}

type wireMissing struct {
	Start  string `json:"start"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// number is a number of JSON as it was written; a text is none.
type number string

// UnmarshalJSON takes a number of JSON.
func (n *number) UnmarshalJSON(text []byte) error {
	if c := text[0]; c != '-' && (c < '0' || c > '9') {
		return fmt.Errorf("%s is no number", quote(string(text)))
	}
	*n = number(text)
	return nil
}

var _ json.Unmarshaler = (*number)(nil)

// reasons are those of the protocol; others are taken for no_data.
var reasons = map[string]origin.Reason{
	"no_data": origin.NoSample, "partial": origin.Partial, "ambiguous": origin.Ambiguous, "not_a_number": origin.NotNumber,
}

// place is a slot of a group, as the adapter calls it.
type place struct {
	start time.Time
	group string
}

// gathering is an answer being put together. A slot that is missing is so in all
// groups: its events are not known.
type gathering struct {
	ask     origin.Ask
	slots   map[place]measure.Slot
	missing map[time.Time]origin.Missing
}

// slots reads an answer. What is wrong with a slot makes that slot missing; what
// shows that the adapter means something else than was asked is an error.
func (r reply) slots(a origin.Ask) (origin.Answer, error) {
	var wire wireSlots
	if err := r.decode(&wire); err != nil {
		return origin.Answer{}, err
	}
	if wire.Slots == nil {
		return origin.Answer{}, errors.New(`its answer has no "slots"`)
	}
	g := gathering{ask: a, slots: map[place]measure.Slot{}, missing: map[time.Time]origin.Missing{}}
	for i, s := range *wire.Slots {
		if err := g.slot(s); err != nil {
			return origin.Answer{}, fmt.Errorf("slot %d of its answer %w", i, err)
		}
	}
	for i, m := range wire.Missing {
		if err := g.lack(m); err != nil {
			return origin.Answer{}, fmt.Errorf("missing slot %d of its answer %w", i, err)
		}
	}
	return g.answer(), nil
}

// start reads when a slot begins, which has to be one that was asked for.
func (g *gathering) start(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return at, fmt.Errorf("has the start %s, which is no time as RFC 3339 has it", quote(text))
	case at.Before(g.ask.From) || !at.Before(g.ask.To):
		return at, fmt.Errorf("starts at %s, which was not asked for: %s up to %s was", quote(text), g.ask.From.UTC().Format(time.RFC3339), g.ask.To.UTC().Format(time.RFC3339))
	case !at.Truncate(g.ask.Resolution).Equal(at):
		return at, fmt.Errorf("starts at %s, where no slot of %d s starts", quote(text), int(g.ask.Resolution/time.Second))
	}
	return at.UTC(), nil
}

func (g *gathering) slot(s wireSlot) error {
	at, err := g.start(s.Start)
	if err != nil {
		return err
	}
	switch {
	case g.ask.Origin.GroupBy == "" && s.Group != "":
		return fmt.Errorf("is of the group %s, and groups were not asked for", quote(s.Group))
	case s.Group != "" && !measure.ValidGroup(s.Group):
		return fmt.Errorf("is of the group %s: a group has at most %d characters that can be seen, and no control characters", quote(s.Group), measure.MaxGroupLength)
	}
	key := place{at, s.Group}
	if _, twice := g.slots[key]; twice {
		g.miss(at, origin.Ambiguous, "the adapter gave it twice")
		return nil
	}
	most := measure.MostEvents(g.ask.Origin.GroupBy != "", measure.GroupOf(s.Group))
	good, reason, detail := thousandths("good", s.Good, most)
	total, other, why := thousandths("total", s.Total, most)
	switch {
	case reason != "":
		g.miss(at, reason, detail)
	case other != "":
		g.miss(at, other, why)
	case good > total:
		g.miss(at, origin.GoodAbove, fmt.Sprintf("good is %s, and total is %s", *s.Good, *s.Total))
	}
	g.slots[key] = measure.Slot{Start: at, Good: good, Total: total}
	return nil
}

// thousandths reads a number of events, or says what is wrong with it.
func thousandths(member string, n *number, most int64) (int64, origin.Reason, string) {
	if n == nil {
		return 0, origin.NotNumber, member + " is missing, or null"
	}
	value, err := strconv.ParseFloat(string(*n), 64)
	if err != nil || value > float64(most) {
		return 0, origin.TooMany, fmt.Sprintf("%s is %s; a slot has at most %d events", member, quote(string(*n)), most)
	}
	if value < 0 {
		return 0, origin.Negative, fmt.Sprintf("%s is %s, and a number of events is not negative", member, quote(string(*n)))
	}
	v, err := measure.Thousandths(value)
	if err != nil {
		return 0, origin.NotNumber, member + " " + err.Error()
	}
	return v, "", ""
}

func (g *gathering) lack(m wireMissing) error {
	at, err := g.start(m.Start)
	if err != nil {
		return err
	}
	reason, known := reasons[m.Reason]
	detail := plain(m.Detail)
	if !known {
		reason, detail = origin.NoSample, plain(m.Reason+": "+m.Detail)
	}
	if detail == "" {
		detail = "the adapter has no data"
	}
	g.miss(at, reason, detail)
	return nil
}

// miss notes the first reason why a slot has no data.
func (g *gathering) miss(at time.Time, reason origin.Reason, detail string) {
	if _, noted := g.missing[at]; !noted {
		g.missing[at] = origin.Missing{Start: at, Reason: reason, Detail: fault.Clip(detail, maxDetail)}
	}
}

// answer is what was gathered, by time and group. What is missing and given is
// neither.
func (g *gathering) answer() origin.Answer {
	var out origin.Answer
	others := map[time.Time]measure.Slot{} // what is of Other may be several
	for key, s := range g.slots {
		group := key.group
		if g.ask.Origin.GroupBy != "" {
			group = measure.GroupOf(group)
		}
		switch _, missing := g.missing[key.start]; {
		case missing:
		case group == origin.Other:
			sum := others[key.start]
			others[key.start] = measure.Slot{Start: key.start, Good: sum.Good + s.Good, Total: sum.Total + s.Total}
		default:
			out.Slots = append(out.Slots, origin.GroupSlot{Group: group, Slot: s})
		}
	}
	for _, s := range others {
		out.Slots = append(out.Slots, origin.GroupSlot{Group: origin.Other, Slot: s})
	}
	slices.SortFunc(out.Slots, func(a, b origin.GroupSlot) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return strings.Compare(a.Group, b.Group)
	})
	for _, m := range g.missing {
		out.Missing = append(out.Missing, m)
	}
	slices.SortFunc(out.Missing, func(a, b origin.Missing) int { return a.Start.Compare(b.Start) })
	return out
}
