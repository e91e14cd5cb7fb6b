package parity

import (
	"strings"

	"github.com/evenkeel/evenkeel/services/foreign"
)

// Name is what an SLO is called here.
type Name struct{ Service, SLO string }

// String is both: service/slo.
func (n Name) String() string { return n.Service + "/" + n.SLO }

// Mapping leads from what a tool calls SLOs, by ID or as service/slo, to what they are called here.
type Mapping map[string]Name

// ReadMapping reads a table with the columns theirs and ours. The error is a *yamldoc.Error.
func ReadMapping(text []byte) (Mapping, error) {
	columns := []string{"theirs", "ours"}
	t, err := newTable(text, columns, columns)
	if err != nil {
		return nil, err
	}
	m := Mapping{}
	err = t.each(func() {
		theirs, at := t.of("theirs")
		if theirs == "" {
			t.fail(at, "theirs is required: the ID of an SLO there, or service/slo")
		}
		if _, twice := m[theirs]; twice {
			t.fail(at, "%q is there twice", theirs)
		}
		ours, at := t.of("ours")
		service, slo, ok := strings.Cut(ours, "/")
		if !ok || service == "" || slo == "" || strings.Contains(slo, "/") {
			t.fail(at, "ours must be service/slo, by their slugs (it is %q)", ours)
		}
		m[theirs] = Name{service, slo}
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Pair is a figure of a tool and the SLO here that it is of; Here is nil where there is none, and
// Why says it.
type Pair struct {
	Theirs Figure
	Here   *Name
	Why    string
}

// Match finds which SLO here each figure is of: by the mapping, by the slugs of its service and its
// name, or, where the tool has no services, by its name alone where no other has it. It returns
// also those here, in services that a figure is of, that none is of.
func Match(theirs []Figure, here []Name, mapping Mapping) (pairs []Pair, rest []Name) {
	known := map[Name]bool{}
	bySLO := map[string][]Name{}
	for _, n := range here {
		known[n] = true
		bySLO[n.SLO] = append(bySLO[n.SLO], n)
	}
	met, services := map[Name]bool{}, map[string]bool{}
	for _, f := range theirs {
		p := Pair{Theirs: f}
		p.Here, p.Why = find(f, known, bySLO, mapping)
		if p.Here != nil {
			met[*p.Here], services[p.Here.Service] = true, true
		}
		pairs = append(pairs, p)
	}
	for _, n := range here {
		if services[n.Service] && !met[n] {
			rest = append(rest, n)
		}
	}
	return pairs, rest
}

func find(f Figure, known map[Name]bool, bySLO map[string][]Name, mapping Mapping) (*Name, string) {
	for _, key := range []string{f.ID, f.Service + "/" + f.SLO} {
		if to, mapped := mapping[key]; mapped && key != "" {
			if !known[to] {
				return nil, "is mapped to " + to.String() + ", which is not there"
			}
			return &to, ""
		}
	}
	names := append([]string{f.SLO}, f.Also...)
	service := foreign.Slug(f.Service)
	for _, name := range names {
		n := Name{service, foreign.Slug(name)}
		if known[n] {
			return &n, ""
		}
	}
	if service != "" {
		return nil, "there is no SLO " + (Name{service, foreign.Slug(names[len(names)-1])}).String()
	}
	for _, name := range names {
		switch found := bySLO[foreign.Slug(name)]; {
		case len(found) == 1:
			return &found[0], ""
		case len(found) > 1:
			return nil, "several services have an SLO " + found[0].SLO + ": map it"
		}
	}
	return nil, "there is no SLO " + foreign.Slug(f.SLO) + " in any service"
}
