package managed_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/managed"
)

var (
	catalog = managed.By{Manager: managed.Catalog, Entity: "component:default/checkout", At: "https://portal.example.org", Fields: []string{"name", "slug"}}
	mine    = managed.By{Manager: managed.ManifestSet("payments"), Entity: "checkout.yaml", Fields: []string{"tier"}}
)

func TestOnlyItsManagerChangesAField(t *testing.T) {
	t.Parallel()
	set := managed.Set{catalog, mine}
	tier, name, docs := managed.Field{Name: "tier", Before: 1, After: 2}, managed.Field{Name: "name", Before: "a", After: "b"}, managed.Field{Name: "docs", Before: "a", After: "b"}
	if err := set.Refuse(t.Context(), docs, managed.Field{Name: "name", Before: "a", After: "a"}); err != nil {
		t.Errorf("nobody keeps the docs, and the name stays: %v", err)
	}
	got := fault.As(set.Refuse(t.Context(), tier, name))
	if got == nil || got.Code != "field_managed" || len(got.Violations) != 2 ||
		!strings.Contains(got.Violations[0].Message, "by the set of manifests payments: leave it as it is, or change it in checkout.yaml") ||
		!strings.Contains(got.Violations[1].Message, "by the catalog: leave it as it is, or change it in component:default/checkout of https://portal.example.org") {
		t.Errorf("refused is %v", got)
	}
	if err := set.Refuse(managed.Acting(t.Context(), mine), tier); err != nil {
		t.Errorf("the set changes what it keeps: %v", err)
	}
	if got := fault.As(set.Refuse(managed.Acting(t.Context(), mine), tier, name)); got == nil || len(got.Violations) != 1 || got.Violations[0].Pointer != "/name" {
		t.Errorf("the set changes what the catalog keeps: %v", got)
	}
}

func TestWhoActsTakesAndLetsGo(t *testing.T) {
	t.Parallel()
	if got := (managed.Set{catalog}).Taken(t.Context()); !reflect.DeepEqual(got, managed.Set{catalog}) {
		t.Errorf("nobody acts, and it is kept by %v", got)
	}
	taken := (managed.Set{catalog}).Taken(managed.Acting(t.Context(), mine))
	if !reflect.DeepEqual(taken, managed.Set{catalog, mine}) {
		t.Errorf("taken is kept by %v", taken)
	}
	nothing := mine
	nothing.Fields = nil
	if got := taken.Taken(managed.Acting(t.Context(), nothing)); !reflect.DeepEqual(got, managed.Set{catalog}) {
		t.Errorf("let go is kept by %v", got)
	}
	for _, c := range []struct {
		by          managed.By
		before, now string
	}{{mine, "", mine.Manager}, {mine, managed.Catalog, managed.Catalog}, {nothing, mine.Manager, ""}, {nothing, managed.Catalog, managed.Catalog}} {
		if got := managed.Taken(managed.Acting(t.Context(), c.by), c.before); got != c.now {
			t.Errorf("what %q keeps, taken with %v, is kept by %q, want %q", c.before, c.by.Fields, got, c.now)
		}
	}
}

func TestWhatIsKeptEndsWhereItIsKept(t *testing.T) {
	t.Parallel()
	set := managed.Set{catalog, mine}
	if err := set.Sets().RefuseEnd(t.Context(), "the service"); err == nil || !strings.Contains(err.Error(), "the service is managed by the set of manifests payments: end it in checkout.yaml") {
		t.Errorf("ended by hand: %v", err)
	}
	if err := set.Sets().RefuseEnd(managed.Acting(t.Context(), mine), "the service"); err != nil {
		t.Errorf("ended by its set: %v", err)
	}
	if err := set.RefuseEnd(managed.Acting(t.Context(), mine), "the team"); err == nil {
		t.Error("a set ends what the catalog keeps")
	}
	if err := set.MayEnd(t.Context(), "", "the dependency"); err != nil {
		t.Errorf("what nobody keeps: %v", err)
	}
	if err := managed.Refuse(t.Context(), mine.Manager, "the SLO"); err == nil || !strings.Contains(err.Error(), "the SLO is managed by the set of manifests payments: change its manifest, and bring the set again") {
		t.Errorf("changed by hand: %v", err)
	}
	if err := managed.Refuse(managed.Acting(t.Context(), mine), mine.Manager, "the SLO"); err != nil {
		t.Errorf("changed by its set: %v", err)
	}
}
