package durable_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// The terms of the SLOs, of which each has some: the objective's parts per million.
var objectives = []struct {
	text string
	ppm  int64
}{{"99.9%", 999_000}, {"99.5%", 995_000}, {"99%", 990_000}, {"95%", 950_000}, {"50%", 500_000}}

// thing is a service or an SLO that a writer made, or is about to.
type thing struct {
	kind  string // as the audit names it
	post  string // where it is made
	path  string // where it is read
	body  []byte
	key   string
	reply []byte // nil until it is acknowledged

	// Of an SLO:
	service, slug string
	objective     int64 // in parts per million
	days, least   int64
	bad           int                  // about so many in a thousand events are
	slots         map[time.Time]counts // what was acknowledged
}

// counts are thousandths of events.
type counts struct{ good, total int64 }

// push is one request with slots of several SLOs.
type push struct {
	body  []byte
	slots map[*thing]map[time.Time]counts
}

// writer makes one change after the other, and keeps a book of what was
// acknowledged. What was not is tried again, exactly as it was, until it is.
type writer struct {
	name     string
	dice     *rand.Rand
	from     time.Time // of the first slots
	services []*thing
	slos     []*thing
	// One of them is under way, or neither:
	making  *thing
	pushing *push

	fresh   []*thing // acknowledged since the last look
	pushed  int      // pushes acknowledged
	refused map[string]int
}

func newWriter(name string, dice *rand.Rand) *writer {
	return &writer{
		name: name, dice: rand.New(rand.NewPCG(dice.Uint64(), dice.Uint64())), refused: map[string]int{},
		from: time.Now().UTC().Truncate(time.Minute).Add(-3 * time.Hour),
	}
}

// work goes on until ctx ends or, without refusals, a reply did not arrive.
// refusals are the codes, with their statuses, by which a program may refuse that
// lives on; one that is killed refuses nothing.
func (w *writer) work(ctx context.Context, c *caller, refusals map[string]int) error {
	return w.workUntil(ctx, c, refusals, func() bool { return false })
}

// workUntil is work that ends when enough is done.
func (w *writer) workUntil(ctx context.Context, c *caller, refusals map[string]int, enough func() bool) error {
	for ctx.Err() == nil && !enough() {
		a, err := w.step(ctx, c)
		switch {
		case errors.Is(err, errHangs):
			return fmt.Errorf("%s: %w", w.name, err)
		case err != nil && refusals != nil && ctx.Err() == nil:
			return fmt.Errorf("%s: there was no answer: %w", w.name, err)
		case err != nil:
			return nil // it is not known what came of it
		case a.acknowledged():
			w.acknowledge(a)
			continue
		}
		code, err := a.problem()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		if status, may := refusals[code]; !may || status != a.status {
			return fmt.Errorf("%s: it was refused: %s", w.name, a)
		}
		w.refused[code]++
		pause := time.NewTimer(20 * time.Millisecond) // less than is asked for, so that more is seen
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
	}
	return nil
}

// step sends what is under way, or else something new.
func (w *writer) step(ctx context.Context, c *caller) (answer, error) {
	if w.making == nil && w.pushing == nil {
		switch n := w.dice.IntN(10); {
		case len(w.slos) == 0 && len(w.services) > 0, n < 2 && len(w.services) > 0:
			w.making = w.newSLO()
		case len(w.services) == 0 || n < 3:
			w.making = w.newService()
		default:
			w.pushing = w.newPush()
		}
	}
	if w.making != nil {
		return c.do(ctx, http.MethodPost, w.making.post, w.making.key, w.making.body)
	}
	return c.do(ctx, http.MethodPost, "/v1/measurements", "", w.pushing.body)
}

// acknowledge enters what was under way into the book.
func (w *writer) acknowledge(a answer) {
	switch {
	case w.pushing != nil:
		for s, slots := range w.pushing.slots {
			for at, counted := range slots {
				s.slots[at] = counted
			}
		}
		w.pushed++
	case w.making.kind == "slo":
		w.making.reply = a.body
		w.slos, w.fresh = append(w.slos, w.making), append(w.fresh, w.making)
	default:
		w.making.reply = a.body
		w.services, w.fresh = append(w.services, w.making), append(w.fresh, w.making)
	}
	w.making, w.pushing = nil, nil
}

// text is long enough that a part of it would be noticed.
func (w *writer) text() string { return strings.Repeat(fmt.Sprintf("%x ", w.dice.Uint64()), 20) + "." }

func (w *writer) newService() *thing {
	slug := fmt.Sprintf("%s-%d", w.name, len(w.services))
	return &thing{
		kind: "service", post: "/v1/services", path: "/v1/services/" + slug, slug: slug, key: "service-" + slug,
		body: fmt.Appendf(nil, `{"slug":%q,"team":"platform","kind":"http","tier":2,"name":"Service %s","description":%q,"labels":{"of":%q}}`, slug, slug, w.text(), w.name),
	}
}

func (w *writer) newSLO() *thing {
	service := w.services[w.dice.IntN(len(w.services))].slug
	slug := fmt.Sprintf("s%d", len(w.slos))
	o := objectives[w.dice.IntN(len(objectives))]
	s := &thing{
		kind: "slo", post: "/v1/services/" + service + "/slos", path: "/v1/services/" + service + "/slos/" + slug, key: w.name + "-slo-" + slug,
		service: service, slug: slug, objective: o.ppm, days: []int64{1, 7, 28, 90}[w.dice.IntN(4)], least: []int64{1, 5_000}[w.dice.IntN(2)],
		bad: []int{0, 1, 4, 20, 200}[w.dice.IntN(5)], slots: map[time.Time]counts{},
	}
	s.body = fmt.Appendf(nil, `{"slug":%q,"name":"SLO %s","description":%q,"objective":%q,"windowDays":%d,"minEvents":%d,"rationale":%q,"indicator":{"category":"availability"}}`,
		slug, slug, w.text(), o.text, s.days, s.least, w.text())
	return s
}

// newPush has slots of up to three SLOs, some of which were pushed before.
func (w *writer) newPush() *push {
	now := time.Now().UTC().Truncate(time.Minute)
	minutes := int(now.Sub(w.from) / time.Minute)
	p := &push{slots: map[*thing]map[time.Time]counts{}}
	for range 1 + w.dice.IntN(3) {
		s := w.slos[w.dice.IntN(len(w.slos))]
		slots := map[time.Time]counts{}
		for range 1 + w.dice.IntN(20) {
			total := w.dice.Int64N(200_000)
			good := total
			if w.dice.IntN(2) == 0 {
				good -= min(total, w.dice.Int64N(1+total*int64(2*s.bad)/1000))
			}
			slots[w.from.Add(time.Duration(w.dice.IntN(minutes))*time.Minute)] = counts{good, total}
		}
		p.slots[s] = slots
	}
	p.body = spell(p.slots)
	return p
}

// spell writes a push, of which nothing is a float on its way.
func spell(slots map[*thing]map[time.Time]counts) []byte {
	var series []string
	for s, of := range slots {
		var text []string
		for at, c := range of {
			text = append(text, fmt.Sprintf(`{"start":%q,"good":%d.%03d,"total":%d.%03d}`,
				at.Format(time.RFC3339), c.good/1000, c.good%1000, c.total/1000, c.total%1000))
		}
		series = append(series, fmt.Sprintf(`{"service":%q,"slo":%q,"slots":[%s]}`, s.service, s.slug, strings.Join(text, ",")))
	}
	return []byte(`{"series":[` + strings.Join(series, ",") + `]}`)
}
