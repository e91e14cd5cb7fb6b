package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/identity"
	"github.com/evenkeel/evenkeel/ent/db/person"
	"github.com/evenkeel/evenkeel/ent/db/session"
	"github.com/evenkeel/evenkeel/ent/db/signincode"
	"github.com/evenkeel/evenkeel/ent/db/token"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Access is the store of package access.
type Access struct{ s *Store }

var (
	_ access.Store    = Access{}
	_ delivery.People = Access{}
)

// Access returns the view of the store that package access declares.
func (s *Store) Access() Access { return Access{s} }

// IsMember reports whether the person is a member of the team.
func (a Access) IsMember(ctx context.Context, personID, team id.ID) (bool, error) {
	return a.s.isMember(ctx, personID, team)
}

// TeamsOf returns the teams that the person is a member of.
func (a Access) TeamsOf(ctx context.Context, person id.ID) ([]id.ID, error) {
	var out []id.ID
	err := a.s.queryAll(ctx, "SELECT team_id FROM members WHERE person_id = $1", []any{string(person)}, func(rows *sql.Rows) error {
		var team id.ID
		err := rows.Scan(&team)
		out = append(out, team)
		return err
	})
	return out, fail("read memberships", err)
}

func (s *Store) isMember(ctx context.Context, personID, team id.ID) (bool, error) {
	var is bool
	err := s.lookUpOne(ctx, "SELECT EXISTS (SELECT 1 FROM members WHERE team_id = $1 AND person_id = $2)", []any{string(team), string(personID)}, &is)
	return is, fail("read a membership", err)
}

// CreatePerson writes the person and the first identity.
func (a Access) CreatePerson(ctx context.Context, p access.Person, i access.Identity) error {
	return a.s.InTx(ctx, func(ctx context.Context) error {
		err := a.s.ent.Person.Create().
			SetID(string(p.ID)).SetDisplayName(p.DisplayName).SetEmail(p.Email).SetGithubLogin(p.GitHubLogin).SetAdministrator(p.Administrator).SetManaged(p.Managed).
			SetCreatedAt(p.CreatedAt).SetUpdatedAt(p.UpdatedAt).SetNillableDeactivatedAt(p.DeactivatedAt).SetVersion(p.Version).
			Exec(ctx)
		if err != nil {
			return fail("write a person", err)
		}
		i.Person = p.ID
		return a.addIdentity(ctx, i)
	})
}

// Person returns the person.
func (a Access) Person(ctx context.Context, of id.ID) (access.Person, error) {
	p, err := a.s.ent.Person.Get(ctx, string(of))
	if err != nil {
		return access.Person{}, notFound("person", string(of), err)
	}
	return fromDBPerson(p), nil
}

// PeopleByID returns those that there are.
func (a Access) PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error) {
	out := make(map[id.ID]access.Person, len(people))
	err := chunks(texts(people), idBatch, func(some []string) error {
		rows, err := a.s.ent.Person.Query().Where(person.IDIn(some...)).All(ctx)
		for _, p := range rows {
			out[id.ID(p.ID)] = fromDBPerson(p)
		}
		return err
	})
	return out, fail("read people", err)
}

// Logins returns the logins on GitHub of those who have one and did not leave.
func (a Access) Logins(ctx context.Context, people []id.ID) (map[id.ID]string, error) {
	rows, err := a.s.ent.Person.Query().
		Where(person.IDIn(texts(people)...), person.GithubLoginNEQ(""), person.DeactivatedAtIsNil()).All(ctx)
	out := make(map[id.ID]string, len(rows))
	for _, p := range rows {
		out[id.ID(p.ID)] = p.GithubLogin
	}
	return out, fail("read logins", err)
}

// PeopleByEmail returns up to ten of those who have the address.
func (a Access) PeopleByEmail(ctx context.Context, email string) ([]access.Person, error) {
	rows, err := a.s.ent.Person.Query().Where(person.EmailEqualFold(email)).Order(db.Asc(person.FieldID)).Limit(10).All(ctx)
	out := make([]access.Person, len(rows))
	for i, p := range rows {
		out[i] = fromDBPerson(p)
	}
	return out, fail("look for an address", err)
}

// AddIdentity has the person known by the identity as well.
func (a Access) AddIdentity(ctx context.Context, i access.Identity) error {
	return a.addIdentity(ctx, i)
}

// PersonByIdentity returns the person whom the provider knows so.
func (a Access) PersonByIdentity(ctx context.Context, provider, issuer, subject string) (access.Person, error) {
	p, err := a.s.ent.Identity.Query().
		Where(identity.Provider(provider), identity.Issuer(issuer), identity.Subject(subject)).
		QueryPerson().Only(ctx)
	if err != nil {
		return access.Person{}, notFound("person", subject, err)
	}
	return fromDBPerson(p), nil
}

// GiveIdentity has the person known by the identity, and whoever else was known by it no more.
func (a Access) GiveIdentity(ctx context.Context, i access.Identity) error {
	return a.s.InTx(ctx, func(ctx context.Context) error {
		n, err := a.s.ent.Identity.Update().
			Where(identity.Provider(i.Provider), identity.Issuer(i.Issuer), identity.Subject(i.Subject)).
			SetPersonID(string(i.Person)).Save(ctx)
		if err != nil {
			return fail("give an identity to another", err)
		}
		if n > 0 {
			return nil
		}
		return a.addIdentity(ctx, i)
	})
}

// TakeIdentity has the person known by the identity no more; it is none where they were not.
func (a Access) TakeIdentity(ctx context.Context, i access.Identity) error {
	_, err := a.s.ent.Identity.Delete().
		Where(identity.PersonID(string(i.Person)), identity.Provider(i.Provider), identity.Issuer(i.Issuer), identity.Subject(i.Subject)).Exec(ctx)
	return fail("take an identity away", err)
}

func (a Access) addIdentity(ctx context.Context, i access.Identity) error {
	err := a.s.ent.Identity.Create().
		SetID(string(i.ID)).SetPersonID(string(i.Person)).SetProvider(i.Provider).SetIssuer(i.Issuer).
		SetSubject(i.Subject).SetCreatedAt(i.CreatedAt).
		Exec(ctx)
	if isUnique(err) {
		return identityTaken(i.Provider, err)
	}
	return fail("write an identity", err)
}

// identityTaken is the conflict over an identity.
func identityTaken(provider string, cause error) error {
	e := fault.New(fault.Conflict, "identity_taken", "somebody else is known by that identity of %q already", provider)
	e.Err = cause
	return e
}

// People lists by name.
func (a Access) People(ctx context.Context, f access.PersonFilter, r page.Request) (page.Page[access.Person], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[access.Person]{}, err
	}
	q := a.s.ent.Person.Query()
	if f.Query != "" {
		q.Where(a.s.holding(f.Query, person.FieldDisplayName, person.FieldEmail))
	}
	rows, err := q.Where(after(key, person.FieldDisplayName, person.FieldID)).
		Order(db.Asc(person.FieldDisplayName, person.FieldID)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[access.Person]{}, fail("list people", err)
	}
	return page.Map(page.Cut(r, f, rows, func(p *db.Person) []string { return []string{p.DisplayName, p.ID} }), fromDBPerson), nil
}

// UpdatePerson writes the person, conditional on Version.
func (a Access) UpdatePerson(ctx context.Context, p access.Person) error {
	u := a.s.ent.Person.Update().Where(person.ID(string(p.ID)), person.Version(p.Version)).
		SetDisplayName(p.DisplayName).SetEmail(p.Email).SetGithubLogin(p.GitHubLogin).SetAdministrator(p.Administrator).SetManaged(p.Managed).
		SetUpdatedAt(p.UpdatedAt).AddVersion(1)
	if p.DeactivatedAt == nil {
		u.ClearDeactivatedAt()
	} else {
		u.SetDeactivatedAt(*p.DeactivatedAt)
	}
	n, err := u.Save(ctx)
	return written("person", p.ID, n, err, func() (bool, error) {
		return a.s.ent.Person.Query().Where(person.ID(string(p.ID))).Exist(ctx)
	})
}

// LockAdministrators locks the rows of all administrators, in one order, by a lock
// that those who refer to them do not wait for. SQLite's one writer is the lock.
func (a Access) LockAdministrators(ctx context.Context) ([]id.ID, error) {
	query := "SELECT id FROM people WHERE administrator AND deactivated_at IS NULL ORDER BY id"
	if a.s.postgres() {
		query += " FOR NO KEY UPDATE"
	}
	var out []id.ID
	err := a.s.queryAll(ctx, query, nil, func(rows *sql.Rows) error {
		var of id.ID
		err := rows.Scan(&of)
		out = append(out, of)
		return err
	})
	return out, fail("lock the administrators", err)
}

// CreateToken writes the token.
func (a Access) CreateToken(ctx context.Context, t access.Token) error {
	err := a.s.ent.Token.Create().
		SetID(string(t.ID)).SetKind(string(t.Kind)).SetName(t.Name).
		SetNillablePersonID(orNil(t.Person)).SetNillableTeamID(orNil(t.Team)).
		SetScopes(toDBScopes(t.Scopes)).SetHash(t.Hash).SetCreatedAt(t.CreatedAt).SetExpiresAt(t.ExpiresAt).
		SetNillableLastUsedAt(t.LastUsedAt).SetNillableRevokedAt(t.RevokedAt).SetVersion(t.Version).
		SetNillablePredecessorID(orNil(t.Predecessor)).SetNillableSuccessorID(orNil(t.Successor)).
		SetExchanged(t.Exchanged).SetNillableWorkloadIdentityID(orNil(t.Identity)).
		Exec(ctx)
	return fail("write a token", gone(err))
}

// Token returns the token.
func (a Access) Token(ctx context.Context, of id.ID) (access.Token, error) {
	t, err := a.s.ent.Token.Get(ctx, string(of))
	if err != nil {
		return access.Token{}, notFound("token", string(of), err)
	}
	return fromDBToken(t), nil
}

const (
	credentialColumns = "t.kind, t.name, t.team_id, t.scopes, t.hash, t.expires_at, t.last_used_at, t.revoked_at, p.id, p.display_name, p.administrator, p.deactivated_at"
	fromCredentials   = " FROM tokens t LEFT JOIN people p ON p.id = t.person_id AND t.kind = 'personal' WHERE t.id = $1"
)

// Credential is on the way of every request, hence one statement, of no more than
// is needed.
func (a Access) Credential(ctx context.Context, of id.ID) (access.Credential, error) {
	c := access.Credential{Token: of}
	var scopes []byte
	var team, person, name sql.NullString
	var administrator sql.NullBool
	var expires, used, revoked, deactivated moment
	err := a.s.lookUpOne(ctx, a.s.said.credential, []any{string(of)}, &c.Kind, &c.Name, &team, &scopes, &c.Hash, &expires, &used, &revoked,
		&person, &name, &administrator, &deactivated)
	if err != nil {
		return access.Credential{}, notFound("token", string(of), err)
	}
	if err := json.Unmarshal(scopes, &c.Scopes); err != nil {
		return access.Credential{}, fail("read a token's scopes", err)
	}
	c.Team, c.Person, c.PersonName, c.Administrator = id.ID(team.String), id.ID(person.String), name.String, administrator.Bool
	c.ExpiresAt, c.LastUsedAt, c.RevokedAt, c.DeactivatedAt = expires.orZero(), used.at, revoked.at, deactivated.at
	return c, nil
}

// Tokens lists the oldest first.
func (a Access) Tokens(ctx context.Context, f access.TokenFilter, r page.Request) (page.Page[access.Token], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[access.Token]{}, err
	}
	q := a.s.ent.Token.Query()
	if f.Person != "" {
		q.Where(token.PersonID(string(f.Person)), token.Kind(string(access.PersonalToken)))
	}
	if f.Team != "" {
		q.Where(token.TeamID(string(f.Team)))
	}
	rows, err := q.Where(after(key, token.FieldID)).Order(db.Asc(token.FieldID)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[access.Token]{}, fail("list tokens", err)
	}
	return page.Map(page.Cut(r, f, rows, func(t *db.Token) []string { return []string{t.ID} }), fromDBToken), nil
}

// RevokeToken ends the token; one that was revoked before keeps its time.
func (a Access) RevokeToken(ctx context.Context, of id.ID, at time.Time) error {
	n, err := a.s.ent.Token.Update().Where(token.ID(string(of)), token.RevokedAtIsNil()).
		SetRevokedAt(at).AddVersion(1).Save(ctx)
	if err != nil || n > 0 {
		return fail("revoke a token", err)
	}
	_, err = a.Token(ctx, of)
	return err
}

// SucceedToken writes the successor and the expiry of a token that has none yet and was not revoked: of two
// who rotate it, one does.
func (a Access) SucceedToken(ctx context.Context, t access.Token) error {
	n, err := a.s.ent.Token.Update().Where(token.ID(string(t.ID)), token.SuccessorIDIsNil(), token.RevokedAtIsNil()).
		SetSuccessorID(string(t.Successor)).SetExpiresAt(t.ExpiresAt).AddVersion(1).Save(ctx)
	if err != nil {
		return fail("note the successor of a token", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "token_rotated", "the token was rotated or revoked by somebody else just now: read it again")
	}
	return nil
}

// TouchToken notes the time of last use.
func (a Access) TouchToken(ctx context.Context, of id.ID, at time.Time) error {
	return fail("note a token's use", a.s.ent.Token.Update().Where(token.ID(string(of))).SetLastUsedAt(at).Exec(ctx))
}

// CreateSignInCode writes the code.
func (a Access) CreateSignInCode(ctx context.Context, c access.SignInCode) error {
	err := a.s.ent.SignInCode.Create().
		SetID(string(c.ID)).SetPersonID(string(c.Person)).SetHash(c.Hash).
		SetCreatedAt(c.CreatedAt).SetExpiresAt(c.ExpiresAt).SetNillableUsedAt(c.UsedAt).
		Exec(ctx)
	return fail("write a sign-in code", gone(err))
}

// UseSignInCode takes the code for its one use; of two that try, one does.
func (a Access) UseSignInCode(ctx context.Context, hash []byte, at time.Time) (access.SignInCode, error) {
	var used access.SignInCode
	err := a.s.InTx(ctx, func(ctx context.Context) error {
		n, err := a.s.ent.SignInCode.Update().
			Where(signincode.Hash(hash), signincode.UsedAtIsNil(), signincode.ExpiresAtGT(at)).
			SetUsedAt(at).Save(ctx)
		if err != nil {
			return fail("use a sign-in code", err)
		}
		if n == 0 {
			return fault.New(fault.NotFound, "sign_in_code_not_found", "this sign-in code was used already or has expired")
		}
		c, err := a.s.ent.SignInCode.Query().Where(signincode.Hash(hash)).Only(ctx)
		if err != nil {
			return fail("read a sign-in code", err)
		}
		used = fromDBSignInCode(c)
		return nil
	})
	return used, err
}

// CreateSession writes the session.
func (a Access) CreateSession(ctx context.Context, s access.Session) error {
	err := a.s.ent.Session.Create().
		SetID(string(s.ID)).SetPersonID(string(s.Person)).SetHash(s.Hash).
		SetCreatedAt(s.CreatedAt).SetExpiresAt(s.ExpiresAt).
		Exec(ctx)
	return fail("write a session", gone(err))
}

// SessionWithPerson finds an unexpired session by its hash.
func (a Access) SessionWithPerson(ctx context.Context, hash []byte, at time.Time) (access.Session, access.Person, error) {
	s, err := a.s.ent.Session.Query().Where(session.Hash(hash), session.ExpiresAtGT(at)).WithPerson().Only(ctx)
	if db.IsNotFound(err) {
		return access.Session{}, access.Person{}, fault.New(fault.NotFound, "session_not_found", "there is no such session, or it has expired")
	}
	if err != nil {
		return access.Session{}, access.Person{}, fail("read a session", err)
	}
	if s.Edges.Person == nil {
		return access.Session{}, access.Person{}, fail("read a session", errors.New("its person is missing"))
	}
	return fromDBSession(s), fromDBPerson(s.Edges.Person), nil
}

// DeleteSession ends a session; one that has ended stays so.
func (a Access) DeleteSession(ctx context.Context, of id.ID) error {
	_, err := a.s.ent.Session.Delete().Where(session.ID(string(of))).Exec(ctx)
	return fail("end a session", err)
}

// PruneCredentials removes up to limit sign-in codes, sessions and exchanged tokens that
// expired before the time.
func (a Access) PruneCredentials(ctx context.Context, before time.Time, limit int) (int, error) {
	codes, err := a.s.prune(ctx, "sign_in_codes", "expires_at < $1", before, limit)
	if err != nil || codes == limit {
		return codes, fail("prune sign-in codes", err)
	}
	sessions, err := a.s.prune(ctx, "sessions", "expires_at < $1", before, limit-codes)
	if err != nil || codes+sessions == limit {
		return codes + sessions, fail("prune sessions", err)
	}
	tokens, err := a.s.prune(ctx, "tokens", "exchanged AND expires_at < $1", before, limit-codes-sessions)
	return codes + sessions + tokens, fail("prune exchanged tokens", err)
}
