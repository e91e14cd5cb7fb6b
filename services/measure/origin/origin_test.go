package origin_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/origin"
)

func TestAPushedOriginKeepsItsGroups(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origin.Origin
		text string
	}{
		{origin.Origin{}, ""},
		{origin.Origin{GroupBy: "region", MaxGroups: 20}, `{"groupBy":"region","maxGroups":20}`},
	} {
		if got := c.String(); got != c.text || !c.Pushed() || c.Asked() {
			t.Errorf("%+v is %q, pushed %v, asked %v", c.Origin, got, c.Pushed(), c.Asked())
		}
		if got, err := origin.Parse(c.text); err != nil || got != c.Origin {
			t.Errorf("%q is read as %+v, error %v", c.text, got, err)
		}
	}
}
