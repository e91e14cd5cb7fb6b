package dashboard

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/source"
)

// signalCards are the golden signals of a service; Empty stands for all of them when
// none is mapped.
type signalCards struct {
	Cards []signalCard
	Empty *empty
}

// signalCard is one signal: its leading figure now and lately, and the others.
type signalCard struct {
	Name, About string
	Mapped      bool
	Value       figure
	Why         string // it is not known
	Trend       template.HTML
	Range       string // between which values it was
	Others      []signalFigure
	At          moment
	From        []string
	Asked       []askedQueries
	Hint        string // what would be here
}

type signalFigure struct {
	Name  string
	Value figure
}

// askedQueries are how a figure is read.
type askedQueries struct {
	Name, How string
	Queries   []string
}

// signalWords are how signals are called, and what they would show.
var signalWords = map[signals.Signal]struct{ name, hint string }{
	signals.Latency:    {"Latency", "How long requests take, those that succeed apart from those that fail."},
	signals.Traffic:    {"Traffic", "How many requests come each second."},
	signals.Errors:     {"Errors", "Which share of requests fails."},
	signals.Saturation: {"Saturation", "How full what it runs out of is, such as memory."},
}

// signalCards reads the signals of a service. A data source that does not answer costs
// a moment, and leaves its own unknown.
func (d *Dashboard) signalCards(v *visit, s registry.Service) (signalCards, error) {
	if s.RetiredAt != nil {
		return signalCards{}, nil
	}
	now, lately, err := d.sources.Signals.Glance(v.ctx, string(s.ID))
	if err != nil {
		return signalCards{}, err
	}
	if !slices.ContainsFunc(signals.All, now.Mapping.Mapped) {
		how, err := d.mappingHint(v, s)
		return signalCards{Empty: &how}, err
	}
	var out signalCards
	for _, signal := range signals.All {
		out.Cards = append(out.Cards, signalCardOf(v, signal, now, lately))
	}
	return out, nil
}

// mappingHint says how signals are mapped, or suggested where there is a data source that
// can be looked into.
func (d *Dashboard) mappingHint(v *visit, s registry.Service) (empty, error) {
	how := empty{
		Title: "Not mapped yet",
		Text:  "Latency, traffic, errors and saturation, each read by a query of a data source or taken over from what an SLO counts, would be here.",
		Call:  "PUT /v1/services/{service}/golden-signals",
	}
	found, err := d.sources.DataSources.List(v.ctx, source.Filter{Kind: source.Prometheus}, page.Request{Limit: 1})
	if err == nil && len(found.Items) > 0 {
		how.Text += " Or have a mapping suggested by what a data source holds already."
		how.Call = fmt.Sprintf(`curl -H "Authorization: Bearer $EVENKEEL_TOKEN" "%s/v1/services/%s/golden-signals/suggestions?dataSource=%s"`,
			strings.TrimSuffix(d.opts.PublicURL, "/"), s.Slug, found.Items[0].Source.Slug)
	}
	return how, err
}

func signalCardOf(v *visit, signal signals.Signal, now, lately signals.Report) signalCard {
	words := signalWords[signal]
	card := signalCard{Name: words.name, Hint: words.hint, Mapped: now.Mapping.Mapped(signal)}
	readings := now.Of(signal)
	if len(readings) == 0 {
		return card
	}
	lead := leading(readings, lately)
	for i, r := range readings {
		name := readingName(r)
		card.Asked = append(card.Asked, askedQueries{name, r.How, r.Queries})
		if from := cmp.Or(sloWords(now.SLOs[r.SLO]), now.Sources[r.DataSource]); !slices.Contains(card.From, from) {
			card.From = append(card.From, from)
		}
		if i != lead {
			card.Others = append(card.Others, signalFigure{name, signalFigureOf(r.Unit, r.Last())})
		}
	}
	first := readings[lead]
	last := first.Last()
	card.About, card.Value, card.At = readingName(first), signalFigureOf(first.Unit, last), ago(v.now, last.At)
	if !last.Known() {
		card.Why = sentence(last.Lack.Detail)
	}
	for _, r := range lately.Of(signal) {
		if r.Name == first.Name {
			card.Trend, card.Range = trendOf(card.Name, r, signal == signals.Saturation)
		}
	}
	return card
}

// leading is the place of the figure that a signal is judged by first: of latency and
// errors the one that there is a picture of, of resources the fullest.
func leading(readings []signals.Reading, lately signals.Report) int {
	pictured := map[string]bool{}
	for _, r := range lately.Of(readings[0].Signal) {
		pictured[r.Name] = true
	}
	best := -1
	for i, r := range readings {
		p := r.Last()
		switch {
		case !pictured[r.Name]:
		case best < 0, p.Known() && !readings[best].Last().Known(), p.Known() && p.Value > readings[best].Last().Value:
			best = i
		}
	}
	return max(best, 0)
}

func sloWords(slug string) string {
	if slug == "" {
		return ""
	}
	return "SLO " + slug
}

// readingName is what a figure is called under its signal.
func readingName(r signals.Reading) string {
	switch r.Signal {
	case signals.Latency:
		if r.Outcome == signals.Failure {
			return string(r.Quantile) + " of failures"
		}
		return string(r.Quantile) + " of successes"
	case signals.Traffic:
		return "requests"
	case signals.Errors:
		if r.Name == "rate" {
			return "failed requests"
		}
		return "share of requests"
	default:
		return r.Name
	}
}

// signalFigureOf writes a value with three digits that count.
func signalFigureOf(unit signals.Unit, p signals.Point) figure {
	if !p.Known() {
		return figure{}
	}
	return measured(unit, p.Value)
}

func measured(unit signals.Unit, v float64) figure {
	switch unit {
	case signals.Seconds:
		if v < 1 {
			return figure{threeDigits(v * 1000), "ms", true}
		}
		return figure{threeDigits(v), "s", true}
	case signals.Share:
		return figure{threeDigits(v * 100), percentSign, true}
	default:
		return figure{threeDigits(v), "/s", true}
	}
}

// threeDigits writes a number that is not below zero with three digits that count, of
// which at most five are after the point.
func threeDigits(v float64) string {
	if v == 0 {
		return "0"
	}
	digits := min(max(2-int(math.Floor(math.Log10(v))), 0), 5)
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if isZero(text) {
		return "<0.00001"
	}
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return chart.Typeset(text)
}

// trendOf draws how a figure went, and says between which values; nothing where none is
// known.
func trendOf(name string, r signals.Reading, full bool) (template.HTML, string) {
	t := chart.Trend{Points: make([]chart.Point, len(r.Points))}
	if full {
		t.Full = 1
	}
	low, high, known := math.Inf(1), math.Inf(-1), false
	for i, p := range r.Points {
		t.Points[i] = chart.Point{At: p.At, Value: p.Value, Known: p.Known()}
		if p.Known() {
			low, high, known = min(low, p.Value), max(high, p.Value), true
		}
	}
	if !known {
		return "", ""
	}
	text := windowText(r.Last().At.Sub(r.Points[0].At)) + ": "
	switch from, to := measured(r.Unit, low), measured(r.Unit, high); {
	case from == to:
		text += spoken(to)
	case from.Unit == to.Unit:
		text += from.Number + "–" + spoken(to)
	default:
		text += spoken(from) + " – " + spoken(to)
	}
	t.Label = name + ", " + text
	return t.SVG(), text
}

// spoken is a figure as text.
func spoken(f figure) string {
	if f.Unit == "/s" {
		return f.Number + f.Unit
	}
	return f.Number + " " + f.Unit
}
