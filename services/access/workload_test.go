package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
)

const audience = "https://evenkeel.example.org"

// cluster is another issuer that is trusted.
const cluster = "https://kubernetes.default.svc.cluster.local"

func workloadHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.LetIn(access.Workloads{Issuers: []string{access.GitHubActions, cluster}, Audience: audience})
	return h
}

func claims(pairs ...string) []access.ClaimRule {
	var out []access.ClaimRule
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, access.ClaimRule{Claim: pairs[i], Value: pairs[i+1]})
	}
	return out
}

// ofJob are claims of GitHub's own example of an ID token ("OpenID Connect reference", Understanding the OIDC token).
func ofJob(change ...string) access.VerifiedToken {
	c := map[string]string{
		"sub": "repo:octo-org/octo-repo:environment:prod", "environment": "prod", "ref": "refs/heads/main", "repository": "octo-org/octo-repo",
		"repository_id": "74", "repository_owner": "octo-org", "repository_owner_id": "65", "run_attempt": "2", "actor": "octocat",
		"event_name": "workflow_dispatch", "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
	}
	for i := 0; i < len(change); i += 2 {
		c[change[i]] = change[i+1]
	}
	return access.VerifiedToken{Issuer: access.GitHubActions, Audiences: []string{audience}, Claims: c}
}

// The expected answers are worked by hand from what is said of *: one character or more.
func TestAStarStandsForOneCharacterOrMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"acme/shop", "acme/shop", true}, {"acme/shop", "acme/shop2", false}, {"acme/shop", "Acme/shop", false},
		{"acme/*", "acme/shop", true}, {"acme/*", "acme/", false}, {"acme/*", "acme-evil/shop", false}, {"acme/*", "evil/acme/shop", false},
		{"*", "", false}, {"*", "x", true}, {"*-prod", "-prod", false}, {"*-prod", "a-prod-prod", true},
		{"refs/*/v*", "refs/tags/v1", true}, {"refs/*/v*", "refs//v1", false}, {"refs/*/v*", "refs/tags/v", false},
		{"a*b*c", "abbc", false}, {"a*b*c", "axbxc", true}, {"a*b*c", "axbbc", true}, {"a*b*c", "abxbxc", true}, {"", "", true}, {"", "x", false},
	} {
		w := access.WorkloadIdentity{Claims: claims("c", c.pattern)}
		if got := w.Matches(map[string]string{"c": c.text}); got != c.want {
			t.Errorf("%q matches %q: %t", c.pattern, c.text, got)
		}
	}
	if (access.WorkloadIdentity{}).Matches(map[string]string{"c": "x"}) {
		t.Error("an identity without rules lets somebody in")
	}
	if (access.WorkloadIdentity{Claims: claims("a", "x", "b", "y")}).Matches(map[string]string{"a": "x"}) {
		t.Error("a claim that is not there meets a rule")
	}
}

func TestAnIdentitySaysWhoseWorkloadsAreMeant(t *testing.T) {
	t.Parallel()
	h := workloadHouse(t)
	in := func(issuer string, rules ...string) access.WorkloadIdentityInput {
		return access.WorkloadIdentityInput{Name: "deployments", Issuer: issuer, Claims: claims(rules...)}
	}
	for _, c := range []struct {
		in    access.WorkloadIdentityInput
		fault string // where it is; empty for none
	}{
		{in(access.GitHubActions, "repository", "octo-org/octo-repo"), ""},
		{in(access.GitHubActions, "repository", "octo-org/*", "environment", "prod"), ""},
		{in(access.GitHubActions, "repository_id", "74"), ""},
		{in(access.GitHubActions, "sub", "repo:octo-org/octo-repo:ref:refs/heads/*"), ""},
		{in(access.GitHubActions, "environment", "prod"), "/claims"},
		{in(access.GitHubActions, "repository", "*"), "/claims"},
		{in(access.GitHubActions, "repository", "octo-*/x"), "/claims"},
		{in(access.GitHubActions, "repository", "*/octo-repo"), "/claims"},
		{in(access.GitHubActions, "repository_id", "7*"), "/claims"},
		{in(access.GitHubActions, "sub", "repo:*"), "/claims"},
		{in(access.GitHubActions, "repository_owner", "octo-org"), "/claims"},
		{in(access.GitHubActions), "/claims"},
		{in(cluster, "sub", "system:serviceaccount:shop:deployer"), ""},
		{in(cluster, "sub", "*"), "/claims"},
		{in(cluster, "sub", "system:**"), "/claims/sub"},
		{in(cluster, "aud", audience), "/claims/aud"},
		{in("https://elsewhere.example.org", "sub", "x"), "/issuer"},
		{access.WorkloadIdentityInput{Name: "x", Issuer: cluster, Claims: claims("sub", "x"), Scopes: []access.Scope{access.ScopeAdmin}}, "/scopes/0"},
	} {
		w, err := h.CreateWorkloadIdentity(as(t, h.ada, access.ScopeWrite), h.crew, c.in)
		if c.fault == "" {
			if err != nil || w.Audience != audience || !slices.Equal(w.Scopes, []access.Scope{access.ScopePush}) {
				t.Errorf("%v: %+v, %v", c.in, w, err)
			}
			continue
		}
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || !slices.ContainsFunc(e.Violations, func(v fault.Violation) bool { return v.Pointer == c.fault }) {
			t.Errorf("%v: %v, want a fault at %s", c.in, err, c.fault)
		}
	}
}

func TestAnIdentityIsItsTeamsAlone(t *testing.T) {
	t.Parallel()
	h := workloadHouse(t)
	in := access.WorkloadIdentityInput{Name: "deployments", Issuer: access.GitHubActions, Claims: claims("repository", "octo-org/octo-repo")}
	_, err := h.CreateWorkloadIdentity(as(t, h.bob, access.ScopeWrite), h.crew, in)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateWorkloadIdentity(as(t, h.ada, access.ScopeRead), h.crew, in)
	refused(t, err, fault.Forbidden, "forbidden")
	workload := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.crew, Scopes: []access.Scope{access.ScopeWrite}})
	_, err = h.CreateWorkloadIdentity(workload, h.crew, in)
	refused(t, err, fault.Forbidden, "forbidden")
	w := ok(h.CreateWorkloadIdentity(as(t, h.ada, access.ScopeWrite), h.crew, in))(t)
	_, err = h.WorkloadIdentity(as(t, h.bob, access.ScopeWrite), w.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.WorkloadIdentities(as(t, h.bob, access.ScopeWrite), h.crew, page.Request{})
	refused(t, err, fault.Forbidden, "forbidden")
	for who, want := range map[*access.Person]int{&h.ada: 1, &h.bob: 0, &h.root: 1} {
		if got := ok(h.WorkloadIdentities(as(t, *who, access.Scopes...), "", page.Request{}))(t).Items; len(got) != want {
			t.Errorf("%s sees %d, want %d", who.DisplayName, len(got), want)
		}
	}
}

func TestATokenThatTwoTeamsLetInIsOfNeither(t *testing.T) {
	t.Parallel()
	h := workloadHouse(t)
	other := storetest.Team(t, h.store, "other").ID
	root := as(t, h.root, access.Scopes...)
	add := func(team id.ID, rules ...string) (access.WorkloadIdentity, error) {
		return h.CreateWorkloadIdentity(root, team, access.WorkloadIdentityInput{Name: "x", Issuer: access.GitHubActions, Claims: claims(rules...)})
	}
	mine := ok(add(h.crew, "repository", "octo-org/octo-repo", "environment", "prod"))(t)
	// The one lets in what the other does, either way.
	for _, rules := range [][]string{{"repository", "octo-org/*"}, {"repository", "octo-org/octo-repo", "environment", "prod", "ref", "refs/heads/main"}} {
		_, err := add(other, rules...)
		refused(t, err, fault.Conflict, "workload_ambiguous")
	}
	// For the same team it is no matter.
	ok(add(h.crew, "repository", "octo-org/*", "environment", "staging"))(t)
	// That these meet shows only with a token that meets both.
	theirs := ok(add(other, "repository", "octo-org/octo-repo", "ref", "refs/heads/main"))(t)
	_, _, err := h.ExchangeWorkload(t.Context(), ofJob(), access.ExchangeInput{})
	refused(t, err, fault.Conflict, "workload_ambiguous")
	for _, w := range []access.WorkloadIdentity{mine, theirs} {
		if !strings.Contains(err.Error(), string(w.ID)) {
			t.Errorf("%v does not name %s", err, w.ID)
		}
	}
	made, _, err := h.ExchangeWorkload(t.Context(), ofJob("ref", "refs/heads/feature"), access.ExchangeInput{})
	if err != nil || made.Team != h.crew || made.Identity != mine.ID {
		t.Errorf("got %+v, %v", made, err)
	}
	made, _, err = h.ExchangeWorkload(t.Context(), ofJob("environment", ""), access.ExchangeInput{})
	if err != nil || made.Team != other {
		t.Errorf("got %+v, %v", made, err)
	}
}

func TestAWorkloadsTokenIsShortAndNarrow(t *testing.T) {
	t.Parallel()
	h := workloadHouse(t)
	ada := as(t, h.ada, access.ScopeWrite)
	in := access.WorkloadIdentityInput{Name: "deployments", Issuer: access.GitHubActions, Claims: claims("repository", "octo-org/octo-repo"), Scopes: []access.Scope{access.ScopeRead, access.ScopePush}}
	w := ok(h.CreateWorkloadIdentity(ada, h.crew, in))(t)
	exchange := func(v access.VerifiedToken, in access.ExchangeInput) (access.Token, string, error) {
		return h.ExchangeWorkload(t.Context(), v, in)
	}
	for _, v := range []access.VerifiedToken{
		ofJob("repository", "octo-org/other"),
		{Issuer: access.GitHubActions, Audiences: []string{"https://elsewhere.example.org"}, Claims: ofJob().Claims},
		{Issuer: cluster, Audiences: []string{audience}, Claims: ofJob().Claims},
	} {
		_, _, err := exchange(v, access.ExchangeInput{})
		refused(t, err, fault.Unauthenticated, "workload_unknown")
	}
	for _, scope := range []access.Scope{access.ScopeWrite, access.ScopeAdmin} {
		_, _, err := exchange(ofJob(), access.ExchangeInput{Scopes: []access.Scope{scope}})
		refused(t, err, fault.Forbidden, "forbidden")
	}
	_, _, err := exchange(ofJob(), access.ExchangeInput{Lifetime: time.Hour + time.Second})
	refused(t, err, fault.Invalid, "invalid_input")

	made, text, err := exchange(ofJob(), access.ExchangeInput{})
	if err != nil || !made.ExpiresAt.Equal(storetest.Start.Add(15*time.Minute)) || !slices.Equal(made.Scopes, in.Scopes) {
		t.Fatalf("got %+v, %v", made, err)
	}
	c := ok(h.Authenticate(t.Context(), text))(t)
	if c.Kind != access.ByTeam || c.Team != h.crew || c.Administers() {
		t.Errorf("it is %+v", c)
	}
	if used := ok(h.WorkloadIdentity(ada, w.ID))(t).LastUsedAt; used == nil || !used.Equal(storetest.Start) {
		t.Errorf("the identity was last used at %v", used)
	}
	_, _, err = h.RotateToken(ada, made.ID, access.RotationInput{})
	refused(t, err, fault.Conflict, "token_exchanged")
	h.clock.Advance(15 * time.Minute)
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, access.CodeTokenExpired)

	// What is changed or removed ends what it was worth.
	_, text, err = exchange(ofJob(), access.ExchangeInput{Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	in.Name = "renamed"
	w = ok(h.UpdateWorkloadIdentity(ada, w.ID, 1, in))(t)
	ok(h.Authenticate(t.Context(), text))(t)
	in.Scopes = in.Scopes[:1]
	w = ok(h.UpdateWorkloadIdentity(ada, w.ID, w.Version, in))(t)
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, access.CodeTokenRevoked)
	_, text, err = exchange(ofJob(), access.ExchangeInput{})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.DeleteWorkloadIdentity(ada, w.ID, w.Version); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, "token_invalid")
}

func TestRotatedTwoOfALineAreGoodAtTheSameTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := as(t, h.ada, access.ScopeWrite)
	first, firstText, err := h.IssueToken(ada, access.TokenInput{Kind: access.WorkloadToken, Name: "pipeline", Team: h.crew, Scopes: []access.Scope{access.ScopePush}})
	if err != nil {
		t.Fatal(err)
	}
	rotate := func(ctx context.Context, of id.ID, grace time.Duration) (access.Token, string, error) {
		return h.RotateToken(ctx, of, access.RotationInput{Grace: grace})
	}
	_, _, err = rotate(as(t, h.bob, access.ScopeWrite), first.ID, time.Hour)
	refused(t, err, fault.Forbidden, "forbidden")
	_, _, err = rotate(ada, first.ID, 7*24*time.Hour+time.Second)
	refused(t, err, fault.Invalid, "invalid_input")
	h.clock.Advance(time.Hour)
	second, secondText, err := rotate(ada, first.ID, time.Hour)
	if err != nil || second.Predecessor != first.ID || second.Name != "pipeline" || second.Team != h.crew || !slices.Equal(second.Scopes, first.Scopes) ||
		!second.ExpiresAt.Equal(h.clock.Now().Add(90*24*time.Hour)) {
		t.Fatalf("got %+v, %v", second, err)
	}
	was := ok(h.Token(ada, first.ID))(t)
	if was.Successor != second.ID || !was.ExpiresAt.Equal(h.clock.Now().Add(time.Hour)) {
		t.Errorf("the first is %+v", was)
	}
	for _, text := range []string{firstText, secondText} {
		ok(h.Authenticate(t.Context(), text))(t)
	}
	_, _, err = rotate(ada, first.ID, 0)
	refused(t, err, fault.Conflict, "token_rotated")
	_, _, err = rotate(ada, second.ID, 0)
	refused(t, err, fault.Conflict, "tokens_live")
	h.clock.Advance(time.Hour)
	_, err = h.Authenticate(t.Context(), firstText)
	refused(t, err, fault.Unauthenticated, access.CodeTokenExpired)
	third, thirdText, err := rotate(ada, second.ID, 0)
	if err != nil || third.Predecessor != second.ID {
		t.Fatalf("got %+v, %v", third, err)
	}
	_, err = h.Authenticate(t.Context(), secondText)
	refused(t, err, fault.Unauthenticated, access.CodeTokenExpired)
	ok(h.Authenticate(t.Context(), thirdText))(t)
	_, _, err = rotate(ada, second.ID, 0)
	refused(t, err, fault.Conflict, "token_ended")

	// No token begets a mightier one.
	_, rootToken := ok2(h.IssueToken(as(t, h.root, access.Scopes...), access.TokenInput{Kind: access.PersonalToken, Name: "all", Scopes: access.Scopes}))(t)
	mighty, _, _ := access.ParseToken(rootToken)
	_, _, err = rotate(as(t, h.root, access.ScopeWrite), mighty, time.Hour)
	refused(t, err, fault.Forbidden, "forbidden")
}

func ok2[T, U any](v T, u U, err error) func(*testing.T) (T, U) {
	return func(t *testing.T) (T, U) {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return v, u
	}
}
