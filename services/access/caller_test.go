package access_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
)

func TestAllTokensOfAnOwnerAreChargedToOne(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]access.Caller{
		"person:p1":   {Kind: access.ByPerson, Person: "p1", Token: "k1"},
		"team:t1":     {Kind: access.ByTeam, Team: "t1", Token: "k2"},
		"system:jobs": access.System("jobs"),
		"anonymous":   {Kind: access.Anonymous},
	} {
		if got := c.Owner(); got != want {
			t.Errorf("%+v is charged to %s, want %s", c, got, want)
		}
	}
}
