package slo

import (
	"slices"
	"testing"
)

func TestEveryCategoryHasAKindWithSoundDefaults(t *testing.T) {
	t.Parallel()
	for _, c := range Categories {
		if n := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Category == c }); n < 0 {
			t.Errorf("%s has no kind", c)
		}
		d := Declaration{Slug: "a", Category: c}.likeItsKind().orElse(defaults)
		if _, counts, err := checked(d, noon, nil); err != nil || counts.Description == "" {
			t.Errorf("%s by its defaults: %v", c, err)
		}
	}
	said := Declaration{Objective: "97%", GoodEvent: "a good one", Category: Latency}
	if got := said.likeItsKind(); got.Objective != "97%" || got.GoodEvent != "a good one" {
		t.Errorf("what was said became %+v", got)
	}
	if got := (Declaration{Category: "speed"}).likeItsKind(); got.Objective != "" {
		t.Errorf("an unknown category has an objective: %+v", got)
	}
}
