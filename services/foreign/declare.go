package foreign

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
)

// source is where a declaration says how it is measured.
const source = "/indicator/source"

// Declare adds an SLO. Where it cannot be declared here it is left, and a note says why: places
// lead from members of a declaration, as the API points to them, to where they are from.
func (p *Place) Declare(s SLO, places map[string]*Place) {
	d := &s.Declaration
	d.Name = p.clipped("name", d.Name, registry.MaxName)
	d.Description = p.clipped("description", d.Description, registry.MaxDescription)
	d.GoodEvent = p.clipped("indicator", d.GoodEvent, registry.MaxDescription)
	d.Slug = cmp.Or(d.Slug, Slug(s.Name), Slug(s.ID), "slo")
	asked := *d
	var check fault.Check
	if d.Origin.Asked() {
		asked.Origin.DataSource = "prometheus" // whichever it will be
		prometheus.Check(&check, source, d.Origin)
	}
	if refused := fault.As(asked.Validate()); refused != nil {
		for _, v := range refused.Violations {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
	}
	refused := fault.As(check.Err())
	if refused == nil {
		p.Add(s)
		return
	}
	said := map[string]bool{}
	for _, v := range refused.Violations {
		at := p.at(v.Pointer, places)
		if said[at.pointer] {
			continue
		}
		said[at.pointer] = true
		message := v.Message
		if text, is := v.Value.(string); is && text != "" {
			message += fmt.Sprintf(" (it is %q)", fault.Clip(text, 64))
		}
		at.note(true, "cannot be declared here: %s", message)
	}
	p.whole = true
}

// Add adds an SLO that can be declared. It is said at the place, unless it has a line of its own.
func (p *Place) Add(s SLO) {
	s.Document = p.doc.number
	if s.Line == 0 {
		s.Line, _ = p.doc.of.Line(p.pointer)
	}
	s.Declaration.Slug = p.free(s.Service, s.Declaration.Slug)
	p.doc.into.SLOs = append(p.doc.into.SLOs, s)
}

// Describe adds a service.
func (p *Place) Describe(s Described) {
	s.Document = p.doc.number
	s.Line, _ = p.doc.of.Line(p.pointer)
	p.doc.into.Services = append(p.doc.into.Services, s)
}

// at is the place of what a pointer of the API leads to, by the longest that is known.
func (p *Place) at(pointer string, places map[string]*Place) *Place {
	for ; pointer != ""; pointer = pointer[:strings.LastIndexByte(pointer, '/')] {
		if at := places[pointer]; at != nil {
			return at
		}
	}
	return p
}

// clipped is a text that has at most so many characters, of which a note tells.
func (p *Place) clipped(what, text string, most int) string {
	text = strings.TrimSpace(text)
	clipped := fault.Clip(text, most-1)
	if clipped != text && len([]rune(text)) > most {
		p.Note("has a %s of more than %d characters, of which the first were taken", what, most)
		return clipped
	}
	return text
}

// free is the slug, or one like it that no other SLO of the service has.
func (p *Place) free(service, slug string) string {
	names := p.doc.names
	out, base := slug, [2]string{service, slug}
	// The number that was looked for last is kept: of thousands that are called alike each would begin anew.
	for n := max(names[base], 1) + 1; names[[2]string{service, out}] > 0; n++ {
		suffix := fmt.Sprintf("-%d", n)
		out = strings.TrimRight(slug[:min(len(slug), 63-len(suffix))], "-") + suffix
		names[base] = n
	}
	if out != slug {
		p.Note("is called as another SLO of the service is, and was made %q here", out)
	}
	names[[2]string{service, out}] = max(names[[2]string{service, out}], 1)
	return out
}
