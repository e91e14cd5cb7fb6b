package app

import "github.com/evenkeel/evenkeel/services/onboarding"

// furnishOnboarding has services brought in waves.
func (a *App) furnishOnboarding() {
	s := a.Store
	a.Onboarding = onboarding.NewService(onboarding.Parts{
		Store: s.Onboarding(), Organisation: a.Registry, SLOs: a.SLOs, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
}
