package app

import (
	"context"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/adoption"
)

// furnishAdoption has it noted who uses Evenkeel, as far as that is kept.
func (a *App) furnishAdoption() {
	s, keeping := a.Store, adoption.Keeping(a.opts.Config.Adoption.People)
	a.Adoption = adoption.NewService(adoption.Parts{
		Store: s.Adoption(), Runner: s, Authorizer: a.authorizer, Clock: a.now, Keeping: keeping, Own: ownService,
	})
	a.diary = adoption.NewDiary(s.Adoption().NoteActivity, keeping, a.now, a.log)
	a.onClose(a.diary.Close)
}

// noting is an authenticator that has it noted who came.
type noting struct {
	api.Authenticator
	diary *adoption.Diary
}

// Authenticate verifies a token.
func (n noting) Authenticate(ctx context.Context, token string) (access.Caller, error) {
	c, err := n.Authenticator.Authenticate(ctx, token)
	if err == nil {
		n.diary.Note(c, false)
	}
	return c, err
}

// notingSessions is the access of the pages, which has it noted who came.
type notingSessions struct {
	*access.Service
	diary *adoption.Diary
}

// AuthenticateSession returns the person whose browser presents the session's text.
func (n notingSessions) AuthenticateSession(ctx context.Context, text string) (access.Caller, error) {
	c, err := n.Service.AuthenticateSession(ctx, text)
	if err == nil {
		n.diary.Note(c, true)
	}
	return c, err
}
