package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Repository is one that was found on GitHub, as it tells of itself. Its texts are what people
// typed, without what cannot be seen, and cut where they are longer than GitHub takes them.
type Repository struct {
	ID            int64 // stays when it is renamed, and when another owner gets it
	Place         delivery.Place
	Description   string
	Language      string // of most of its code, as GitHub takes it
	DefaultBranch string
	Visibility    string // "public", "private", "internal"
	Topics        []string
	Archived      bool
	Disabled      bool // by GitHub
	Fork          bool
	Template      bool
	Size          int // in kilobytes, as GitHub counts it every hour; 0 of an empty one
	PushedAt      time.Time
	CreatedAt     time.Time
	// Properties are the organisation's own, of several values one text with commas. GitHub
	// tells them in the lists of organisations and people, and not in those of an
	// installation, nor of all that a token sees.
	Properties map[string]string
}

// Found is what came of looking for repositories, beside them.
type Found struct {
	Told int // repositories
	// Unfit are those that were passed over, since no repository can have such a name.
	Unfit int
	// Suspended are the owners whose installation of the App is suspended, and whose
	// repositories it does not see.
	Suspended []string
}

// maxPages bounds a list: a hundred thousand repositories of an owner.
const maxPages = 1000

// search is one under way.
type search struct {
	*Credentials
	wanted map[string]bool // owners in lower case; nil for all
	seen   map[int64]bool
	each   func([]Repository) error
	found  Found
	over   bool // nothing more is to be asked
}

// Repositories tells of the repositories that the credentials see, each once, in parts of at most a
// hundred: an App of those that its installations have, a token of those that its person may read;
// of those of some owners alone, where they are named, in any case.
//
// What goes wrong with one owner, or that it is not seen, does not keep those of others from
// being told; the errors are joined, those first that pass by themselves. Each is a
// *delivery.Error, where GitHub is the reason, and a Limited one says until when, after which
// it begins anew. An error of each ends it, and so does the end of the context.
func (c *Credentials) Repositories(ctx context.Context, owners []string, each func([]Repository) error) (Found, error) {
	s := &search{Credentials: c, seen: map[int64]bool{}, each: each}
	var names []string
	for _, owner := range owners {
		if s.wanted == nil {
			s.wanted = map[string]bool{}
		}
		if key := strings.ToLower(owner); !s.wanted[key] {
			s.wanted[key] = true
			names = append(names, owner)
		}
	}
	var err error
	switch {
	case c.isApp() && names == nil:
		err = s.installed(ctx)
	case c.isApp():
		err = joined(s.ofEach(ctx, names, func(owner string) error {
			a, err := c.access(ctx, owner)
			if err != nil {
				return err
			}
			return s.ofInstallation(ctx, a)
		}))
	case names == nil:
		err = s.listed(ctx, c.own, "user/repos", url.Values{"affiliation": {"owner,organization_member,collaborator"}, "sort": {"created"}, "direction": {"asc"}})
	default:
		err = s.ofOwners(ctx, names)
	}
	return s.found, err
}

// ofEach looks for those of each owner, and returns what went wrong.
func (s *search) ofEach(ctx context.Context, owners []string, find func(owner string) error) (errs []error) {
	for _, owner := range owners {
		if !isOwner(owner) {
			errs = append(errs, refused(fmt.Sprintf("%.64q is no name of an owner on GitHub", owner), nil))
			continue
		}
		if err := find(owner); err != nil {
			errs = append(errs, fmt.Errorf("find the repositories of %s: %w", owner, err))
		}
		if s.over || ctx.Err() != nil {
			break
		}
	}
	return errs
}

// joined are all of them, those first that pass by themselves.
func joined(errs []error) error {
	slices.SortStableFunc(errs, func(a, b error) int { return urgency(a) - urgency(b) })
	return errors.Join(errs...)
}

// urgency is less of what passes by itself.
func urgency(err error) int {
	switch e := delivery.AsError(err); {
	case e == nil:
		return 0
	case e.Trouble == delivery.Limited:
		return 1
	case e.Trouble == delivery.Barred:
		return 2
	case e.Trouble == delivery.Unavailable:
		return 3
	default:
		return 4
	}
}

// isOwner reports whether it can be the name of an owner, as it can be a part of a path.
func isOwner(name string) bool { return delivery.Place(name + "/x").IsWhole() }

// installed looks in all installations of the App that are not suspended. Those on an enterprise
// have no repositories, and no login.
func (s *search) installed(ctx context.Context) error {
	byOwner := map[string]*github.Installation{}
	var owners []string
	err := pages(ctx, s, s.own, "app/installations", url.Values{}, func(list []*github.Installation) []int64 {
		var ids []int64
		for _, i := range list {
			ids = append(ids, i.GetID())
			switch owner := i.GetAccount().GetLogin(); {
			case owner == "" || byOwner[owner] != nil:
			case i.SuspendedAt != nil:
				s.found.Suspended = append(s.found.Suspended, owner)
			default:
				byOwner[owner] = i
				owners = append(owners, owner)
			}
		}
		return ids
	}, nil)
	if err != nil {
		return err
	}
	return joined(s.ofEach(ctx, owners, func(owner string) error {
		a, err := s.through(ctx, byOwner[owner])
		if err != nil {
			return err
		}
		return s.ofInstallation(ctx, a)
	}))
}

// ofInstallation tells of those that an installation has.
func (s *search) ofInstallation(ctx context.Context, a access) error {
	var list []listed
	return pages(ctx, s, a.way, "installation/repositories", url.Values{}, func(answer struct{ Repositories []listed }) []int64 {
		list = answer.Repositories
		return idsOf(list)
	}, func() error { return s.tell(list) })
}

// ofOwners tells of those of each owner that the token's person may read. The list of a person has public
// ones alone ("List repositories for a user"): private ones are in that of the token's person, as
// whose they are, or as whose who works there too.
func (s *search) ofOwners(ctx context.Context, owners []string) error {
	self, err := s.access(ctx, "")
	if err != nil {
		return err
	}
	others := false
	errs := s.ofEach(ctx, owners, func(owner string) error {
		var account struct{ Login, Type string }
		if _, err := s.get(ctx, s.own, "users/"+url.PathEscape(owner), nil, &account); err != nil {
			return unseen(owner, err)
		}
		path, query := "users/"+url.PathEscape(owner)+"/repos", url.Values{"sort": {"created"}, "direction": {"asc"}}
		switch {
		case account.Type == "Organization":
			path = "orgs/" + url.PathEscape(owner) + "/repos"
		case strings.EqualFold(account.Login, self.login):
			path = "user/repos"
			query.Set("affiliation", "owner")
		default:
			others = true
		}
		return unseen(owner, s.listed(ctx, s.own, path, query))
	})
	if others && !s.over && ctx.Err() == nil {
		query := url.Values{"affiliation": {"collaborator"}, "visibility": {"private"}, "sort": {"created"}, "direction": {"asc"}}
		if err := s.listed(ctx, s.own, "user/repos", query); err != nil {
			errs = append(errs, fmt.Errorf("find the private repositories of others: %w", err))
		}
	}
	return joined(errs)
}

// unseen is an error that an owner is not found, where err says so.
func unseen(owner string, err error) error {
	var missing *github.ErrorResponse
	if !errors.As(err, &missing) || missing.Response.StatusCode != http.StatusNotFound {
		return err
	}
	return refused("GitHub knows no "+owner+", or does not show it to us: look at the name, and whether the person whose token it is belongs there", err)
}

// listed tells of those in a list that is nothing else.
func (s *search) listed(ctx context.Context, w *way, path string, query url.Values) error {
	var list []listed
	return pages(ctx, s, w, path, query, func(answer []listed) []int64 {
		list = answer
		return idsOf(list)
	}, func() error { return s.tell(list) })
}

// tell tells of those on a page that are wanted and were not told yet.
func (s *search) tell(list []listed) error {
	var page []Repository
	for _, l := range list {
		r := l.repository()
		switch {
		case r.ID <= 0 || !r.Place.IsWhole():
			s.found.Unfit++
		case s.wanted != nil && !s.wanted[strings.ToLower(r.Place.Owner())] || s.seen[r.ID]:
		default:
			s.seen[r.ID] = true
			page = append(page, r)
		}
	}
	if len(page) == 0 {
		return nil
	}
	s.found.Told += len(page)
	return s.each(page)
}

// pages asks for a list, page after page, of which take returns the identifiers, and tell, where it is not
// nil, tells of what take was given. A list that brings nothing new though it goes on, or that goes on
// beyond all measure, is cut with an error.
func pages[T any](ctx context.Context, s *search, w *way, path string, query url.Values, take func(T) []int64, tell func() error) error {
	seen := map[int64]bool{}
	query.Set("per_page", fmt.Sprint(perPage))
	for page, asked := 1, 1; ; asked++ {
		if err := ctx.Err(); err != nil {
			s.over = true
			return fmt.Errorf("ask for page %d of %s: %w", page, path, err)
		}
		query.Set("page", fmt.Sprint(page))
		var answer T
		response, err := s.get(ctx, w, path, query, &answer)
		if err != nil {
			return err
		}
		ids := take(answer)
		repeats := len(ids) > 0
		for _, id := range ids {
			repeats = repeats && seen[id]
			seen[id] = true
		}
		if tell != nil {
			if err := tell(); err != nil {
				s.over = true
				return err
			}
		}
		next := response.NextPage
		switch ends := next == 0 && response.NextPageToken == "" && response.After == "" && response.Cursor == ""; {
		case ends:
			return nil
		case repeats || next <= page:
			return refused(fmt.Sprintf("GitHub's list of %s repeats itself after page %d", path, page), nil)
		case asked == maxPages:
			return refused(fmt.Sprintf("GitHub's list of %s has no end: more than %d pages", path, maxPages), nil)
		}
		page = next
	}
}

// get asks once. The way of the credentials themselves rests when GitHub asks for it, and with it the
// search; that of an installation is its own.
func (s *search) get(ctx context.Context, w *way, path string, query url.Values, into any) (*github.Response, error) {
	isOwn := w == s.own
	if isOwn {
		if err := s.mayAsk(); err != nil {
			s.over = true
			return nil, err
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	client := straight(s.client(w))
	request, err := client.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, fmt.Errorf("make a request for %s: %w", path, err)
	}
	response, err := client.Do(ctx, request, into)
	if err == nil {
		if isOwn {
			s.answered()
		}
		return response, nil
	}
	err = s.trouble(ctx, response, err)
	e := delivery.AsError(err)
	closed := e != nil && (e.Trouble == delivery.Limited || e.Trouble == delivery.Barred)
	switch {
	case closed && isOwn:
		s.over = true
		err = s.hush(err)
	case closed && e.Until.IsZero():
		e.Until = s.options.Clock().Add(leastWait)
	}
	return response, err
}

// leastWait is how long GitHub wants to be left alone where it does not say ("Rate limits for the
// REST API").
const leastWait = time.Minute
