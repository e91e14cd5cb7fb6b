package drift

import (
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Reason is why nobody may look after a service.
type Reason string

// The reasons.
const (
	EmptyTeam      Reason = "team_empty"          // nobody is in its team who was not deactivated
	DepartedOnCall Reason = "on_call_departed"    // it names a person on call who was deactivated
	Repository     Reason = "repository_refuses"  // its repository is archived or gone, or takes no issues
	CodeOwners     Reason = "codeowners_disagree" // its code is owned by others than its team
)

// Reasons lists every reason.
var Reasons = []Reason{EmptyTeam, DepartedOnCall, Repository, CodeOwners}

// Drift is a reason of a service, while it lasts. There is one of each at most.
type Drift struct {
	ID      id.ID
	Service id.ID
	Reason  Reason
	Detail  string // a sentence for people
	FoundAt time.Time
	// EscalatedAt is when the team above was told, nil until then.
	EscalatedAt *time.Time
}

// known is what reasons follow from.
type known struct {
	members  map[id.ID]int            // by team: people who were not deactivated
	departed map[string]access.Person // by what they may be called, in lower case
	refusal  func(address string) string
	named    func(address string) (name, directory string, ok bool) // nil without a tracker
	seen     map[string]Seen                                        // by name
	organisation
}

// called is what a person may be called where somebody on call is named: an address, a login as
// GitHub mentions people, a name.
func called(p access.Person) []string {
	var out []string
	for _, name := range []string{p.Email, p.DisplayName} {
		if name != "" {
			out = append(out, folded(name))
		}
	}
	if p.GitHubLogin != "" {
		out = append(out, folded("@"+p.GitHubLogin))
	}
	return out
}

// departed are those who left, by what they may be called and nobody is who is there: a name that
// somebody still has says nothing of who left.
func departed(everybody []access.Person) map[string]access.Person {
	out := map[string]access.Person{}
	for _, p := range everybody {
		if p.DeactivatedAt == nil {
			continue
		}
		for _, name := range called(p) {
			out[name] = p
		}
	}
	for _, p := range everybody {
		if p.DeactivatedAt == nil {
			for _, name := range called(p) {
				delete(out, name)
			}
		}
	}
	return out
}

func folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// of are the reasons of the service, each with its detail.
func (k known) of(s registry.Service) map[Reason]string {
	out := map[Reason]string{}
	if k.members[s.Team] == 0 {
		out[EmptyTeam] = fmt.Sprintf("Nobody is in the team %s who was not deactivated.", s.TeamSlug)
	}
	if p, left := k.departed[folded(s.OnCall)]; left && s.OnCall != "" {
		out[DepartedOnCall] = fmt.Sprintf("On call is %s, who was deactivated on %s.", p.DisplayName, p.DeactivatedAt.Format(time.DateOnly))
	}
	if s.Repository != "" && k.refusal != nil {
		if problem := k.refusal(s.Repository); problem != "" {
			out[Repository] = fmt.Sprintf("The repository %s takes no issues: %s", s.Repository, sentence(problem))
		}
	}
	if k.named == nil {
		return out
	}
	name, directory, ok := k.named(s.Repository)
	if !ok {
		return out
	}
	switch seen := k.seen[name]; {
	case seen.Archived && out[Repository] == "":
		out[Repository] = fmt.Sprintf("The repository %s is archived.", s.Repository)
	case seen.Archived:
	default:
		if problem := k.disowned(s, name, directory, seen.Owners); problem != "" {
			out[CodeOwners] = problem
		}
	}
	return out
}

// sentence ends the text with a full stop, or what ends one already.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// title says in a line what is wrong with the service.
func (d Drift) title(s registry.Service) string {
	switch d.Reason {
	case EmptyTeam:
		return fmt.Sprintf("The team of %s has nobody in it", s.Slug)
	case DepartedOnCall:
		return fmt.Sprintf("Who is on call for %s left", s.Slug)
	case CodeOwners:
		return fmt.Sprintf("The code of %s is owned by others", s.Slug)
	default:
		return fmt.Sprintf("The repository of %s takes no issues", s.Slug)
	}
}

// remedy says what puts it right.
var remedy = map[Reason]string{
	EmptyTeam:      "Take somebody into the team, or give the service to another.",
	DepartedOnCall: "Say who is on call.",
	Repository:     "Name the repository where the service is now.",
	CodeOwners:     "Put the team into that file, or give the service to those who own its code.",
}
