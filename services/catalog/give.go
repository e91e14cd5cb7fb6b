package catalog

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/managed"
)

// giving fills the fields of a thing with what an entity tells, and gathers which those are.
type giving struct {
	managed managed.Set // as it is
	fields  []string
}

// give sets the field, where another manager does not keep it.
func give[T any](g *giving, field string, into *T, value T) {
	if by, is := g.managed.Of(field); is && by.Manager != managed.Catalog {
		return
	}
	*into = value
	g.fields = append(g.fields, field)
}

// giveText sets a field that is told; one that is not stays as it is, and is the team's.
func giveText(g *giving, field string, into *string, value string) {
	if value != "" {
		give(g, field, into, value)
	}
}

// gave reports whether the field was set.
func (g *giving) gave(field string) bool { return slices.Contains(g.fields, field) }

// held reports whether the catalog keeps the field until now.
func (g *giving) held(field string) bool {
	by, is := g.managed.Of(field)
	return is && by.Manager == managed.Catalog
}

// set is who manages what afterwards.
func (g *giving) set(portal, ref string) managed.Set {
	return g.managed.With(managed.By{Manager: managed.Catalog, Entity: ref, At: portal, Fields: g.fields})
}

// unknown notes that an entity names what nobody knows: later it may be told, and at the end that is
// a fault.
func (p *plan) unknown(w *world, pointer, ref string) {
	if !w.final {
		p.pending = true
		return
	}
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, Fault{Pointer: pointer, Message: "names no entity that is something here; the rest was taken", Value: ref})
	}
}

// taken is the fault for a name that is another living entity's.
func taken(noun, slug string, e Entity) string {
	return fmt.Sprintf("leads to the %s %q, which is %s of %s; name another", noun, slug, e.Ref, e.Portal)
}

// ofOther is the fault for a name that leads to what another team than the owner has.
func ofOther(noun, slug, team string) string {
	return fmt.Sprintf("leads to the %s %q, which is the team %s's: that team gives it to the owner in Evenkeel first, or name another", noun, slug, team)
}
