package manifest

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// part is something of a thing that is kept by itself: a dependency of a service, a place of a policy.
type part struct {
	key     string // what tells it from others
	value   any    // as the manifest says it
	manager string // who keeps it; nobody keeps what is only said
}

// parts are what a manifest says of a thing, and what there is of it.
type parts struct {
	at          string // where the manifest says them
	said, there []part
}

func (p parts) says(key string) bool {
	return slices.ContainsFunc(p.said, func(o part) bool { return o.key == key })
}

// differ are the parts that differ, of those that the set keeps and those that it says.
func (p parts) differ(w *world) []Field {
	before, after := map[string]any{}, map[string]any{}
	for _, one := range p.said {
		after[one.key] = one.value
	}
	for _, one := range p.there {
		if p.says(one.key) || one.manager != "" && one.manager == w.manager() {
			before[one.key] = one.value
		}
	}
	var out []Field
	compare(p.at, asJSON(before), asJSON(after), &out)
	return out
}

// once refuses what is said twice; within is where a part says its key.
func (p parts) once(within string) error {
	var check fault.Check
	for i, one := range p.said {
		if first := slices.IndexFunc(p.said, func(o part) bool { return o.key == one.key }); first < i {
			check.Fail(fmt.Sprintf("%s/%d%s", p.at, i, within), one.key, "is said in %s/%d already", p.at, first)
		}
	}
	return check.Err()
}

// takes reports whether the set is to keep something of it that nobody keeps.
func (p parts) takes(w *world) bool {
	return w.set.Slug != "" && slices.ContainsFunc(p.there, func(o part) bool { return o.manager == "" && p.says(o.key) })
}
