package access_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/access"
)

const login = "https://login.example.org"

func arrival(subject string) access.Arrival {
	return access.Arrival{Issuer: login, Subject: subject, DisplayName: "Grace Hopper", Email: "grace@example.org", Enter: true}
}

func TestWhoArrivesIsEnteredOnceAndEndsWhenDeactivated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unknown := arrival("1")
	unknown.Enter = false
	_, _, err := h.SignInVerified(t.Context(), unknown)
	refused(t, err, fault.Unauthenticated, "person_unknown")
	session, _ := ok2(h.SignInVerified(t.Context(), arrival("1")))(t)
	c := ok(h.AuthenticateSession(t.Context(), session))(t)
	if c.Name != "Grace Hopper" || c.Administrator {
		t.Errorf("it is %+v", c)
	}
	token, text := ok2(h.ExchangePerson(t.Context(), unknown, access.ExchangeInput{}))(t)
	if token.Person != c.Person || !token.ExpiresAt.Equal(storetest.Start.Add(12*time.Hour)) || !token.Exchanged {
		t.Errorf("the token is %+v", token)
	}
	_, _, err = h.ExchangePerson(t.Context(), unknown, access.ExchangeInput{Scopes: []access.Scope{access.ScopeAdmin}})
	refused(t, err, fault.Forbidden, "forbidden")

	ok(h.DeactivatePerson(as(t, h.root, access.Scopes...), c.Person, 1))(t)
	_, err = h.AuthenticateSession(t.Context(), session)
	refused(t, err, fault.Unauthenticated, "session_invalid")
	_, err = h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, access.CodeTokenRevoked)
	_, _, err = h.SignInVerified(t.Context(), arrival("1"))
	refused(t, err, fault.Unauthenticated, "person_left")
	_, _, err = h.ExchangePerson(t.Context(), arrival("1"), access.ExchangeInput{})
	refused(t, err, fault.Unauthenticated, "person_left")
}

// ofCatalog has the catalog give the person an address.
func ofCatalog(t *testing.T, h *house, name, email string, administrator bool) access.Person {
	t.Helper()
	p := storetest.Person(t, h.store, name)
	p.Email, p.Administrator = email, administrator
	p.Managed = p.Managed.With(managed.By{Manager: managed.Catalog, Entity: "user:default/" + name, Fields: []string{"email"}})
	if err := h.store.Access().UpdatePerson(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	p.Version++
	return p
}

func TestAVerifiedAddressLeadsToOnePersonOfTheCatalog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	grace := ofCatalog(t, h, "grace", "Grace@example.org", false)
	ofCatalog(t, h, "chief", "chief@example.org", true)
	ofCatalog(t, h, "twin", "twin@example.org", false)
	ofCatalog(t, h, "other", "TWIN@example.org", false)
	whose := func(a access.Arrival) (access.Caller, error) {
		session, _, err := h.SignInVerified(t.Context(), a)
		if err != nil {
			return access.Caller{}, err
		}
		return h.AuthenticateSession(t.Context(), session)
	}
	// Unless that was configured, an address identifies nobody.
	if c := ok(whose(arrival("off")))(t); c.Person == grace.ID {
		t.Error("she is known by her address")
	}
	linking := func(subject, email string) access.Arrival {
		a := arrival(subject)
		a.Email, a.Link = email, true
		return a
	}
	// The one whom the arrival before entered has that address too, though not by the catalog.
	_, err := whose(linking("two", "grace@example.org"))
	refused(t, err, fault.Conflict, "address_ambiguous")
	h2 := newHouse(t)
	grace = ofCatalog(t, h2, "grace", "Grace@example.org", false)
	session, _ := ok2(h2.SignInVerified(t.Context(), linking("1", "grace@example.org")))(t)
	if c := ok(h2.AuthenticateSession(t.Context(), session))(t); c.Person != grace.ID {
		t.Errorf("it is %+v", c)
	}
	_, err = whose(linking("2", "chief@example.org"))
	refused(t, err, fault.Conflict, "address_of_administrator")
	_, err = whose(linking("3", "twin@example.org"))
	refused(t, err, fault.Conflict, "address_ambiguous")
	// Somebody entered by hand is nobody's by an address.
	if c := ok(whose(linking("4", "ada@example.org")))(t); c.Person == h.ada.ID {
		t.Error("ada is known by an address that the catalog did not give")
	}
	// Without an address that was verified nobody is.
	if c := ok(whose(linking("5", "")))(t); c.Person == grace.ID {
		t.Error("she is known without an address")
	}
}

func TestWhomTheCatalogTellsNoMoreIsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	portal := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPortal, Name: "catalog", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	_, text := ok2(h.IssueToken(as(t, h.ada, access.ScopeRead, access.ScopeWrite), access.TokenInput{Kind: access.PersonalToken, Name: "laptop"}))(t)
	if err := h.PersonLeft(as(t, h.bob, access.ScopeWrite), h.ada.ID, "x"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("bob: %v", err)
	}
	for range 2 {
		if err := h.PersonLeft(portal, h.ada.ID, "the catalog tells of her no more"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Authenticate(t.Context(), text)
	refused(t, err, fault.Unauthenticated, access.CodeTokenRevoked)
	if err := h.PersonLeft(portal, h.root.ID, "x"); err != nil {
		t.Fatal(err)
	}
	ok(h.Authenticate(t.Context(), h.rootText))(t)
}
