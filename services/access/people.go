package access

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// ProviderLocal is the provider of people whom an administrator entered.
const ProviderLocal = "local"

// Providers lists who can know a person.
var Providers = []string{ProviderLocal, "oidc", "backstage", "github"}

// PersonInput is what is declared of a new person.
type PersonInput struct {
	DisplayName   string
	Email         string // may be empty
	GitHubLogin   string // may be empty
	Administrator bool
	// Provider, Issuer and Subject are the identity by which the person is known.
	Provider string
	Issuer   string
	Subject  string
}

// Validate returns every fault of the input, with pointers as on the wire.
func (in PersonInput) Validate() error {
	var check fault.Check
	CheckLine(&check, "/displayName", in.DisplayName, 1, maxName)
	checkEmail(&check, in.Email)
	checkGitHubLogin(&check, in.GitHubLogin)
	check.Require(slices.Contains(Providers, in.Provider), "/provider", in.Provider, "must be one of %s", fault.Or(Providers))
	CheckLine(&check, "/issuer", in.Issuer, 1, maxSubject)
	CheckLine(&check, "/subject", in.Subject, 1, maxSubject)
	return check.Err()
}

// PersonUpdate changes a person; nil fields stay as they are.
type PersonUpdate struct {
	DisplayName   *string
	Email         *string
	GitHubLogin   *string
	Administrator *bool
}

func (in PersonUpdate) apply(p Person) (Person, error) {
	var check fault.Check
	if in.DisplayName != nil {
		CheckLine(&check, "/displayName", *in.DisplayName, 1, maxName)
		p.DisplayName = *in.DisplayName
	}
	if in.Email != nil {
		checkEmail(&check, *in.Email)
		p.Email = *in.Email
	}
	if in.GitHubLogin != nil {
		checkGitHubLogin(&check, *in.GitHubLogin)
		p.GitHubLogin = *in.GitHubLogin
	}
	if in.Administrator != nil {
		p.Administrator = *in.Administrator
	}
	return p, check.Err()
}

func checkEmail(check *fault.Check, email string) {
	CheckLine(check, "/email", email, 0, maxEmail)
	at := strings.LastIndexByte(email, '@')
	check.Require(email == "" || at > 0 && at < len(email)-1 && !strings.Contains(email, " "), "/email", email, "must be an address such as ada@example.org, or absent")
}

// gitHubLogin has letters, digits and single hyphens; managed users have an underscore
// too.
var gitHubLogin = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$`)

func checkGitHubLogin(check *fault.Check, login string) {
	check.Require(login == "" || gitHubLogin.MatchString(login), "/githubLogin", login, "must be a login on GitHub such as octocat, without @, or absent")
}

// CreatePerson enters a person with the identity by which they are known; for
// administrators. Conflict "identity_taken" when the identity is somebody's.
func (s *Service) CreatePerson(ctx context.Context, in PersonInput) (Person, error) {
	if err := s.authorizer.Authorize(ctx, Create, Object{Kind: KindPerson, Label: in.DisplayName}); err != nil {
		return Person{}, err
	}
	if err := in.Validate(); err != nil {
		return Person{}, err
	}
	now := s.moment()
	var p Person
	err := s.runner.InTx(ctx, func(ctx context.Context) (err error) {
		p, err = s.enter(ctx, in, now)
		return err
	})
	if err != nil {
		return Person{}, fmt.Errorf("create person: %w", err)
	}
	return p, nil
}

// enter writes a person and their identity within the context's transaction.
func (s *Service) enter(ctx context.Context, in PersonInput, now time.Time) (Person, error) {
	p := Person{
		ID: id.New(now), DisplayName: in.DisplayName, Email: in.Email, GitHubLogin: in.GitHubLogin, Administrator: in.Administrator,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	i := Identity{ID: id.New(now), Person: p.ID, Provider: in.Provider, Issuer: in.Issuer, Subject: in.Subject, CreatedAt: now}
	if err := s.store.CreatePerson(ctx, p, i); err != nil {
		return Person{}, err
	}
	return p, s.recorder.RecordDiff(ctx, Create, p.object(), "", nil, in)
}

// Person returns one person.
func (s *Service) Person(ctx context.Context, person id.ID) (Person, error) {
	if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindPerson, ID: person}); err != nil {
		return Person{}, err
	}
	p, err := s.store.Person(ctx, person)
	if err != nil {
		return Person{}, fmt.Errorf("read person: %w", err)
	}
	return p, nil
}

// People lists people by the filter.
func (s *Service) People(ctx context.Context, f PersonFilter, r page.Request) (page.Page[Person], error) {
	if err := s.authorizer.Authorize(ctx, Read, Object{Kind: KindPerson}); err != nil {
		return page.Page[Person]{}, err
	}
	var check fault.Check
	CheckLine(&check, "query.query", f.Query, 0, maxName)
	if err := check.Err(); err != nil {
		return page.Page[Person]{}, err
	}
	people, err := s.store.People(ctx, f, r)
	if err != nil {
		return page.Page[Person]{}, fmt.Errorf("list people: %w", err)
	}
	return people, nil
}

// UpdatePerson changes a person of that version: administrators anything, a
// person their own display name and login on GitHub. What is given as it already was is no change.
// Nobody takes their own administrator's rights away, so that there is always
// somebody who has them.
//
// Faults: Invalid; Forbidden; Precondition for another version; Conflict
// "person_deactivated", "own_account" and "last_administrator".
func (s *Service) UpdatePerson(ctx context.Context, person id.ID, version int64, in PersonUpdate) (Person, error) {
	return s.changePerson(ctx, person, version, Update, func(p Person, _ time.Time) (Person, error) {
		changed, invalid := in.apply(p)
		o := p.object()
		if changed.Email == p.Email && changed.Administrator == p.Administrator {
			o.Kind = KindSelf
		}
		if err := s.authorizer.Authorize(ctx, Update, o); err != nil {
			return p, err
		}
		if p.Administrator && !changed.Administrator && p.ID == CallerFrom(ctx).Person {
			return p, ownAccount("another administrator has to take your rights away")
		}
		return changed, invalid
	})
}

// DeactivatePerson marks somebody as having left: their tokens and sessions are
// worth nothing from then on. For administrators, and not of themselves.
// Faults: as of UpdatePerson.
func (s *Service) DeactivatePerson(ctx context.Context, person id.ID, version int64) (Person, error) {
	return s.changePerson(ctx, person, version, Delete, func(p Person, now time.Time) (Person, error) {
		if err := s.authorizer.Authorize(ctx, Delete, p.object()); err != nil {
			return p, err
		}
		if p.ID == CallerFrom(ctx).Person {
			return p, ownAccount("another administrator has to deactivate you")
		}
		p.DeactivatedAt = &now
		return p, nil
	})
}

// changePerson loads a person, lets change authorise and change them, and writes
// the outcome with its audit entry.
func (s *Service) changePerson(ctx context.Context, person id.ID, version int64, verb Verb, change func(p Person, now time.Time) (Person, error)) (Person, error) {
	now := s.moment()
	var after Person
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.store.Person(ctx, person)
		if err != nil {
			return err
		}
		if after, err = change(before, now); err != nil {
			return err
		}
		switch {
		case before.Version != version:
			return fault.Stale("person")
		case before.DeactivatedAt != nil:
			return deactivated(before)
		}
		if reflect.DeepEqual(after, before) {
			return nil
		}
		if err := before.Managed.Refuse(ctx, before.fields(after)...); err != nil {
			return err
		}
		if before.administers() && !after.administers() {
			if err := s.keepAdministrator(ctx, before); err != nil {
				return err
			}
		}
		after.UpdatedAt = now
		if err := s.store.UpdatePerson(ctx, after); err != nil {
			return err
		}
		after.Version++
		return s.recorder.RecordDiff(ctx, verb, before.object(), "", before, after)
	})
	if err != nil {
		return Person{}, fmt.Errorf("%s person: %w", verb, err)
	}
	return after, nil
}

// keepAdministrator refuses to let the last administrator go. Nobody takes their
// own rights away, but two can take away each other's, at the same time.
func (s *Service) keepAdministrator(ctx context.Context, leaving Person) error {
	administrators, err := s.store.LockAdministrators(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(administrators, func(a id.ID) bool { return a != leaving.ID }) {
		return fault.New(fault.Conflict, "last_administrator", "%q is the only administrator that is left; make somebody else one first", leaving.DisplayName)
	}
	return nil
}

// administers reports whether somebody has an administrator's rights.
func (p Person) administers() bool { return p.Administrator && p.DeactivatedAt == nil }

func (p Person) object() Object {
	return Object{Kind: KindPerson, ID: p.ID, Label: p.DisplayName, Person: p.ID}
}

func deactivated(p Person) error {
	return fault.New(fault.Conflict, "person_deactivated", "%q was deactivated and cannot be changed any more", p.DisplayName)
}

func ownAccount(message string) error {
	return fault.New(fault.Conflict, "own_account", "you cannot do this to yourself: %s", message)
}
