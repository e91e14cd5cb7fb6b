package manifest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/registry"
)

// called is what something of a kind is called, by the name that a manifest has for it at a pointer.
type called func(kind Kind, pointer, name string) string

// names are the names that things have now, by those that they had before: what was renamed by hand is
// still meant by manifests that name it as it was called.
type names map[Kind]map[string]string

func (n names) now(kind Kind, _, name string) string {
	if is, was := n[kind][name]; was {
		return is
	}
	return name
}

// identity is what the thing is called now.
func (n names) identity(i Identity) Identity {
	if i.Kind == KindSLO {
		service, slo, _ := strings.Cut(i.Name, "/")
		i.Name = n.now(KindService, "", service) + "/" + slo
	}
	i.Name = n.now(i.Kind, "", i.Name)
	return i
}

// namesNow reads what is called otherwise by now of all that the things and the items name.
func namesNow(ctx context.Context, o Organisation, things []Thing, items []Item) (names, error) {
	asked := map[Kind]map[string]bool{}
	ask := func(kind Kind, _, name string) string {
		if asked[kind] == nil {
			asked[kind] = map[string]bool{}
		}
		asked[kind][name] = true
		return name
	}
	for _, t := range things {
		t.renamed(ask)
	}
	for _, i := range items {
		if ask(i.Kind, "", i.Name); i.Kind == KindSLO {
			ask(KindService, "", i.service())
		}
	}
	out := names{}
	for _, kind := range Kinds { // services before SLOs, which have theirs in their names
		var of []string
		for name := range asked[kind] {
			if kind == KindSLO {
				name = out.now(KindService, "", Identity{kind, name}.service())
			}
			if registry.ValidSlug(name) {
				of = append(of, name)
			}
		}
		slices.Sort(of)
		of = slices.Compact(of)
		if len(of) == 0 || kind == KindCampaign { // which has no name but in its set
			continue
		}
		now, err := o.FormerNames(ctx, kind, of)
		if err != nil {
			return nil, fmt.Errorf("read what was renamed: %w", err)
		}
		if len(now) > 0 {
			out[kind] = now
		}
	}
	return out, nil
}

// of are the manifests with the names that things have now, and what should be said of those that have others.
func (n names) of(manifests []Manifest) ([]Manifest, []Note) {
	if len(n) == 0 {
		return manifests, nil
	}
	out := slices.Clone(manifests)
	var notes []Note
	for i, m := range manifests {
		told := map[string]bool{}
		out[i].Thing = m.Thing.renamed(func(kind Kind, pointer, name string) string {
			now := n.now(kind, pointer, name)
			message := fmt.Sprintf("the %s %q is called %q now: name it so", nouns[kind], name, now)
			if now != name && !told[message] {
				told[message] = true
				notes = append(notes, m.note(pointer, message))
			}
			return now
		})
		out[i].Identity = out[i].Thing.identity()
	}
	return out, notes
}

// nouns are kinds as they are called in a sentence.
var nouns = map[Kind]string{
	KindTeam: "team", KindSystem: "system", KindService: "service", KindSLO: "SLO", KindPolicy: "error-budget policy", KindScorecard: "scorecard", KindCampaign: "campaign",
}

// note is a note of what the manifest says at a pointer.
func (m Manifest) note(pointer, message string) Note {
	out := Note{Path: m.Path, Line: m.Line, Column: 1, Message: message}
	if m.Places == nil {
		return out
	}
	if at := m.Places.Place([]fault.Violation{{Pointer: m.Thing.pointer(pointer)}}).Problems; len(at) > 0 && at[0].Line > 0 {
		out.Line, out.Column = at[0].Line, at[0].Column
	}
	return out
}

// items are the items by what they are called now; where two would be called the same, as each was.
func (n names) items(of []Item) map[Identity]Item {
	out := make(map[Identity]Item, len(of))
	for _, i := range of {
		out[i.Identity] = i
	}
	for _, was := range slices.Collect(maps.Keys(out)) {
		now := n.identity(was)
		if _, taken := out[now]; taken {
			continue
		}
		i := out[was]
		i.Identity = now
		out[now] = i
		delete(out, was)
	}
	return out
}
