package access

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
)

// ProviderOIDC is the provider of people whom an OpenID provider verified.
const ProviderOIDC = "oidc"

// Arrival is somebody whom an OpenID provider verified, and how the installation takes them in.
type Arrival struct {
	Issuer, Subject string
	DisplayName     string
	// Email is an address of which the provider says that it verified it; else empty.
	Email string
	// Enter has people entered who are not known, as persons of no team and without rights.
	Enter bool
	// Link has those who are not known be the one person whom the catalog gave this address.
	Link bool
}

// SignInVerified begins a session for somebody whom a provider verified, as SignIn does.
//
// Faults: Unauthenticated "person_left" and "person_unknown"; Conflict "address_ambiguous".
func (s *Service) SignInVerified(ctx context.Context, a Arrival) (string, Session, error) {
	p, err := s.arrive(ctx, a)
	if err != nil {
		return "", Session{}, err
	}
	text, session, err := s.begin(ctx, p.ID, s.moment())
	if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	return text, session, nil
}

// begin writes a session of a person who did not leave.
func (s *Service) begin(ctx context.Context, person id.ID, now time.Time) (string, Session, error) {
	secret := NewSecret()
	session := Session{ID: id.New(now), Person: person, Hash: secret.Hash(), CreatedAt: now, ExpiresAt: now.Add(s.lifetimes.Session)}
	return secret.Text(), session, s.store.CreateSession(ctx, session)
}

func left() error {
	return fault.New(fault.Unauthenticated, "person_left", "your account of Evenkeel was deactivated, as it is for those who leave: an administrator of Evenkeel can tell you more")
}

// arrive returns the person whom the provider means.
func (s *Service) arrive(ctx context.Context, a Arrival) (Person, error) {
	p, err := s.store.PersonByIdentity(ctx, ProviderOIDC, a.Issuer, a.Subject)
	if fault.Is(err, fault.NotFound) {
		p, err = s.takeIn(ctx, a)
		if e := fault.As(err); e != nil && e.Code == "identity_taken" {
			// Somebody else saw them first, by a moment.
			p, err = s.store.PersonByIdentity(ctx, ProviderOIDC, a.Issuer, a.Subject)
		}
	}
	if err != nil {
		return Person{}, fmt.Errorf("take a person in: %w", err)
	}
	if p.DeactivatedAt != nil {
		return Person{}, left()
	}
	return p, nil
}

// takeIn has somebody known by the identity who was not: who is known by their address, or a new person.
func (s *Service) takeIn(ctx context.Context, a Arrival) (Person, error) {
	ctx = WithCaller(ctx, System(ProviderOIDC))
	now := s.moment()
	var p Person
	err := s.runner.InTx(ctx, func(ctx context.Context) (err error) {
		var known bool
		if p, known, err = s.byAddress(ctx, a); err != nil {
			return err
		}
		if known {
			i := Identity{ID: id.New(now), Person: p.ID, Provider: ProviderOIDC, Issuer: a.Issuer, Subject: a.Subject, CreatedAt: now}
			if err := s.store.AddIdentity(ctx, i); err != nil {
				return err
			}
			type identity struct{ Issuer, Subject string }
			return s.recorder.RecordDiff(ctx, Update, p.object(), "known by the address that the provider verified", identity{}, identity{a.Issuer, a.Subject})
		}
		if !a.Enter {
			return fault.New(fault.Unauthenticated, "person_unknown", "Evenkeel does not know you yet: ask an administrator to add you as the subject %q of %s", fault.Clip(a.Subject, 64), a.Issuer)
		}
		in := PersonInput{DisplayName: a.DisplayName, Email: a.Email, Provider: ProviderOIDC, Issuer: a.Issuer, Subject: a.Subject}
		if err := in.Validate(); err != nil {
			return err
		}
		p, err = s.enter(ctx, in, now)
		return err
	})
	return p, err
}

// byAddress returns the one person whom the catalog gave the address, if the installation goes by that. An
// administrator is nobody's by an address, and an address that two have is nobody's.
func (s *Service) byAddress(ctx context.Context, a Arrival) (Person, bool, error) {
	if !a.Link || a.Email == "" {
		return Person{}, false, nil
	}
	found, err := s.store.PeopleByEmail(ctx, a.Email)
	if err != nil {
		return Person{}, false, err
	}
	ofCatalog := 0
	for _, p := range found {
		if by, is := p.Managed.Of("email"); is && by.Manager == managed.Catalog {
			ofCatalog++
		}
	}
	switch {
	case ofCatalog == 0:
		return Person{}, false, nil
	case len(found) > 1:
		return Person{}, false, fault.New(fault.Conflict, "address_ambiguous", "two people of Evenkeel have the address %s, and which of them you are is not known: ask an administrator", fault.Clip(a.Email, 64))
	case found[0].Administrator:
		return Person{}, false, fault.New(fault.Conflict, "address_of_administrator", "the person with the address %s administers Evenkeel, which takes more than an address: another administrator has to add you as the subject %q of %s", fault.Clip(a.Email, 64), fault.Clip(a.Subject, 64), a.Issuer)
	}
	return found[0], true, nil
}

// callerOf is somebody who is there in person, with all scopes they can have.
func callerOf(p Person) Caller {
	return Caller{Kind: ByPerson, Person: p.ID, Name: p.DisplayName, Administrator: p.Administrator, Scopes: scopesOf(p)}
}
