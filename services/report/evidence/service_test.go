package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	entstore "github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/report/evidence"
	"github.com/evenkeel/evenkeel/services/signing"
)

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// interrupted has somebody write whenever policies are read.
type interrupted struct {
	store
	write func()
}

// store is a name beside that of the method.
type store = evidence.Policies

func (i interrupted) Policies(ctx context.Context, r page.Request) (page.Page[policy.View], error) {
	i.write()
	return i.store.Policies(ctx, r)
}

func house(t *testing.T, s *entstore.Store, policies evidence.Policies) *evidence.Service {
	t.Helper()
	at, authorizer := clock.NewManual(now).Now, access.NewAuthorizer(s.Access())
	return evidence.NewService(evidence.Parts{
		Keys: signing.New(s.Signing(), storetest.Safe(), s, at), Past: s.Reports(), Organisation: s.Registry(), Rights: s.Access(), Policies: policies, Proposals: s.Proposals(), Log: s.Audit(),
		Published: s.Reports(), Runner: s, Snapshots: s, Authorizer: authorizer, Recorder: audit.NewService(s.Audit(), s, authorizer, at), Clock: at,
	})
}

// file is a file of a bundle.
func file(t *testing.T, bundle []byte, name string) []byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(bundle), int64(len(bundle)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Services are read before policies, and teams after them: a service of a team that is made
// in between is in neither, or in both.
func TestABundleIsOfOneMoment(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	storetest.Service(t, s, storetest.Team(t, s, "payments").ID, "checkout")
	h := house(t, s, interrupted{s.Policy(), func() {
		storetest.Service(t, s, storetest.Team(t, s, "search").ID, "index")
	}})
	bundle, err := h.Bundle(access.WithCaller(t.Context(), access.System("test")), now.Add(-time.Hour), now)
	if err != nil {
		t.Fatal(err)
	}
	var rights struct{ Teams, Services []struct{ Slug string } }
	if err := json.Unmarshal(file(t, bundle, "access.json"), &rights); err != nil {
		t.Fatal(err)
	}
	if len(rights.Teams) != 1 || len(rights.Services) != 1 || rights.Teams[0].Slug != "payments" {
		t.Errorf("there are the teams %v and the services %v", rights.Teams, rights.Services)
	}
}

func TestABundleThatWouldBeTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	team := storetest.Team(t, s, "payments")
	for _, slug := range []string{"checkout", "ledger", "vault"} {
		storetest.Service(t, s, team.ID, slug)
	}
	as := access.WithCaller(t.Context(), access.System("test"))
	for _, c := range []struct {
		rows, bytes int
		refused     bool
	}{{4, 1 << 20, false}, {3, 1 << 20, true}, {4, 100, true}} { // three services and a team
		h := house(t, s, s.Policy())
		h.AtMost(c.rows, c.bytes)
		_, err := h.Bundle(as, now.Add(-2*time.Hour), now.Add(-time.Hour))
		e := fault.As(err)
		if c.refused != (err != nil) || c.refused && (e == nil || e.Kind != fault.Invalid || !slices.ContainsFunc(e.Violations, func(v fault.Violation) bool {
			return v.Pointer == "query.to" && strings.Contains(v.Message, "ask for several bundles of shorter times")
		})) {
			t.Errorf("of at most %+v: %v", c, err)
		}
	}
}
