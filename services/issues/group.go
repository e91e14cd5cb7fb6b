package issues

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
)

// maxAssignees is how many GitHub assigns to an issue at most.
const maxAssignees = 10

// Gathering is what is to be told of in one issue.
type Gathering struct {
	Kind Kind
	// Into is the group that they join; empty for a new one, of AtLeast so many.
	Into    id.ID
	AtLeast int
	Members []id.ID
}

// Gather has issues told of in one, within the context's transaction, and returns that
// one and those that it now tells of too. An issue that is in a group already, or wanted
// open no more, is left out; where fewer than AtLeast are left for a new group there is
// none, and nobody joined. Precondition when another changed one of them meanwhile.
func (s *Service) Gather(ctx context.Context, g Gathering, now time.Time) (group Issue, joined []id.ID, err error) {
	var members []Issue
	for _, one := range slices.Sorted(slices.Values(g.Members)) {
		member, err := s.store.Issue(ctx, one)
		if err != nil {
			return Issue{}, nil, fmt.Errorf("read an issue that is to join others: %w", err)
		}
		if member.Group == "" && member.Open && !member.IsGroup() {
			members = append(members, member)
		}
	}
	if len(members) == 0 || g.Into == "" && len(members) < g.AtLeast {
		return Issue{}, nil, nil
	}
	if g.Into == "" {
		if g.Into, err = s.found(ctx, g.Kind, now); err != nil {
			return Issue{}, nil, err
		}
	}
	for _, member := range members {
		member.Group, member.UpdatedAt = g.Into, now
		if err := s.store.UpdateIssue(ctx, member); err != nil {
			return Issue{}, nil, fmt.Errorf("have issue %s join others: %w", member.ID, err)
		}
		joined = append(joined, member.ID)
	}
	if err := s.regroup(ctx, g.Into, occasion{joined: len(joined)}, now); err != nil {
		return Issue{}, nil, err
	}
	group, err = s.store.Issue(ctx, g.Into)
	if err != nil {
		return Issue{}, nil, fmt.Errorf("read what issues were gathered in: %w", err)
	}
	return group, joined, nil
}

// found wants a new group, which tells of nobody yet.
func (s *Service) found(ctx context.Context, kind Kind, now time.Time) (id.ID, error) {
	group := Issue{
		ID: id.New(now), Kind: kind, Labels: []string{}, Assignees: []id.ID{}, Comments: []Comment{},
		Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	group.Episode = group.ID
	group.Fingerprint = Fingerprint(kind, "", "", "", group.ID)
	if _, err := s.store.CreateIssue(ctx, group); err != nil {
		return "", fmt.Errorf("want an issue for several: %w", err)
	}
	return group.ID, nil
}

// groupSheet is what the templates of a group say.
type groupSheet struct {
	Members     []groupMember
	Listed      []groupMember // as many as a body holds; the others are Unlisted, and on the Page
	Unlisted    int
	Page        string
	Joined      int // since it was last written
	Open        int // in which the episode lasts
	Recovered   int
	Close       bool // whether it may be closed at all
	Closing     bool
	Fingerprint string
}

// groupMember is a line of a group. Its title was made harmless when it was rendered.
type groupMember struct{ Title, Link, State string }

// lasting is the State of a member whose episode lasts.
const lasting = "**broken**"

// groupBody lists as many members as a body holds, those first whose episode lasts, and
// counts the others: what comes after the list is there in any case.
func groupBody(kind Kind, s groupSheet) (string, error) {
	s.Listed = s.Members
	body, err := render(kind, "group body", s)
	if err != nil || len(body) <= MaxBody {
		return body, err
	}
	members := slices.Clone(s.Members)
	slices.SortStableFunc(members, func(a, b groupMember) int {
		switch {
		case a.State == lasting && b.State != lasting:
			return -1
		case a.State != lasting && b.State == lasting:
			return 1
		}
		return 0
	})
	s.Listed, s.Unlisted = nil, len(members)
	if body, err = render(kind, "group body", s); err != nil {
		return "", err
	}
	n, room := 0, MaxBody-len(body)
	for ; n < len(members); n++ {
		line, err := render(kind, "group line", members[n])
		if err != nil {
			return "", err
		}
		if room -= len(line) + len("\n"); room < 0 {
			break
		}
	}
	s.Listed, s.Unlisted = members[:n], len(members)-n
	return render(kind, "group body", s)
}

// occasion is why a group is written anew.
type occasion struct {
	joined int  // so many joined
	again  bool // a member goes on with another episode
}

// regroup writes the group anew, as its members now are. Where one of them goes on with
// another episode so does the group: it is opened again then, as a single issue is, though
// a person closed it while others lasted. It is held before they are read: of two who change a member each, the second
// then sees what the first did.
func (s *Service) regroup(ctx context.Context, of id.ID, on occasion, now time.Time) error {
	group, err := s.store.HoldIssue(ctx, of)
	if err != nil {
		return fmt.Errorf("hold the issue that tells of several: %w", err)
	}
	members, err := s.store.Members(ctx, of)
	if err != nil {
		return fmt.Errorf("read those that an issue tells of: %w", err)
	}
	before := group
	sheet := s.summarize(&group, members)
	sheet.Joined = on.joined
	resumed := group.Ending == "" && before.Ending != ""
	if on.again || group.Open && !before.Open || resumed {
		group.Episode = id.New(now)
	}
	if group.Title, err = render(group.Kind, "group title", sheet); err != nil {
		return err
	}
	if group.Body, err = groupBody(group.Kind, sheet); err != nil {
		return err
	}
	switch {
	case group.Ending != "" && before.Ending == "":
		err = s.comment(&group, "group over", sheet, group.Episode != group.ID, now)
	case resumed || on.again:
		err = s.comment(&group, "group again", sheet, true, now)
	case on.joined > 0 && before.Title != "":
		err = s.comment(&group, "group joined", sheet, true, now)
	}
	if err != nil {
		return err
	}
	return s.update(ctx, group, occasion{}, now)
}

// summarize puts down in the group what follows from its members, and returns what is
// said of them. It is open while one of them is; it is over when all of them are, and
// has recovered when all did.
func (s *Service) summarize(group *Issue, members []Issue) groupSheet {
	sheet := groupSheet{Fingerprint: group.Fingerprint, Page: s.publicURL + "/issues?group=" + string(group.ID), Close: s.closes(group.Kind)}
	group.Open, group.Ending, group.Labels, group.Assignees = false, policy.Recovered, []string{}, []id.ID{}
	for _, m := range members {
		line := groupMember{Title: m.Title, Link: s.publicURL + "/violations/" + string(m.Episode), State: "over"}
		switch m.Ending {
		case "":
			line.State = lasting
			sheet.Open++
		case policy.Recovered:
			line.State = "recovered"
			sheet.Recovered++
		default:
			group.Ending = m.Ending
		}
		sheet.Members = append(sheet.Members, line)
		group.Open = group.Open || m.Open
		for _, label := range m.Labels {
			if label != LabelRecovered && !slices.Contains(group.Labels, label) {
				group.Labels = append(group.Labels, label)
			}
		}
		for _, person := range m.Assignees {
			if len(group.Assignees) < maxAssignees && !slices.Contains(group.Assignees, person) {
				group.Assignees = append(group.Assignees, person)
			}
		}
	}
	if sheet.Open > 0 {
		group.Ending = ""
	}
	if group.Ending == policy.Recovered {
		group.Labels = append(group.Labels, LabelRecovered)
	}
	sheet.Closing = sheet.Close && !group.Open
	return sheet
}
