package drift

import (
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/drift/codeowners"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// organisation is who may be meant by owners of code.
type organisation struct {
	people  map[id.ID]access.Person
	called  map[string]id.ID // people, by what they may be called, in lower case
	teams   map[string]id.ID // by slug, which GitHub's teams are called by, too
	parents map[id.ID]id.ID
	inTeam  map[id.ID][]id.ID // people, by team
}

// newOrganisation puts everybody where they are found. A name that somebody has who is there is theirs.
func newOrganisation(everybody []access.Person, teams []registry.Team) organisation {
	o := organisation{people: map[id.ID]access.Person{}, called: map[string]id.ID{}, teams: map[string]id.ID{}, parents: map[id.ID]id.ID{}}
	for _, there := range []bool{false, true} {
		for _, p := range everybody {
			if there != (p.DeactivatedAt == nil) {
				continue
			}
			o.people[p.ID] = p
			if p.Email != "" {
				o.called[folded(p.Email)] = p.ID
			}
			if p.GitHubLogin != "" {
				o.called[folded("@"+p.GitHubLogin)] = p.ID
			}
		}
	}
	for _, t := range teams {
		o.teams[t.Slug], o.parents[t.ID] = t.ID, t.Parent
	}
	return o
}

// within reports whether the team is the other, or below it.
func (o organisation) within(team, other id.ID) bool {
	for range len(o.parents) + 1 {
		if team == other {
			return true
		}
		if team = o.parents[team]; team == "" {
			return false
		}
	}
	return false
}

// disown reports whether the owners of code are all known to be others than the team. Nothing is said where
// there are no owners, where no login is known of the team's people, and where an owner may be one of them:
// a login or an address that is nobody's while not all of theirs are known, or a team of GitHub's that no team
// here is called like.
func (o organisation) disown(team id.ID, owners []string) bool {
	mine, logins := map[id.ID]bool{}, 0
	for _, person := range o.inTeam[team] {
		if p := o.people[person]; p.DeactivatedAt == nil {
			mine[person] = true
			if p.GitHubLogin != "" {
				logins++
			}
		}
	}
	if logins == 0 || len(owners) == 0 {
		return false
	}
	for _, owner := range owners {
		if _, slug, isTeam := strings.Cut(owner, "/"); isTeam {
			other, known := o.teams[folded(slug)]
			if !known || o.within(team, other) {
				return false
			}
			continue
		}
		person, known := o.called[folded(owner)]
		switch {
		case known && mine[person]:
			return false
		case known:
		case !strings.HasPrefix(owner, "@") || logins < len(mine):
			return false
		}
	}
	return true
}

// mostNamed is how many owners are named, and longestName how much of each, in bytes.
const mostNamed, longestName = 5, 100

// disowned says that others own the code of the service; empty where they do not, and where that is not known.
func (k known) disowned(s registry.Service, repository, directory string, file OwnersFile) string {
	owners := codeowners.Of(file.Text, directory)
	if !k.organisation.disown(s.Team, owners) {
		return ""
	}
	named := make([]string, 0, mostNamed+1)
	for i, owner := range owners {
		if i == mostNamed {
			named = append(named, fmt.Sprintf("%d more", len(owners)-mostNamed))
			break
		}
		named = append(named, strings.ToValidUTF8(owner[:min(len(owner), longestName)], ""))
	}
	where := repository
	if directory != "" {
		where += "/" + directory
	}
	return fmt.Sprintf("By %s the code in %s is owned by %s, and by nobody of the team %s.", file.Path, where, strings.Join(named, ", "), s.TeamSlug)
}
