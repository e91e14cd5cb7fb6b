package toil

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// LinkPath is where links lead: to the page of one question.
const LinkPath = "/toil/"

// Redacted is a path as it is logged: a link that answers without signing in is a secret, and whoever reads
// the log is not whom it was sent to.
func Redacted(path string) string {
	if strings.HasPrefix(path, LinkPath) {
		return LinkPath + "…"
	}
	return path
}

const keyPrefix = "toil/asked/"

// askedKey names the matter of an event; a link is made of it for whom it is told.
func askedKey(team id.ID, week share.Week, person id.ID) string {
	return keyPrefix + string(team) + "/" + string(week) + "/" + string(person)
}

// Personal is the path that an event that is told in person leads that person to; its own where it is
// of another kind. What is stored of an event is read by everybody, and has no such path.
func (s *Service) Personal(ctx context.Context, e event.Event, person id.ID) (string, error) {
	parts := strings.Split(strings.TrimPrefix(e.Key, keyPrefix), "/")
	if e.Type != event.ToilAsked || len(parts) != 3 || parts[2] != string(person) {
		return e.Link, nil
	}
	return s.link(ctx, asked{person: person, team: id.ID(parts[0]), week: share.Week(parts[1])})
}

// link signs a question for its person. Whoever has it can answer that question, and nothing else.
func (s *Service) link(ctx context.Context, a asked) (string, error) {
	key, err := s.key(ctx)
	if err != nil {
		return "", err
	}
	text := a.text()
	return LinkPath + text + "." + base64.RawURLEncoding.EncodeToString(sign(key, text)), nil
}

func (a asked) text() string {
	return string(a.person) + "." + string(a.team) + "." + string(a.week)
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("evenkeel toil link v1\n" + text))
	return mac.Sum(nil)
}

// key is the installation's for links: the same for every replica.
func (s *Service) key(ctx context.Context) ([]byte, error) {
	if known := s.linkKey.Load(); known != nil {
		return *known, nil
	}
	offered := make([]byte, sha256.Size)
	_, _ = rand.Read(offered) // never fails: it ends the program when the system has no randomness
	var key []byte
	err := s.Runner.InTx(ctx, func(ctx context.Context) (err error) {
		key, err = s.Keys.SigningKey(ctx, "toil", offered, clock.Round(s.Clock()))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the key of links: %w", err)
	}
	s.linkKey.Store(&key)
	return key, nil
}

// open reads a link: NotFound of one that was not signed here, or whose two weeks are over.
func (s *Service) open(ctx context.Context, token string, now time.Time) (asked, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || len(token) > 200 {
		return asked{}, noLink()
	}
	a := asked{person: id.ID(parts[0]), team: id.ID(parts[1]), week: share.Week(parts[2])}
	given, err := base64.RawURLEncoding.Strict().DecodeString(parts[3])
	if err != nil {
		return asked{}, noLink()
	}
	key, err := s.key(ctx)
	if err != nil {
		return asked{}, err
	}
	if !hmac.Equal(given, sign(key, a.text())) || !now.Before(a.week.End().Add(fortnight)) {
		return asked{}, noLink()
	}
	return a, nil
}

// Question is what a link asks.
type Question struct {
	Team   registry.Team
	Week   share.Week
	Person string // the name, so that who was sent another's link sees it
	Until  time.Time
}

// Question is what a link asks; it changes nothing, and says nothing of what was answered. It needs no
// caller: who has the link is who it is for.
//
// Faults: NotFound of a link that is not valid, any more, or whose person left the team.
func (s *Service) Question(ctx context.Context, token string) (Question, error) {
	q, _, err := s.question(ctx, token)
	return q, err
}

func (s *Service) question(ctx context.Context, token string) (Question, asked, error) {
	a, err := s.open(ctx, token, clock.Round(s.Clock()))
	if err != nil {
		return Question{}, a, err
	}
	p, err := s.People.Person(ctx, a.person)
	if err == nil && p.DeactivatedAt != nil || fault.Is(err, fault.NotFound) {
		return Question{}, a, noLink()
	}
	if err != nil {
		return Question{}, a, fmt.Errorf("read whom a link is for: %w", err)
	}
	member, err := s.Registry.IsMember(ctx, a.person, a.team)
	if err != nil {
		return Question{}, a, fmt.Errorf("look for a member: %w", err)
	}
	if !member {
		return Question{}, a, noLink()
	}
	team, err := s.Registry.Team(ctx, a.team)
	if err != nil {
		return Question{}, a, fmt.Errorf("read the team of a link: %w", err)
	}
	return Question{Team: team, Week: a.week, Person: p.DisplayName, Until: a.week.End().Add(fortnight)}, a, nil
}

// AnswerByLink answers the question of a link, as its person. It replaces what they answered before.
//
// Faults: as Question; Invalid with every broken rule.
func (s *Service) AnswerByLink(ctx context.Context, token string, in AnswerInput) (Answer, error) {
	q, a, err := s.question(ctx, token)
	if err != nil {
		return Answer{}, err
	}
	ctx = access.WithCaller(ctx, access.Caller{Kind: access.ByPerson, Person: a.person, Name: q.Person, Scopes: []access.Scope{access.ScopeWrite}})
	return s.Answer(ctx, a.team, a.week, in)
}
