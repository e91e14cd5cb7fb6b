package access_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
)

// house is the service over a fresh database, its clock standing still, with one
// administrator, two people and a team of the first of them.
type house struct {
	*access.Service
	store *store.Store
	kept  *counted
	clock *clock.Manual
	log   *audit.Service

	root, ada, bob access.Person
	crew           id.ID
	rootText       string
}

// counted counts how often last uses are written.
type counted struct {
	access.Store
	touches atomic.Int64
}

func (c *counted) TouchToken(ctx context.Context, token id.ID, at time.Time) error {
	c.touches.Add(1)
	return c.Store.TouchToken(ctx, token, at)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{store: s, clock: clock.NewManual(storetest.Start)}
	h.kept = &counted{Store: h.store.Access()}
	authorizer := access.NewAuthorizer(h.kept)
	h.log = audit.NewService(h.store.Audit(), h.store, authorizer, h.clock.Now)
	h.Service = access.NewService(h.kept, h.store, authorizer, h.log, h.clock.Now, access.Lifetimes{Session: 3 * time.Hour}, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	var err error
	if h.rootText, err = h.Bootstrap(t.Context()); err != nil || h.rootText == "" {
		t.Fatalf("bootstrap: %q, %v", h.rootText, err)
	}
	h.root = ok(h.FirstAdministrator(system(t)))(t)
	h.ada, h.bob = storetest.Person(t, h.store, "ada"), storetest.Person(t, h.store, "bob")
	h.crew = storetest.Team(t, h.store, "crew").ID
	if _, err := h.store.Registry().Members(t.Context(), h.crew, page.Request{}); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Registry().AddMember(t.Context(), member(h.crew, h.ada)); err != nil {
		t.Fatal(err)
	}
	return h
}

func system(t *testing.T) context.Context {
	return access.WithCaller(t.Context(), access.System("test"))
}

// as is a context in which the person calls with those scopes.
func as(t *testing.T, p access.Person, scopes ...access.Scope) context.Context {
	return access.WithCaller(t.Context(), access.Caller{
		Kind: access.ByPerson, Person: p.ID, Name: p.DisplayName, Scopes: scopes,
		Administrator: p.Administrator && slices.Contains(scopes, access.ScopeAdmin),
	})
}

func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if e := fault.As(err); e == nil || e.Kind != kind || e.Code != code {
		t.Errorf("got %v (%+v), want %s %s", err, e, kind, code)
	}
}

// issued makes a token and returns it with its text.
func (h *house) issued(t *testing.T, ctx context.Context, in access.TokenInput) (access.Token, string) {
	t.Helper()
	token, text, err := h.IssueToken(ctx, in)
	if err != nil {
		t.Fatalf("issue %+v: %v", in, err)
	}
	return token, text
}

func TestATokenTellsWhoCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	personal, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop", Scopes: []access.Scope{access.ScopeRead}})
	c := ok(h.Authenticate(t.Context(), text))(t)
	if c.Kind != access.ByPerson || c.Person != h.ada.ID || c.Token != personal.ID || c.Name != "ada" || c.Administrator || !slices.Equal(c.Scopes, personal.Scopes) {
		t.Errorf("the personal token is %+v", c)
	}
	if want := storetest.Start.Add(90 * 24 * time.Hour); !personal.ExpiresAt.Equal(want) {
		t.Errorf("it expires at %s, want %s", personal.ExpiresAt, want)
	}
	workload, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.WorkloadToken, Name: "pipeline", Team: h.crew, Scopes: []access.Scope{access.ScopePush}})
	c = ok(h.Authenticate(t.Context(), text))(t)
	if c.Kind != access.ByTeam || c.Team != h.crew || c.Person != "" || c.Token != workload.ID || c.Name != "pipeline" {
		t.Errorf("the workload token is %+v", c)
	}
	me := ok(h.Me(access.WithCaller(t.Context(), ok(h.Authenticate(t.Context(), h.rootText))(t))))(t)
	if me.Person == nil || me.Person.ID != h.root.ID || !me.Caller.Administrator || !slices.Equal(me.Caller.Scopes, access.Scopes) {
		t.Errorf("the first token is %+v", me)
	}
	_, err := h.Me(t.Context())
	refused(t, err, fault.Unauthenticated, "unauthenticated")
}

func TestABadTokenSaysNoMoreThanItsHolderMayKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop", LifetimeDays: 1})
	wrong := access.FormatToken(token.ID, access.NewSecret())

	_, err := h.Authenticate(t.Context(), text+"x")
	refused(t, err, fault.Unauthenticated, "token_malformed")
	_, wrongSecret := h.Authenticate(t.Context(), wrong)
	refused(t, wrongSecret, fault.Unauthenticated, "token_invalid")
	_, unknown := h.Authenticate(t.Context(), access.FormatToken(id.New(storetest.Start), access.NewSecret()))
	if unknown.Error() != wrongSecret.Error() || fault.As(unknown).Code != fault.As(wrongSecret).Code {
		t.Errorf("an unknown token (%v) can be told from a wrong secret (%v)", unknown, wrongSecret)
	}

	// The last microsecond, and the moment of expiry.
	h.clock.Advance(24*time.Hour - time.Microsecond)
	ok(h.Authenticate(t.Context(), text))(t)
	h.clock.Advance(time.Microsecond)
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, "token_expired")
	_, err = h.Authenticate(t.Context(), wrong)
	refused(t, err, fault.Unauthenticated, "token_invalid")

	token, text = h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"})
	for range 2 { // once more changes nothing
		if err := h.RevokeToken(as(t, h.ada, all...), token.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, "token_revoked")
	_, err = h.Authenticate(t.Context(), access.FormatToken(token.ID, access.NewSecret()))
	refused(t, err, fault.Unauthenticated, "token_invalid")
}

func TestALeaversTokensAndSessionsAreWorthNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"})
	_, pipeline := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.WorkloadToken, Name: "pipeline", Team: h.crew})
	code := h.signInCode(t, h.ada)
	unused := h.signInCode(t, h.ada)
	cookie, _, err := h.SignIn(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	left := ok(h.DeactivatePerson(as(t, h.root, access.Scopes...), h.ada.ID, h.ada.Version))(t)
	if left.DeactivatedAt == nil || !left.DeactivatedAt.Equal(storetest.Start) || left.Version != 2 {
		t.Errorf("the leaver is %+v", left)
	}
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, "token_revoked")
	_, err = h.AuthenticateSession(t.Context(), cookie)
	refused(t, err, fault.Unauthenticated, "session_invalid")
	_, _, err = h.SignIn(t.Context(), unused)
	refused(t, err, fault.Unauthenticated, "sign_in_code_invalid")
	ok(h.Authenticate(t.Context(), pipeline))(t) // the team's, not hers
	_, _, err = h.IssueToken(system(t), access.TokenInput{Kind: access.PersonalToken, Name: "x", Person: h.ada.ID})
	refused(t, err, fault.Conflict, "person_deactivated")
}

func TestNoTokenBegetsAMightierOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	read, write, push, admin := access.ScopeRead, access.ScopeWrite, access.ScopePush, access.ScopeAdmin
	personal := func(scopes ...access.Scope) access.TokenInput {
		return access.TokenInput{Kind: access.PersonalToken, Name: "x", Scopes: scopes}
	}
	workload := func(team id.ID, scopes ...access.Scope) access.TokenInput {
		return access.TokenInput{Kind: access.WorkloadToken, Name: "x", Team: team, Scopes: scopes}
	}
	others := storetest.Team(t, h.store, "others").ID
	forAda := personal(read)
	forAda.Person = h.ada.ID
	pipeline := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.crew, Scopes: all})
	for name, row := range map[string]struct {
		ctx  context.Context
		in   access.TokenInput
		want string // the code, empty when it is made
	}{
		"write gives read":                              {as(t, h.ada, write), personal(read), ""},
		"write gives push":                              {as(t, h.ada, write), personal(push), ""},
		"write gives write":                             {as(t, h.ada, write), personal(write), ""},
		"read makes no tokens":                          {as(t, h.ada, read), personal(read), "forbidden"},
		"push makes no tokens":                          {as(t, h.ada, push), personal(push), "forbidden"},
		"write does not give admin":                     {as(t, h.ada, write), personal(admin), "forbidden"},
		"an administrator's write does not give admin":  {as(t, h.root, write), personal(admin), "forbidden"},
		"an administrator's admin gives admin":          {as(t, h.root, admin), personal(admin), ""},
		"who is no administrator cannot give admin":     {as(t, h.ada, access.Scopes...), personal(admin), "forbidden"},
		"a member makes a workload's":                   {as(t, h.ada, write), workload(h.crew, push), ""},
		"another does not":                              {as(t, h.bob, write), workload(h.crew, push), "forbidden"},
		"nor for another team":                          {as(t, h.ada, write), workload(others, push), "forbidden"},
		"an administrator does":                         {as(t, h.root, admin), workload(others, push), ""},
		"no workload administers":                       {as(t, h.root, admin), workload(h.crew, admin), "invalid_input"},
		"a workload makes none for its team":            {pipeline, workload(h.crew, push), "forbidden"},
		"nor a personal one":                            {pipeline, personal(read), "forbidden"},
		"nobody makes another's":                        {as(t, h.bob, write), forAda, "forbidden"},
		"not even an administrator":                     {as(t, h.root, admin), forAda, "forbidden"},
		"but the system does":                           {system(t), forAda, ""},
		"an anonymous caller makes none":                {t.Context(), personal(read), "unauthenticated"},
		"a personal one of a team is neither":           {as(t, h.ada, write), access.TokenInput{Kind: access.PersonalToken, Name: "x", Team: h.crew}, "invalid_input"},
		"a scope that is none":                          {as(t, h.ada, write), personal("everything"), "invalid_input"},
		"a scope twice":                                 {as(t, h.ada, write), personal(read, read), "invalid_input"},
		"without a name":                                {as(t, h.ada, write), access.TokenInput{Kind: access.PersonalToken}, "invalid_input"},
		"for a year":                                    {as(t, h.ada, write), access.TokenInput{Kind: access.PersonalToken, Name: "x", LifetimeDays: 365}, ""},
		"for longer":                                    {as(t, h.ada, write), access.TokenInput{Kind: access.PersonalToken, Name: "x", LifetimeDays: 366}, "invalid_input"},
		"for a time that is over":                       {as(t, h.ada, write), access.TokenInput{Kind: access.PersonalToken, Name: "x", LifetimeDays: -1}, "invalid_input"},
		"of no kind":                                    {as(t, h.ada, write), access.TokenInput{Name: "x"}, "invalid_input"},
		"a hundred scopes are not looked at one by one": {as(t, h.ada, write), personal(slices.Repeat([]access.Scope{"x"}, 100)...), "invalid_input"},
	} {
		token, text, err := h.IssueToken(row.ctx, row.in)
		if row.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if c, err := h.Authenticate(t.Context(), text); err != nil || c.Token != token.ID {
				t.Errorf("%s: the text is worth %+v, %v", name, c, err)
			}
			continue
		}
		if e := fault.As(err); e == nil || e.Code != row.want || text != "" {
			t.Errorf("%s: got %v, want %s", name, err, row.want)
		} else if len(e.Violations) > 2 {
			t.Errorf("%s: %d violations", name, len(e.Violations))
		}
	}
}

func TestTokensAreSeenAndRevokedByThoseWhoOwnThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	adas, _ := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"})
	crews, _ := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.WorkloadToken, Name: "pipeline", Team: h.crew})
	h.issued(t, as(t, h.bob, all...), access.TokenInput{Kind: access.PersonalToken, Name: "bob's"})

	names := func(ctx context.Context, f access.TokenFilter) string {
		t.Helper()
		p, err := h.Tokens(ctx, f, page.Request{})
		if err != nil {
			return fault.As(err).Code
		}
		var out []string
		for _, token := range p.Items {
			out = append(out, token.Name)
		}
		return strings.Join(out, ", ")
	}
	for _, row := range []struct {
		who  context.Context
		f    access.TokenFilter
		want string
	}{
		{as(t, h.bob, all...), access.TokenFilter{}, "bob's"},
		{as(t, h.ada, all...), access.TokenFilter{Team: h.crew}, "pipeline"},
		{as(t, h.bob, all...), access.TokenFilter{Team: h.crew}, "forbidden"},
		{as(t, h.bob, all...), access.TokenFilter{Person: h.ada.ID}, "forbidden"},
		{as(t, h.bob, all...), access.TokenFilter{Person: h.bob.ID, Team: h.crew}, "forbidden"},
		{as(t, h.root, all...), access.TokenFilter{}, "first start"}, // without the scope admin
		{as(t, h.root, access.Scopes...), access.TokenFilter{}, "first start, laptop, pipeline, bob's"},
		{access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.crew, Scopes: all}), access.TokenFilter{}, "forbidden"},
	} {
		if got := names(row.who, row.f); got != row.want {
			t.Errorf("%s lists %+v: %s, want %s", access.CallerFrom(row.who).Name, row.f, got, row.want)
		}
	}

	_, err := h.Token(as(t, h.bob, all...), adas.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	refused(t, h.RevokeToken(as(t, h.bob, all...), adas.ID), fault.Forbidden, "forbidden")
	refused(t, h.RevokeToken(as(t, h.bob, all...), crews.ID), fault.Forbidden, "forbidden")
	refused(t, h.RevokeToken(as(t, h.ada, access.ScopeRead), adas.ID), fault.Forbidden, "forbidden")
	refused(t, h.RevokeToken(as(t, h.ada, all...), "01ARZ3NDEKTSV4RRFFQ69G5FAV"), fault.NotFound, "token_not_found")

	// She made the pipeline's token, and has left the team since.
	if err := h.store.Registry().RemoveMember(t.Context(), h.crew, h.ada.ID); err != nil {
		t.Fatal(err)
	}
	refused(t, h.RevokeToken(as(t, h.ada, all...), crews.ID), fault.Forbidden, "forbidden")
	if got := names(as(t, h.ada, all...), access.TokenFilter{}); strings.Contains(got, "pipeline") {
		t.Errorf("who left still lists %s", got)
	}
	if err := h.RevokeToken(as(t, h.root, access.Scopes...), crews.ID); err != nil {
		t.Error(err)
	}
	if got := ok(h.Token(as(t, h.root, access.Scopes...), crews.ID))(t); got.RevokedAt == nil {
		t.Error("the pipeline's token lives")
	}
}

func TestTheLogShowsTokensWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"})
	h.clock.Advance(time.Second)
	if err := h.RevokeToken(as(t, h.ada, all...), token.ID); err != nil {
		t.Fatal(err)
	}
	entries := ok(h.log.List(system(t), audit.Filter{ObjectID: token.ID}, page.Request{}))(t).Items
	if len(entries) != 2 || entries[0].Action != "token.delete" || entries[1].Action != "token.create" || entries[1].ActorPerson != h.ada.ID {
		t.Fatalf("the log has %+v", entries)
	}
	for _, e := range entries {
		if s := string(e.Changes); strings.Contains(s, "hash") || strings.Contains(s, "bytes") || strings.Contains(s, text[30:73]) {
			t.Errorf("the log shows %s", s)
		}
	}
}

func TestLastUseIsWrittenOnceAMinute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token, text := h.issued(t, as(t, h.ada, all...), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"})
	for range 3 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 5 {
					if _, err := h.Authenticate(context.Background(), text); err != nil {
						t.Errorf("authenticate: %v", err)
					}
				}
			})
		}
		all.Wait()
		h.clock.Advance(time.Minute)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := h.kept.touches.Load(); n != 3 {
		t.Errorf("written %d times in three minutes", n)
	}
	// 15:09:26 and two minutes, to the minute.
	want := time.Date(2026, 3, 14, 15, 11, 0, 0, time.UTC)
	if got := ok(h.kept.Token(t.Context(), token.ID))(t).LastUsedAt; got == nil || !got.Equal(want) {
		t.Errorf("last used %v, want %s", got, want)
	}
	ok(h.Authenticate(t.Context(), text))(t) // still answered when closed
}
