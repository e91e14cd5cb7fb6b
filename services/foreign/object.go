package foreign

import (
	"maps"
	"strings"
)

// Objects are the objects of Kubernetes at the place: itself, or those of the list that it is.
func (p *Place) Objects() []*Place {
	if !p.Names() {
		return nil
	}
	if !strings.HasSuffix(p.Peek("kind"), "List") {
		return []*Place{p}
	}
	p.Skip("apiVersion", "kind", "metadata")
	var out []*Place
	for _, item := range p.Items("items") {
		if item.Names() {
			out = append(out, item)
		}
	}
	return out
}

// Object is what the object of Kubernetes at the place is called and carries. A cluster keeps
// more of it than anybody wrote, which has no meaning elsewhere.
func (p *Place) Object() *Object {
	m := p.Member("metadata")
	if !m.Names() {
		return &Object{}
	}
	o := &Object{Name: m.Required("name"), Namespace: m.TextOf("namespace"), Labels: m.Map("labels"), Annotations: m.Map("annotations")}
	m.whole = true
	return o
}

// Union is both together; the second wins.
func Union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	if len(out) == 0 {
		return nil
	}
	return out
}
