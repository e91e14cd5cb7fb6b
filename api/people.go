package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

type PersonPath struct {
	Person string `path:"person" maxLength:"26" doc:"Identifier of the person."`
}

func (a *API) addPeople(r Rooms) {
	type query struct {
		Paging
		Query string `query:"query" maxLength:"100" doc:"Only people with this in their name or e-mail address."`
	}
	register(a, operation{
		id: "listPeople", method: http.MethodGet, path: "/v1/people", tag: "People",
		summary: "List people", description: "Deactivated people are among them: what they decided stays theirs.", rule: access.Rule{Verb: access.Read, Kind: access.KindPerson},
	}, func(ctx context.Context, in *query) (*list[Person], error) {
		people, err := r.Access.People(ctx, access.PersonFilter{Query: in.Query}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, people, toPerson), nil
	})

	type post struct {
		Once
		Body PersonCreate
	}
	register(a, operation{
		id: "createPerson", method: http.MethodPost, path: "/v1/people", tag: "People",
		summary: "Add a person", description: "With the identity by which a provider knows them. Administrators only.", rule: access.Rule{Verb: access.Create, Kind: access.KindPerson},
	}, func(ctx context.Context, in *post) (*created[Person], error) {
		return create(ctx, a, in.Once, creation[access.Person, Person]{
			make: func(ctx context.Context) (access.Person, error) {
				return r.Access.CreatePerson(ctx, access.PersonInput{
					DisplayName: in.Body.DisplayName, Email: in.Body.Email, GitHubLogin: in.Body.GitHubLogin, Administrator: in.Body.Administrator,
					Provider: in.Body.Provider, Issuer: in.Body.Issuer, Subject: in.Body.Subject,
				})
			},
			load: func(ctx context.Context, made id.ID) (access.Person, error) { return r.Access.Person(ctx, made) },
			name: func(p access.Person) (id.ID, int64, string) { return p.ID, p.Version, "/v1/people/" + string(p.ID) },
			show: toPerson,
		})
	})

	type get struct {
		PersonPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getPerson", method: http.MethodGet, path: "/v1/people/{person}", tag: "People",
		summary: "Get a person", description: "By identifier. Deactivated people are found, too.", rule: access.Rule{Verb: access.Read, Kind: access.KindPerson},
	}, func(ctx context.Context, in *get) (*reply[Person], error) {
		p, err := r.Access.Person(ctx, id.ID(in.Person))
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, p.Version, toPerson(p)), nil
	})

	type put struct {
		PersonPath
		IfMatch
		Body PersonUpdate
	}
	register(a, operation{
		id: "updatePerson", method: http.MethodPut, path: "/v1/people/{person}", tag: "People",
		summary: "Update a person", description: "People change their own name and their login on GitHub; administrators change everybody, and everything.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindPerson},
	}, func(ctx context.Context, in *put) (*reply[Person], error) {
		p, err := r.Access.UpdatePerson(ctx, id.ID(in.Person), in.Version(), access.PersonUpdate{
			DisplayName: &in.Body.DisplayName, Email: &in.Body.Email, GitHubLogin: &in.Body.GitHubLogin, Administrator: in.Body.Administrator,
		})
		if err != nil {
			return nil, err
		}
		return current(p.Version, toPerson(p)), nil
	})

	type deactivate struct {
		PersonPath
		IfMatch
	}
	register(a, operation{
		id: "deactivatePerson", method: http.MethodPost, path: "/v1/people/{person}/deactivate", tag: "People",
		summary: "Deactivate a person", description: "Their tokens and sessions end.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindPerson},
	}, func(ctx context.Context, in *deactivate) (*reply[Person], error) {
		p, err := r.Access.DeactivatePerson(ctx, id.ID(in.Person), in.Version())
		if err != nil {
			return nil, err
		}
		return current(p.Version, toPerson(p)), nil
	})

	// A link takes no Idempotency-Key: it is a secret, which no replay shows, and one
	// too many ends by itself.
	type linkMade struct{ Body SignInLink }
	register(a, operation{
		id: "createSignInLink", method: http.MethodPost, path: "/v1/people/{person}/sign-in-links", tag: "People", status: http.StatusCreated,
		summary: "Make a link that signs a person in", description: "It opens the pages as that person, once, within ten minutes: hand it to nobody else. It is shown this once, and who made it for whom is in the audit log. Administrators only.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindSignInLink},
	}, func(ctx context.Context, in *PersonPath) (*linkMade, error) {
		code, made, err := r.Access.NewSignInCode(ctx, id.ID(in.Person))
		if err != nil {
			return nil, err
		}
		return &linkMade{Body: SignInLink{URL: SignInURL(a.cfg.PublicURL, code), ExpiresAt: made.ExpiresAt}}, nil
	})
}

// SignInURL is the address of the page that takes the code of a sign-in link.
func SignInURL(base, code string) string { return base + "/signin?code=" + code }

func toPerson(p access.Person) Person {
	return Person{
		ID: string(p.ID), DisplayName: p.DisplayName, Email: p.Email, GitHubLogin: p.GitHubLogin, Administrator: p.Administrator,
		Entity: entityOf(p.Managed), Managed: managedFields(p.Managed),
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, DeactivatedAt: p.DeactivatedAt, Version: p.Version,
	}
}
