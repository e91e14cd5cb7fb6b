package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/catalog"
)

// interrupted is a store in which something happens when a completion has found who goes, once.
type interrupted struct {
	catalog.Store
	by func()
}

func (i *interrupted) Links(ctx context.Context, portal string, before time.Time) (map[catalog.Kind]int, error) {
	if by := i.by; by != nil {
		i.by = nil
		by()
	}
	return i.Store.Links(ctx, portal, before)
}

// What comes between the beginning of a completion and the parting of components from their services
// leaves them what they are.
func TestComponentsThatWereToldAnewMeanwhileStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	d, e := part("d", "8", from("y")), part("e", "9", from("z"))
	swapping := []catalog.Told{part("d", "8", from("y"), annotated("e")), part("e", "9", from("z"), annotated("d"))}
	for name, c := range map[string]struct {
		by   func(h *house)
		ends string
	}{
		"another sync begins": {
			by:   func(h *house) { h.start(true) },
			ends: "the sync is superseded; start another",
		},
		"one of them is told without its annotation": {by: func(h *house) { h.tell(h.start(false), d) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.full(group("a"), d, e)
			was := map[string]id.ID{"d": h.service("d").ID, "e": h.service("e").ID}
			s := h.start(true)
			h.tell(s, group("a"))
			is(t, "results", outcomes(h.tell(s, swapping...)), "deferred, deferred")
			h.Parts.Store = &interrupted{h.store.Catalog(), func() { c.by(h) }}
			ended := ""
			if _, err := h.Complete(h.portal, s.ID, catalog.Completion{}); err != nil {
				ended = err.Error()
			}
			if !strings.Contains(ended, c.ends) || c.ends == "" && ended != "" {
				t.Errorf("it ends with %q, want %q", ended, c.ends)
			}
			for _, v := range ok(h.Entities(h.root, catalog.Filter{Kind: catalog.Component}, page.Request{}))(t).Items {
				name := strings.TrimPrefix(v.Ref, "component:default/")
				is(t, name, v.Entity.Resource, was[name])
				by, _ := h.service(name).Managed.From("catalog")
				is(t, "who manages "+name, by.Entity, v.Ref)
			}
		})
	}
}

// What nobody declares any more is said once: who accepts afterwards that a catalog shrinks says that alone.
func TestWhatIsNotDeclaredIsKnownWhenAShrinkIsAccepted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	told := []catalog.Told{group("a"), part("a", "1")}
	for i := range 55 {
		told = append(told, component(fmt.Sprintf("service-%02d", i), "a"))
	}
	h.full(told...)
	was := h.service("a").ID
	s := h.start(true)
	h.tell(s, append([]catalog.Told{part("b", "2")}, told[:2]...)...)
	_, err := h.Complete(h.portal, s.ID, catalog.Completion{Undeclared: []string{"component:default/a"}})
	refused(t, err, fault.Conflict, "catalog_shrank")
	is(t, "gone", ok(h.Complete(h.portal, s.ID, catalog.Completion{AcceptShrink: true}))(t).Gone, 55)
	is(t, "service", h.service("b").ID, was)
	is(t, "entities", h.states(catalog.Filter{State: catalog.Linked}), "component:default/b linked, group:default/a linked")
}
