package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// oneTeam has the member "ada" in the team "crew", and nobody else anywhere.
type oneTeam struct{ err error }

func (o oneTeam) IsMember(_ context.Context, person, team id.ID) (bool, error) {
	return person == "ada" && team == "crew", o.err
}

func (o oneTeam) TeamsOf(_ context.Context, person id.ID) ([]id.ID, error) {
	if person == "ada" {
		return []id.ID{"crew"}, o.err
	}
	return nil, o.err
}

var (
	verbs = []access.Verb{access.Read, access.Create, access.Update, access.Delete, access.Retire, access.Restore, access.Transfer, access.Push, access.Run, access.Sync, access.Check, "approve"}
	kinds = []access.Kind{
		access.KindSelf, access.KindPerson, access.KindToken, access.KindWorkloadIdentity, access.KindTeam, access.KindMember, access.KindSystem, access.KindService,
		access.KindDependency, access.KindSLO, access.KindSLA, access.KindComposite, access.KindCorrection, access.KindOutage, access.KindChange, access.KindProposal, access.KindSignalMapping, access.KindPolicy, access.KindAttachment, access.KindViolation, access.KindAlert, access.KindIssue, access.KindDelivery, access.KindJob,
		access.KindAudit, access.KindSignInLink, access.KindDispute, access.KindWebhook, access.KindIncident, access.KindPostmortem, access.KindPostmortemRequest, access.KindPostmortemReview, access.KindPostmortemTemplate,
		access.KindToil, access.KindToilSettings, access.KindToilAnswer, access.KindToilEntry, access.KindToilSurvey, access.KindToilCandidate, access.KindToilAutomation, access.KindCatalog, access.KindManifestSet, "unheard-of",
	}
	all = []access.Scope{access.ScopeRead, access.ScopeWrite, access.ScopePush}
)

// callers are named by a letter; each has every scope that it can have.
var callers = map[rune]access.Caller{
	'-': {Kind: access.Anonymous, Scopes: access.Scopes},
	'0': {},
	'r': {Kind: access.ByPerson, Person: "rob", Scopes: all},
	'm': {Kind: access.ByPerson, Person: "ada", Scopes: all},
	'w': {Kind: access.ByTeam, Team: "crew", Token: "t1", Scopes: all},
	'x': {Kind: access.ByTeam, Team: "others", Token: "t2", Scopes: all},
	'a': {Kind: access.ByPerson, Person: "eve", Administrator: true, Scopes: all}, // without the scope admin
	'A': {Kind: access.ByPerson, Person: "eve", Administrator: true, Scopes: access.Scopes},
	// What no honest token is: a workload that says it administers, and a person
	// with the scope who is no administrator.
	'W': {Kind: access.ByTeam, Team: "others", Administrator: true, Scopes: access.Scopes},
	'R': {Kind: access.ByPerson, Person: "rob", Scopes: access.Scopes},
	'S': access.System("job"),
	// A portal by itself, once as it is and once with all that no honest one says of itself.
	'p': {Kind: access.ByPortal, Name: "catalog", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}},
	'P': {Kind: access.ByPortal, Name: "catalog", Person: "ada", Team: "crew", Administrator: true, Scopes: access.Scopes},
}

const (
	whoever = "rmwxaAWRSpP" // reading is open to the organisation
	persons = "rmaARS"
	members = "mAS"
	owners  = "mwAS"
	admins  = "AS"
	portals = "pPAS"
)

// The design's words, operation by operation; what is not here is the
// administrators'. The object belongs to the team "crew".
var ofATeam = map[access.Rule]string{
	{Verb: access.Read, Kind: access.KindSelf}:          whoever,
	{Verb: access.Read, Kind: access.KindPerson}:        whoever,
	{Verb: access.Read, Kind: access.KindTeam}:          whoever,
	{Verb: access.Read, Kind: access.KindMember}:        whoever,
	{Verb: access.Read, Kind: access.KindSystem}:        whoever,
	{Verb: access.Read, Kind: access.KindService}:       whoever,
	{Verb: access.Read, Kind: access.KindDependency}:    whoever,
	{Verb: access.Read, Kind: access.KindSLO}:           whoever,
	{Verb: access.Read, Kind: access.KindSLA}:           whoever,
	{Verb: access.Read, Kind: access.KindComposite}:     whoever,
	{Verb: access.Read, Kind: access.KindCorrection}:    whoever,
	{Verb: access.Read, Kind: access.KindOutage}:        whoever,
	{Verb: access.Read, Kind: access.KindChange}:        whoever,
	{Verb: access.Read, Kind: access.KindIncident}:      whoever,
	{Verb: access.Read, Kind: access.KindSignalMapping}: whoever,
	{Verb: access.Read, Kind: access.KindPolicy}:        whoever,
	{Verb: access.Read, Kind: access.KindAttachment}:    whoever,
	{Verb: access.Read, Kind: access.KindViolation}:     whoever,
	{Verb: access.Read, Kind: access.KindIssue}:         whoever,
	{Verb: access.Read, Kind: access.KindDelivery}:      whoever,
	{Verb: access.Read, Kind: access.KindJob}:           whoever,
	{Verb: access.Read, Kind: access.KindAlert}:         whoever,
	{Verb: access.Read, Kind: access.KindProposal}:      whoever,

	// A set of manifests is brought by its team, by pipelines too.
	{Verb: access.Read, Kind: access.KindManifestSet}:   whoever,
	{Verb: access.Check, Kind: access.KindManifestSet}:  owners,
	{Verb: access.Update, Kind: access.KindManifestSet}: owners,
	{Verb: access.Delete, Kind: access.KindManifestSet}: owners,

	// What a portal's catalog says, a portal tells.
	{Verb: access.Read, Kind: access.KindCatalog}: whoever,
	{Verb: access.Sync, Kind: access.KindCatalog}: portals,

	// A team's secrets and its log are its people's.
	{Verb: access.Read, Kind: access.KindToken}:   members,
	{Verb: access.Create, Kind: access.KindToken}: members,
	{Verb: access.Update, Kind: access.KindToken}: members, // rotating
	{Verb: access.Delete, Kind: access.KindToken}: members,

	// By which tokens of others its workloads come in is the team's to know.
	{Verb: access.Read, Kind: access.KindWorkloadIdentity}:   members,
	{Verb: access.Create, Kind: access.KindWorkloadIdentity}: members,
	{Verb: access.Update, Kind: access.KindWorkloadIdentity}: members,
	{Verb: access.Delete, Kind: access.KindWorkloadIdentity}: members,

	{Verb: access.Read, Kind: access.KindAudit}:  members,
	{Verb: access.Update, Kind: access.KindSelf}: members,

	// What ends or gives away something, or says who belongs, takes people.
	{Verb: access.Create, Kind: access.KindTeam}:        persons,
	{Verb: access.Update, Kind: access.KindTeam}:        members,
	{Verb: access.Delete, Kind: access.KindTeam}:        members,
	{Verb: access.Create, Kind: access.KindMember}:      members,
	{Verb: access.Delete, Kind: access.KindMember}:      members,
	{Verb: access.Delete, Kind: access.KindSystem}:      members,
	{Verb: access.Transfer, Kind: access.KindSystem}:    members,
	{Verb: access.Retire, Kind: access.KindService}:     members,
	{Verb: access.Restore, Kind: access.KindService}:    members,
	{Verb: access.Transfer, Kind: access.KindService}:   members,
	{Verb: access.Retire, Kind: access.KindSLO}:         members,
	{Verb: access.Restore, Kind: access.KindSLO}:        members,
	{Verb: access.Retire, Kind: access.KindSLA}:         members,
	{Verb: access.Retire, Kind: access.KindComposite}:   members,
	{Verb: access.Restore, Kind: access.KindComposite}:  members,
	{Verb: access.Transfer, Kind: access.KindComposite}: members,
	{Verb: access.Create, Kind: access.KindDispute}:     members,
	{Verb: access.Update, Kind: access.KindDispute}:     persons, // the approver, which policy looks at
	{Verb: access.Update, Kind: access.KindViolation}:   members,
	{Verb: access.Create, Kind: access.KindProposal}:    members,
	{Verb: access.Update, Kind: access.KindProposal}:    members,
	{Verb: access.Create, Kind: access.KindAttachment}:  members,
	{Verb: access.Update, Kind: access.KindAttachment}:  members,
	{Verb: access.Delete, Kind: access.KindAttachment}:  members,
	{Verb: access.Update, Kind: access.KindIssue}:       members,
	{Verb: access.Update, Kind: access.KindAlert}:       members,

	{Verb: access.Create, Kind: access.KindOverride}: members,
	{Verb: access.Update, Kind: access.KindOverride}: members,

	// What pipelines do, workloads of the team may.
	{Verb: access.Create, Kind: access.KindGateDecision}:  owners,
	{Verb: access.Create, Kind: access.KindSystem}:        owners,
	{Verb: access.Update, Kind: access.KindSystem}:        owners,
	{Verb: access.Create, Kind: access.KindService}:       owners,
	{Verb: access.Update, Kind: access.KindService}:       owners,
	{Verb: access.Create, Kind: access.KindDependency}:    owners,
	{Verb: access.Update, Kind: access.KindDependency}:    owners,
	{Verb: access.Delete, Kind: access.KindDependency}:    owners,
	{Verb: access.Create, Kind: access.KindSLO}:           owners,
	{Verb: access.Update, Kind: access.KindSLO}:           owners,
	{Verb: access.Push, Kind: access.KindSLO}:             owners,
	{Verb: access.Create, Kind: access.KindSLA}:           owners,
	{Verb: access.Update, Kind: access.KindSLA}:           owners,
	{Verb: access.Create, Kind: access.KindComposite}:     owners,
	{Verb: access.Update, Kind: access.KindComposite}:     owners,
	{Verb: access.Update, Kind: access.KindSignalMapping}: owners,
	{Verb: access.Delete, Kind: access.KindSignalMapping}: owners,
	{Verb: access.Create, Kind: access.KindCorrection}:    owners,
	{Verb: access.Delete, Kind: access.KindCorrection}:    owners,
	{Verb: access.Create, Kind: access.KindOutage}:        owners,
	{Verb: access.Update, Kind: access.KindOutage}:        owners,
	{Verb: access.Delete, Kind: access.KindOutage}:        owners,
	{Verb: access.Create, Kind: access.KindChange}:        owners,
	{Verb: access.Update, Kind: access.KindChange}:        owners,
	{Verb: access.Delete, Kind: access.KindChange}:        owners,
	{Verb: access.Create, Kind: access.KindIncident}:      owners,

	// What is written after incidents is for people.
	{Verb: access.Read, Kind: access.KindPostmortem}:          whoever,
	{Verb: access.Update, Kind: access.KindPostmortem}:        members,
	{Verb: access.Create, Kind: access.KindPostmortemRequest}: persons,
	{Verb: access.Update, Kind: access.KindPostmortemRequest}: members,
	{Verb: access.Create, Kind: access.KindPostmortemReview}:  persons,
	{Verb: access.Read, Kind: access.KindPostmortemTemplate}:  whoever,

	{Verb: access.Update, Kind: access.KindIncident}: owners,

	// What a person says of toil is that person's, who is of the team; what a team decides is for its
	// people; and automation reports with a token of the team.
	{Verb: access.Read, Kind: access.KindToil}:             whoever,
	{Verb: access.Update, Kind: access.KindToilSettings}:   members,
	{Verb: access.Create, Kind: access.KindToilAnswer}:     members,
	{Verb: access.Read, Kind: access.KindToilAnswer}:       members,
	{Verb: access.Delete, Kind: access.KindToilAnswer}:     members,
	{Verb: access.Create, Kind: access.KindToilEntry}:      members,
	{Verb: access.Read, Kind: access.KindToilEntry}:        members,
	{Verb: access.Update, Kind: access.KindToilEntry}:      members,
	{Verb: access.Delete, Kind: access.KindToilEntry}:      members,
	{Verb: access.Create, Kind: access.KindToilSurvey}:     members,
	{Verb: access.Read, Kind: access.KindToilSurvey}:       members,
	{Verb: access.Create, Kind: access.KindToilCandidate}:  members,
	{Verb: access.Update, Kind: access.KindToilCandidate}:  members,
	{Verb: access.Create, Kind: access.KindToilAutomation}: owners,
	{Verb: access.Delete, Kind: access.KindToilAutomation}: members,
}

func TestEveryCallerMayDoExactlyWhatTheDesignSays(t *testing.T) {
	t.Parallel()
	authorizer := access.NewAuthorizer(oneTeam{})
	check := func(object string, rule access.Rule, o access.Object, want string) {
		for name, c := range callers {
			err := authorizer.Authorize(access.WithCaller(t.Context(), c), rule.Verb, o)
			if allowed := err == nil; allowed != strings.ContainsRune(want, name) {
				t.Errorf("%c may %s %s %s: %t (%v)", name, rule.Verb, rule.Kind, object, allowed, err)
			}
			if err == nil {
				continue
			}
			refusal, recorded := access.RefusalIn(err)
			switch {
			case name == '-' || name == '0':
				if !fault.Is(err, fault.Unauthenticated) || recorded {
					t.Errorf("%c gets %v", name, err)
				}
			case !fault.Is(err, fault.Forbidden) || !recorded || refusal.Verb != rule.Verb || refusal.Object != o || refusal.Caller.Key() != c.Key():
				t.Errorf("%c gets %v with the refusal %+v", name, err, refusal)
			}
		}
	}
	for _, verb := range verbs {
		for _, kind := range kinds {
			rule := access.Rule{Verb: verb, Kind: kind}
			want, open := ofATeam[rule]
			if !open {
				want = admins
			}
			check("of its team", rule, access.Object{Kind: kind, Team: "crew"}, want)

			// The same when somebody of no team made it: that gives them nothing.
			check("of its team, made by rob", rule, access.Object{Kind: kind, Team: "crew", Person: "rob"}, want)

			// Nobody's: only what is open to all stays open.
			nobodys := want
			if want != whoever && want != persons && want != portals {
				nobodys = admins
			}
			check("of nobody", rule, access.Object{Kind: kind}, nobodys)

			// A person's own.
			if kind == access.KindToken || kind == access.KindSelf {
				if want == members {
					nobodys = "rRAS"
				}
				check("of rob", rule, access.Object{Kind: kind, Person: "rob"}, nobodys)
			}
		}
	}
}

func TestATokenDoesNoMoreThanItsScopes(t *testing.T) {
	t.Parallel()
	authorizer := access.NewAuthorizer(oneTeam{})
	for _, row := range []struct {
		scopes             []access.Scope
		read, write, push_ bool
	}{
		{nil, false, false, false},
		{[]access.Scope{access.ScopeRead}, true, false, false},
		{[]access.Scope{access.ScopePush}, false, false, true},
		{[]access.Scope{access.ScopeWrite}, true, true, true}, // write covers read and push
		{[]access.Scope{access.ScopeAdmin}, true, true, true}, // admin covers all
		{[]access.Scope{"everything"}, false, false, false},
	} {
		for _, c := range []access.Caller{
			{Kind: access.ByPerson, Person: "ada", Scopes: row.scopes},
			{Kind: access.ByTeam, Team: "crew", Scopes: row.scopes},
		} {
			ctx := access.WithCaller(t.Context(), c)
			for verb, want := range map[access.Verb]bool{access.Read: row.read, access.Update: row.write, access.Push: row.push_} {
				if err := authorizer.Authorize(ctx, verb, access.Object{Kind: access.KindSLO, Team: "crew"}); (err == nil) != want {
					t.Errorf("%s with %q may %s: %v", c.Kind, row.scopes, verb, err)
				}
				if err := authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindSLO}); (err == nil) != want {
					t.Errorf("%s with %q is permitted to %s: %v", c.Kind, row.scopes, verb, err)
				}
			}
			if err := authorizer.Permit(ctx, access.Rule{Verb: access.Run, Kind: access.KindJob}); (err == nil) != c.Has(access.ScopeAdmin) {
				t.Errorf("%q is permitted to run a job: %v", row.scopes, err)
			}
		}
	}
}

func TestUnknownMembershipIsNoMembership(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database is away")
	ctx := access.WithCaller(t.Context(), callers['m'])
	err := access.NewAuthorizer(oneTeam{err: broken}).Authorize(ctx, access.Update, access.Object{Kind: access.KindSLO, Team: "crew"})
	if !errors.Is(err, broken) || fault.As(err) != nil {
		t.Errorf("got %v", err)
	}
}

func TestTheContextWithoutACallerIsAnonymous(t *testing.T) {
	t.Parallel()
	if c := access.CallerFrom(t.Context()); c.Kind != access.Anonymous {
		t.Errorf("got %+v", c)
	}
	err := access.NewAuthorizer(oneTeam{}).Permit(t.Context(), access.Rule{Verb: access.Read, Kind: access.KindSLO})
	if !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("got %v", err)
	}
}

func TestRightsAreWhatAuthorizeAnswers(t *testing.T) {
	t.Parallel()
	authorizer := access.NewAuthorizer(oneTeam{})
	for name, c := range callers {
		ctx := access.WithCaller(t.Context(), c)
		for _, team := range []id.ID{"crew", "others", ""} {
			rights, err := authorizer.Rights(ctx, team, []access.Rule{{Verb: access.Run, Kind: access.KindJob}, {Verb: access.Read, Kind: access.KindSLO}})
			if name == '-' || name == '0' {
				if !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("%c: %v", name, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%c: %v", name, err)
			}
			seen := map[access.Rule]bool{}
			for _, r := range rights {
				err := authorizer.Authorize(ctx, r.Verb, access.Object{Kind: r.Kind, Team: team, Person: c.Person})
				refusal, _ := access.RefusalIn(err)
				if seen[r.Rule] || r.Allowed != (err == nil) || r.Reason != refusal.Reason || r.Allowed == (r.Reason != "") {
					t.Errorf("%c of %q: %+v, want %v", name, team, r, err)
				}
				seen[r.Rule] = true
			}
			// Those of the table that have a grant, and those that were asked for besides.
			if !seen[access.Rule{Verb: access.Run, Kind: access.KindJob}] || !seen[access.Rule{Verb: access.Sync, Kind: access.KindCatalog}] || len(rights) < len(ofATeam) {
				t.Errorf("%c of %q: only %d rights", name, team, len(rights))
			}
		}
	}
}
