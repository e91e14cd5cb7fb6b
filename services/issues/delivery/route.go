package delivery

import (
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/services/issues"
)

// places are where an issue may go, in this order: its service's repository, if it
// is on the tracker, then the default.
func (s Settings) places(i issues.Issue) []Place {
	var places []Place
	for _, place := range []Place{s.placeOf(i.Repository), s.Default} {
		if place != "" && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// placeOf reads the address of a repository; none when it is not on the tracker.
func (s Settings) placeOf(repository string) Place {
	u, err := url.Parse(repository)
	if err != nil || !strings.EqualFold(u.Host, s.Host) {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 {
		return ""
	}
	place := Place(parts[0] + "/" + strings.TrimSuffix(parts[1], ".git"))
	if !place.IsWhole() {
		return ""
	}
	return place
}

// objection is why a place does not take issues of a kind; empty when it does.
func (s Settings) objection(f Facts, kind issues.Kind) string {
	switch {
	case !f.Issues:
		return "issues are disabled in the repository " + string(f.Place) + ": enable them, or send the issue to another"
	case f.Archived:
		return "the repository " + string(f.Place) + " is archived: unarchive it, or send the issue to another"
	case f.Public && !slices.Contains(s.Public, kind):
		return "the repository " + string(f.Place) + " is public, and issues of the kind " + string(kind) + " may not be made where everybody can read them: an administrator can allow it, or send the issue to another repository"
	}
	return ""
}
